"""saved searches and figures"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0020"
down_revision = "0019"
database = "system"


def upgrade() -> None:
    op.create_table(
        "kept_figures",
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", moment(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_kept_figures")),
        schema="system",
    )
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("wish", plain_text(2000), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("updated_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["system.user.id"], name=op.f("fk_saved_search_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("user_id", "name", name="uq_saved_search_name"),
        schema="system",
    )
