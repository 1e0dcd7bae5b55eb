"""Accounts, grants, sessions and openings, in the database ``system``."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registries.db import Base, UtcDateTime, plain_text


class User(Base):
    """Somebody who may sign in; ``password_hash`` is argon2id, ``totp`` the sealed secret of the second factor."""

    __tablename__ = "user"
    __table_args__ = {"schema": "system"}

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(plain_text(60), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    must_change_password: Mapped[bool] = mapped_column(sa.Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    full_name: Mapped[str | None] = mapped_column(sa.String(60))
    language: Mapped[str | None] = mapped_column(plain_text(2))
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    # Empty while the secret was shown but no code of it has been entered yet.
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The time step of the last code that was taken: a code is good once.
    totp_step: Mapped[int | None] = mapped_column(sa.BigInteger)


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
    granted_by: Mapped[str | None] = mapped_column(sa.String(120))
    granted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignIn(Base):
    """A session: somebody signed in with one browser. The cookie holds a random token, here stands only its hash."""

    __tablename__ = "sign_in"
    __table_args__ = {"schema": "system"}

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("system.user.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # When password or code were last asked for and given.
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    with_code: Mapped[bool] = mapped_column(sa.Boolean)
    address: Mapped[str] = mapped_column(sa.String(45))
    browser: Mapped[str] = mapped_column(sa.String(200))
    # What the pages of one session remember, as JSON.
    data: Mapped[str] = mapped_column(sa.Text)


class Throttle(Base):
    """How often signing in failed lately for one account or from one address; the key is a keyed digest of either."""

    __tablename__ = "throttle"
    __table_args__ = {"schema": "system"}

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(16), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    failures: Mapped[int] = mapped_column(sa.Integer)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """One of the printed codes that stand in for a lost second factor; stored as a keyed digest, good once."""

    __tablename__ = "recovery_code"
    __table_args__ = {"schema": "system"}

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("system.user.id"), index=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Opening(Base):
    """A leader's reasoned view of the people of an area, for a few hours."""

    __tablename__ = "opening"
    __table_args__ = {"schema": "system"}

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("system.user.id"), index=True)
    area_id: Mapped[UUID] = mapped_column(sa.Uuid)
    reason: Mapped[str] = mapped_column(sa.Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
