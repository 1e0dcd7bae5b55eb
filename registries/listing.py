"""Lists of records: filters, an order, and pages that begin after the last row seen or end before the first.

A page is a keyset page: it starts from a sort value and an id, so the thousandth page costs what the first does. Only
fields marked sortable can be sorted by, and `Kind.sort_columns` names the column that stands for one; where that column
can be empty, empty values come last in either direction. Counts are exact to `COUNTED` and “more than that” beyond.

There are two ways to read a page. Where few records meet one of the conditions they are all read and sorted. Otherwise
the index of the order is walked until the page is full, and given up after `STEPS` records: then what is asked for is
rarer than its parts or lies elsewhere in the order, and the condition that the fewest records meet is read after all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import references
from .access import Actor
from .areas import Area, within
from .days import today
from .filters import EMPTY, Range, narrow_by, narrow_by_marks
from .narrowing import Condition, Narrow, Narrowed
from .records import Item, Records
from .schemas import Parts

__all__ = ["COUNTED", "EMPTY", "PAGE", "Count", "Page", "Range", "Wish", "count", "facets", "find"]

COUNTED = 10_000
PAGE = 50
#: Fewer records than this are read whole and sorted.
FEW = 4_000
#: So many entries of an index are walked for one page before it is given up: the many only if the few were promising.
STEPS = (6_000, 80_000)
#: The first records of so many areas are put together.
AREAS = 500
#: Beyond so many it is no use to read all that meet a condition instead.
SOME = 100_000

Cursor = tuple[Any, UUID]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list is to show.

    ``areas`` are paths (none: all the actor may see). ``filters`` name one value, several, a `Range` or `EMPTY`; what
    each sort of field is asked is told in `registries.filters`. ``retired`` lists what is out of use and nothing else,
    ``incomplete`` what lacks a wanted field, ``overdue`` what should have been checked or inspected before today.
    ``after`` is the cursor that the page before gave for the next, ``before`` the one that the page behind gave for the
    last.
    """

    areas: Sequence[str] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)
    sort: str = "id"
    descending: bool = False
    after: Cursor | None = None
    before: Cursor | None = None
    limit: int = PAGE
    retired: bool = False
    incomplete: bool = False
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list with the cursors for the next one and the one before; ``None`` where there is none."""

    items: list[Item]
    after: Cursor | None
    before: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many records have one value of a field; ``more`` than `COUNTED` perhaps."""

    value: Any
    number: int
    more: bool


def find(session: Session, records: Records, wish: Wish, *, actor: Actor) -> Page:
    """A page of the records the actor may see.

    :raises KeyError: the order or a filter names a field that cannot be sorted or filtered by.
    """
    order = _Order(records, wish)
    narrowed = _narrowed(session, records, wish, actor)
    if narrowed.areas == []:
        return Page([], None)
    keys = _keys(narrowed, order, wish.limit + 1)
    more, keys = len(keys) > wish.limit, keys[: wish.limit]
    if order.backward:
        keys.reverse()
    items = [
        item for item in records.load(session, [record_id for _key, record_id in keys])
        if actor.may("read", records.kind.database, item.area_path)
    ]
    if not keys:
        return Page([], None)
    onward = more if not order.backward else True
    back = more if order.backward else wish.after is not None
    return Page(items, keys[-1] if onward else None, keys[0] if back else None)


def count(session: Session, records: Records, wish: Wish, *, actor: Actor) -> tuple[int, bool]:
    """How many records the list has, at most `COUNTED`, and whether there are more."""
    narrowed = _narrowed(session, records, wish, actor)
    if narrowed.areas == []:
        return 0, False
    found = _count(narrowed)
    return min(found, COUNTED), found > COUNTED


def total(session: Session, records: Records, wish: Wish, *, actor: Actor) -> int:
    """How many records the list has, counted to the last one: for files made of a list, not for pages."""
    narrowed = _narrowed(session, records, wish, actor)
    return 0 if narrowed.areas == [] else _count(narrowed, None)


def facets(
    session: Session, records: Records, wish: Wish, names: Sequence[str], *, actor: Actor
) -> dict[str, list[Count]]:
    """For each of the fields, how many records the list would have with each of its values, the most frequent first.

    A filter on the field itself is left out of its own counts. Values that no record has are left out.
    """
    numbers: dict[str, dict[Any, int]] = {}
    own = [name for name in names if name in wish.filters]
    for group in ([name for name in names if name not in own], *([name] for name in own)):
        others = {name: value for name, value in wish.filters.items() if name not in group}
        narrowed = _narrowed(session, records, replace(wish, filters=others), actor)
        numbers |= _facets(narrowed, group) if narrowed.areas != [] else {}
    return {
        name: [
            Count(value, min(number, COUNTED), number > COUNTED)
            for value, number in sorted(
                numbers.get(name, {}).items(), key=lambda pair: (-min(pair[1], COUNTED + 1), str(pair[0]))
            )
        ]
        for name in names
    }


def _narrowed(session: Session, records: Records, wish: Wish, actor: Actor) -> Narrowed:
    narrowed = Narrowed(session, records, actor, wish.areas, wish.retired)
    for name, value in wish.filters.items():
        narrow_by(narrowed, name, value)
    narrow_by_marks(narrowed, wish.incomplete, today() if wish.overdue else None)
    return narrowed


class _Order:
    """The order of a list in the direction in which it is read, and what lies beyond a cursor."""

    def __init__(self, records: Records, wish: Wish) -> None:
        table = records.kind.table
        if wish.sort not in ("id", "updated_at") and not records.storage.fields[wish.sort].sortable:
            raise KeyError(wish.sort)
        self.key = table.c[records.kind.sort_columns.get(wish.sort, wish.sort)]
        self.id = table.c.id
        self.backward = wish.before is not None
        self.cursor = wish.before or wish.after
        self.downward = wish.descending != self.backward
        self.empty_first = self.backward

    @property
    def columns(self) -> list[sa.Column[Any]]:
        return [self.key.label("key"), self.id.label("record_id")]  # type: ignore[list-item]

    def by(self, key: Any, record_id: Any) -> list[Any]:
        """What to order by, given the two columns by whatever name they have."""
        keys = [key.desc(), record_id.desc()] if self.downward else [key.asc(), record_id.asc()]
        if self.key is self.id:
            return keys[:1]
        if self.key.nullable:
            keys[0] = keys[0].nulls_first() if self.empty_first else keys[0].nulls_last()
        return keys

    def beyond(self, cursor: Cursor | None) -> Condition:
        """What comes after the cursor in the direction of reading."""
        if cursor is None:
            return sa.true()
        value, last = cursor
        record_id = sa.literal(last, self.id.type)
        if self.key is self.id:
            return self.id < record_id if self.downward else self.id > record_id
        if value is None:
            rest = sa.and_(self.key.is_(None), self.id < record_id if self.downward else self.id > record_id)
            return sa.or_(rest, self.key.is_not(None)) if self.empty_first else rest
        pair, told = sa.tuple_(self.key, self.id), sa.tuple_(sa.literal(value, self.key.type), record_id)
        rest = pair < told if self.downward else pair > told
        return sa.or_(rest, self.key.is_(None)) if self.key.nullable and not self.empty_first else rest

    def up_to(self, cursor: Cursor) -> Condition:
        """What comes no later than the cursor, which holds a value, in the direction of reading."""
        if self.key is self.id:
            record_id = sa.literal(cursor[1], self.id.type)
            return self.id >= record_id if self.downward else self.id <= record_id
        pair = sa.tuple_(self.key, self.id)
        told = sa.tuple_(sa.literal(cursor[0], self.key.type), sa.literal(cursor[1], self.id.type))
        return pair >= told if self.downward else pair <= told


def _keys(narrowed: Narrowed, order: _Order, limit: int) -> list[Cursor]:
    """The first keys and ids beyond the cursor, in the direction of reading."""
    index = None if order.key.nullable else narrowed.index_of(order.key.name, None if order.key is order.id else "id")
    narrow = narrowed.smallest(FEW if index is not None else SOME)
    if narrow is not None or index is None:
        return _sorted(narrowed, order, limit, narrow)
    if not narrowed.narrows:
        return _walked(narrowed, order, index, limit, None)
    for steps in STEPS:
        bound = _bound(narrowed, order, index, steps)
        keys = _walked(narrowed, order, index, limit, bound)
        if len(keys) == limit or bound is None:
            return keys
        merged = _merged(narrowed, order, limit)
        if merged is not None:
            return merged
        if len(keys) * STEPS[-1] < limit * steps:
            break
    narrow = narrowed.smallest(SOME, order.key.name, 2 * COUNTED)
    return _walked(narrowed, order, index, limit, None) if narrow is None else _sorted(narrowed, order, limit, narrow)


def _bound(narrowed: Narrowed, order: _Order, index: sa.Index, steps: int) -> Cursor | None:
    """The cursor so many steps away; ``None`` if the list ends before."""
    statement = narrowed.using(narrowed.through(None, [order.beyond(order.cursor)], *order.columns), index)
    row = narrowed.session.execute(statement.order_by(*order.by(order.key, order.id)).offset(steps).limit(1)).first()
    return None if row is None else (row.key, row.record_id)


def _walked(narrowed: Narrowed, order: _Order, index: sa.Index, limit: int, bound: Cursor | None) -> list[Cursor]:
    """Keys read in the order of an index, at most up to a bound."""
    conditions = [order.beyond(order.cursor), *([order.up_to(bound)] if bound else []), *narrowed.others(None)]
    statement = narrowed.using(narrowed.through(None, conditions, *order.columns), index)
    rows = narrowed.session.execute(statement.order_by(*order.by(order.key, order.id)).limit(limit))
    return [(row.key, row.record_id) for row in rows]


def _merged(narrowed: Narrowed, order: _Order, limit: int) -> list[Cursor] | None:
    """The first ids of each area put together, where an index holds them area by area and the areas are not too many.

    What was written together lies together, in the order of ids far from all the rest: whoever looks for the newest of
    one street would go through all that came to the others since.
    """
    index = narrowed.index_of("area_path", "id")
    if order.key is not order.id or index is None or not narrowed.areas:
        return None
    areas = references.load(narrowed.session).areas
    if sum(area.path.startswith(tuple(narrowed.areas)) for area in areas) > AREAS:
        return None
    tests = [order.beyond(order.cursor), *(one.test for one in narrowed.filters.values())]
    path = narrowed.table.c.area_path
    rest = narrowed.using(narrowed.through(None, tests, order.id), index).order_by(*order.by(order.id, order.id))
    first = rest.where(path == Area.path).limit(1).correlate(Area).scalar_subquery()
    each = sa.select(Area.path, first).where(within(Area.path, narrowed.areas))
    heads = [(head, area) for area, head in narrowed.session.execute(each) if head is not None]
    found: list[UUID] = []
    for head, area in sorted(heads, reverse=order.downward):
        if len(found) == limit and (head < found[-1]) == order.downward:
            break
        found += narrowed.session.scalars(rest.where(path == area).limit(limit))
        found = sorted(found, reverse=order.downward)[:limit]
    return [(one, one) for one in found]


def _sorted(narrowed: Narrowed, order: _Order, limit: int, narrow: Narrow | None) -> list[Cursor]:
    """Keys read through one condition and then sorted."""
    conditions = [order.beyond(order.cursor), *narrowed.others(narrow)]
    # PostgreSQL would rather walk the order and hope to meet enough records on the way.
    found = narrowed.through(narrow, conditions, *order.columns).cte("found")
    found = found.prefix_with("MATERIALIZED", dialect="postgresql")
    rows = narrowed.session.execute(
        sa.select(found.c.key, found.c.record_id).order_by(*order.by(found.c.key, found.c.record_id)).limit(limit)
    )
    return [(row.key, row.record_id) for row in rows]


def _count(narrowed: Narrowed, most: int | None = COUNTED + 1) -> int:
    narrow = narrowed.smallest(SOME) or narrowed.by_area
    some = narrowed.through(narrow, narrowed.others(narrow), sa.literal(1))
    if narrow is None:
        some = narrowed.using(some, narrowed.index_of("area_path"))
    return narrowed.session.scalar(sa.select(sa.func.count()).select_from(some.limit(most).subquery())) or 0


def _facets(narrowed: Narrowed, names: Sequence[str]) -> dict[str, dict[Any, int]]:
    """The number of records by value for each field, exact to `COUNTED`; what few meet is read once for all fields."""
    for name in names:
        item = narrowed.records.storage.fields[name]
        if isinstance(item, Parts) or not item.filterable:
            raise KeyError(name)
    narrow = narrowed.smallest(SOME) if names else None
    if narrow is not None:
        return _grouped(narrowed, names, narrow)
    return {name: _facet(narrowed, name) for name in names}


def _facet(narrowed: Narrowed, name: str) -> dict[Any, int]:
    """The number of records by value where many are to be counted."""
    rare = narrowed.rare(name)
    if rare is None:
        return _grouped(narrowed, [name], narrowed.by_area)[name]
    # Most records have one of a few values: those are counted as far as need be, the others through their index.
    numbers = _grouped(narrowed, [name], Narrow(sa.true(), (), rare))[name]
    for value in sorted(rare.info["usual"]):
        narrow_by(narrowed, name, value)
        number = _count(narrowed)
        if number:
            numbers[value] = number
    del narrowed.filters[name]
    return numbers


def _grouped(narrowed: Narrowed, names: Sequence[str], narrow: Narrow | None) -> dict[str, dict[Any, int]]:
    columns = [narrowed.table.c[name] for name in names]
    found = narrowed.through(narrow, narrowed.others(narrow), *columns).subquery()
    statement = sa.select(sa.func.count(), *found.c).group_by(*found.c)
    numbers: dict[str, dict[Any, int]] = {name: {} for name in names}
    for number, *row in narrowed.session.execute(statement):
        for name, stored in zip(names, row, strict=True):
            values = narrowed.records.storage.fields[name].from_column(stored)
            for value in values if isinstance(values, list) else [values]:
                if value is not None:
                    numbers[name][value] = numbers[name].get(value, 0) + number
    return numbers
