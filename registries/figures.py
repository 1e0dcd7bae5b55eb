"""How many records there are and how far they can be trusted, by area: figures for those who never see the records.

Of each kind is counted how many records are in use, how many of their wanted fields are filled in, how many records
are complete, fresh (changed, or the thing looked at, within a year) and overdue, and in which month they came. People
are counted too, never told: who may ask for figures need not be allowed to read a single record.

Counting goes through all records of a kind. So what was counted is kept until the change log of the kind's database
moves or the day ends: in memory, and, by whoever calls `Figures.refresh`, in ``system``. Where counting takes longer
than `AT_ONCE` the kept figures are given although records changed meanwhile, with the moment at which they were true.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes, marks
from .access import Actor, NotAllowed
from .areas import SEGMENT
from .days import CHINA_TIME, today
from .db import Database, now
from .figure_store import KeptFigures
from .records import Records
from .storing import live

#: Seconds that a page may wait for figures; what takes longer is counted by the worker.
AT_ONCE = 1.0
#: Smaller numbers of people are not told to who may not see them.
SMALL = 5
#: The depth of the tree down to which months are told: district, street, community.
_DEPTH = 3 * SEGMENT


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted in an area. ``filled`` of ``fields`` wanted fields have a value."""

    records: int = 0
    fields: int = 0
    filled: int = 0
    complete: int = 0
    fresh: int = 0
    overdue: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def completeness(self) -> float | None:
        """The share of wanted fields that are filled in; ``None`` without any."""
        return self.filled / self.fields if self.fields else None

    @property
    def freshness(self) -> float | None:
        """The share of records that are fresh; ``None`` without records."""
        return self.fresh / self.records if self.records else None


def astuple(tally: Tally) -> tuple[int, ...]:
    """The six numbers in the order of their declaration."""
    return tally.records, tally.fields, tally.filled, tally.complete, tally.fresh, tally.overdue


@dataclass(frozen=True, slots=True)
class KindFigures:
    """What was counted of one kind: tallies by area path, and arrivals by (path, month as “2026-03”)."""

    counted_at: datetime
    tallies: Mapping[str, Tally]
    months: Mapping[tuple[str, str], int] = field(default_factory=dict)
    position: int = 0
    seconds: float = 0.0

    def within(self, scopes: Iterable[str] | None) -> KindFigures:
        """The part that lies in areas with these paths; ``None`` is all of it."""
        if scopes is None:
            return self
        paths = tuple(scopes)
        return KindFigures(
            self.counted_at, {path: tally for path, tally in self.tallies.items() if path.startswith(paths)},
            {key: number for key, number in self.months.items() if key[0].startswith(paths)},
            self.position, self.seconds,
        )

    def total(self, path: str = "") -> Tally:
        """The tally of an area with all that lies in it."""
        return sum((tally for own, tally in self.tallies.items() if own.startswith(path)), Tally())

    def arrivals(self, path: str = "") -> dict[str, int]:
        """How many of the records in an area came in each month, in order."""
        found: dict[str, int] = {}
        for (own, month), number in sorted(self.months.items(), key=lambda pair: pair[0][1]):
            if own.startswith(path):
                found[month] = found.get(month, 0) + number
        return found


@dataclass(frozen=True, slots=True)
class Counter:
    """Something that is counted: which registry it belongs to, and how it is counted on a day."""

    registry: str
    count: Callable[[Session, date], KindFigures]


def counters(catalogue: Mapping[str, Records]) -> dict[str, Counter]:
    """A counter for each kind of a catalogue."""
    return {
        name: Counter(records.kind.database, partial(count, records)) for name, records in catalogue.items()
    }


class Figures:
    """The figures of everything that has a counter, by its name; one object may serve many threads."""

    def __init__(self, database: Database, counted: Mapping[str, Counter]) -> None:
        self.database, self.counters = database, counted
        self._kept: dict[str, KindFigures] = {}
        self._turn = threading.Lock()

    def of(self, kind: str, *, actor: Actor) -> KindFigures:
        """The figures of a kind in the areas of which the actor may see figures.

        :raises NotAllowed: there are none.
        """
        scopes = actor.scopes("count", self.counters[kind].registry)
        if scopes == []:
            raise NotAllowed(f"count {kind}")
        return self._current(kind).within(scopes)

    def of_the_day(self, kind: str) -> int | None:
        """How many there are in the whole district, as counted some time today: what everybody may know.

        Pages for everybody must not be made anew, nor anything counted, whenever a record changes. A number below
        `SMALL` is not told.
        """
        kept = self._kept.get(kind)
        if kept is None or kept.counted_at.astimezone(CHINA_TIME).date() != today():
            kept = self._current(kind)
        number = kept.total().records
        return number if number >= SMALL else None

    def kinds(self, actor: Actor) -> list[str]:
        """What the actor may see figures of, in the order of the counters."""
        return [name for name, counter in self.counters.items() if actor.scopes("count", counter.registry) != []]

    def refresh(self) -> list[str]:
        """Count anew what is no longer true and keep it for all processes; returns the kinds counted."""
        counted = []
        for kind in self.counters:
            with self.database.reading() as session:
                stored = _stored(session, kind)
                if stored is not None and _true(stored, self._position(session, kind)):
                    continue
                fresh = self._count(session, kind)
            with self.database.writing("system") as session:
                session.merge(KeptFigures(
                    kind=kind, position=fresh.position, counted_at=fresh.counted_at, seconds=fresh.seconds,
                    figures=_dumped(fresh),
                ))
            self._kept[kind] = fresh
            counted.append(kind)
        return counted

    def _current(self, kind: str) -> KindFigures:
        with self.database.reading() as session:
            position = self._position(session, kind)
            kept = self._kept.get(kind)
            if kept is not None and _true(kept, position):
                return kept
            # One thread counts; whoever waited for it finds what it counted.
            with self._turn:
                kept = self._kept.get(kind)
                if kept is None or not _true(kept, position):
                    stored = _stored(session, kind)
                    usable = stored is not None and (_true(stored, position) or stored.seconds > AT_ONCE)
                    kept = stored if usable and stored else self._count(session, kind)
                    self._kept[kind] = kept
            return kept

    def _position(self, session: Session, kind: str) -> int:
        return changes.head(session, self.counters[kind].registry).last_id

    def _count(self, session: Session, kind: str) -> KindFigures:
        begun, position = time.perf_counter(), self._position(session, kind)
        counted = self.counters[kind].count(session, today())
        return replace(counted, position=position, seconds=time.perf_counter() - begun)


def _true(kept: KindFigures, position: int) -> bool:
    return kept.position == position and kept.counted_at.astimezone(CHINA_TIME).date() == today()


def count(records: Records, session: Session, day: date) -> KindFigures:
    """Count the records of a kind, whoever may see them, as they are on a day."""
    at = now()
    return KindFigures(at, dict(_tallies(session, records, day)), dict(_months(session, records)))


def _tallies(session: Session, records: Records, day: date) -> Iterator[tuple[str, Tally]]:
    table, every = records.kind.table, sa.func.count()
    wanted = list(marks.wanted(records).values())
    statement = sa.select(
        table.c.area_path, every, every.filter(sa.and_(sa.true(), *wanted)),
        every.filter(marks.stale(records, day)), every.filter(marks.overdue(records, day)),
        *(every.filter(condition) for condition in wanted),
    ).where(live(table)).group_by(table.c.area_path)
    for path, number, complete, stale, overdue, *filled in session.execute(statement):
        yield path, Tally(number, number * len(wanted), sum(filled), complete, number - stale, overdue)


def _months(session: Session, records: Records) -> Iterator[tuple[tuple[str, str], int]]:
    table = records.kind.table
    area = sa.func.substr(table.c.area_path, 1, _DEPTH)
    year, month = sa.extract("year", table.c.created_at), sa.extract("month", table.c.created_at)
    statement = sa.select(area, year, month, sa.func.count()).where(live(table)).group_by(area, year, month)
    for path, of_year, of_month, number in session.execute(statement):
        yield (path, f"{int(of_year):04d}-{int(of_month):02d}"), number


def _stored(session: Session, kind: str) -> KindFigures | None:
    row = session.get(KeptFigures, kind)
    if row is None:
        return None
    told: dict[str, Any] = orjson.loads(row.figures)
    return KindFigures(
        row.counted_at, {path: Tally(*numbers) for path, numbers in told["tallies"].items()},
        {(path, month): number for path, month, number in told["months"]}, row.position, row.seconds,
    )


def _dumped(figures: KindFigures) -> str:
    return orjson.dumps({
        "tallies": {path: list(astuple(tally)) for path, tally in figures.tallies.items()},
        "months": [[path, month, number] for (path, month), number in figures.months.items()],
    }).decode()
