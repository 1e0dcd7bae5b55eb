"""Making accounts, and the `Actor` that an account is."""

from __future__ import annotations

import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from registries import changes, references
from registries.access import EXCLUSIVE, REGISTRIES, ROLE_NAMES, ROLES, Actor, Grant
from registries.areas import Area
from registries.changes import Entry
from registries.db import new_id, now
from registries.messages import N_, Problem, Refused
from registries.records import NotFound

from .models import RoleGrant, User

LEAST_PASSWORD = 10


def create_user(
    session: Session, name: str, password: str, role: str, area: str, registry: str | None, *, actor: Actor
) -> User:
    """Make an account with a first grant; its password must be changed at the first sign-in.

    :raises Refused: the name is taken, or role, area, registry or password will not do.
    """
    found = references.load(session).areas.find(area)
    _require(session, name, password, role, registry)
    if found is None:
        raise Refused(Problem(N_("There is no area “%(value)s”."), N_("Write its code."), value=area))
    user = User(
        id=new_id(), name=name, password_hash=PasswordHasher().hash(password), must_change_password=True,
        created_at=now(),
    )
    session.add(user)
    session.flush()
    session.add(RoleGrant(id=new_id(), user_id=user.id, role=role, area_id=found.id, in_registry=registry))
    changes.append(session, actor.name, [Entry("user", user.id, "create", {
        "name": [None, name], "role": [None, role], "area_id": [None, str(found.id)], "registry": [None, registry],
    })])
    return user


def _require(session: Session, name: str, password: str, role: str, registry: str | None) -> None:
    if session.scalar(sa.select(User.id).where(User.name == name)):
        raise Refused(Problem(N_("There is a user “%(name)s” already."), N_("Choose another name."), name=name))
    if role not in ROLES:
        raise Refused(Problem(
            N_("There is no role “%(role)s”."), N_("The roles are: %(known)s."), role=role, known=list(ROLES),
        ))
    if registry is not None and registry not in REGISTRIES:
        raise Refused(Problem(
            N_("There is no registry “%(registry)s”."), N_("The registries are: %(known)s."), registry=registry,
            known=list(REGISTRIES),
        ))
    if len(password) < LEAST_PASSWORD:
        raise Refused(Problem(
            N_("The password is too short."), N_("Take at least %(least)s characters."), least=LEAST_PASSWORD,
        ))


def grant(session: Session, user: User, role: str, area: Area, registry: str | None, *, actor: Actor) -> None:
    """Give a user a further role.

    :raises Refused: it excludes one that the user holds.
    """
    held = set(session.scalars(sa.select(RoleGrant.role).where(RoleGrant.user_id == user.id)))
    if role in EXCLUSIVE and (held - {role}) & EXCLUSIVE:
        raise Refused(Problem(
            N_("“%(role)s” cannot be held together with “%(other)s”."), N_("Use two accounts."),
            role=Problem(ROLE_NAMES[role]), other=Problem(ROLE_NAMES[next(iter((held - {role}) & EXCLUSIVE))]),
        ))
    session.add(RoleGrant(id=new_id(), user_id=user.id, role=role, area_id=area.id, in_registry=registry))
    changes.append(session, actor.name, [Entry("user", user.id, "grant", {
        "role": [None, role], "area_id": [None, str(area.id)], "registry": [None, registry],
    })])


def actor_named(session: Session, name: str) -> Actor:
    """The actor that a user is now; a grant whose area is gone gives nothing.

    :raises NotFound: there is no such user, or it is disabled.
    """
    user = session.scalar(sa.select(User).where(User.name == name, User.disabled_at.is_(None)))
    if user is None:
        raise NotFound(f"user {name}")
    areas = references.load(session).areas
    grants = []
    for row in session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user.id)):
        area = areas.get(row.area_id)
        if area is not None:
            grants.append(Grant(row.role, area.path, row.in_registry, row.until))
    return Actor(user.name, tuple(grants), details={"id": str(user.id)})
