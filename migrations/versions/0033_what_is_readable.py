"""what is readable"""

import sqlalchemy as sa
from alembic import op

from migrations.column_types import moment

revision = "0033"
down_revision = "0032"
database = "network"

READABLE = sa.text("edition IS NOT NULL AND retired_at IS NULL AND merged_into IS NULL")


def upgrade() -> None:
    for name in ("news", "notice", "page", "project"):
        op.add_column(name, sa.Column("published_at", moment(), nullable=True), schema="network")
        _fill(name)
        op.create_index(
            f"ix_{name}_readable",
            name,
            ["public_pinned", "public_on", "id", "public_from", "public_to", "public_category"],
            schema="network",
            sqlite_where=READABLE,
            postgresql_where=READABLE,
        )


def _fill(name: str) -> None:
    """An edition like its working text was fixed when that last changed; of the others only the begin is known."""
    table = sa.table(
        name,
        *map(sa.column, ("edition", "edition_state", "updated_at", "public_from", "published_at")),
        schema="network",
    )
    known = sa.case((table.c.edition_state == "published", table.c.updated_at), else_=table.c.public_from)
    op.execute(table.update().where(table.c.edition.is_not(None)).values(published_at=known))
