"""Day numbers and their ISO text; each is made once, as a million people share some 36,000 days."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from random import Random


@lru_cache(maxsize=60_000)
def iso(day: int) -> str:
    """``2026-03-05`` for a day number."""
    return date.fromordinal(day).isoformat()


def some_day(rng: Random, today: int, earliest: int, latest: int = 0) -> int:
    """A day between ``earliest`` and ``latest`` days before today (negative: after it)."""
    return today - latest - int(rng.random() * (earliest - latest + 1))


def years_after(day: int, years: int) -> int:
    """The same day so many years later, for the end of a term; leap days do not matter here."""
    return day + int(years * 365.25)
