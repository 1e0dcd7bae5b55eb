"""How far the change logs have come, asked so cheaply that it can be asked for every page that is served.

Whoever keeps something made from the databases asks here whether it is still true. Nothing but numbers is read, past
the sessions of `registries.db`: with SQLite through one connection for each thread that can only read.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

import sqlalchemy as sa

from .changes import CHANGE_HEAD
from .db import DATABASES, Database


class Watch:
    """The ids of the last changes of databases; one object may serve many threads."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._own = threading.local()
        self._statements: dict[tuple[str, ...], str] = {}

    def heads(self, names: Sequence[str]) -> tuple[int, ...]:
        """The last change of each of these databases, in their order."""
        asked = tuple(names)
        if not asked:
            return ()
        return self._of_files(asked) if self.database.is_sqlite else self._of_server(asked)

    def _of_files(self, names: tuple[str, ...]) -> tuple[int, ...]:
        statement = self._statements.get(names)
        if statement is None:
            # The names are those of our own databases, no text from outside.
            parts = ", ".join(f"(SELECT last_id FROM {name}.change_head)" for name in names)
            statement = self._statements[names] = f"SELECT {parts}"
        row: tuple[int, ...] = self._connection().execute(statement).fetchone()
        return row

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = sqlite3.connect(":memory:", uri=True, isolation_level=None)
            for name in DATABASES:
                address = f"{self.database.file(name).resolve().as_uri()}?mode=rw"
                connection.execute(f"ATTACH DATABASE ? AS {name}", (address,))
            connection.execute("PRAGMA query_only = ON")
        return connection

    def _of_server(self, names: tuple[str, ...]) -> tuple[int, ...]:
        parts = [sa.select(CHANGE_HEAD[name].c.last_id).scalar_subquery() for name in names]
        with self.database.engine.connect() as connection:
            # Committing by itself saves the two round trips of a transaction.
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            return tuple(alone.execute(sa.select(*parts)).one())
