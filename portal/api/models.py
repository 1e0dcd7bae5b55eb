"""API tokens, in the database ``system``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registries.db import Base, UtcDateTime, plain_text


class ApiToken(Base):
    """What lets a program act for a user.

    Only a digest of the token is kept: 256 random bits need no salt. ``scopes`` and ``registries`` are words parted by
    blanks; ``area_id`` narrows the token to an area within what its owner may reach.
    """

    __tablename__ = "api_token"
    __table_args__ = {"schema": "system"}

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("system.user.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    prefix: Mapped[str] = mapped_column(plain_text(20))
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    scopes: Mapped[str] = mapped_column(plain_text(100))
    registries: Mapped[str] = mapped_column(plain_text(100))
    area_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
