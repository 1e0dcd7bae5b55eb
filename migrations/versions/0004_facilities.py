"""facilities"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0004"
down_revision = "0003"
database = "facilities"


def upgrade() -> None:
    _create_batch()
    _create_change()
    _create_change_head()
    _create_duplicate()
    _create_facility()
    _create_place()
    _create_serial()
    _create_facility_link()
    _create_staged_row()


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
        schema="facilities",
    )
    op.create_index("ix_facilities_batch_created", "batch", ["created_at"], unique=False, schema="facilities")


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
        schema="facilities",
    )
    op.create_index("ix_facilities_change_batch", "change", ["batch_id", "id"], unique=False, schema="facilities")
    op.create_index("ix_facilities_change_record", "change", ["record_id", "id"], unique=False, schema="facilities")


def _create_change_head() -> None:
    op.create_table(
        "change_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head_mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_head")),
        schema="facilities",
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
        schema="facilities",
    )
    op.create_index("ix_facilities_duplicate_batch", "duplicate", ["batch_id"], unique=False, schema="facilities")
    op.create_index("ix_facilities_duplicate_state", "duplicate", ["state", "kind"], unique=False, schema="facilities")


def _create_facility() -> None:
    op.create_table(
        "facility",
        sa.Column("code", plain_text(16), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("subclass", plain_text(40), nullable=True),
        sa.Column("competent_department", sa.String(length=100), nullable=True),
        sa.Column("competent_department_code", sa.String(length=40), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("owner_code", sa.String(length=40), nullable=True),
        sa.Column("maintainer", sa.String(length=200), nullable=True),
        sa.Column("maintainer_code", sa.String(length=40), nullable=True),
        sa.Column("location", sa.String(length=500), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("datum", plain_text(40), nullable=True),
        sa.Column("captured_x", sa.Double(), nullable=True),
        sa.Column("captured_y", sa.Double(), nullable=True),
        sa.Column("state", plain_text(40), nullable=True),
        sa.Column("model", sa.String(length=100), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("warranty_until", sa.Date(), nullable=True),
        sa.Column("size", sa.String(length=100), nullable=True),
        sa.Column("material", sa.String(length=100), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("opening_hours", sa.String(length=200), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=True),
        sa.Column("check_days", sa.Integer(), nullable=True),
        sa.Column("last_checked_on", sa.Date(), nullable=True),
        sa.Column("next_check_on", sa.Date(), nullable=True),
        sa.Column("risk_colour", plain_text(40), nullable=True),
        sa.Column("surveyed_on", sa.Date(), nullable=True),
        sa.Column("data_source", sa.String(length=100), nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("name_pinyin", plain_text(200), nullable=False),
        sa.Column("name_initials", plain_text(100), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", plain_text(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("updated_at", moment(), nullable=False),
        sa.Column("retired_at", moment(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=100), nullable=True),
        sa.Column("source_key", sa.String(length=200), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=True),
        sa.Column("row_digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        schema="facilities",
    )
    op.create_index("ix_facility_area", "facility", ["area_path", "subclass"], unique=False, schema="facilities")
    op.create_index("ix_facility_fingerprint", "facility", ["fingerprint"], unique=False, schema="facilities")
    op.create_index(
        "ix_facility_merged_into",
        "facility",
        ["merged_into"],
        unique=False,
        schema="facilities",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index("ix_facility_next_check", "facility", ["next_check_on"], unique=False, schema="facilities")
    op.create_index(
        "ix_facility_position", "facility", ["subclass", "longitude", "latitude"], unique=False, schema="facilities"
    )
    op.create_index("ix_facility_source", "facility", ["source", "source_key"], unique=False, schema="facilities")
    op.create_index(
        "uq_facility_code",
        "facility",
        ["code"],
        unique=True,
        schema="facilities",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )


def _create_place() -> None:
    op.create_table(
        "place",
        sa.Column("code", plain_text(40), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", plain_text(40), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("datum", plain_text(40), nullable=True),
        sa.Column("captured_x", sa.Double(), nullable=True),
        sa.Column("captured_y", sa.Double(), nullable=True),
        sa.Column("floors_up", sa.Integer(), nullable=True),
        sa.Column("floors_down", sa.Integer(), nullable=True),
        sa.Column("height_m", sa.Float(), nullable=True),
        sa.Column("structure", plain_text(40), nullable=True),
        sa.Column("built_year", sa.Integer(), nullable=True),
        sa.Column("use", sa.String(length=100), nullable=True),
        sa.Column("floor_area_m2", sa.Float(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("lifts", sa.Integer(), nullable=True),
        sa.Column("property_company", sa.String(length=200), nullable=True),
        sa.Column("fire_lane", sa.Boolean(), nullable=True),
        sa.Column("evacuation_stairs", sa.Integer(), nullable=True),
        sa.Column("danger_grade", plain_text(40), nullable=True),
        sa.Column("exterior_insulation", sa.Boolean(), nullable=True),
        sa.Column("gas_kind", plain_text(40), nullable=True),
        sa.Column("safety_manager", sa.String(length=100), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("name_pinyin", plain_text(200), nullable=False),
        sa.Column("name_initials", plain_text(100), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", plain_text(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("updated_at", moment(), nullable=False),
        sa.Column("retired_at", moment(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=100), nullable=True),
        sa.Column("source_key", sa.String(length=200), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=True),
        sa.Column("row_digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        schema="facilities",
    )
    op.create_index("ix_place_area", "place", ["area_path", "name_pinyin"], unique=False, schema="facilities")
    op.create_index("ix_place_code", "place", ["code"], unique=False, schema="facilities")
    op.create_index("ix_place_fingerprint", "place", ["fingerprint"], unique=False, schema="facilities")
    op.create_index(
        "ix_place_merged_into",
        "place",
        ["merged_into"],
        unique=False,
        schema="facilities",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index("ix_place_source", "place", ["source", "source_key"], unique=False, schema="facilities")


def _create_serial() -> None:
    op.create_table(
        "serial",
        sa.Column("county", plain_text(6), nullable=False),
        sa.Column("subclass", plain_text(4), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county", "subclass", name=op.f("pk_serial")),
        schema="facilities",
    )


def _create_facility_link() -> None:
    op.create_table(
        "facility_link",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", plain_text(40), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["facilities.facility.id"], name=op.f("fk_facility_link_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_facility_link")),
        schema="facilities",
    )
    op.create_index(
        op.f("ix_facility_link_target_id"), "facility_link", ["target_id"], unique=False, schema="facilities"
    )


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
        sa.ForeignKeyConstraint(["batch_id"], ["facilities.batch.id"], name=op.f("fk_staged_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_staged_row")),
        schema="facilities",
    )
