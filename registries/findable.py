"""What can be found of a record, said by the registry that knows the record; the search index makes documents
of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from .messages import N_
from .references import References

# A day, under a name that no field of a class hides.
Day = date

STAFF, PUBLIC = "staff", "public"
#: The kinds of deadline, and what it is called when one has passed.
DEADLINES = {
    "inspection": N_("Inspection overdue"), "equipment": N_("Equipment inspection overdue"),
    "licence": N_("Licence expired"), "insurance": N_("Insurance expired"), "check": N_("Check overdue"),
    "stale": N_("Not updated for a year"),
}


@dataclass(frozen=True, slots=True)
class Findable:
    """One record as it can be found; built from that record alone.

    ``names`` are found by pinyin and initials too, ``codes`` whole or by their last characters. What is for the
    ``public`` is found by everyone, what is for ``staff`` by staff only. ``facets`` hold codes, not their names.
    ``deadlines`` are the days by which something must have been done, the earliest of each kind; whether they have
    passed is asked when somebody searches, because no record changes when a day goes by.
    """

    kind: str
    id: UUID
    title: str
    text: str = ""
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    area_path: str = ""
    audience: str = STAFF
    visible_from: datetime | None = None
    visible_to: datetime | None = None
    date: datetime | date | None = None
    facets: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    deadlines: Mapping[str, Day] = field(default_factory=dict)


def words(*values: Any) -> str:
    """The values that say something, one to a line."""
    return "\n".join(str(value) for value in values if value not in (None, "", []))


def code_words(references: References, scheme: str, codes: str | Iterable[str] | None) -> str:
    """The names of codes in both languages, so that they are found by either."""
    told = [codes] if isinstance(codes, str) else list(codes or ())
    entries = references.codes(scheme).entries
    return " ".join(f"{entries[code].name_zh} {entries[code].name_en}" for code in told if code in entries)


def earliest(**days: Iterable[date | None] | date | None) -> dict[str, date]:
    """The earliest day of each deadline that has one."""
    found: dict[str, date] = {}
    for name, told in days.items():
        known = [told] if isinstance(told, date) else [day for day in told or () if day is not None]
        if known:
            found[name] = min(known)
    return found


def facets(**values: Any) -> dict[str, str | tuple[str, ...]]:
    """The facets that have a value; several values as a tuple."""
    return {
        name: tuple(value) if isinstance(value, list) else str(value)
        for name, value in values.items()
        if value not in (None, "", [])
    }
