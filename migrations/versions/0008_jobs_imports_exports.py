"""jobs imports exports"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0008"
down_revision = "0007"
database = "system"


def upgrade() -> None:
    _create_export_order()
    _create_job()
    _create_upload()


def _create_export_order() -> None:
    op.create_table(
        "export_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", plain_text(20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("reveal", sa.Boolean(), nullable=False),
        sa.Column("language", plain_text(5), nullable=False),
        sa.Column("wish", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", moment(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("logged_at", moment(), nullable=True),
        sa.Column("made_at", moment(), nullable=True),
        sa.Column("file_until", moment(), nullable=True),
        sa.Column("file_gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_order")),
        sa.UniqueConstraint("number", name=op.f("uq_export_order_number")),
        schema="system",
    )
    op.create_index(
        "ix_system_export_order_actor_created", "export_order", ["actor", "created_at"], unique=False, schema="system"
    )
    op.create_index(
        "ix_system_export_order_state_created", "export_order", ["state", "created_at"], unique=False, schema="system"
    )


def _create_job() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", plain_text(30), nullable=False),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("due_at", moment(), nullable=False),
        sa.Column("started_at", moment(), nullable=True),
        sa.Column("finished_at", moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=True),
        sa.Column("lease_until", moment(), nullable=True),
        sa.Column("stop_wanted", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("failure", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        schema="system",
    )
    op.create_index("ix_system_job_actor_created", "job", ["actor", "created_at"], unique=False, schema="system")
    op.create_index("ix_system_job_state_due", "job", ["state", "due_at"], unique=False, schema="system")
    op.create_index("ix_system_job_subject", "job", ["subject_id", "created_at"], unique=False, schema="system")


def _create_upload() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=True),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("clear_blanks", sa.Boolean(), nullable=False),
        sa.Column("looks", sa.LargeBinary(), nullable=True),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("constants", sa.JSON(), nullable=False),
        sa.Column("remember", sa.Boolean(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("file_until", moment(), nullable=False),
        sa.Column("file_gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        schema="system",
    )
    op.create_index("ix_system_upload_actor_created", "upload", ["actor", "created_at"], unique=False, schema="system")
    op.create_index("ix_system_upload_batch", "upload", ["batch_id"], unique=False, schema="system")
