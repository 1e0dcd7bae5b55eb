"""The history of the tables: one linear line of revisions, each of which names the database it changes.

The history is the same for SQLite and PostgreSQL. There is one pass per database, in one transaction that
writes nothing else, and each database keeps its own version table: a revision of another database is only
recorded there. So a kill between two passes leaves some databases behind, never one half done, and the next
`upgrade` goes on from there.

Revisions are called ``0001_slug.py``, numbered without gaps, and never import the models: they must still say
in ten years what they said when they were written. ``python -m migrations.draft`` drafts them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script, ScriptDirectory

from registries.db import DATABASES, Database
from registries.messages import N_, Problem, Refused

#: Marks a SQLite file as one of Sanku's ("Sank" in ASCII).
APPLICATION_ID = 0x53616E6B
#: Two upgrades of one PostgreSQL database take turns on this number.
ADVISORY_LOCK = 0x53616E6B


def configuration(database: Database | None = None, folder: Path | None = None) -> Config:
    """How Alembic finds the history; ``env.py`` runs for ``database``."""
    config = Config()
    config.set_main_option("script_location", str(folder or Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["database"] = database
    return config


def create_empty(database: Database) -> None:
    """Make the data folder and the files that are missing, for the owner's eyes only.

    PostgreSQL needs nothing: `upgrade` makes the schemas.
    """
    if not database.is_sqlite:
        return
    database.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in DATABASES:
        # The files that SQLite puts beside it (-wal, -shm) take over the mode of the file itself.
        os.close(os.open(database.file(name), os.O_CREAT | os.O_RDWR, 0o600))


def upgrade(database: Database, to: str = "heads", leaving_out: Collection[str] = ()) -> None:
    """Bring every database to the newest revision, or to that one; what is there already is left alone.

    ``leaving_out`` names revisions that are recorded but not run, for a new draft of one of them.

    :raises Refused: a database was written by a newer Sanku.
    """
    config = configuration(database)
    script = ScriptDirectory.from_config(config)
    _refuse_unknown(script, current(database))

    def steps(done: tuple[str, ...], context: MigrationContext) -> Iterator[MigrationStep]:
        for revision in _after(script, done, to):
            step = MigrationStep.upgrade_from_script(script.revision_map, revision)
            if revision.module.database != context.version_table_schema or revision.revision in leaving_out:
                step.migration_fn = _nothing
            yield step

    with EnvironmentContext(config, script, fn=steps, destination_rev=to):
        script.run_env()


def _nothing(**_: Any) -> None:
    """What a revision of another database does."""


def _after(script: ScriptDirectory, done: tuple[str, ...], to: str) -> list[Script]:
    return list(script.iterate_revisions(to, done or "base"))[::-1]


def _refuse_unknown(script: ScriptDirectory, found: dict[str, str | None]) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    for name, revision in found.items():
        if revision is not None and revision not in known:
            raise Refused(Problem(
                N_("A newer version of Sanku wrote the database “%(name)s” (revision %(revision)s)."),
                N_("Install that version, or restore a backup made with this one."),
                name=name, revision=revision,
            ))  # fmt: skip


def current(database: Database) -> dict[str, str | None]:
    """The revision of each database, ``None`` for one without tables."""
    with database.engine.connect() as connection:
        return {name: _current(connection, name) for name in DATABASES}


def _current(connection: sa.Connection, name: str) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table_schema": name})
    return context.get_current_revision()


def head() -> str | None:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def heads_match(database: Database) -> list[str]:
    """The databases that are not at the newest revision; none of them means that the program may start."""
    newest = head()
    return [name for name, revision in current(database).items() if revision != newest]


@contextmanager
def one_pass(database: Database, name: str) -> Iterator[sa.Connection]:
    """A transaction for the revisions of one database, which alone it may write.

    Foreign keys are not enforced meanwhile and checked at the end: on SQLite a change of a table is a new
    table, and dropping the old one with foreign keys on would empty the links of its children.
    """
    with database.engine.connect() as plain:
        connection = plain.execution_options(sanku_writes=name)
        foreign_keys = "PRAGMA foreign_keys = "
        if database.is_sqlite:
            _raw(connection).execute(foreign_keys + "OFF")  # Has no effect once a transaction has begun.
        try:
            with connection.begin():
                _take_turn(connection, name)
                yield connection
                _check_foreign_keys(connection, name)
        finally:
            if database.is_sqlite:
                _raw(connection).execute(foreign_keys + "ON")


def _raw(connection: sa.Connection) -> Any:
    return connection.connection.dbapi_connection


def _take_turn(connection: sa.Connection, name: str) -> None:
    if connection.dialect.name == "sqlite":
        # A write as first statement waits for the file's lock; a read followed by a write would fail at once.
        connection.exec_driver_sql(f"PRAGMA {name}.application_id = {APPLICATION_ID}")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        connection.execute(sa.schema.CreateSchema(name, if_not_exists=True))


def _check_foreign_keys(connection: sa.Connection, name: str) -> None:
    if connection.dialect.name != "sqlite":
        return
    lost = connection.exec_driver_sql(f"PRAGMA {name}.foreign_key_check").fetchone()
    if lost is not None:
        table, row, parent, _ = lost
        raise sa.exc.IntegrityError(
            f"Row {row} of {name}.{table} points at nothing in {parent}.", None, ValueError(name)
        )
