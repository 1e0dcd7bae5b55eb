"""units by their people"""

from alembic import op

revision = "0019"
down_revision = "0018"
database = "organisations"


def upgrade() -> None:
    for column in ("legal_representative", "safety_manager"):
        op.create_index(f"ix_organisation_{column}", "organisation", [column], schema="organisations")
