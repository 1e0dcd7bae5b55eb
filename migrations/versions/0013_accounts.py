"""accounts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0013"
down_revision = "0012"
database = "system"


def upgrade() -> None:
    _create_sign_in()
    _create_throttle()
    _create_recovery_code()
    _create_opening()
    _extend_user()
    op.add_column("role_grant", sa.Column("granted_by", sa.String(length=120), nullable=True), schema="system")
    op.add_column("role_grant", sa.Column("granted_at", moment(), nullable=True), schema="system")


def _extend_user() -> None:
    for column in (
        sa.Column("full_name", sa.String(length=60), nullable=True),
        sa.Column("language", plain_text(2), nullable=True),
        sa.Column("password_changed_at", moment(), nullable=True),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", moment(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
    ):
        op.add_column("user", column, schema="system")


def _create_sign_in() -> None:
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", moment(), nullable=False),
        sa.Column("seen_at", moment(), nullable=False),
        sa.Column("proved_at", moment(), nullable=False),
        sa.Column("with_code", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["system.user.id"], name=op.f("fk_sign_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
        schema="system",
    )
    op.create_index(op.f("ix_sign_in_user_id"), "sign_in", ["user_id"], unique=False, schema="system")
    op.create_index(op.f("ix_sign_in_seen_at"), "sign_in", ["seen_at"], unique=False, schema="system")


def _create_throttle() -> None:
    op.create_table(
        "throttle",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("since", moment(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", moment(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
        schema="system",
    )
    op.create_index(op.f("ix_throttle_since"), "throttle", ["since"], unique=False, schema="system")


def _create_recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("used_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["system.user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        schema="system",
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False, schema="system")


def _create_opening() -> None:
    op.create_table(
        "opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", moment(), nullable=False),
        sa.Column("until", moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["system.user.id"], name=op.f("fk_opening_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
        schema="system",
    )
    op.create_index(op.f("ix_opening_user_id"), "opening", ["user_id"], unique=False, schema="system")
