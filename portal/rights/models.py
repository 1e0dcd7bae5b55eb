"""Requests that people make about their own data, in the database ``system``."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registries.areas import PATH_LENGTH
from registries.db import Base, UtcDateTime, plain_text


class RightsRequest(Base):
    """One request about one record, known to people by its ``number``.

    It names the person by the id of the record alone, ``fields`` are the names of those to be corrected, not what they
    hold, and ``proof`` tells which paper was looked at, never what stood on it: so nothing here has to be sealed, nor
    blanked when the person is erased. ``change_id`` is the row in the log of the record's database that answers a
    correction.
    """

    __tablename__ = "rights_request"
    __table_args__ = (
        sa.Index("ix_rights_request_state_due_on", "state", "due_on"),
        sa.Index("ix_rights_request_record_id", "record_id"),
        {"schema": "system"},
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(plain_text(12), unique=True)
    right: Mapped[str] = mapped_column(plain_text(12))
    kind: Mapped[str] = mapped_column(plain_text(40))
    record_id: Mapped[UUID] = mapped_column(sa.Uuid)
    area_path: Mapped[str] = mapped_column(plain_text(PATH_LENGTH))
    asked_by: Mapped[str] = mapped_column(plain_text(12))
    proof: Mapped[str] = mapped_column(sa.String(500))
    fields: Mapped[list[str]] = mapped_column(sa.JSON)
    state: Mapped[str] = mapped_column(plain_text(12))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by: Mapped[str] = mapped_column(sa.String(120))
    due_on: Mapped[date] = mapped_column(sa.Date)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[str | None] = mapped_column(sa.String(120))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(sa.String(120))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None] = mapped_column(sa.String(120))
    answer: Mapped[str | None] = mapped_column(sa.String(1000))
    change_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
