"""What an account has chosen for itself: the columns of lists, and the like."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from registries.db import Base, plain_text


class Preference(Base):
    """One choice of one account; no record of anything, so the log does not tell of it."""

    __tablename__ = "preference"
    __table_args__ = {"schema": "system"}

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("system.user.id"), primary_key=True)
    name: Mapped[str] = mapped_column(plain_text(80), primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON)


def get(session: Session, user_id: UUID, name: str) -> Any:
    """What was chosen; ``None`` where nothing was."""
    row = session.get(Preference, (user_id, name))
    return None if row is None else row.value


def put(session: Session, user_id: UUID, name: str, value: Any) -> None:
    """Remember a choice, or with ``None`` forget it."""
    row = session.get(Preference, (user_id, name))
    if value is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(Preference(user_id=user_id, name=name, value=value))
    else:
        row.value = value
