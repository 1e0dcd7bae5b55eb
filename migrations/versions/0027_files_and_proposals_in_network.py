"""files and proposals in network"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0027"
down_revision = "0026"
database = "network"


def upgrade() -> None:
    _create_attachment()
    _create_proposal()


def _create_attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", plain_text(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(length=300), nullable=True),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("added_at", moment(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        schema="network",
    )
    op.create_index(
        "ix_network_attachment_record", "attachment", ["record_id", "added_at"], unique=False, schema="network"
    )


def _create_proposal() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("proposed_by", sa.String(length=120), nullable=False),
        sa.Column("proposed_at", moment(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", moment(), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        schema="network",
    )
    op.create_index(
        "ix_network_proposal_by", "proposal", ["proposed_by", "proposed_at"], unique=False, schema="network"
    )
    op.create_index("ix_network_proposal_record", "proposal", ["record_id"], unique=False, schema="network")
    op.create_index(
        "ix_network_proposal_state", "proposal", ["state", "kind", "proposed_at"], unique=False, schema="network"
    )
