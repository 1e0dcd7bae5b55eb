"""Orders of exports, in the database ``system``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registries.db import Base, UtcDateTime, plain_text


class ExportOrder(Base):
    """An export that somebody asked for: what it holds, why, who approved it, and where its file is.

    ``wish`` (columns and filters of the list) and ``reason`` are sealed, for a filter may be a number. ``number`` is
    what stands on the cover sheet. ``rows`` is how many records were in it when it was logged, which happens before the
    file is made. The file lies sealed in the data folder until ``file_until``.
    """

    __tablename__ = "export_order"
    __table_args__ = (
        sa.Index("ix_system_export_order_actor_created", "actor", "created_at"),
        sa.Index("ix_system_export_order_state_created", "state", "created_at"),
        {"schema": "system"},
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(plain_text(20), unique=True)
    actor: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(plain_text(40))
    state: Mapped[str] = mapped_column(plain_text(10))
    reveal: Mapped[bool] = mapped_column(sa.Boolean)
    language: Mapped[str] = mapped_column(plain_text(5))
    wish: Mapped[bytes] = mapped_column(sa.LargeBinary)
    reason: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    rows: Mapped[int | None] = mapped_column(sa.Integer)
    decided_by: Mapped[str | None] = mapped_column(sa.String(120))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(sa.String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    logged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_gone: Mapped[bool] = mapped_column(sa.Boolean)
