"""What may be done with accounts: make, find, disable, enable, issue a new password.

Grants are in `granting`, what people do with their own account in `own`.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes, references
from registries.access import Actor
from registries.changes import Entry
from registries.db import new_id, now
from registries.messages import N_, Problem, Refused
from registries.records import NotFound

from . import granting, sessions, throttle
from .models import RecoveryCode, RoleGrant, User
from .passwords import NewPassword
from .people import actor_named

__all__ = [
    "Listed", "actor_named", "change_names", "create_user", "disable", "enable", "find", "issued_password", "listed",
    "named", "reset_password", "reset_second_factor",
]  # fmt: skip

#: Without the signs that look alike in print: an issued password is read out and typed.
_READABLE = "abcdefghijkmnpqrstuvwxyz23456789"
NAME_MOST = 60


@dataclass(frozen=True, slots=True)
class Listed:
    """An account with its grants, for those who administer accounts or watch over them."""

    user: User
    grants: tuple[RoleGrant, ...]
    may_change: bool


def create_user(
    session: Session, name: str, password: NewPassword, role: str, area: str, registry: str | None, *, actor: Actor,
    until: date | None = None, full_name: str | None = None, language: str | None = None,
) -> User:
    """Make an account with a first grant; its password must be changed at the first sign-in.

    :raises Refused: the name is taken or no name, or role, area or registry will not do.
    :raises NotAllowed: the actor may not give this role there.
    """
    _require_name(session, name)
    found = references.load(session).areas.find(area)
    if found is None:
        raise Refused(Problem(N_("There is no area “%(value)s”."), N_("Write its code."), value=area))
    granting.require_grantable(session, role, found.id, registry, actor=actor, until=until)
    user = User(
        id=new_id(), name=name, password_hash=password.hashed, must_change_password=True, created_at=now(),
        full_name=full_name or None, language=language or None,
    )  # fmt: skip
    session.add(user)
    session.flush()
    changes.append(session, actor.name, [Entry("user", user.id, "create", {"name": [None, name]})])
    granting.add(session, user, role, found, registry, until, actor)
    return user


def _require_name(session: Session, name: str) -> None:
    if name != name.strip() or not name.isprintable() or not 0 < len(name) <= NAME_MOST or ":" in name:
        raise Refused(Problem(
            N_("“%(name)s” cannot be the name of an account."),
            N_("Take up to %(most)s letters, digits or signs without blanks at the ends and without a colon."),
            name=name[:NAME_MOST], most=NAME_MOST,
        ))  # fmt: skip
    # Li and li would be taken for each other by everybody but the program.
    if any(other.casefold() == name.casefold() for other in session.scalars(sa.select(User.name))):
        raise Refused(Problem(N_("There is a user “%(name)s” already."), N_("Choose another name."), name=name))


def issued_password() -> str:
    """A password to be handed over once and changed at the first sign-in: 80 random bits in groups of four."""
    signs = [secrets.choice(_READABLE) for _ in range(16)]
    return "-".join("".join(signs[at : at + 4]) for at in range(0, 16, 4))


def change_names(session: Session, user_id: UUID, *, full_name: str | None, actor: Actor) -> User:
    """Change the full name of an account; the name that is signed in with stays, for the log tells by it."""
    user = granting.of_others(session, user_id, actor=actor)
    told = {"full_name": [user.full_name, full_name or None]}
    user.full_name = full_name or None
    changes.append(session, actor.name, [Entry("user", user.id, "update", told)])
    return user


def disable(session: Session, user_id: UUID, *, actor: Actor, reason: str | None = None) -> User:
    """Keep somebody out from now on; the account stays, for the log names it.

    :raises Refused: it is the last that can administer the system.
    """
    user = granting.of_others(session, user_id, actor=actor)
    granting.refuse_last(session, user)
    if user.disabled_at is None:
        user.disabled_at = now()
        told = {"disabled_at": [None, user.disabled_at.isoformat()]}
        changes.append(session, actor.name, [Entry("user", user.id, "disable", told, reason=reason)])
    sessions.end_all(session, user.id)
    return user


def enable(session: Session, user_id: UUID, *, actor: Actor, reason: str | None = None) -> User:
    """Let somebody in again, with the password as it was."""
    user = granting.of_others(session, user_id, actor=actor)
    if user.disabled_at is not None:
        told = {"disabled_at": [user.disabled_at.isoformat(), None]}
        user.disabled_at = None
        changes.append(session, actor.name, [Entry("user", user.id, "enable", told, reason=reason)])
    return user


def reset_password(session: Session, user_id: UUID, password: NewPassword, *, actor: Actor) -> User:
    """Issue a new password, to be changed at the next sign-in; sessions end, a lock after failures is lifted."""
    user = granting.of_others(session, user_id, actor=actor)
    user.password_hash, user.must_change_password = password.hashed, True
    user.password_changed_at = None
    throttle.forgive(session, throttle.Key("account", user.name), throttle.Key("code", user.name))
    changes.append(session, actor.name, [Entry("user", user.id, "reset_password")])
    sessions.end_all(session, user.id)
    return user


def reset_second_factor(session: Session, user_id: UUID, *, actor: Actor, reason: str | None = None) -> User:
    """Take the second factor off an account whose owner has lost it; he sets up a new one."""
    user = granting.of_others(session, user_id, actor=actor)
    user.totp = user.totp_confirmed_at = user.totp_step = None
    for row in session.scalars(sa.select(RecoveryCode).where(RecoveryCode.user_id == user.id)):
        session.delete(row)
    changes.append(session, actor.name, [Entry("user", user.id, "reset_second_factor", reason=reason)])
    sessions.end_all(session, user.id)
    return user


def named(session: Session, name: str) -> User:
    """The user with a name, for the command line.

    :raises NotFound: there is none.
    """
    user = session.scalar(sa.select(User).where(User.name == name))
    if user is None:
        raise NotFound(f"user {name}")
    return user


def find(session: Session, user_id: UUID, *, actor: Actor) -> Listed:
    """One account with its grants.

    :raises NotFound: there is none that the actor may see.
    """
    user = session.get(User, user_id)
    found = None if user is None else _listed(session, user, granting.grants_of(session, user), actor)
    if found is None:
        raise NotFound(f"user {user_id}")
    return found


def listed(session: Session, *, actor: Actor, text: str = "") -> list[Listed]:
    """The accounts that the actor may see, by name; ``text`` is a part of a name."""
    wanted = text.strip().casefold()
    held: dict[UUID, list[RoleGrant]] = {}
    for row in session.scalars(sa.select(RoleGrant).order_by(RoleGrant.id)):
        held.setdefault(row.user_id, []).append(row)
    users = session.scalars(sa.select(User).order_by(User.name))
    found = [
        _listed(session, user, held.get(user.id, []), actor)
        for user in users
        if wanted in f"{user.name} {user.full_name or ''}".casefold()
    ]
    return [one for one in found if one is not None]


def _listed(session: Session, user: User, held: Sequence[RoleGrant], actor: Actor) -> Listed | None:
    """The auditor watches over all accounts; others see those that they administer, and their own."""
    may_change = granting.may_administer(session, user, held, actor=actor)
    watches = any(grant.role == "auditor" for grant in actor.live_grants())
    if not (may_change or watches or granting.is_own(user, actor)):
        return None
    return Listed(user, tuple(held), may_change)
