"""Who somebody is once signed in: the account as the pages know it, and the actor that the services ask about."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Session

from registries import references
from registries.access import OPENING, Actor, Grant
from registries.db import now
from registries.records import NotFound

from .models import Opening, RoleGrant, User


@dataclass(frozen=True, slots=True)
class Account(UserMixin):
    """A signed-in account. ``language`` is ``None`` if its owner has not chosen one."""

    id: UUID
    name: str
    full_name: str | None
    language: str | None
    must_change_password: bool
    has_second_factor: bool
    actor: Actor

    @property
    def shown_name(self) -> str:
        """What to call somebody: the full name where there is one."""
        return self.full_name or self.name

    def holds(self, *roles: str) -> bool:
        """Whether one of the roles is held today, wherever."""
        return any(grant.role in roles for grant in self.actor.live_grants())


def account_of(session: Session, user: User) -> Account:
    """The account of a user as it is now."""
    return Account(
        user.id, user.name, user.full_name, user.language, user.must_change_password,
        user.totp_confirmed_at is not None, actor_of(session, user),
    )  # fmt: skip


def actor_of(session: Session, user: User) -> Actor:
    """The actor that a user is now; a grant whose area is gone gives nothing.

    A leader's opening of people's records is a grant like others for as long as it lasts.
    """
    areas = references.load(session).areas
    grants = []
    for row in session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user.id)):
        area = areas.get(row.area_id)
        if area is not None:
            grants.append(Grant(row.role, area.path, row.in_registry, row.until))
    opened = sa.select(Opening.area_id).where(Opening.user_id == user.id, Opening.until > now())
    leads = any(grant.role == "leader" for grant in grants)
    for area_id in session.scalars(opened) if leads else ():
        area = areas.get(area_id)
        if area is not None:
            grants.append(Grant(OPENING, area.path, "population"))
    return Actor(user.name, tuple(grants), details={"id": str(user.id)})


def actor_named(session: Session, name: str) -> Actor:
    """The actor of the user with this name.

    :raises NotFound: there is no such user, or it is disabled.
    """
    user = session.scalar(sa.select(User).where(User.name == name, User.disabled_at.is_(None)))
    if user is None:
        raise NotFound(f"user {name}")
    return actor_of(session, user)
