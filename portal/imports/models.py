"""Files on their way in, in the database ``system``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registries.db import Base, UtcDateTime, plain_text


class Upload(Base):
    """A file that somebody sent to be imported, from its arrival to the end of its import.

    Its id is the token of the form, so that a form sent twice makes one upload. The file lies sealed in the data folder
    until ``file_until`` and is gone when ``file_gone``. ``looks`` are its headings and first cells, sealed.
    ``mapping`` and ``constants`` are what the uploader chose; ``batch_id`` is the batch that the check made.
    """

    __tablename__ = "upload"
    __table_args__ = (
        sa.Index("ix_system_upload_batch", "batch_id"),
        sa.Index("ix_system_upload_actor_created", "actor", "created_at"),
        {"schema": "system"},
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    actor: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(plain_text(40))
    file_name: Mapped[str] = mapped_column(sa.String(255))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sheet: Mapped[str | None] = mapped_column(sa.String(100))
    source: Mapped[str] = mapped_column(sa.String(100))
    area_id: Mapped[UUID] = mapped_column(sa.Uuid)
    as_of: Mapped[date | None] = mapped_column(sa.Date)
    clear_blanks: Mapped[bool] = mapped_column(sa.Boolean)
    looks: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    mapping: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    constants: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    remember: Mapped[bool] = mapped_column(sa.Boolean)
    batch_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    file_until: Mapped[datetime] = mapped_column(UtcDateTime)
    file_gone: Mapped[bool] = mapped_column(sa.Boolean)
