"""The guard of the rule that one transaction writes one database, and that a reading session writes nothing.

A transaction says in the execution option ``sanku_writes`` which database it writes, or ``None`` for none. Three nets
hang below each other. The text of a statement is read before it runs: that names the mistake at once, on both engines.
The engine itself refuses what a text hides (triggers, tables named without their schema, raw cursors): SQLite asks an
authorizer about every table that a statement would write, and knows connections that only read; PostgreSQL runs
reading sessions as READ ONLY. And before a commit PostgreSQL is asked which tables the transaction holds for writing.

Migrations and set-up that connect without the option keep to one database by their own rule.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

DATABASES = ("network", "population", "organisations", "facilities", "system")
OPTION = "sanku_writes"


class TwoDatabases(Exception):
    """A statement would write a database that this transaction does not write."""


_NAME = r"[\"\[`]?(\w+)[\"\]`]?"
_WRITES = re.compile(
    r"(?<![\w.\"])(?:(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM|MERGE\s+INTO|COPY"
    r"|TRUNCATE(?:\s+TABLE)?|(?:CREATE|DROP|ALTER)\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|VIEW|TRIGGER)"
    r"(?:\s+IF\s+(?:NOT\s+)?EXISTS)?)(?:\s+ONLY)?\s*" + _NAME + r"\s*\.",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_SQLITE_ROWS = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_REINDEX}
#: The tables that this transaction writes or changes are locked by it in one of these ways until it ends.
_HELD = sa.text("""
    SELECT DISTINCT coalesce(n.nspname, 'dropped') FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation
    LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
""")


@lru_cache(maxsize=2000)
def written_databases(statement: str) -> frozenset[str]:
    """The databases that an SQL statement writes, as far as its text tells."""
    # A comment may part the words, and what looks like a comment may stand in a string: both readings count.
    found = {name.lower() for text in (statement, _COMMENT.sub(" ", statement)) for name in _WRITES.findall(text)}
    return frozenset(found.intersection(DATABASES))


def refuse_other(allowed: str | None, name: str | None) -> None:
    """Refuse to write ``name`` in a transaction that writes ``allowed``.

    :raises TwoDatabases: they differ.
    """
    if name in DATABASES and name != allowed:
        raise TwoDatabases(f"This transaction writes {allowed or 'nothing'}, not {name}.")


def watch(engine: sa.Engine) -> None:
    """Hang up the nets for all connections of an engine."""
    sa.event.listen(engine, "before_cursor_execute", _read_statement)
    sa.event.listen(engine, "handle_error", _name_refusal)
    if engine.dialect.name == "sqlite":
        # Must stand before whatever sends BEGIN: inside a transaction SQLite's switches are too late.
        sa.event.listen(engine, "begin", _set_sqlite)


def ask_before_commit(connection: sa.Connection) -> None:
    """Ask PostgreSQL what this transaction has really written; SQLite has told at each statement.

    :raises TwoDatabases: something else than it said.
    """
    if connection.dialect.name == "postgresql":
        for name in connection.scalars(_HELD):
            if name == "dropped":
                raise TwoDatabases("This transaction drops a table; only migrations may.")
            refuse_other(connection.get_execution_options()[OPTION], name)


def _read_statement(
    connection: sa.Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
) -> None:
    options = connection.get_execution_options()
    if OPTION in options:
        for name in written_databases(statement):
            refuse_other(options[OPTION], name)


def _set_sqlite(connection: sa.Connection) -> None:
    """Set a connection for the transaction that begins; changing it makes SQLite prepare all its statements anew."""
    options = connection.get_execution_options()
    wanted = options.get(OPTION, "*")
    if connection.info.get(OPTION, "*") == wanted:
        return
    raw: Any = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA query_only = {'ON' if wanted is None else 'OFF'}")
    raw.set_authorizer(_authorizer(wanted) if wanted in DATABASES else None)
    connection.info[OPTION] = wanted


def _authorizer(allowed: str) -> Callable[..., int]:
    def answer(action: int, one: str | None, other: str | None, database: str | None, _trigger: str | None) -> int:
        if action == sqlite3.SQLITE_ALTER_TABLE:
            database = one
        elif action in {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}:
            return sqlite3.SQLITE_DENY
        elif action not in _SQLITE_ROWS and not (action == sqlite3.SQLITE_PRAGMA and other is not None):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY if database in DATABASES and database != allowed else sqlite3.SQLITE_OK

    return answer


def _name_refusal(context: sa.engine.ExceptionContext) -> None:
    """Say of an engine's refusal what it means."""
    connection = context.connection
    allowed = connection.get_execution_options().get(OPTION, "*") if connection is not None else "*"
    if allowed == "*":
        return
    text = str(context.original_exception)
    refused = text.startswith("not authorized") or text.endswith("is prohibited")
    if allowed is None:
        read_only = "attempt to write a readonly database" in text
        refused = refused or read_only or getattr(context.original_exception, "sqlstate", None) == "25006"
    if refused:
        raise TwoDatabases(f"This transaction writes {allowed or 'nothing'}; a statement would write elsewhere.") \
            from context.original_exception
