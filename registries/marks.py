"""What is the matter with records, as conditions in SQL: incomplete, overdue, not looked at for long.

Lists are narrowed by them and figures count by them, so that a figure and the list behind it agree.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from .areas import SEGMENT
from .days import CHINA_TIME
from .records import Item, Records

#: A record that nobody has changed and a thing that nobody has looked at for so many days is out of date.
FRESH_DAYS = 365

Condition = sa.ColumnElement[bool]


def wanted(records: Records) -> dict[str, Condition]:
    """For each field that a complete record has, the condition that it is filled in."""
    return {name: filled(records, name) for name, item in records.storage.fields.items() if item.wanted}


def filled(records: Records, name: str) -> Condition:
    """The condition that a field is filled in; an area, that it is smaller than the district itself."""
    table = records.kind.table
    if name == "area_id":
        return sa.func.length(table.c.area_path) > SEGMENT
    if name in records.storage.sealed:
        return table.c[f"{name}_sealed"].is_not(None)
    column = table.c[name]
    return sa.and_(column.is_not(None), column != "") if isinstance(column.type, sa.String) else column.is_not(None)


def lacking(records: Records, item: Item) -> list[str]:
    """The wanted fields that a record lacks."""
    return [
        name for name, told in records.storage.fields.items()
        if told.wanted and (
            len(item.area_path) <= SEGMENT if name == "area_id" else item.values.get(name) in (None, "", [])
        )
    ]


def incomplete(records: Records) -> Condition:
    """The condition that a wanted field is empty; none is, where none is wanted."""
    return sa.or_(sa.false(), *(sa.not_(condition) for condition in wanted(records).values()))


def overdue(records: Records, day: date) -> Condition:
    """The condition that something should have been done before a day; nothing is, where there are no deadlines."""
    return sa.false() if records.kind.overdue is None else records.kind.overdue(day)


def stale(records: Records, day: date) -> Condition:
    """The condition that on a day nobody has changed the record or looked at the thing for `FRESH_DAYS`."""
    since = day - timedelta(days=FRESH_DAYS)
    table = records.kind.table
    unchanged = table.c.updated_at < datetime.combine(since, time(), CHINA_TIME).astimezone(UTC)
    if records.kind.seen is None:
        return unchanged
    seen = table.c[records.kind.seen]
    return sa.and_(unchanged, sa.or_(seen.is_(None), seen < since))
