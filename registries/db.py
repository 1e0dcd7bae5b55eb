"""The databases: their engine, their types, and the only place that commits.

Sanku keeps five databases. In SQLAlchemy they are *schemas* of one engine. With SQLite each is a file of its own in
the data folder, attached to every connection; with PostgreSQL each is a schema of one database. Models, migrations
and tests are the same for both.

**One transaction writes one database.** A transaction over several attached WAL files can be torn by a plain kill, so
`Database.writing` names the database it writes and `registries.guard` refuses every statement that writes another one.
What concerns several databases is a job of repeatable steps, one transaction each.

``writing`` first takes the turn of its database: the UPDATE of the one-row table ``change_head`` takes the write lock
of that SQLite file and waits for it (a read followed by a write would fail at once, whatever the timeout). On
PostgreSQL the same row is locked, so that what a transaction decides from what it reads is still so when it writes.
Whoever does not get a turn in five seconds gets `Busy`. Inside ``writing`` nothing waits for a network, a file or
a person.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from . import guard
from .guard import DATABASES, TwoDatabases
from .messages import N_, Problem, Refused

__all__ = [
    "CACHE_KB", "DATABASES", "LARGE_CACHE_KB", "TURN_SECONDS", "Base", "Busy", "Database", "TwoDatabases",
    "UtcDateTime", "is_lock_error", "new_id", "now", "plain_text",
]

TURN_SECONDS = 5
CACHE_KB, LARGE_CACHE_KB = 16_000, 160_000
#: The tables of which a transaction wrote so much that autovacuum would take stock of them, a minute or more later.
#: The log and the staged rows are read in their own order, whatever the planner believes of them.
_STALE = sa.text("""
    SELECT s.relname FROM pg_stat_xact_user_tables s JOIN pg_class c ON c.oid = s.relid
    WHERE s.schemaname = :name AND s.relname NOT IN ('change', 'staged_row')
    AND s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 50 + 0.1 * greatest(c.reltuples, 0)
""")


class Base(DeclarativeBase):
    """All models of Sanku; every table names the database it lives in as its schema."""

    metadata = sa.MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class UtcDateTime(sa.TypeDecorator[datetime]):
    """A moment, given and returned with time zone UTC; a moment without a zone is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: Text compared byte by byte on both engines, so that a range on it is a range of its index.
def plain_text(length: int) -> sa.String:
    """A column type for codes and paths: ordered by bytes, whatever the language of the server."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


_uuid_lock = threading.Lock()
_uuid_last = [0]


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): made before the insert, ordered by time, never equal to an earlier one of this process."""
    stamp = time.time_ns() // 1_000_000 << 18
    with _uuid_lock:
        _uuid_last[0] = stamp = max(stamp, _uuid_last[0] + 1)
    high = (stamp >> 18) << 16 | 0x7000 | (stamp >> 6 & 0xFFF)
    low = 0x8000 << 48 | (stamp & 0x3F) << 56 | int.from_bytes(os.urandom(7))
    return UUID(int=high << 64 | low)


def now() -> datetime:
    """The moment in UTC."""
    return datetime.now(UTC)


class Busy(Exception):
    """No turn to write within `TURN_SECONDS`: answer 503 and keep the input."""


class Database:
    """The five databases behind one engine.

    ``url`` is a PostgreSQL URL, or empty for the SQLite files in ``folder``. ``keys`` is what seals personal data; it
    stands in ``session.info["keys"]`` for the data layer. ``synchronous`` is for tests and benchmarks only.
    """

    def __init__(self, folder: Path, url: str = "", keys: Any = None, synchronous: str = "FULL") -> None:
        self.folder = Path(folder)
        self.keys = keys
        self.synchronous = synchronous
        self.is_sqlite = not url
        self.after_commit: list[Callable[[str], None]] = []
        # What `registries.pace` counts against; none: its own numbers.
        self.reading_limits: Any = None
        self.engine = self._sqlite_engine() if self.is_sqlite else sa.create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1), pool_pre_ping=True, hide_parameters=True,
            connect_args={"options": f"-c lock_timeout={TURN_SECONDS}s -c timezone=UTC"},
        )
        guard.watch(self.engine)
        if self.is_sqlite:
            sa.event.listen(self.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))

    def file(self, database: str) -> Path:
        """The SQLite file of a database."""
        return self.folder / f"{database}.sqlite3"

    def require(self) -> None:
        """Refuse to go on without the databases; only ``sanku init`` makes them."""
        missing = self.missing()
        if missing:
            raise Refused(Problem(
                N_("There is no database yet: %(names)s."), N_("Run “sanku init” first."), names=", ".join(missing),
            ))

    def missing(self) -> list[str]:
        """The databases that do not exist yet."""
        if self.is_sqlite:
            return [str(self.file(name)) for name in DATABASES if not self.file(name).is_file()]
        with self.engine.connect() as connection:
            schemas = set(sa.inspect(connection).get_schema_names())
        return [name for name in DATABASES if name not in schemas]

    def read_only(self) -> list[str]:
        """The databases that cannot be written: their disk is full or mounted to be read, or the server is a replica.

        Nothing is written; where somebody else writes just now it is known that one can.
        """
        if not self.is_sqlite:
            with self.engine.connect() as connection:
                replica = connection.scalar(sa.text("SELECT pg_is_in_recovery()"))
                set_so = connection.scalar(sa.text("SHOW default_transaction_read_only"))
            return list(DATABASES) if replica or set_so == "on" else []
        return [name for name in DATABASES if not self._can_write(name)]

    def _can_write(self, name: str) -> bool:
        with self.engine.connect().execution_options(**{guard.OPTION: name}) as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            try:
                connection.exec_driver_sql(f"UPDATE {name}.change_head SET id = id")
            except OperationalError as error:
                return is_lock_error(error)
            finally:
                connection.rollback()
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {TURN_SECONDS * 1000}")
        return True

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that may only read; it sees one state of each database."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            session.info.update(database=self, keys=self._fresh_keys())
            _may_write(session, None)
            yield session

    @contextmanager
    def writing(self, database: str, large: bool = False) -> Iterator[Session]:
        """A transaction that writes ``database`` and nothing else: committed at the end, or undone by any exception.

        ``large`` gives SQLite the memory for a transaction of many rows: pages of an index that do not fit the cache
        are written out and read back again and again.

        :raises Busy: another writer kept the turn for longer than `TURN_SECONDS`.
        """
        if database not in DATABASES:
            raise ValueError(database)
        with Session(self.engine, expire_on_commit=False) as session:
            session.info.update(database=self, keys=self.keys, writes=database, before_commit=[])
            try:
                _may_write(session, database)
                self._take_turn(session, database, large)
                # Only now: whoever had the turn before may have renewed the keys.
                self._fresh_keys()
                yield session
                session.flush()
                for call in session.info["before_commit"]:
                    call(session)
                if large and not self.is_sqlite:
                    _take_stock(session, database)
                guard.ask_before_commit(session.connection())
                session.commit()
            except OperationalError as error:
                if is_lock_error(error):
                    raise Busy from error
                raise
        for notify in self.after_commit:
            notify(database)

    def _fresh_keys(self) -> Any:
        if self.keys is not None:
            self.keys.refresh()
        return self.keys

    def _take_turn(self, session: Session, database: str, large: bool) -> None:
        if self.is_sqlite:
            session.execute(sa.text(f"UPDATE {database}.change_head SET id = id"))
            session.execute(sa.text(f"PRAGMA {database}.cache_size = -{LARGE_CACHE_KB if large else CACHE_KB}"))
        else:
            # What a transaction decides from what it reads must still be so when it writes.
            session.execute(sa.text(f"SELECT id FROM {database}.change_head FOR UPDATE"))

    def _sqlite_engine(self) -> sa.Engine:
        engine = sa.create_engine(
            "sqlite://", hide_parameters=True, poolclass=sa.QueuePool, pool_size=16, max_overflow=16,
            connect_args={"check_same_thread": False, "isolation_level": None, "uri": True, "cached_statements": 512},
        )
        engine.dialect.statement_compiler = _Compiler
        sa.event.listen(engine, "connect", self._open_files)
        return engine

    def _open_files(self, connection: sqlite3.Connection, _record: Any) -> None:
        # The main database is in memory and stays empty: no file of ours is more equal than the others.
        for name in DATABASES:
            connection.execute(f"ATTACH DATABASE ? AS {name}", (f"{self.file(name).resolve().as_uri()}?mode=rw",))
            connection.execute(f"PRAGMA {name}.journal_mode = WAL")
            connection.execute(f"PRAGMA {name}.synchronous = {self.synchronous}")
            connection.execute(f"PRAGMA {name}.secure_delete = ON")
            connection.execute(f"PRAGMA {name}.cache_size = -{CACHE_KB}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {TURN_SECONDS * 1000}")
        connection.execute("PRAGMA temp_store = MEMORY")


class _Compiler(SQLiteCompiler):
    """Writes hints of tables into the statement: ``INDEXED BY``, which SQLAlchemy knows for other engines only."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def is_lock_error(error: OperationalError) -> bool:
    """Whether a statement failed because another transaction holds what it needs, whatever the server's language."""
    if getattr(error.orig, "sqlstate", None) in ("55P03", "40P01"):
        return True
    text = str(error.orig)
    return "database is locked" in text or "database table is locked" in text


def _take_stock(session: Session, database: str) -> None:
    """Let PostgreSQL count what was written: it believes a table small that was filled a moment ago, and scans it."""
    for table in session.scalars(_STALE, {"name": database}).all():
        session.execute(sa.text(f'ANALYZE {database}."{table}"'))


def _may_write(session: Session, database: str | None) -> None:
    options: dict[str, Any] = {guard.OPTION: database}
    if database is None and session.get_bind().dialect.name == "postgresql":
        options.update(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    session.connection(execution_options=options)
