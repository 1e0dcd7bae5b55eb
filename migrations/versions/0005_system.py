"""system"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0005"
down_revision = "0004"
database = "system"


def upgrade() -> None:
    _create_batch()
    _create_change()
    _create_change_head()
    _create_duplicate()
    _create_user()
    _create_role_grant()
    _create_staged_row()


def _create_batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("state", plain_text(20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("clear_blanks", sa.Boolean(), nullable=False),
        sa.Column("headings", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("log_position", sa.BigInteger(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("applied_at", moment(), nullable=True),
        sa.Column("undone_at", moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        schema="system",
    )
    op.create_index("ix_system_batch_created", "batch", ["created_at"], unique=False, schema="system")


def _create_change() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("action", plain_text(20), nullable=False),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        schema="system",
    )
    op.create_index("ix_system_change_batch", "change", ["batch_id", "id"], unique=False, schema="system")
    op.create_index("ix_system_change_record", "change", ["record_id", "id"], unique=False, schema="system")


def _create_change_head() -> None:
    op.create_table(
        "change_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head_mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_head")),
        schema="system",
    )


def _create_duplicate() -> None:
    op.create_table(
        "duplicate",
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("why", plain_text(40), nullable=False),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("found_at", moment(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("kind", "first_id", "second_id", name=op.f("pk_duplicate")),
        schema="system",
    )
    op.create_index("ix_system_duplicate_batch", "duplicate", ["batch_id"], unique=False, schema="system")
    op.create_index("ix_system_duplicate_state", "duplicate", ["state", "kind"], unique=False, schema="system")


def _create_user() -> None:
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", plain_text(60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("disabled_at", moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("name", name=op.f("uq_user_name")),
        schema="system",
    )


def _create_role_grant() -> None:
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", plain_text(30), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("registry", plain_text(30), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["system.user.id"], name=op.f("fk_role_grant_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        schema="system",
    )
    op.create_index(op.f("ix_role_grant_user_id"), "role_grant", ["user_id"], unique=False, schema="system")


def _create_staged_row() -> None:
    op.create_table(
        "staged_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("problems", sa.LargeBinary(), nullable=True),
        sa.Column("incomplete", sa.Text(), nullable=True),
        sa.Column("probable", sa.Uuid(), nullable=True),
        sa.Column("source_key", sa.String(length=200), nullable=True),
        sa.Column("row_digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("first_row", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["system.batch.id"], name=op.f("fk_staged_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_staged_row")),
        schema="system",
    )
