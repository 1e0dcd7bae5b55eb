"""Many rows into a table by one statement, several times faster than SQLAlchemy's executemany.

The rows are made into tuples in the order of the columns, each value converted once as its type says, and handed to the
driver: to SQLite's own executemany, to PostgreSQL by COPY.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .db import TwoDatabases

Converters = list[tuple[int, Callable[[Any], Any]]]


def insert_rows(session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name every column of the table.

    :raises TwoDatabases: the transaction writes another database.
    """
    if not rows:
        return
    connection = session.connection()
    names, converters = _plan(table, connection.dialect)
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(
            f'INSERT INTO {table.schema}."{table.name}" ({columns}) VALUES ({marks})',  # noqa: S608
            list(_tuples(names, converters, rows)),
        )
        return
    if table.schema != session.info["writes"]:
        raise TwoDatabases(f"This transaction writes {session.info['writes']}, not {table.schema}.")
    cursor = connection.connection.cursor()
    with cursor.copy(f'COPY {table.schema}."{table.name}" ({columns}) FROM STDIN') as copy:  # type: ignore[attr-defined]
        for row in _tuples(names, converters, rows):
            copy.write_row(row)


def _tuples(
    names: Sequence[str], converters: Converters, rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    values_of = itemgetter(*names)
    for row in rows:
        values = list(values_of(row))
        for position, convert in converters:
            if values[position] is not None:
                values[position] = convert(values[position])
        yield tuple(values)


@lru_cache(maxsize=200)
def _plan(table: sa.Table, dialect: sa.Dialect) -> tuple[list[str], Converters]:
    """The columns of a table, and how the values of those that need it become what the driver takes."""
    names = [column.name for column in table.columns]
    converters: Converters = []
    for position, column in enumerate(table.columns):
        if dialect.name == "sqlite" and isinstance(column.type, sa.Uuid):
            converters.append((position, lambda value: value.hex))
            continue
        convert = column.type.dialect_impl(dialect).bind_processor(dialect)
        # Drivers take bytes as they are.
        if convert is not None and not isinstance(column.type, sa.LargeBinary):
            converters.append((position, convert))
    return names, converters
