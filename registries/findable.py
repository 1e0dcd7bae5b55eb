"""What can be found of a record, said by the registry that knows the record; the search index makes documents
of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from .references import References

STAFF, PUBLIC = "staff", "public"


@dataclass(frozen=True, slots=True)
class Findable:
    """One record as it can be found; built from that record alone.

    ``names`` are found by pinyin and initials too, ``codes`` whole or by their last characters. What is for
    the
    ``public`` is found by everyone, what is for ``staff`` by staff only. ``facets`` hold codes, not their
    names.
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


def words(*values: Any) -> str:
    """The values that say something, one to a line."""
    return "\n".join(str(value) for value in values if value not in (None, "", []))


def code_words(references: References, scheme: str, codes: str | Iterable[str] | None) -> str:
    """The names of codes in both languages, so that they are found by either."""
    told = [codes] if isinstance(codes, str) else list(codes or ())
    entries = references.codes(scheme).entries
    return " ".join(f"{entries[code].name_zh} {entries[code].name_en}" for code in told if code in entries)


def facets(**values: Any) -> dict[str, str | tuple[str, ...]]:
    """The facets that have a value; several values as a tuple."""
    return {
        name: tuple(value) if isinstance(value, list) else str(value)
        for name, value in values.items()
        if value not in (None, "", [])
    }
