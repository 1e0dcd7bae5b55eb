"""network"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0001"
down_revision = None
database = "network"


def upgrade() -> None:
    _create_area()
    _create_batch()
    _create_change()
    _create_change_head()
    _create_code()
    _create_duplicate()
    _create_import_mapping()
    _create_area_move()
    _create_staged_row()


def _create_area() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", plain_text(20), nullable=True),
        sa.Column("kind", plain_text(20), nullable=False),
        sa.Column("name_zh", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("path", plain_text(32), nullable=False),
        sa.Column("boundary", sa.JSON(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["network.area.id"], name=op.f("fk_area_merged_into")),
        sa.ForeignKeyConstraint(["parent_id"], ["network.area.id"], name=op.f("fk_area_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        schema="network",
    )
    op.create_index("ix_area_code", "area", ["code"], unique=False, schema="network")
    op.create_index("ix_area_path", "area", ["path"], unique=True, schema="network")


def _create_batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("state", plain_text(20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("clear_blanks", sa.Boolean(), nullable=False),
        sa.Column("headings", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("log_position", sa.BigInteger(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("applied_at", moment(), nullable=True),
        sa.Column("undone_at", moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        schema="network",
    )
    op.create_index("ix_network_batch_created", "batch", ["created_at"], unique=False, schema="network")


def _create_change() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
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
        schema="network",
    )
    op.create_index("ix_network_change_batch", "change", ["batch_id", "id"], unique=False, schema="network")
    op.create_index("ix_network_change_record", "change", ["record_id", "id"], unique=False, schema="network")


def _create_change_head() -> None:
    op.create_table(
        "change_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head_mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_head")),
        schema="network",
    )


def _create_code() -> None:
    op.create_table(
        "code",
        sa.Column("scheme", plain_text(40), nullable=False),
        sa.Column("code", plain_text(40), nullable=False),
        sa.Column("parent", plain_text(40), nullable=True),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("synonyms", sa.Text(), nullable=False),
        sa.Column("certainty", plain_text(10), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scheme", "code", name=op.f("pk_code")),
        schema="network",
    )


def _create_duplicate() -> None:
    op.create_table(
        "duplicate",
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("why", plain_text(40), nullable=False),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("found_at", moment(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("kind", "first_id", "second_id", name=op.f("pk_duplicate")),
        schema="network",
    )
    op.create_index("ix_network_duplicate_batch", "duplicate", ["batch_id"], unique=False, schema="network")
    op.create_index("ix_network_duplicate_state", "duplicate", ["state", "kind"], unique=False, schema="network")


def _create_import_mapping() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", name=op.f("pk_import_mapping")),
        schema="network",
    )


def _create_area_move() -> None:
    op.create_table(
        "area_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("old_path", plain_text(32), nullable=False),
        sa.Column("new_path", plain_text(32), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", moment(), nullable=False),
        sa.Column("finished_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["network.area.id"], name=op.f("fk_area_move_area_id")),
        sa.ForeignKeyConstraint(["merged_into"], ["network.area.id"], name=op.f("fk_area_move_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_move")),
        schema="network",
    )
    op.create_index("ix_area_move_finished_at", "area_move", ["finished_at"], unique=False, schema="network")


def _create_staged_row() -> None:
    op.create_table(
        "staged_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("problems", sa.LargeBinary(), nullable=True),
        sa.Column("incomplete", sa.Text(), nullable=True),
        sa.Column("probable", sa.Uuid(), nullable=True),
        sa.Column("source_key", sa.String(length=200), nullable=True),
        sa.Column("row_digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("first_row", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["network.batch.id"], name=op.f("fk_staged_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_staged_row")),
        schema="network",
    )
