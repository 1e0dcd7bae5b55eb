"""Copies of the databases as files, each of one moment, made while others go on writing.

*SQLite.* One connection begins to read all five files within a moment, and SQLite's own backup copies what it
sees: a plain copy of a file in use would miss what is not yet merged into it, and `integrity_check` would not
notice.

*PostgreSQL.* One read-only transaction of isolation REPEATABLE READ sees one moment of everything; each table
is copied out with COPY into a compressed file, so no program of the server's version is needed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from .db import DATABASES, Database

#: Records come before what they point at, so that no link of a copy leads to what came later.
ORDER = ("system", "population", "organisations", "facilities", "network")
_BLOCK = 1 << 20
VERSION_TABLE = "alembic_version"

Counts = dict[str, int]


def private_file(path: Path) -> None:
    """An empty file that only its owner may read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def sha256(path: Path) -> str:
    """The digest of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def tables(connection: sa.Connection, name: str) -> list[str]:
    """The tables that a database really has."""
    return sorted(sa.inspect(connection).get_table_names(name))


def row_counts(connection: sa.Connection) -> Counts:
    """How many rows each table has."""
    counts = {}
    for name in DATABASES:
        for table in tables(connection, name):
            found = sa.select(sa.func.count()).select_from(sa.table(table, schema=name))
            counts[f"{name}.{table}"] = connection.scalar(found) or 0
    return counts


def copy_out(database: Database, folder: Path, describe: Callable[[sa.Connection], Any]) -> Any:
    """Write all databases into files of ``folder``; what ``describe`` says is said of the same moment."""
    return (_sqlite_out if database.is_sqlite else _postgres_out)(database, folder, describe)


def _sqlite_out(database: Database, folder: Path, describe: Callable[[sa.Connection], Any]) -> Any:
    with database.engine.connect() as connection, connection.begin():
        for name in ORDER:
            connection.exec_driver_sql(f"SELECT last_id FROM {name}.change_head")
        raw: Any = connection.connection.dbapi_connection
        for name in ORDER:
            path = folder / database.file(name).name
            private_file(path)
            with closing(sqlite3.connect(path)) as copy:
                raw.backup(copy, name=name)
                copy.execute("PRAGMA journal_mode = DELETE")
        return describe(connection)


def _postgres_out(database: Database, folder: Path, describe: Callable[[sa.Connection], Any]) -> Any:
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.connect() as connection, connection.begin():
        raw: Any = connection.connection.dbapi_connection
        for name in ORDER:
            for table in tables(connection, name):
                path = folder / f"{name}.{table}.copy.gz"
                private_file(path)
                statement = f'COPY "{name}"."{table}" TO STDOUT'
                with (
                    gzip.open(path, "wb", compresslevel=1) as out,
                    raw.cursor() as cursor,
                    cursor.copy(statement) as blocks,
                ):
                    for block in blocks:
                        out.write(block)
        return describe(connection)


def is_empty(database: Database) -> bool:
    """Whether nothing of Sanku stands where the databases would go."""
    if database.is_sqlite:
        # A write-ahead log left behind alone would be read into the restored file.
        return not any(list(database.folder.glob(f"{database.file(name).name}*")) for name in DATABASES)
    with database.engine.connect() as connection:
        return not any(tables(connection, name) for name in DATABASES)


def copy_in(database: Database, folder: Path, build: Callable[[], None]) -> None:
    """Fill empty databases from ``folder``; ``build`` makes the tables where files do not hold them."""
    if database.is_sqlite:
        _sqlite_in(database, folder)
    else:
        build()
        for name in ORDER:
            _postgres_in(database, folder, name)


def _sqlite_in(database: Database, folder: Path) -> None:
    database.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    drafts = {name: database.file(name).with_suffix(".restoring") for name in DATABASES}
    try:
        for name, draft in drafts.items():
            private_file(draft)
            with (folder / database.file(name).name).open("rb") as source, draft.open("wb") as target:
                shutil.copyfileobj(source, target, _BLOCK)
                target.flush()
                os.fsync(target.fileno())
        for name, draft in drafts.items():
            draft.replace(database.file(name))
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _postgres_in(database: Database, folder: Path, name: str) -> None:
    engine = database.engine.execution_options(sanku_writes=name)
    with engine.begin() as connection:
        raw: Any = connection.connection.dbapi_connection
        for table in _parents_first(connection, name):
            path = folder / f"{name}.{table}.copy.gz"
            if not path.exists():
                continue
            with raw.cursor() as cursor:
                cursor.execute(f'DELETE FROM "{name}"."{table}"')
                with (
                    gzip.open(path, "rb") as source,
                    cursor.copy(f'COPY "{name}"."{table}" FROM STDIN') as target,
                ):
                    while block := source.read(_BLOCK):
                        target.write(block)


def _parents_first(connection: sa.Connection, name: str) -> Iterator[str]:
    """The tables in an order in which what a foreign key leads to comes first; a table may lead to itself."""
    inspector = sa.inspect(connection)
    waiting: Mapping[str, set[str]] = {
        table: {key["referred_table"] for key in inspector.get_foreign_keys(table, name)} - {table}
        for table in tables(connection, name)
    }
    done: set[str] = set()
    while len(done) < len(waiting):
        ready = sorted(table for table, parents in waiting.items() if table not in done and parents <= done)
        if not ready:
            raise RuntimeError(f"The tables of {name} refer to each other in a circle.")
        done.update(ready)
        yield from ready
