"""keys of work done in facilities"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment

revision = "0017"
down_revision = "0016"
database = "facilities"


def upgrade() -> None:
    _create_done_key()


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
        schema="facilities",
    )
    op.create_index("ix_facilities_done_key_done_at", "done_key", ["done_at"], unique=False, schema="facilities")
    op.create_index("ix_facilities_done_key_key_mac", "done_key", ["key_mac"], unique=True, schema="facilities")
    op.create_index("ix_facilities_done_key_record_id", "done_key", ["record_id"], unique=False, schema="facilities")
