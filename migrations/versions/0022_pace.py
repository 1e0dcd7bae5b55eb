"""pace"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0022"
down_revision = "0021"
database = "system"


def upgrade() -> None:
    op.create_table(
        "pace",
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("action", plain_text(20), nullable=False),
        sa.Column("since", moment(), nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "action", name=op.f("pk_pace")),
        schema="system",
    )
