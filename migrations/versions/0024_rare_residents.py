"""rare residents"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
database = "population"

LIVE = "retired_at IS NULL AND merged_into IS NULL"
USUAL = {
    "sex": ("1", "2"),
    "ethnicity": ("01",),
    "population_type": ("HJ", "LD"),
    "stay_status": ("1",),
    "doc_type": ("RIC",),
}


def upgrade() -> None:
    for column, usual in USUAL.items():
        where = f"{column} NOT IN ({', '.join(map(repr, usual))}) AND {LIVE}"
        op.drop_index(f"ix_resident_{column}", table_name="resident", schema="population")
        op.create_index(
            f"ix_resident_{column}",
            "resident",
            [column, "area_path", "id", *(name for name in USUAL if name != column)],
            schema="population",
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
