"""articles and projects"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment, plain_text

revision = "0026"
down_revision = "0025"
database = "network"


def upgrade() -> None:
    _create_news()
    _create_notice()
    _create_page()
    _create_project()
    _create_project_indicator()
    _create_project_measure()


def _create_news() -> None:
    op.create_table(
        "news",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("summary_en", sa.String(length=800), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_en", sa.Text(), nullable=True),
        sa.Column("category", plain_text(40), nullable=True),
        sa.Column("origin", sa.String(length=200), nullable=True),
        sa.Column("unit", sa.String(length=200), nullable=True),
        sa.Column("picture", plain_text(40), nullable=True),
        sa.Column("correction", sa.String(length=500), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("title_pinyin", plain_text(200), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("show_from", moment(), nullable=True),
        sa.Column("show_to", moment(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=True),
        sa.Column("edition_state", plain_text(20), nullable=False),
        sa.Column("written_by", sa.String(length=120), nullable=True),
        sa.Column("reviewed_by", sa.String(length=120), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("edition", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("public_from", moment(), nullable=True),
        sa.Column("public_to", moment(), nullable=True),
        sa.Column("public_category", plain_text(40), nullable=True),
        sa.Column("public_on", sa.Date(), nullable=True),
        sa.Column("public_pinned", sa.Boolean(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        schema="network",
    )
    op.create_index("ix_news_area", "news", ["area_path"], unique=False, schema="network")
    op.create_index("ix_news_fingerprint", "news", ["fingerprint"], unique=False, schema="network")
    op.create_index("ix_news_public", "news", ["public_on", "id"], unique=False, schema="network")
    op.create_index(
        "ix_news_public_category", "news", ["public_category", "public_on", "id"], unique=False, schema="network"
    )
    op.create_index("ix_news_source", "news", ["source", "source_key"], unique=False, schema="network")
    op.create_index("ix_news_state", "news", ["edition_state", "updated_at"], unique=False, schema="network")


def _create_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("document_number", sa.String(length=100), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("summary_en", sa.String(length=800), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_en", sa.Text(), nullable=True),
        sa.Column("category", plain_text(40), nullable=True),
        sa.Column("origin", sa.String(length=200), nullable=True),
        sa.Column("unit", sa.String(length=200), nullable=True),
        sa.Column("picture", plain_text(40), nullable=True),
        sa.Column("correction", sa.String(length=500), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("title_pinyin", plain_text(200), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("show_from", moment(), nullable=True),
        sa.Column("show_to", moment(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=True),
        sa.Column("edition_state", plain_text(20), nullable=False),
        sa.Column("written_by", sa.String(length=120), nullable=True),
        sa.Column("reviewed_by", sa.String(length=120), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("edition", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("public_from", moment(), nullable=True),
        sa.Column("public_to", moment(), nullable=True),
        sa.Column("public_category", plain_text(40), nullable=True),
        sa.Column("public_on", sa.Date(), nullable=True),
        sa.Column("public_pinned", sa.Boolean(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        schema="network",
    )
    op.create_index("ix_notice_area", "notice", ["area_path"], unique=False, schema="network")
    op.create_index("ix_notice_fingerprint", "notice", ["fingerprint"], unique=False, schema="network")
    op.create_index("ix_notice_public", "notice", ["public_on", "id"], unique=False, schema="network")
    op.create_index(
        "ix_notice_public_category", "notice", ["public_category", "public_on", "id"], unique=False, schema="network"
    )
    op.create_index("ix_notice_source", "notice", ["source", "source_key"], unique=False, schema="network")
    op.create_index("ix_notice_state", "notice", ["edition_state", "updated_at"], unique=False, schema="network")


def _create_page() -> None:
    op.create_table(
        "page",
        sa.Column("slug", plain_text(80), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("summary_en", sa.String(length=800), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_en", sa.Text(), nullable=True),
        sa.Column("category", plain_text(40), nullable=True),
        sa.Column("origin", sa.String(length=200), nullable=True),
        sa.Column("unit", sa.String(length=200), nullable=True),
        sa.Column("picture", plain_text(40), nullable=True),
        sa.Column("correction", sa.String(length=500), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("title_pinyin", plain_text(200), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("show_from", moment(), nullable=True),
        sa.Column("show_to", moment(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=True),
        sa.Column("edition_state", plain_text(20), nullable=False),
        sa.Column("written_by", sa.String(length=120), nullable=True),
        sa.Column("reviewed_by", sa.String(length=120), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("edition", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("public_from", moment(), nullable=True),
        sa.Column("public_to", moment(), nullable=True),
        sa.Column("public_category", plain_text(40), nullable=True),
        sa.Column("public_on", sa.Date(), nullable=True),
        sa.Column("public_pinned", sa.Boolean(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        schema="network",
    )
    op.create_index("ix_page_area", "page", ["area_path"], unique=False, schema="network")
    op.create_index("ix_page_fingerprint", "page", ["fingerprint"], unique=False, schema="network")
    op.create_index("ix_page_public", "page", ["public_on", "id"], unique=False, schema="network")
    op.create_index(
        "ix_page_public_category", "page", ["public_category", "public_on", "id"], unique=False, schema="network"
    )
    op.create_index("ix_page_source", "page", ["source", "source_key"], unique=False, schema="network")
    op.create_index("ix_page_state", "page", ["edition_state", "updated_at"], unique=False, schema="network")


def _create_project() -> None:
    op.create_table(
        "project",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=True),
        sa.Column("category", plain_text(40), nullable=True),
        sa.Column("status", plain_text(40), nullable=True),
        sa.Column("target_kind", plain_text(40), nullable=True),
        sa.Column("target_group", sa.String(length=200), nullable=True),
        sa.Column("target_group_en", sa.String(length=300), nullable=True),
        sa.Column("target_count", sa.Integer(), nullable=True),
        sa.Column("lead_unit", sa.String(length=200), nullable=True),
        sa.Column("partner_units", sa.String(length=500), nullable=True),
        sa.Column("working_group", sa.String(length=200), nullable=True),
        sa.Column("place", sa.String(length=300), nullable=True),
        sa.Column("year_from", sa.Integer(), nullable=True),
        sa.Column("year_to", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("indicator", sa.String(length=200), nullable=True),
        sa.Column("indicator_unit", sa.String(length=60), nullable=True),
        sa.Column("lower_is_better", sa.Boolean(), nullable=True),
        sa.Column("baseline_value", sa.Double(), nullable=True),
        sa.Column("baseline_period", sa.String(length=60), nullable=True),
        sa.Column("baseline_population", sa.Integer(), nullable=True),
        sa.Column("goal_value", sa.Double(), nullable=True),
        sa.Column("goal", sa.Text(), nullable=True),
        sa.Column("result_value", sa.Double(), nullable=True),
        sa.Column("result_period", sa.String(length=60), nullable=True),
        sa.Column("control_value", sa.String(length=200), nullable=True),
        sa.Column("evaluation_method", sa.Text(), nullable=True),
        sa.Column("evaluation", sa.Text(), nullable=True),
        sa.Column("good_example", sa.Boolean(), nullable=True),
        sa.Column("budget_planned", sa.Double(), nullable=True),
        sa.Column("budget_spent", sa.Double(), nullable=True),
        sa.Column("responsible", sa.String(length=100), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("summary_en", sa.Text(), nullable=True),
        sa.Column("picture_before", plain_text(40), nullable=True),
        sa.Column("picture_after", plain_text(40), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("title_pinyin", plain_text(200), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("show_from", moment(), nullable=True),
        sa.Column("show_to", moment(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=True),
        sa.Column("edition_state", plain_text(20), nullable=False),
        sa.Column("written_by", sa.String(length=120), nullable=True),
        sa.Column("reviewed_by", sa.String(length=120), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("edition", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("public_from", moment(), nullable=True),
        sa.Column("public_to", moment(), nullable=True),
        sa.Column("public_category", plain_text(40), nullable=True),
        sa.Column("public_on", sa.Date(), nullable=True),
        sa.Column("public_pinned", sa.Boolean(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        schema="network",
    )
    op.create_index("ix_project_area", "project", ["area_path", "id"], unique=False, schema="network")
    op.create_index("ix_project_fingerprint", "project", ["fingerprint"], unique=False, schema="network")
    op.create_index("ix_project_public", "project", ["public_on", "id"], unique=False, schema="network")
    op.create_index("ix_project_source", "project", ["source", "source_key"], unique=False, schema="network")
    op.create_index("ix_project_state", "project", ["edition_state", "updated_at"], unique=False, schema="network")


def _create_project_indicator() -> None:
    op.create_table(
        "project_indicator",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("planned", sa.Double(), nullable=True),
        sa.Column("reached", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["network.project.id"], name=op.f("fk_project_indicator_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_project_indicator")),
        schema="network",
    )


def _create_project_measure() -> None:
    op.create_table(
        "project_measure",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("text_en", sa.String(length=800), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=True),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["network.project.id"], name=op.f("fk_project_measure_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "position", name=op.f("pk_project_measure")),
        schema="network",
    )
