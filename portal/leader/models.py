"""Searches that somebody keeps under a name, in the database ``system``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registries.db import Base, UtcDateTime, plain_text


class SavedSearch(Base):
    """A search of units that an account keeps; ``wish`` is its address query, tidied, without a page number."""

    __tablename__ = "saved_search"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "name", name="uq_saved_search_name"),
        {"schema": "system"},
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("system.user.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    wish: Mapped[str] = mapped_column(plain_text(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
