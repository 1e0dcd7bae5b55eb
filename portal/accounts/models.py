"""Accounts and grants, in the database ``system``."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registries.db import Base, UtcDateTime, plain_text


class User(Base):
    """Somebody who may sign in; ``password_hash`` is argon2id."""

    __tablename__ = "user"
    __table_args__ = {"schema": "system"}

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(plain_text(60), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    must_change_password: Mapped[bool] = mapped_column(sa.Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RoleGrant(Base):
    """A role that a user holds in an area, in one registry or (``None``) in all, until a day or without end."""

    __tablename__ = "role_grant"
    __table_args__ = {"schema": "system"}

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("system.user.id"), index=True)
    role: Mapped[str] = mapped_column(plain_text(30))
    area_id: Mapped[UUID] = mapped_column(sa.Uuid)
    # SQLAlchemy keeps the attribute name "registry" for itself.
    in_registry: Mapped[str | None] = mapped_column("registry", plain_text(30))
    until: Mapped[date | None] = mapped_column(sa.Date)
