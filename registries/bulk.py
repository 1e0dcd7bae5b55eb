"""Many rows into a table by one statement, several times faster than SQLAlchemy's executemany.

The rows are made into tuples in the order of the columns, each value converted once as its type says, and handed to the
driver: to SQLite's own executemany, to PostgreSQL by COPY.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.orm import Session

from .db import UtcDateTime
from .guard import refuse_other

Convert = Callable[[Any], Any]


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


def tuples(table: sa.Table, dialect: sa.Dialect, rows: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows by column name as the driver of a dialect takes them: in the order of the columns, each value converted."""
    make = row_maker(table, dialect.name)
    return [make(row) for row in rows]


@lru_cache(maxsize=200)
def row_maker(table: sa.Table, dialect_name: str) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What makes one row by column name a tuple for the driver; it holds plain values, cheap to send to a process."""
    values_of = itemgetter(*(column.name for column in table.columns))
    known = converters(table, dialect_name)
    placed = [(i, known[column.name]) for i, column in enumerate(table.columns) if column.name in known]

    def make(row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = list(values_of(row))
        for position, convert in placed:
            value = values[position]
            if value is not None:
                values[position] = convert(value)
        return tuple(values)

    return make


@lru_cache(maxsize=200)
def converters(table: sa.Table, dialect_name: str) -> dict[str, Convert]:
    """How the values of those columns that need it become what the driver takes."""
    found = {column.name: _converter(column.type, dialect_named(dialect_name)) for column in table.columns}
    return {name: convert for name, convert in found.items() if convert is not None}


def _converter(kind: Any, dialect: sa.Dialect) -> Convert | None:
    if isinstance(kind, sa.LargeBinary):
        return None  # Drivers take bytes as they are.
    if isinstance(kind, sa.Uuid):
        return _hex if dialect.name == "sqlite" else str
    convert: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(kind, sa.Date | UtcDateTime):
        # The rows of a batch share their moment and most of their days.
        return lru_cache(maxsize=10_000)(lambda value: _iso(convert(value) if convert else value))
    return convert


def _hex(value: Any) -> str:
    """An id as SQLite keeps it, from a UUID or its text."""
    return value.hex if value.__class__ is UUID else value.replace("-", "")


def _iso(value: Any) -> Any:
    return value if isinstance(value, str) else value.isoformat()


@lru_cache
def dialect_named(name: str) -> sa.Dialect:
    """The dialect with this name, which another process can make for itself."""
    return registry.load("postgresql.psycopg" if name == "postgresql" else name)()
