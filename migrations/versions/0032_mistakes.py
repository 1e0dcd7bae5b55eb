"""mistakes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0032"
down_revision = "0031"
database = "system"


def upgrade() -> None:
    op.create_table(
        "mistake",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("told_at", moment(), nullable=False),
        sa.Column("page", sa.String(length=300), nullable=False),
        sa.Column("subject", plain_text(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("settled_at", moment(), nullable=True),
        sa.Column("settled_by", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mistake")),
        schema="system",
    )
    op.create_index("ix_mistake_open", "mistake", ["settled_at", "told_at"], unique=False, schema="system")
