"""residents by area"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import plain_text

revision = "0023"
down_revision = "0022"
database = "population"

LIVE = "retired_at IS NULL AND merged_into IS NULL"
INCOMPLETE = (
    "(sex IS NULL OR sex = '' OR birth_date IS NULL OR birth_date = '' OR address IS NULL OR address = ''"
    " OR length(area_path) <= 4)"
)
FILTERED = ["sex", "ethnicity", "population_type", "stay_status", "doc_type"]


def upgrade() -> None:
    op.drop_index("ix_resident_group_group", table_name="resident_group", schema="population")
    op.add_column(
        "resident_group",
        sa.Column("area_path", plain_text(32), server_default="", nullable=False),
        schema="population",
    )
    op.execute(
        "UPDATE population.resident_group SET area_path = (SELECT resident.area_path FROM population.resident"
        " WHERE resident.id = resident_group.owner_id)"
    )
    op.create_index(
        "ix_resident_group_group", "resident_group", ["group_index", "area_path", "owner_id"], schema="population"
    )
    op.drop_index("ix_resident_area", table_name="resident", schema="population")
    _partial("ix_resident_area", ["area_path", "id", "name_pinyin", "birth_sort", *FILTERED], LIVE)
    _partial("ix_resident_incomplete", ["area_path", "id"], f"{INCOMPLETE} AND {LIVE}")


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, "resident", columns, schema="population",
        sqlite_where=sa.text(where), postgresql_where=sa.text(where),
    )  # fmt: skip
