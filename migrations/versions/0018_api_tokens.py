"""api tokens"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0018"
down_revision = "0017"
database = "system"


def upgrade() -> None:
    _create_done_key()
    _create_api_token()


def _create_done_key() -> None:
    op.create_table(
        "done_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("done_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_done_key")),
        schema="system",
    )
    op.create_index("ix_system_done_key_done_at", "done_key", ["done_at"], unique=False, schema="system")
    op.create_index("ix_system_done_key_key_mac", "done_key", ["key_mac"], unique=True, schema="system")
    op.create_index("ix_system_done_key_record_id", "done_key", ["record_id"], unique=False, schema="system")


def _create_api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", plain_text(20), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", plain_text(100), nullable=False),
        sa.Column("registries", plain_text(100), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.Column("last_used_at", moment(), nullable=True),
        sa.Column("revoked_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["system.user.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
        schema="system",
    )
    op.create_index(
        op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False, schema="system"
    )
