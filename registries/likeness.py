"""Pairs among records that share something, so few that somebody can look through them.

The database finds the rows that share a key; here they are paired. In a group each record is paired with the first one
before it that it may equal, and with no other: a phone that five hundred people gave makes at most 499 pairs, and
whoever decides about them meets everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from .coordinates import distance_m, grid_cell, grid_cells

#: So many of a group, or of a spot on the map, are remembered for those that come after.
REMEMBERED = 20


def never(_one: Any, _other: Any) -> bool:
    """Nothing tells the two apart."""
    return False


def in_groups(
    rows: Iterable[Any], key: Callable[[Any], Any], apart: Callable[[Any, Any], bool] = never
) -> Iterator[tuple[UUID, UUID]]:
    """Pairs of rows that stand together and have the same key, unless they are surely ``apart``."""
    for _key, group in groupby(rows, key):
        earlier: list[Any] = []
        for row in group:
            first = next((one for one in earlier if not apart(one, row)), None)
            if first is not None:
                yield first.id, row.id
            if len(earlier) < REMEMBERED:
                earlier.append(row)


def in_reach(
    rows: Iterable[Any], metres: float, apart: Callable[[Any, Any], bool] = never
) -> Iterator[tuple[UUID, UUID]]:
    """Pairs of rows with ``longitude`` and ``latitude`` that lie within some metres of each other."""
    cells: dict[int, list[Any]] = {}
    for row in rows:
        near = (one for cell in grid_cells(row.longitude, row.latitude, metres) for one in cells.get(cell, ()))
        first = next((one for one in near if _distance(one, row) <= metres and not apart(one, row)), None)
        if first is not None:
            yield first.id, row.id
        here = cells.setdefault(grid_cell(row.longitude, row.latitude, metres), [])
        if len(here) < REMEMBERED:
            here.append(row)


def _distance(one: Any, other: Any) -> float:
    return distance_m(one.longitude, one.latitude, other.longitude, other.latitude)


def repeated(hashes: Iterable[int]) -> set[int]:
    """The positions of the numbers that stand more than once; a zero stands for nothing."""
    told = np.fromiter(hashes, dtype=np.int64)
    order = np.argsort(told, kind="stable")
    ordered = told[order]
    same = np.zeros(len(told), dtype=bool)
    same[1:] = ordered[1:] == ordered[:-1]
    same[:-1] |= same[1:]
    same &= ordered != 0
    return set(order[same].tolist())


def sharing(
    table: sa.Table, names: Sequence[str], conditions: Sequence[Any], wanted: Sequence[str] = (),
    groups: Sequence[Any] = (),
) -> sa.Select[Any]:
    """The rows whose values in some columns stand in more than one row, those of a group together.

    ``groups`` are further conditions on a group; ``wanted`` columns come along.
    """
    columns = [table.c[name] for name in names]
    present = [*conditions, *(column.is_not(None) for column in columns)]
    shared = (
        sa.select(*columns).where(*present).group_by(*columns).having(sa.func.count() > 1, *groups).subquery("shared")
    )
    same = sa.and_(*(table.c[name] == shared.c[name] for name in names))
    chosen = [table.c[name] for name in dict.fromkeys(("id", *names, *wanted))]
    return sa.select(*chosen).join(shared, same).where(*conditions).order_by(*columns, table.c.id)
