"""preferences"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import plain_text

revision = "0021"
down_revision = "0020"
database = "system"


def upgrade() -> None:
    _create_preference()


def _create_preference() -> None:
    op.create_table(
        "preference",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", plain_text(80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["system.user.id"], name=op.f("fk_preference_user_id")),
        sa.PrimaryKeyConstraint("user_id", "name", name=op.f("pk_preference")),
        schema="system",
    )
