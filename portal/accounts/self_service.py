"""What people do with their own account: password, language, sessions, and what they can read of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes
from registries.changes import CHANGE, Change, Entry
from registries.db import now
from registries.readings import ACTIONS

from . import sessions
from .models import RoleGrant, User
from .passwords import NewPassword

LANGUAGES = ("zh", "en")


def change_password(session: Session, user_id: UUID, password: NewPassword, *, stay: UUID) -> None:
    """Take a new password; all sessions but the one at hand end."""
    user = session.get_one(User, user_id)
    user.password_hash, user.must_change_password, user.password_changed_at = password.hashed, False, now()
    changes.append(session, user.name, [Entry("user", user.id, "change_password")])
    sessions.end_all(session, user.id, but=[stay])


def choose_language(session: Session, user_id: UUID, language: str) -> None:
    """Show this account the staff pages in a language; one that the site does not have is ignored."""
    if language in LANGUAGES:
        session.get_one(User, user_id).language = language


def grants_of(session: Session, user_id: UUID) -> Sequence[RoleGrant]:
    """What was granted, by whom and until when; also what has run out."""
    return session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user_id).order_by(RoleGrant.id)).all()


def readings_of(session: Session, name: str, *, before: int | None = None, limit: int = 50) -> list[Change]:
    """What an account has looked at, the latest first; ``before`` is the id where an earlier page ended."""
    table = CHANGE["system"]
    statement = (
        sa.select(table)
        .where(table.c.actor == name, table.c.action.in_(ACTIONS), table.c.batch_id.is_(None))
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(table.c.id < before)
    return [changes.from_row(row) for row in session.execute(statement)]
