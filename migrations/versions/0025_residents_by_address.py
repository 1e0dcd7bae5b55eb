"""residents by address"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
database = "population"

LIVE = sa.text("retired_at IS NULL AND merged_into IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_resident_address",
        "resident",
        ["area_path", "address", "name", "id"],
        schema="population",
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
