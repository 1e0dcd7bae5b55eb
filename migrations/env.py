"""Run by Alembic: one pass per database, each with that database's own version table."""

from alembic import context

from migrations import one_pass
from registries.db import DATABASES

database = context.config.attributes.get("database")
if database is None:
    raise SystemExit("Use “sanku upgrade”; “python -m migrations.draft” drafts a revision.")

for name in DATABASES:
    with one_pass(database, name) as connection:
        context.configure(connection=connection, version_table_schema=name)
        context.run_migrations()
