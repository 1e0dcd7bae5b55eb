"""population"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0002"
down_revision = "0001"
database = "population"


def upgrade() -> None:
    _create_change()
    _create_change_head()


def _create_change() -> None:
    op.create_table(
        "change",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
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
        schema="population",
    )
    op.create_index(
        "ix_population_change_batch", "change", ["batch_id", "id"], unique=False, schema="population"
    )
    op.create_index(
        "ix_population_change_record", "change", ["record_id", "id"], unique=False, schema="population"
    )


def _create_change_head() -> None:
    op.create_table(
        "change_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head_mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_head")),
        schema="population",
    )
