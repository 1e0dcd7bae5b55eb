"""How many people lived where on a day, by area, sex and age band, answered from the stays.

One index of the stays holds all that is asked. It is read in its own order, area by area and sex by sex, and
the people who had reached the bounds of the age bands are counted on the way: nothing is sorted and no
resident is looked up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import references
from ..access import Actor, NotAllowed
from ..areas import within
from ..records import in_chunks
from ..references import AreaEntry, AreaIndex, CodeList
from .models import Resident, ResidentStay
from .stays import UNKNOWN

#: The kinds of stay of usual residents (常住), the denominator of rates.
USUAL = ("usual", "institution")
AGE_BANDS = "age_group_injury"
#: The age band of people whose birth date is not known.
NO_AGE = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the count; without ``area_id`` the area of the stays is unknown."""

    area_id: UUID | None
    sex: str
    band: str


@dataclass(slots=True)
class Census:
    """The population on a day. ``uncertain`` of the ``total`` are people of whom nobody knows since when they
    live there.
    """

    on: date
    scheme: str
    counts: dict[Cell, int] = field(default_factory=dict)
    total: int = 0
    uncertain: int = 0
    uncertain_by_area: dict[UUID | None, int] = field(default_factory=dict)

    def count(
        self, area_id: UUID | None = None, sex: str | None = None, bands: Collection[str] | None = None
    ) -> int:
        """The people of some cells: of one area, one sex, some age bands, or (``None``) of all."""
        return sum(
            number
            for cell, number in self.counts.items()
            if area_id in (None, cell.area_id)
            and sex in (None, cell.sex)
            and (bands is None or cell.band in bands)
        )


@dataclass(frozen=True, slots=True)
class Band:
    """An age band: people who had reached ``least`` and not yet ``beyond`` years."""

    code: str
    least: int
    beyond: int | None


def population_on(
    session: Session,
    on: date,
    *,
    level: str = "community",
    actor: Actor | None = None,
    paths: Sequence[str] | None = None,
    kinds: Collection[str] = USUAL,
    scheme: str = AGE_BANDS,
) -> Census:
    """Count the people who lived in the areas of one ``level`` on a day.

    Given an ``actor``, only where they may read; given ``paths``, only in those areas. People of whom only a
    coarser area is known are counted there.

    :raises NotAllowed: the actor may read nowhere in the population registry.
    """
    known = references.load(session)
    bands = bands_of(known.codes(scheme))
    bounds = _bounds(bands, on)
    inside = _inside(actor, paths)
    there = _there(on, inside, kinds)
    census = Census(on, scheme)
    level_of = _Level(known.areas, level)
    rows = session.execute(_statement(there, list(bounds.values())))
    # The index that all stays are counted by knows no residents: those that do not count are taken off again.
    for path, sex, people, uncertain, ageless, *reached in chain(rows, _not_counted(session, there, bounds)):
        area_id = level_of.area_id(path)
        counted = dict(zip(bounds, reached, strict=True))
        census.total += people
        census.uncertain += uncertain
        census.uncertain_by_area[area_id] = census.uncertain_by_area.get(area_id, 0) + uncertain
        # Births after the day fall under the first bound: partial birth dates stand for the middle of
        # their span.
        for band in bands:
            least = counted[band.least] if band.least else people - ageless
            number = least - (counted[band.beyond] if band.beyond is not None else 0)
            _add(census, Cell(area_id, sex or "", band.code), number)
        _add(census, Cell(area_id, sex or "", NO_AGE), ageless)
    return census


def bands_of(codes: CodeList) -> list[Band]:
    """The age bands of a code list."""
    return [
        Band(entry.code, entry.extra["from"], entry.extra["to"] + 1 if "to" in entry.extra else None)
        for entry in codes.entries.values()
    ]


def _add(census: Census, cell: Cell, number: int) -> None:
    if number:
        census.counts[cell] = census.counts.get(cell, 0) + number


def _inside(actor: Actor | None, paths: Sequence[str] | None) -> list[str] | None:
    allowed = actor.scopes("read", "population") if actor else None
    if allowed is not None and not allowed:
        raise NotAllowed("read population")
    if allowed is None or paths is None:
        return list(paths) if paths is not None else allowed
    return [
        longer
        for path in paths
        for scope in allowed
        for longer in (path if path.startswith(scope) else scope if scope.startswith(path) else None,)
        if longer is not None
    ]


def _bounds(bands: Iterable[Band], on: date) -> dict[int, date]:
    """By age, the last day of birth of those who had reached it."""
    ages = sorted({age for band in bands for age in (band.least, band.beyond) if age})
    return {age: _years_before(on, age) for age in ages}


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return date(on.year - years, 2, 28)


def _not_counted(
    session: Session, there: Sequence[sa.ColumnElement[bool]], bounds: Mapping[int, date]
) -> Iterator[tuple[Any, ...]]:
    """The stays, as numbers below zero, of residents whose record was a mistake or is that of another one too."""
    stay = ResidentStay
    gone = (Resident.merged_into.is_not(None), Resident.retired_at.is_not(None))
    ids = {record_id for condition in gone for record_id in session.scalars(sa.select(Resident.id).where(condition))}
    for chunk in in_chunks(ids):
        statement = sa.select(stay.area_path, stay.sex, stay.certainty, stay.born_on)
        for row in session.execute(statement.where(stay.owner_id.in_(chunk), *there)):
            reached = (-int(row.born_on is not None and row.born_on <= bound) for bound in bounds.values())
            yield row.area_path, row.sex, -1, -int(row.certainty == UNKNOWN), -int(row.born_on is None), *reached


def _there(on: date, inside: list[str] | None, kinds: Collection[str]) -> list[sa.ColumnElement[bool]]:
    stay = ResidentStay
    there = [
        stay.counted_from <= on,
        sa.or_(stay.to_on.is_(None), stay.to_on > on),
        stay.kind.in_(sorted(kinds)),
    ]
    return there if inside is None else [*there, within(stay.area_path, inside)]


def _statement(there: Sequence[sa.ColumnElement[bool]], bounds: Sequence[date]) -> Any:
    stay = ResidentStay
    count = sa.func.count()
    return (
        sa.select(
            stay.area_path,
            stay.sex,
            count,
            count.filter(stay.certainty == UNKNOWN),
            count.filter(stay.born_on.is_(None)),
            *(count.filter(stay.born_on <= bound) for bound in bounds),
        )
        .where(*there)
        .group_by(stay.area_path, stay.sex)
    )


class _Level:
    """The area of one level that a path lies in."""

    def __init__(self, areas: AreaIndex, level: str) -> None:
        self._areas, self._level = areas, level
        self._by_path: dict[str, AreaEntry] = {area.path: area for area in areas}

    def area_id(self, path: str) -> UUID | None:
        """The id of the area, or of the one that the stays name if it lies above the level."""
        area = own = self._by_path.get(path)
        while area is not None and area.kind != self._level:
            area = self._areas.get(area.parent_id) if area.parent_id else None
        found = area or own
        return found.id if found else None
