"""The table of the errors that readers report."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registries.db import Base, UtcDateTime, plain_text


class Mistake(Base):
    """What a reader says is wrong on a page; nothing is kept of who says so."""

    __tablename__ = "mistake"
    __table_args__ = (sa.Index("ix_mistake_open", "settled_at", "told_at"), {"schema": "system"})

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    page: Mapped[str] = mapped_column(sa.String(300))
    subject: Mapped[str] = mapped_column(plain_text(20))
    words: Mapped[str] = mapped_column(sa.Text)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(sa.String(120))
