"""organisations"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0003"
down_revision = "0002"
database = "organisations"


def upgrade() -> None:
    _create_batch()
    _create_change()
    _create_change_head()
    _create_duplicate()
    _create_organisation()
    _create_hazardous_chemical()
    _create_organisation_licence()
    _create_organisation_link()
    _create_organisation_registration()
    _create_responsibility_letter()
    _create_special_equipment()
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
        schema="organisations",
    )
    op.create_index("ix_organisations_batch_created", "batch", ["created_at"], unique=False, schema="organisations")


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
        schema="organisations",
    )
    op.create_index("ix_organisations_change_batch", "change", ["batch_id", "id"], unique=False, schema="organisations")
    op.create_index(
        "ix_organisations_change_record", "change", ["record_id", "id"], unique=False, schema="organisations"
    )


def _create_change_head() -> None:
    op.create_table(
        "change_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head_mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_head")),
        schema="organisations",
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
        schema="organisations",
    )
    op.create_index("ix_organisations_duplicate_batch", "duplicate", ["batch_id"], unique=False, schema="organisations")
    op.create_index(
        "ix_organisations_duplicate_state", "duplicate", ["state", "kind"], unique=False, schema="organisations"
    )


def _create_organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=100), nullable=True),
        sa.Column("org_type", plain_text(40), nullable=True),
        sa.Column("legal_form", sa.String(length=200), nullable=True),
        sa.Column("industry", plain_text(40), nullable=True),
        sa.Column("industry_text", sa.String(length=500), nullable=True),
        sa.Column("business_scope", sa.Text(), nullable=True),
        sa.Column("registered_capital", sa.String(length=100), nullable=True),
        sa.Column("operator_number", plain_text(60), nullable=True),
        sa.Column("legal_representative", sa.String(length=100), nullable=True),
        sa.Column("safety_manager", sa.String(length=100), nullable=True),
        sa.Column("safety_certificate", sa.String(length=100), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("safety_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("floor_area_m2", sa.Float(), nullable=True),
        sa.Column("floors", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("datum", plain_text(40), nullable=True),
        sa.Column("captured_x", sa.Double(), nullable=True),
        sa.Column("captured_y", sa.Double(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("operating_status", plain_text(40), nullable=True),
        sa.Column("responsible_department", sa.String(length=100), nullable=True),
        sa.Column("supervising_unit", sa.String(length=100), nullable=True),
        sa.Column("property_company", sa.String(length=200), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("standardisation_level", plain_text(40), nullable=True),
        sa.Column("key_unit_kinds", plain_text(400), nullable=True),
        sa.Column("small_venue", plain_text(40), nullable=True),
        sa.Column("fire_level", plain_text(40), nullable=True),
        sa.Column("last_inspected_on", sa.Date(), nullable=True),
        sa.Column("inspection_days", sa.Integer(), nullable=True),
        sa.Column("next_inspection_on", sa.Date(), nullable=True),
        sa.Column("evacuation_capacity", sa.Integer(), nullable=True),
        sa.Column("ebike_charging", sa.Boolean(), nullable=True),
        sa.Column("dormitory", sa.Boolean(), nullable=True),
        sa.Column("gas_kind", plain_text(40), nullable=True),
        sa.Column("work_at_height", sa.Boolean(), nullable=True),
        sa.Column("confined_space", sa.Boolean(), nullable=True),
        sa.Column("combustible_dust", sa.Boolean(), nullable=True),
        sa.Column("ammonia", sa.Boolean(), nullable=True),
        sa.Column("insured_until", sa.Date(), nullable=True),
        sa.Column("risk_colour", plain_text(40), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("name_pinyin", plain_text(200), nullable=False),
        sa.Column("name_initials", plain_text(100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("address_key", sa.String(length=300), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisations.organisation.id"], name=op.f("fk_organisation_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["organisations.organisation.id"], name=op.f("fk_organisation_successor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        schema="organisations",
    )
    op.create_index(
        "ix_organisation_area", "organisation", ["area_path", "name_pinyin"], unique=False, schema="organisations"
    )
    op.create_index(
        "ix_organisation_fingerprint", "organisation", ["fingerprint"], unique=False, schema="organisations"
    )
    op.create_index(
        "ix_organisation_merged_into",
        "organisation",
        ["merged_into"],
        unique=False,
        schema="organisations",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index("ix_organisation_name_key", "organisation", ["name_key"], unique=False, schema="organisations")
    op.create_index(
        "ix_organisation_next_inspection", "organisation", ["next_inspection_on"], unique=False, schema="organisations"
    )
    op.create_index(
        op.f("ix_organisation_parent_id"), "organisation", ["parent_id"], unique=False, schema="organisations"
    )
    op.create_index(
        op.f("ix_organisation_phone_index"), "organisation", ["phone_index"], unique=False, schema="organisations"
    )
    op.create_index(
        "ix_organisation_source", "organisation", ["source", "source_key"], unique=False, schema="organisations"
    )


def _create_hazardous_chemical() -> None:
    op.create_table(
        "hazardous_chemical",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("cas", plain_text(20), nullable=True),
        sa.Column("catalogue_no", sa.String(length=20), nullable=True),
        sa.Column("max_stock", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=True),
        sa.Column("storage", sa.String(length=100), nullable=True),
        sa.Column("major_hazard_grade", plain_text(40), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["organisations.organisation.id"], name=op.f("fk_hazardous_chemical_owner_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_hazardous_chemical")),
        schema="organisations",
    )


def _create_organisation_licence() -> None:
    op.create_table(
        "organisation_licence",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=True),
        sa.Column("issuer", sa.String(length=100), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["organisations.organisation.id"], name=op.f("fk_organisation_licence_owner_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_organisation_licence")),
        schema="organisations",
    )
    op.create_index(
        "ix_organisation_licence_valid_to", "organisation_licence", ["valid_to"], unique=False, schema="organisations"
    )


def _create_organisation_link() -> None:
    op.create_table(
        "organisation_link",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", plain_text(40), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["organisations.organisation.id"], name=op.f("fk_organisation_link_owner_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_organisation_link")),
        schema="organisations",
    )
    op.create_index(
        op.f("ix_organisation_link_target_id"), "organisation_link", ["target_id"], unique=False, schema="organisations"
    )


def _create_organisation_registration() -> None:
    op.create_table(
        "organisation_registration",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scheme", plain_text(40), nullable=False),
        sa.Column("number", plain_text(60), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["organisations.organisation.id"], name=op.f("fk_organisation_registration_owner_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_organisation_registration")),
        schema="organisations",
    )
    op.create_index(
        "ix_organisation_registration_number",
        "organisation_registration",
        ["number", "scheme"],
        unique=False,
        schema="organisations",
    )


def _create_responsibility_letter() -> None:
    op.create_table(
        "responsibility_letter",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_by", sa.String(length=100), nullable=True),
        sa.Column("signed_with", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["organisations.organisation.id"], name=op.f("fk_responsibility_letter_owner_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_responsibility_letter")),
        schema="organisations",
    )


def _create_special_equipment() -> None:
    op.create_table(
        "special_equipment",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("registration_code", sa.String(length=50), nullable=True),
        sa.Column("maker", sa.String(length=100), nullable=True),
        sa.Column("maintenance_firm", sa.String(length=100), nullable=True),
        sa.Column("next_inspection_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["organisations.organisation.id"], name=op.f("fk_special_equipment_owner_id")
        ),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_special_equipment")),
        schema="organisations",
    )
    op.create_index(
        "ix_special_equipment_next_inspection",
        "special_equipment",
        ["next_inspection_on"],
        unique=False,
        schema="organisations",
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
        sa.ForeignKeyConstraint(["batch_id"], ["organisations.batch.id"], name=op.f("fk_staged_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_staged_row")),
        schema="organisations",
    )
