"""What each filter of a list asks of a record, and the index that finds the records that meet it.

A filter names a field, a field of a list of parts (``registrations.number``), ``updated_at`` or ``created_at``:

- one value or several, any of which will do: codes, yes or no, exact numbers, the clear value of a sealed field that
  can be searched (by its blind index); the name of a list of parts stands for its searchable sealed field;
- a `Range` of days, moments or numbers, also of what lists are sorted by;
- `EMPTY`: nothing is filled in;
- of a text a part of it, of several all. Of a name, Latin letters are also what its pinyin or its initials begin with;
  of a person's name it is the beginning, or that of the given name: no index holds the middle of a text, and there may
  be a million.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from . import marks
from .areas import after, within
from .chinese import half_width, person_pinyin
from .crypto import blinds
from .fields import PartialDay, RecordField, Text
from .narrowing import Condition, Narrow, Narrowed
from .person_fields import PersonName
from .reference_fields import Code, Codes
from .schemas import Parts

_LATIN = re.compile(r"[a-z][a-z'·. -]*")
_MOMENTS = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Range:
    """A filter between two values, either of which may be open."""

    least: Any = None
    most: Any = None


class Empty(Enum):
    """The type of `EMPTY`."""

    EMPTY = "empty"


#: The filter that a field has no value; an area, that none below the district is known.
EMPTY: Final = Empty.EMPTY


def narrow_by(narrowed: Narrowed, name: str, value: Any) -> None:
    """Set a filter, or another value for it.

    :raises KeyError: lists are not narrowed by this field.
    """
    _set(narrowed, name, _filter(narrowed, name, value))


def narrow_by_marks(narrowed: Narrowed, incomplete: bool, overdue: date | None) -> None:
    """Leave only records that lack a wanted field, and those that were due before the day ``overdue``."""
    if incomplete:
        _set(narrowed, "incomplete", _incomplete(narrowed))
    if overdue is not None:
        _set(narrowed, "overdue", _overdue(narrowed, overdue))


def _set(narrowed: Narrowed, name: str, narrow: Narrow) -> None:
    if isinstance(narrow.test, sa.False_):
        # Nothing is asked then: SQLite finds no way to read nothing by an index.
        narrowed.areas = []
    narrowed.filters[name] = narrow


def _incomplete(narrowed: Narrowed) -> Narrow:
    test = marks.incomplete(narrowed.records)
    index = next((one for one in narrowed.table.indexes if one.info.get("incomplete")), None)
    if index is None or narrowed.retired:
        return Narrow(test)
    return Narrow(test, (sa.true() if narrowed.by_area is None else narrowed.by_area.test,), index)


def _overdue(narrowed: Narrowed, day: date) -> Narrow:
    test = marks.overdue(narrowed.records, day)
    days = [one for one in visitors.iterate(test) if isinstance(one, sa.Column) and isinstance(one.type, sa.Date)]
    index = narrowed.index_of(days[0].name) if days else None
    return Narrow(test, (test,) if index is not None else (), index)


def _filter(narrowed: Narrowed, name: str, value: Any) -> Narrow:
    if name in _MOMENTS:
        return _between(narrowed, narrowed.table.c[name], value)
    part, _dot, inner = name.partition(".")
    item = narrowed.records.storage.fields[part]
    if isinstance(item, Parts):
        return _of_part(narrowed, part, item, inner, value)
    if value is EMPTY:
        if not (item.wanted or item.filterable or item.sortable or item.indexed):
            raise KeyError(name)
        return Narrow(sa.not_(marks.filled(narrowed.records, name)))
    if item.sealed and item.indexed:
        condition = narrowed.table.c[f"{name}_index"].in_(_blinds(narrowed, name, item, value))
        return Narrow(condition, (condition,), narrowed.index_of(f"{name}_index"))
    if not item.filterable and not item.sortable:
        raise KeyError(name)
    if isinstance(value, Range):
        return _between(narrowed, narrowed.table.c[narrowed.records.kind.sort_columns.get(name, name)], value, item)
    if isinstance(item, Text) and not isinstance(item, Code):
        return _text(narrowed, item, name, [str(one) for one in _several(value)])
    return _values(narrowed, item, narrowed.table.c[name], _several(value))


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _blinds(narrowed: Narrowed, name: str, item: RecordField, value: Any) -> list[bytes]:
    keys = narrowed.session.info["keys"]
    return [key for one in _several(value) for key in blinds(keys, f"{narrowed.records.name}.{name}", str(one))]


def _values(narrowed: Narrowed, item: RecordField, column: sa.Column[Any], values: list[Any]) -> Narrow:
    if isinstance(item, Codes):
        return Narrow(sa.or_(sa.false(), *(column.contains(f"|{one}|", autoescape=True) for one in values)))
    condition = column.in_(values) if len(values) != 1 else column == values[0]
    rare = narrowed.rare(column.name)
    if rare is not None and not rare.info["usual"].intersection(values):
        # The index goes on with the area.
        here = condition if narrowed.by_area is None else sa.and_(condition, narrowed.by_area.test)
        return Narrow(condition, (here,), rare)
    index = narrowed.index_of(column.name)
    return Narrow(condition, (condition,) if index is not None else (), index)


def _between(
    narrowed: Narrowed, column: sa.Column[Any], value: Any, item: RecordField | None = None
) -> Narrow:
    if not isinstance(value, Range):
        raise KeyError(column.name)
    most = value.most
    if isinstance(item, PartialDay) and most is not None:
        # A bound that names only a year or a month means all of it; no day sorts after this sign.
        most = f"{most}~"
    condition = sa.and_(sa.true(), *_bounds(column, value.least, most))
    index = narrowed.index_of(column.name)
    return Narrow(condition, (condition,) if index is not None else (), index)


def _bounds(column: sa.Column[Any], least: Any, most: Any) -> list[Condition]:
    return [*([column >= least] if least is not None else []), *([column <= most] if most is not None else [])]


def _text(narrowed: Narrowed, item: Text, name: str, texts: list[str]) -> Narrow:
    if name == "name" and isinstance(item, PersonName) and len(texts) == 1:
        return _person(narrowed, half_width(texts[0]).strip())
    column = narrowed.table.c[name]
    spelt = name == "name" and "name_initials" in narrowed.table.c
    return Narrow(sa.and_(sa.true(), *(
        sa.or_(column.icontains(text, autoescape=True), *(_spelt(narrowed, text) if spelt else ())) for text in texts
    )))  # fmt: skip


def _spelt(narrowed: Narrowed, text: str) -> list[Condition]:
    """That the pinyin or the initials of the name begin with a text of Latin letters."""
    letters = half_width(text).strip().casefold()
    bare = re.sub(r"[^a-z]", "", letters)
    if not _LATIN.fullmatch(letters):
        return []
    return [_begins(narrowed.table.c[name], bare) for name in ("name_pinyin", "name_initials")]


def _person(narrowed: Narrowed, text: str) -> Narrow:
    """People by the beginning of their name, in any way that an index holds it."""
    table = narrowed.table
    by_sound = narrowed.index_of("name_pinyin")
    spelt = _spelt(narrowed, text)
    if spelt:
        first, second = spelt
        other = narrowed.index_of("name_initials")
    else:
        # The pinyin leads to the name: its index serves the order of lists as well, and holds the names.
        sound = person_pinyin(text)
        starts = table.c.name.startswith(text, autoescape=True)
        first = sa.and_(_begins(table.c.name_pinyin, sound), starts) if sound else starts
        second, other = _begins(table.c.given_name, text), narrowed.index_of("given_name")
    test = sa.or_(first, second)
    if by_sound is None or other is None:
        return Narrow(test)
    return Narrow(test, (first, sa.and_(second, sa.not_(first))), by_sound, (by_sound, other))


def _begins(column: Any, start: str) -> Condition:
    return sa.and_(column >= start, column < after(start)) if start else sa.true()


def _of_part(narrowed: Narrowed, name: str, item: Parts, inner: str, value: Any) -> Narrow:
    """Records with a row in a list that meets a condition; without rows, for `EMPTY`."""
    part = narrowed.records.kind.parts[name].__table__
    owned = part.c.owner_id == narrowed.table.c.id
    if value is EMPTY and not inner:
        return Narrow(~sa.exists().where(owned).correlate(narrowed.table))
    fields = dict(item.nested.items())
    inner = inner or next((one for one, told in fields.items() if told.sealed and told.indexed), "")
    holds, column = _row(narrowed, part, name, inner, fields[inner], value)
    located = name in narrowed.records.storage.located
    # With the area, the whole key of the index that goes by it is known.
    here = [part.c.area_path == narrowed.table.c.area_path] if located else []
    test = sa.exists().where(holds, *here, owned).correlate(narrowed.table)
    if not any(index.columns[0].name == column.name for index in part.indexes):
        return Narrow(test)
    owners = [sa.select(part.c.owner_id).where(holds)]
    if located and narrowed.areas is not None:
        owners = [owners[0].where(within(part.c.area_path, [path])) for path in narrowed.areas]
    members = tuple(narrowed.table.c.id.in_(one) for one in owners)
    sized = [one.with_only_columns(sa.literal(1)) for one in owners]
    return Narrow(
        test, members, narrowed.index_of("id"), sized=sized[0] if len(sized) == 1 else sa.union_all(*sized)
    )


def _row(
    narrowed: Narrowed, part: sa.Table, name: str, inner: str, item: RecordField, value: Any
) -> tuple[Condition, sa.Column[Any]]:
    """The condition on a row of a list, and its column."""
    if item.sealed:
        if not item.indexed:
            raise KeyError(f"{name}.{inner}")
        column = part.c[f"{inner}_index"]
        return column.in_(_blinds(narrowed, f"{name}.{inner}", item, value)), column
    column = part.c[inner]
    if value is EMPTY:
        return column.is_(None), column
    if isinstance(value, Range):
        return sa.and_(column.is_not(None), *_bounds(column, value.least, value.most)), column
    return column.in_(_several(value)), column
