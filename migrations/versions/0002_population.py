"""population"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0002"
down_revision = "0001"
database = "population"


def upgrade() -> None:
    _create_batch()
    _create_change()
    _create_change_head()
    _create_denominator()
    _create_duplicate()
    _create_dwelling()
    _create_transfer_request()
    _create_household()
    _create_staged_row()
    _create_resident()
    _create_resident_event()
    _create_resident_group()
    _create_resident_link()
    _create_resident_stay()


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
        schema="population",
    )
    op.create_index("ix_population_batch_created", "batch", ["created_at"], unique=False, schema="population")


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
        schema="population",
    )
    op.create_index("ix_population_change_batch", "change", ["batch_id", "id"], unique=False, schema="population")
    op.create_index("ix_population_change_record", "change", ["record_id", "id"], unique=False, schema="population")


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


def _create_denominator() -> None:
    op.create_table(
        "denominator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("scheme", plain_text(40), nullable=False),
        sa.Column("sex", plain_text(2), nullable=False),
        sa.Column("age_band", plain_text(10), nullable=False),
        sa.Column("count", sa.Float(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denominator")),
        schema="population",
    )
    op.create_index(
        "uq_denominator",
        "denominator",
        ["area_id", "year", "scheme", "sex", "age_band", "source"],
        unique=True,
        schema="population",
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
        schema="population",
    )
    op.create_index("ix_population_duplicate_batch", "duplicate", ["batch_id"], unique=False, schema="population")
    op.create_index("ix_population_duplicate_state", "duplicate", ["state", "kind"], unique=False, schema="population")


def _create_dwelling() -> None:
    op.create_table(
        "dwelling",
        sa.Column("building_id", sa.Uuid(), nullable=True),
        sa.Column("building_name", sa.String(length=200), nullable=True),
        sa.Column("building_sort", plain_text(300), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(length=40), nullable=True),
        sa.Column("use", plain_text(4), nullable=True),
        sa.Column("tenure", plain_text(20), nullable=True),
        sa.Column("owner_name", sa.String(length=100), nullable=True),
        sa.Column("rent_from", sa.Date(), nullable=True),
        sa.Column("rent_to", sa.Date(), nullable=True),
        sa.Column("gas_kind", plain_text(20), nullable=True),
        sa.Column("smoke_alarm", sa.Boolean(), nullable=True),
        sa.Column("gas_alarm", sa.Boolean(), nullable=True),
        sa.Column("ebike_indoors", sa.Boolean(), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dwelling")),
        schema="population",
    )
    op.create_index(
        "ix_dwelling_area",
        "dwelling",
        ["area_path", "building_sort", "id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_dwelling_building",
        "dwelling",
        ["building_id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("building_id IS NOT NULL"),
        postgresql_where=sa.text("building_id IS NOT NULL"),
    )
    op.create_index(
        "ix_dwelling_fingerprint",
        "dwelling",
        ["fingerprint"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("fingerprint IS NOT NULL"),
        postgresql_where=sa.text("fingerprint IS NOT NULL"),
    )
    op.create_index(
        "ix_dwelling_merged_into",
        "dwelling",
        ["merged_into"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "ix_dwelling_row_digest",
        "dwelling",
        ["row_digest"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("row_digest IS NOT NULL"),
        postgresql_where=sa.text("row_digest IS NOT NULL"),
    )
    op.create_index(
        "ix_dwelling_source",
        "dwelling",
        ["source", "source_key"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("source_key IS NOT NULL"),
        postgresql_where=sa.text("source_key IS NOT NULL"),
    )


def _create_transfer_request() -> None:
    op.create_table(
        "transfer_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("with_household", sa.Boolean(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", plain_text(32), nullable=False),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("requested_by", sa.String(length=120), nullable=False),
        sa.Column("requested_at", moment(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", moment(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_request")),
        schema="population",
    )
    op.create_index(
        "ix_transfer_request_requested_by",
        "transfer_request",
        ["requested_by", "requested_at"],
        unique=False,
        schema="population",
    )
    op.create_index(
        "ix_transfer_request_state", "transfer_request", ["state", "requested_at"], unique=False, schema="population"
    )
    op.create_index(
        "uq_transfer_request_open",
        "transfer_request",
        ["resident_id", "area_id"],
        unique=True,
        schema="population",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _create_household() -> None:
    op.create_table(
        "household",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("key", plain_text(100), nullable=True),
        sa.Column("kind", plain_text(4), nullable=True),
        sa.Column("hukou_kind", plain_text(4), nullable=True),
        sa.Column("head_id", sa.Uuid(), nullable=True),
        sa.Column("dwelling_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.ForeignKeyConstraint(["dwelling_id"], ["population.dwelling.id"], name=op.f("fk_household_dwelling_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        schema="population",
    )
    op.create_index(
        "ix_household_area",
        "household",
        ["area_path", "number", "id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_household_dwelling",
        "household",
        ["dwelling_id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("dwelling_id IS NOT NULL"),
        postgresql_where=sa.text("dwelling_id IS NOT NULL"),
    )
    op.create_index(
        "ix_household_fingerprint",
        "household",
        ["fingerprint"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("fingerprint IS NOT NULL"),
        postgresql_where=sa.text("fingerprint IS NOT NULL"),
    )
    op.create_index(
        "ix_household_head",
        "household",
        ["head_id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("head_id IS NOT NULL"),
        postgresql_where=sa.text("head_id IS NOT NULL"),
    )
    op.create_index(
        "ix_household_key",
        "household",
        ["key"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("key IS NOT NULL"),
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_index(
        "ix_household_merged_into",
        "household",
        ["merged_into"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "ix_household_row_digest",
        "household",
        ["row_digest"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("row_digest IS NOT NULL"),
        postgresql_where=sa.text("row_digest IS NOT NULL"),
    )
    op.create_index(
        "ix_household_source",
        "household",
        ["source", "source_key"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("source_key IS NOT NULL"),
        postgresql_where=sa.text("source_key IS NOT NULL"),
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
        sa.ForeignKeyConstraint(["batch_id"], ["population.batch.id"], name=op.f("fk_staged_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_staged_row")),
        schema="population",
    )


def _create_resident() -> None:
    op.create_table(
        "resident",
        sa.Column("doc_type", plain_text(20), nullable=True),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("no_id_reason", plain_text(20), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_pinyin", plain_text(200), nullable=False),
        sa.Column("name_initials", plain_text(60), nullable=False),
        sa.Column("given_name", plain_text(100), nullable=False),
        sa.Column("sex", plain_text(2), nullable=True),
        sa.Column("birth_date", plain_text(10), nullable=True),
        sa.Column("birth_sort", plain_text(10), nullable=False),
        sa.Column("ethnicity", plain_text(4), nullable=True),
        sa.Column("education", plain_text(4), nullable=True),
        sa.Column("marital_status", plain_text(4), nullable=True),
        sa.Column("occupation", plain_text(4), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("population_type", plain_text(4), nullable=True),
        sa.Column("registration_match", plain_text(4), nullable=True),
        sa.Column("separation_type", plain_text(4), nullable=True),
        sa.Column("stay_status", plain_text(4), nullable=True),
        sa.Column("moved_in_on", plain_text(10), nullable=True),
        sa.Column("moved_out_on", sa.Date(), nullable=True),
        sa.Column("expected_leave_on", sa.Date(), nullable=True),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("registered_division", plain_text(12), nullable=True),
        sa.Column("registered_address", sa.String(length=300), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("household_number", sa.String(length=60), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("relation_to_head", plain_text(4), nullable=True),
        sa.Column("dwelling_id", sa.Uuid(), nullable=True),
        sa.Column("employer_name", sa.String(length=200), nullable=True),
        sa.Column("guardian_name", sa.String(length=100), nullable=True),
        sa.Column("guardian_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("emergency_contact", sa.String(length=100), nullable=True),
        sa.Column("emergency_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("data_source", plain_text(20), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.String(length=100), nullable=True),
        sa.Column("notice_ref", sa.String(length=100), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.ForeignKeyConstraint(["dwelling_id"], ["population.dwelling.id"], name=op.f("fk_resident_dwelling_id")),
        sa.ForeignKeyConstraint(["household_id"], ["population.household.id"], name=op.f("fk_resident_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        schema="population",
    )
    op.create_index(
        "ix_resident_area",
        "resident",
        [
            "area_path",
            "name_pinyin",
            "id",
            "birth_sort",
            "sex",
            "ethnicity",
            "population_type",
            "stay_status",
            "doc_type",
        ],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_birth",
        "resident",
        ["birth_sort", "id", "area_path", "sex", "ethnicity", "population_type", "stay_status", "doc_type"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_doc_type",
        "resident",
        ["doc_type", "area_path", "id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("doc_type NOT IN ('RIC') AND retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("doc_type NOT IN ('RIC') AND retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_dwelling",
        "resident",
        ["dwelling_id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("dwelling_id IS NOT NULL"),
        postgresql_where=sa.text("dwelling_id IS NOT NULL"),
    )
    op.create_index(
        "ix_resident_ethnicity",
        "resident",
        ["ethnicity", "area_path", "id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("ethnicity NOT IN ('01') AND retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("ethnicity NOT IN ('01') AND retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_fingerprint",
        "resident",
        ["fingerprint"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("fingerprint IS NOT NULL"),
        postgresql_where=sa.text("fingerprint IS NOT NULL"),
    )
    op.create_index(
        "ix_resident_given_name",
        "resident",
        ["given_name", "area_path"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_household",
        "resident",
        ["household_id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("household_id IS NOT NULL"),
        postgresql_where=sa.text("household_id IS NOT NULL"),
    )
    op.create_index(
        "ix_resident_id",
        "resident",
        [
            "id",
            "area_path",
            "name_pinyin",
            "birth_sort",
            "sex",
            "ethnicity",
            "population_type",
            "stay_status",
            "doc_type",
        ],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_initials",
        "resident",
        ["name_initials", "area_path"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_merged_into",
        "resident",
        ["merged_into"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "ix_resident_phone",
        "resident",
        ["phone_index"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("phone_index IS NOT NULL"),
        postgresql_where=sa.text("phone_index IS NOT NULL"),
    )
    op.create_index(
        "ix_resident_pinyin",
        "resident",
        ["name_pinyin", "id", "area_path", "sex", "ethnicity", "population_type", "stay_status", "doc_type", "name"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_population_type",
        "resident",
        ["population_type", "area_path", "id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("population_type NOT IN ('HJ', 'LD') AND retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("population_type NOT IN ('HJ', 'LD') AND retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_retired",
        "resident",
        ["area_path", "id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NOT NULL"),
        postgresql_where=sa.text("retired_at IS NOT NULL"),
    )
    op.create_index(
        "ix_resident_retired_at",
        "resident",
        ["retired_at"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NOT NULL"),
        postgresql_where=sa.text("retired_at IS NOT NULL"),
    )
    op.create_index(
        "ix_resident_row_digest",
        "resident",
        ["row_digest"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("row_digest IS NOT NULL"),
        postgresql_where=sa.text("row_digest IS NOT NULL"),
    )
    op.create_index(
        "ix_resident_sex",
        "resident",
        ["sex", "area_path", "id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("sex NOT IN ('1', '2') AND retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("sex NOT IN ('1', '2') AND retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_source",
        "resident",
        ["source", "source_key"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("source_key IS NOT NULL"),
        postgresql_where=sa.text("source_key IS NOT NULL"),
    )
    op.create_index(
        "ix_resident_stay_status",
        "resident",
        ["stay_status", "area_path", "id"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("stay_status NOT IN ('1') AND retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("stay_status NOT IN ('1') AND retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "ix_resident_updated",
        "resident",
        ["updated_at", "id", "area_path", "sex", "ethnicity", "population_type", "stay_status", "doc_type"],
        unique=False,
        schema="population",
        sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
    )
    op.create_index(
        "uq_resident_number",
        "resident",
        ["id_number_index", "doc_type"],
        unique=True,
        schema="population",
        sqlite_where=sa.text("id_number_index IS NOT NULL AND retired_at IS NULL AND merged_into IS NULL"),
        postgresql_where=sa.text("id_number_index IS NOT NULL AND retired_at IS NULL AND merged_into IS NULL"),
    )


def _create_resident_event() -> None:
    op.create_table(
        "resident_event",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", plain_text(20), nullable=False),
        sa.Column("event_on", sa.Date(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("from_area_id", sa.Uuid(), nullable=True),
        sa.Column("to_area_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["population.resident.id"], name=op.f("fk_resident_event_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_resident_event")),
        schema="population",
    )
    op.create_index("ix_resident_event_on", "resident_event", ["event_on", "kind"], unique=False, schema="population")


def _create_resident_group() -> None:
    op.create_table(
        "resident_group",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("group_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("disability_type_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("disability_grade_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("needs_evacuation_help", sa.Boolean(), nullable=True),
        sa.Column("source_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("noted_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["population.resident.id"], name=op.f("fk_resident_group_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_resident_group")),
        schema="population",
    )
    op.create_index(
        "ix_resident_group_group", "resident_group", ["group_index", "owner_id"], unique=False, schema="population"
    )
    op.create_index("ix_resident_group_review", "resident_group", ["review_on"], unique=False, schema="population")


def _create_resident_link() -> None:
    op.create_table(
        "resident_link",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", plain_text(40), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["population.resident.id"], name=op.f("fk_resident_link_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_resident_link")),
        schema="population",
    )
    op.create_index(
        op.f("ix_resident_link_target_id"), "resident_link", ["target_id"], unique=False, schema="population"
    )


def _create_resident_stay() -> None:
    op.create_table(
        "resident_stay",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", plain_text(20), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("area_path", plain_text(32), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("certainty", plain_text(10), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("sex", plain_text(2), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["population.resident.id"], name=op.f("fk_resident_stay_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_resident_stay")),
        schema="population",
    )
    op.create_index(
        "ix_resident_stay_census",
        "resident_stay",
        ["area_path", "sex", "born_on", "counted_from", "to_on", "kind", "certainty"],
        unique=False,
        schema="population",
    )
