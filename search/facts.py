"""What is known of every document besides its terms: numbers in columns, one column for each fact.

Kinds, areas and the values of facets are numbered once for an index (`Ordinals`), so that asking for some of them is
arithmetic on arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .engine import Document

EVER = 2**62
EPOCH = date(1970, 1, 1)
BETWEEN = "\x1f"
"""Stands between the values of a facet that has several; such a set of values is one entry of its column."""

COLUMNS: dict[str, str] = {
    "length": "<f4",
    "weight": "<f4",
    "kind": "<i4",
    "area": "<i4",
    "audience": "<i4",
    "since": "<i8",
    "until": "<i8",
    "date": "<i8",
    "key": "<i8",
}
"""Name and type of the columns every segment has. Facets add ``facet:name`` columns of ``<i4``, deadlines
``deadline:name`` columns of days since 1970 in the same type; where a segment lacks one, zeros say: no value.
"""

OVERDUE = "overdue"
"""The facet of the deadlines that have passed; it is worked out when it is asked for."""


class Ordinals:
    """Numbers for values that recur: kinds, area paths, facet values. 0 is the empty value."""

    def __init__(self) -> None:
        self.values: list[str] = [""]
        self.numbers: dict[str, int] = {"": 0}

    def number(self, value: str) -> int:
        """The number of a value, a new one if it was never seen."""
        number = self.numbers.get(value)
        if number is None:
            number = self.numbers[value] = len(self.values)
            self.values.append(value)
        return number

    def known(self, values: Iterable[str]) -> list[int]:
        """The numbers of those values that were seen before."""
        return [self.numbers[value] for value in values if value in self.numbers]

    def where(self, fits: Callable[[str], bool]) -> NDArray[np.bool_]:
        """For each number, whether its value fits."""
        return np.fromiter((fits(value) for value in list(self.values)), dtype=np.bool_)


def seconds(moment: datetime | date | None, without: int) -> int:
    """A moment or day as whole seconds since 1970; ``without`` stands for None."""
    if moment is None:
        return without
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() // 1)


def sort_key(identity: str) -> int:
    """A number by which documents of equal score keep their order whatever their place in the index."""
    return int.from_bytes(blake2b(identity.encode(), digest_size=8).digest()) >> 1


def facts(document: Document, length: int) -> dict[str, Any]:
    """What the columns say of a document, values not yet numbered."""
    found: dict[str, Any] = {
        "length": float(max(length, 1)),
        "weight": float(document.weight),
        "kind": document.kind,
        "area": document.area_path,
        "audience": document.audience,
        "since": seconds(document.visible_from, -EVER),
        "until": seconds(document.visible_to, EVER),
        "date": seconds(document.date, -EVER),
        "key": sort_key(str(document.id)),
    }
    for name, value in document.facets.items():
        several = (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))
        found[f"facet:{name}"] = BETWEEN.join(v for v in several if v)
    for name, day in document.deadlines.items():
        found[f"deadline:{name}"] = max(day_number(day), 1)
    return found


def day_number(day: date) -> int:
    """A day as days since 1970."""
    return (day - EPOCH).days


def columns_of(rows: Sequence[Mapping[str, Any]], ordinals: Ordinals) -> dict[str, NDArray[Any]]:
    """The facts of documents turned into columns."""
    more = sorted({name for row in rows for name in row if name.startswith(("facet:", "deadline:"))})
    columns: dict[str, NDArray[Any]] = {}
    for name in (*COLUMNS, *more):
        kind = COLUMNS.get(name, "<i4")
        if name.startswith("deadline:"):
            columns[name] = np.fromiter((row.get(name, 0) for row in rows), kind, len(rows))
        elif kind == "<i4":
            columns[name] = np.fromiter((ordinals.number(row.get(name, "")) for row in rows), kind, len(rows))
        else:
            columns[name] = np.fromiter((row[name] for row in rows), kind, len(rows))
    return columns
