"""Many rows into a table by one statement, several times faster than SQLAlchemy's executemany.

The rows are made into tuples in the order of the columns, each value converted once as its type says, and handed to the
driver: to SQLite's own executemany, to PostgreSQL by COPY.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.orm import Session

from .guard import refuse_other

Converters = list[tuple[int, Callable[[Any], Any]]]


def insert_rows(session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name every column of the table.

    :raises TwoDatabases: the transaction writes another database.
    """
    insert_tuples(session, table, tuples(table, session.connection().dialect, rows))


def insert_tuples(session: Session, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that `tuples` made."""
    if not rows:
        return
    connection = session.connection()
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(
            f'INSERT INTO {table.schema}."{table.name}" ({columns}) VALUES ({marks})',
            list(rows),
        )
        return
    refuse_other(session.info.get("writes"), table.schema)
    _copy(connection, f'COPY {table.schema}."{table.name}" ({columns}) FROM STDIN', rows)


def _copy(connection: sa.Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """COPY rows to PostgreSQL; a failure is SQLAlchemy's own, without the details, which would quote the values."""
    driver_error = connection.dialect.loaded_dbapi.Error
    try:
        with connection.connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver_error as error:
        bare = type(error)(error.diag.message_primary or type(error).__name__)
        raise sa.exc.DBAPIError.instance(statement, None, bare, driver_error, hide_parameters=True) from None


def tuples(table: sa.Table, dialect: sa.Dialect, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows by column name as the driver of a dialect takes them: in the order of the columns, each value converted."""
    values_of, converters = _plan(table, dialect.name)
    made = []
    for row in rows:
        values = list(values_of(row))
        for position, convert in converters:
            if values[position] is not None:
                values[position] = convert(values[position])
        made.append(tuple(values))
    return made


@lru_cache(maxsize=200)
def _plan(table: sa.Table, dialect_name: str) -> tuple[Callable[[Any], Any], Converters]:
    """What takes a row's values in order, and how those that need it become what the driver takes."""
    dialect = dialect_named(dialect_name)
    converters: Converters = []
    for position, column in enumerate(table.columns):
        if dialect_name == "sqlite" and isinstance(column.type, sa.Uuid):
            converters.append((position, lambda value: value.hex))
            continue
        convert = column.type.dialect_impl(dialect).bind_processor(dialect)
        # Drivers take bytes as they are.
        if convert is not None and not isinstance(column.type, sa.LargeBinary):
            converters.append((position, convert))
    return itemgetter(*(column.name for column in table.columns)), converters


@lru_cache
def dialect_named(name: str) -> sa.Dialect:
    """The dialect with this name, which another process can make for itself."""
    return registry.load("postgresql.psycopg" if name == "postgresql" else name)()
