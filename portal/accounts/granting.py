"""Roles given and taken: who may give which, and what may not be held together.

The administrator of the system gives every role within his area; the administrator of a registry those of his own
clerks and grid workers. Nobody touches his own account. Every change ends the sessions of whom it concerns and
stands in the change log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes, references
from registries.access import EXCLUSIVE, REGISTRIES, ROLE_NAMES, ROLES, Actor, NotAllowed
from registries.changes import Entry
from registries.days import today
from registries.db import new_id, now
from registries.messages import N_, Problem, Refused
from registries.records import NotFound
from registries.references import AreaEntry

from . import sessions
from .models import RoleGrant, User

#: What the administrator of a registry may give: the roles of those who work on it.
OWN_CLERKS = frozenset({"grid_worker", "clerk"})


def grant(
    session: Session, user_id: UUID, role: str, area_id: UUID, registry: str | None, *, actor: Actor,
    until: date | None = None,
) -> RoleGrant:
    """Give a user a further role in an area, until the end of a day or without end.

    :raises Refused: the role excludes one that the user holds, is held there already, or the day is past.
    :raises NotAllowed: the actor may not give this role there, or it is his own account.
    """
    user = of_others(session, user_id, actor=actor)
    area = require_grantable(session, role, area_id, registry, actor=actor, until=until)
    held = list(session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user.id)))
    refuse_together(role, [row.role for row in held])
    if any((row.role, row.area_id, row.in_registry, row.until) == (role, area.id, registry, until) for row in held):
        raise Refused(Problem(N_("This role was given already, for the same area and time.")))
    made = add(session, user, role, area, registry, until, actor)
    sessions.end_all(session, user.id)
    return made


def revoke(session: Session, grant_id: UUID, *, actor: Actor) -> User:
    """Take a role away and return its user.

    :raises Refused: nobody could administer the system any more.
    """
    row = session.get(RoleGrant, grant_id)
    if row is None:
        raise NotFound(f"grant {grant_id}")
    user = of_others(session, row.user_id, actor=actor)
    if row.role == "system_admin":
        refuse_last(session, user, but=[row.id])
    session.delete(row)
    told = {"role": [row.role, None], "area_id": [str(row.area_id), None], "registry": [row.in_registry, None]}
    changes.append(session, actor.name, [Entry("user", user.id, "revoke", told)])
    sessions.end_all(session, user.id)
    return user


def add(
    session: Session, user: User, role: str, area: AreaEntry, registry: str | None, until: date | None, actor: Actor
) -> RoleGrant:
    """Write a grant that was found to be allowed."""
    made = RoleGrant(
        id=new_id(), user_id=user.id, role=role, area_id=area.id, in_registry=registry, until=until,
        granted_by=actor.name, granted_at=now(),
    )  # fmt: skip
    session.add(made)
    changes.append(session, actor.name, [Entry("user", user.id, "grant", {
        "role": [None, role], "area_id": [None, str(area.id)], "registry": [None, registry],
        "until": [None, until.isoformat() if until else None],
    })])  # fmt: skip
    return made


def require_grantable(
    session: Session, role: str, area_id: UUID, registry: str | None, *, actor: Actor, until: date | None = None
) -> AreaEntry:
    """The area of a grant that the actor may give.

    :raises Refused: there is no such role, registry or area, or the day is past.
    :raises NotAllowed: it is not the actor's to give.
    """
    if role not in ROLES:
        raise Refused(Problem(
            N_("There is no role “%(role)s”."), N_("The roles are: %(known)s."), role=role, known=list(ROLES),
        ))  # fmt: skip
    if registry is not None and registry not in REGISTRIES:
        raise Refused(Problem(
            N_("There is no registry “%(registry)s”."), N_("The registries are: %(known)s."), registry=registry,
            known=list(REGISTRIES),
        ))  # fmt: skip
    area = references.load(session).areas.get(area_id)
    if area is None:
        raise Refused(Problem(N_("There is no area “%(value)s”."), N_("Write its code."), value=str(area_id)))
    if until is not None and until < today():
        raise Refused(Problem(N_("The last day of the role is past."), N_("Take today or a later day, or none.")))
    if role not in grantable_roles(actor, area.path, registry):
        raise NotAllowed(f"grant {role}")
    return area


def grantable_roles(actor: Actor, area_path: str, registry: str | None) -> list[str]:
    """The roles that the actor may give at a place, for one registry or for all."""
    if actor.console or _covers(actor, "system_admin", area_path, None):
        return list(ROLES)
    if _covers(actor, "registry_admin", area_path, registry):
        return [role for role in ROLES if role in OWN_CLERKS]
    return []


def _covers(actor: Actor, role: str, area_path: str, registry: str | None) -> bool:
    """Whether the actor holds a role there; one held for a single registry does not reach what is for all."""
    return any(
        grant.role == role and area_path.startswith(grant.area_path) and grant.registry in (None, registry)
        for grant in actor.live_grants()
    )


def refuse_together(role: str, held: Iterable[str]) -> None:
    """Refuse a role that excludes one that is held: who administers accounts, data and the log are three people.

    :raises Refused: naming the two.
    """
    others = (set(held) - {role}) & EXCLUSIVE
    if role in EXCLUSIVE and others:
        raise Refused(Problem(
            N_("“%(role)s” cannot be held together with “%(other)s”."), N_("Use two accounts."),
            role=Problem(ROLE_NAMES[role]), other=Problem(ROLE_NAMES[min(others)]),
        ))  # fmt: skip


def refuse_last(session: Session, user: User, but: Iterable[UUID] = ()) -> None:
    """Refuse to disable the last account, or take its last grant, that can administer the system.

    :raises Refused: no other would be left.
    """
    gone = set(but)
    rows = session.execute(
        sa.select(RoleGrant.id, RoleGrant.user_id, RoleGrant.until)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.role == "system_admin", User.disabled_at.is_(None))
    ).all()
    lasting = [row for row in rows if row.until is None or row.until >= today()]
    mine = {row.id for row in lasting if row.user_id == user.id}
    if mine and not [row for row in lasting if row.id not in (gone or mine)]:
        raise Refused(Problem(
            N_("This is the last account that can administer the system."),
            N_("Give the role to somebody else first."),
        ))  # fmt: skip


def grants_of(session: Session, user: User) -> Sequence[RoleGrant]:
    """All that was granted to a user, the oldest first."""
    return session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user.id).order_by(RoleGrant.id)).all()


def may_administer(session: Session, user: User, held: Sequence[RoleGrant], *, actor: Actor) -> bool:
    """Whether the actor may change an account: all that it holds must be his to give, and it must not be his own."""
    if actor.console:
        return True
    if is_own(user, actor):
        return False
    areas = references.load(session).areas
    placed = [(row, area.path) for row in held if (area := areas.get(row.area_id)) is not None]
    if not placed:
        # Nobody's clerk any more: only who administers the whole system may take such an account up.
        root = areas.root()
        return root is not None and _covers(actor, "system_admin", root.path, None)
    return all(row.role in grantable_roles(actor, path, row.in_registry) for row, path in placed)


def is_own(user: User, actor: Actor) -> bool:
    """Whether the account is the actor's own."""
    return actor.details.get("id") == str(user.id)


def of_others(session: Session, user_id: UUID, *, actor: Actor) -> User:
    """The user, for an actor who may change the account.

    :raises NotFound: there is none, or it is not the actor's to see.
    :raises NotAllowed: it is the actor's own.
    """
    user = session.get(User, user_id)
    if user is not None and not actor.console and is_own(user, actor):
        raise NotAllowed("change one's own account")
    if user is None or not may_administer(session, user, grants_of(session, user), actor=actor):
        raise NotFound(f"user {user_id}")
    return user
