"""Jobs, in the database ``system``: a pointer to work, never the work itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registries.db import Base, UtcDateTime, plain_text


class Job(Base):
    """Long work that a worker does.

    ``payload`` is sealed, for it may hold what somebody typed. ``holder`` is the worker that does it until
    ``lease_until``; after that moment any other may take it over. ``subject_id`` is what it is about: an upload, an
    order of an export. ``text``, ``result`` and ``failure`` are told as ids and problems, and translated when shown.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.Index("ix_system_job_state_due", "state", "due_at"),
        sa.Index("ix_system_job_actor_created", "actor", "created_at"),
        sa.Index("ix_system_job_subject", "subject_id", "created_at"),
        {"schema": "system"},
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(plain_text(30))
    state: Mapped[str] = mapped_column(plain_text(10))
    actor: Mapped[str] = mapped_column(sa.String(120))
    actor_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    subject_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    payload: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(sa.Integer)
    holder: Mapped[UUID | None] = mapped_column(sa.Uuid)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop_wanted: Mapped[bool] = mapped_column(sa.Boolean)
    done: Mapped[int] = mapped_column(sa.Integer)
    total: Mapped[int | None] = mapped_column(sa.Integer)
    result: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    failure: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
