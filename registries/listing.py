"""Lists of records: filters, an order, and pages that begin after the last row seen.

A page is a keyset page: it starts after a sort value and an id, so the thousandth page costs what the first does. Only
fields marked sortable can be sorted by; their columns have an index that leads with them. Counts are exact to
`COUNTED` and “more than that” beyond.

There are two ways to read a page. Where the area holds few records they are all read and sorted; where it holds many
the index of the order is walked until the page is full. Which one is decided by counting, because neither engine knows
how the records of one area lie in the order of another column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .access import Actor
from .areas import outermost, within
from .crypto import blinds
from .records import Item, Records
from .reference_fields import Codes
from .storing import Storage

COUNTED = 10_000
PAGE = 50
#: An area with fewer records than this is read whole and sorted.
FEW = 4_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list is to show.

    ``areas`` are paths (none: all the actor may see); ``filters`` name one value, several, or a pair ``(from, to)`` as
    a `Range`; ``after`` is the cursor of the page before.
    """

    areas: Sequence[str] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)
    sort: str = "id"
    descending: bool = False
    after: tuple[Any, UUID] | None = None
    limit: int = PAGE
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """A filter between two values, either of which may be open."""

    least: Any = None
    most: Any = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; ``after`` is the cursor for the next one, ``None`` on the last."""

    items: list[Item]
    after: tuple[Any, UUID] | None


def find(session: Session, records: Records, wish: Wish, *, actor: Actor) -> Page:
    """A page of the records the actor may see.

    :raises KeyError: the order or a filter names a field that cannot be sorted or filtered by.
    """
    areas = _areas(records, wish, actor)
    if areas == []:
        return Page([], None)
    table = records.kind.table
    order = _sort_column(records, wish.sort)
    conditions = _conditions(session, records, wish)
    few = areas is not None and _few(session, table, areas)
    statement = _in_areas(sa.select(table), table, areas, wish, few).where(*conditions)
    if wish.after is not None:
        statement = statement.where(_after(order, table.c.id, wish))
    # A unary plus keeps SQLite from the index of the order where reading the area and sorting costs less.
    key = _no_index(order) if few and session.get_bind().dialect.name == "sqlite" else order
    keys = [key.desc(), table.c.id.desc()] if wish.descending else [key, table.c.id]
    rows = session.execute(statement.order_by(*keys).limit(wish.limit + 1)).all()
    more = len(rows) > wish.limit
    rows = rows[:wish.limit]
    return Page(records.items(session, rows), (getattr(rows[-1], order.key), rows[-1].id) if more else None)


def count(session: Session, records: Records, wish: Wish, *, actor: Actor) -> tuple[int, bool]:
    """How many records the list has, at most `COUNTED`, and whether there are more."""
    areas = _areas(records, wish, actor)
    if areas == []:
        return 0, False
    table = records.kind.table
    conditions = _conditions(session, records, wish)
    statement = _in_areas(sa.select(sa.literal(1)), table, areas, wish, True).where(*conditions)
    found = session.scalar(sa.select(sa.func.count()).select_from(statement.limit(COUNTED + 1).subquery())) or 0
    return min(found, COUNTED), found > COUNTED


def _areas(records: Records, wish: Wish, actor: Actor) -> list[str] | None:
    """The paths to look in, or ``None`` for everywhere: what is asked for, cut to what the actor may see."""
    scopes = actor.scopes("read", records.kind.database)
    asked = list(wish.areas) or None
    if scopes is None:
        return asked and outermost(asked)
    if asked is None:
        return outermost(scopes)
    return outermost([
        max(path, scope, key=len) for path in asked for scope in scopes
        if path.startswith(scope) or scope.startswith(path)
    ])


def _sort_column(records: Records, name: str) -> sa.Column[Any]:
    table = records.kind.table
    if name in ("id", "updated_at"):
        return table.c[name]
    if not records.storage.fields[name].sortable:
        raise KeyError(name)
    return table.c[records.kind.sort_columns.get(name, name)]


def _conditions(session: Session, records: Records, wish: Wish) -> list[sa.ColumnElement[bool]]:
    table = records.kind.table
    live = sa.and_(table.c.retired_at.is_(None), table.c.merged_into.is_(None))
    conditions = [table.c.retired_at.is_not(None) if wish.retired else live]
    return conditions + [_filter(session, records.storage, name, value) for name, value in wish.filters.items()]


def _filter(session: Session, storage: Storage, name: str, value: Any) -> sa.ColumnElement[bool]:
    table = storage.kind.table
    item = storage.fields[name]
    if item.sealed and item.indexed:
        keys = blinds(session.info["keys"], f"{storage.kind.name}.{name}", str(value))
        return table.c[f"{name}_index"].in_(keys)
    if not item.filterable and not item.sortable:
        raise KeyError(name)
    column = table.c[name]
    if isinstance(value, Range):
        bounds = [column >= value.least] if value.least is not None else []
        return sa.and_(*bounds, *([column <= value.most] if value.most is not None else []))
    values = list(value) if isinstance(value, list | tuple | set) else [value]
    if isinstance(item, Codes):
        return sa.or_(*(column.contains(f"|{one}|", autoescape=True) for one in values))
    return column.in_(values) if len(values) > 1 else column == values[0]


def _few(session: Session, table: sa.Table, areas: Sequence[str]) -> bool:
    statement = sa.select(sa.literal(1)).where(within(table.c.area_path, areas)).limit(FEW)
    return (session.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0) < FEW


def _in_areas(statement: Any, table: sa.Table, areas: list[str] | None, wish: Wish, by_area: bool) -> Any:
    if areas is None:
        return statement
    column = table.c.area_path if by_area else _no_index(table.c.area_path)
    return statement.where(within(column, areas))


def _no_index(column: Any) -> Any:
    """The column as an expression that no index is used for; to PostgreSQL, which counts for itself, the column."""
    if isinstance(column.type, sa.Uuid):
        return sa.type_coerce(sa.func.coalesce(column, column), column.type)
    return column.concat("")


def _after(order: Any, record_id: Any, wish: Wish) -> sa.ColumnElement[bool]:
    assert wish.after is not None
    value, last = wish.after
    pair, told = sa.tuple_(order, record_id), sa.tuple_(sa.literal(value, order.type), sa.literal(last, record_id.type))
    return pair < told if wish.descending else pair > told
