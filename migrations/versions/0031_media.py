"""media"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0031"
down_revision = "0030"
database = "network"


def upgrade() -> None:
    _create_media()
    _create_media_use()
    op.add_column("news", sa.Column("files", sa.JSON(none_as_null=True), nullable=True), schema="network")
    op.add_column("notice", sa.Column("files", sa.JSON(none_as_null=True), nullable=True), schema="network")
    op.add_column("page", sa.Column("files", sa.JSON(none_as_null=True), nullable=True), schema="network")


def _create_media() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", plain_text(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", plain_text(64), nullable=False),
        sa.Column("alternative", sa.String(length=300), nullable=False),
        sa.Column("alternative_en", sa.String(length=400), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("added_at", moment(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        schema="network",
    )
    op.create_index("ix_media_added", "media", ["added_at", "id"], unique=False, schema="network")
    op.create_index("ix_media_digest", "media", ["digest"], unique=False, schema="network")


def _create_media_use() -> None:
    op.create_table(
        "media_use",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["network.media.id"], name=op.f("fk_media_use_media_id")),
        sa.PrimaryKeyConstraint("media_id", "record_id", name=op.f("pk_media_use")),
        schema="network",
    )
    op.create_index("ix_media_use_record", "media_use", ["record_id"], unique=False, schema="network")
