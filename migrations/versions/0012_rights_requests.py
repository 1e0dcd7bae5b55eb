"""rights requests"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0012"
down_revision = "0011"
database = "system"


def upgrade() -> None:
    _create_rights_request()


def _create_rights_request() -> None:
    op.create_table(
        "rights_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", plain_text(12), nullable=False),
        sa.Column("right", plain_text(12), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", plain_text(32), nullable=False),
        sa.Column("asked_by", plain_text(12), nullable=False),
        sa.Column("proof", sa.String(length=500), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("state", plain_text(12), nullable=False),
        sa.Column("received_at", moment(), nullable=False),
        sa.Column("received_by", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("checked_at", moment(), nullable=True),
        sa.Column("checked_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", moment(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("done_by", sa.String(length=120), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_request")),
        sa.UniqueConstraint("number", name=op.f("uq_rights_request_number")),
        schema="system",
    )
    op.create_index("ix_rights_request_record_id", "rights_request", ["record_id"], unique=False, schema="system")
    op.create_index(
        "ix_rights_request_state_due_on", "rights_request", ["state", "due_on"], unique=False, schema="system"
    )
