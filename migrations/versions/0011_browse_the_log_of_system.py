"""browse the log of system"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
database = "system"


def upgrade() -> None:
    # The rows of the records of an import are left out: they are found by its batch.
    by_hand = sa.text("batch_id IS NULL OR kind = 'batch'")
    for name, columns in {
        "at": ["at", "id"],
        "actor": ["actor", "at", "id"],
        "action": ["action", "at", "id"],
        "kind": ["kind", "at", "id"],
    }.items():
        op.create_index(
            f"ix_system_change_{name}",
            "change",
            columns,
            schema="system",
            sqlite_where=by_hand,
            postgresql_where=by_hand,
        )
