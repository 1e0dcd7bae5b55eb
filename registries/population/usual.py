"""Usual residents as a figure for leaders: how many live where today and at the ends of the last quarters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from .. import references
from ..db import now
from ..figures import Counter, KindFigures, Tally
from .census import Census, population_on

#: How many ends of quarters are looked back at.
QUARTERS = 5


def count_usual(session: Session, day: date) -> KindFigures:
    """Count the usual residents of each community on a day and at the ends of the quarters before.

    Nobody knows since when some of them live there: those are not counted as fresh.
    """
    at, areas = now(), references.load(session).areas
    root = areas.root()

    def paths(census: Census) -> Iterator[tuple[str, int, int]]:
        numbers: dict[str, list[int]] = {}
        for cell, number in census.counts.items():
            area = areas.get(cell.area_id) if cell.area_id else root
            if area is not None:
                numbers.setdefault(area.path, [0, 0])[0] += number
        for area_id, uncertain in census.uncertain_by_area.items():
            area = areas.get(area_id) if area_id else root
            if area is not None:
                numbers.setdefault(area.path, [0, 0])[1] += uncertain
        yield from ((path, people, uncertain) for path, (people, uncertain) in numbers.items())

    today = {
        path: Tally(people, people, people, people, people - uncertain)
        for path, people, uncertain in paths(population_on(session, day))
    }
    months = {
        (path, f"{end:%Y-%m}"): people
        for end in quarter_ends(day) for path, people, _uncertain in paths(population_on(session, end))
    }
    return KindFigures(at, today, months)


def quarter_ends(day: date) -> list[date]:
    """The last days of the quarters before a day, the earliest first."""
    found: list[date] = []
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    while len(found) < QUARTERS:
        end = first - timedelta(days=1)
        found.append(end)
        first = date(end.year, (end.month - 1) // 3 * 3 + 1, 1)
    return found[::-1]


USUAL_RESIDENTS = Counter("population", count_usual)
