"""Nobody works through the register person by person unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from registries import pace, readings
from registries.access import Actor, Grant, console
from registries.changes import CHANGE
from registries.pace import ReadingLimits, TooFast

CLERK = Actor("lin", (Grant("clerk", ""),))
WALKER = Actor("wu", (Grant("grid_worker", ""),))
START = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


def logged(database, action):
    """How many rows of the log tell of an action."""
    table = CHANGE["system"]
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.action == action))


def read(database, times, action="search", kind="resident", actor=CLERK):
    """Log so many readings; how many went through."""
    for number in range(times):
        try:
            readings.note(database, actor, action, kind)
        except TooFast:
            return number
    return times


@pytest.mark.parametrize(
    ("action", "most", "within"),
    [
        ("search", 60, timedelta(minutes=1)),
        pytest.param("view", 300, timedelta(hours=1), marks=pytest.mark.full),
        ("reveal", 60, timedelta(days=1)),
    ],
)
def test_beyond_the_limit_nothing_is_read_until_the_time_is_over(any_database, clock, action, most, within):
    assert read(any_database, most + 1, action) == most
    with pytest.raises(TooFast) as held:
        readings.note(any_database, CLERK, action, "resident")
    assert held.value.seconds == within.total_seconds()
    assert logged(any_database, action) == most
    clock.shift(within)
    assert read(any_database, 1, action) == 1


def test_the_auditor_finds_it_once(any_database, clock):
    read(any_database, 61)
    for _ in range(5):
        with pytest.raises(TooFast):
            readings.note(any_database, CLERK, "search", "resident")
    assert logged(any_database, pace.THROTTLED) == 1


def test_grid_workers_open_fewer_numbers(any_database, clock):
    assert read(any_database, 21, "reveal", actor=WALKER) == 20
    both = Actor("xu", (Grant("grid_worker", ""), Grant("clerk", "")))
    assert read(any_database, 21, "reveal", actor=both) == 21


def test_each_account_each_action_and_people_only(any_database, clock):
    read(any_database, 60)
    assert read(any_database, 1, "view") == 1
    assert read(any_database, 1, actor=WALKER) == 1
    assert read(any_database, 100, "view", kind="facility") == 100
    assert read(any_database, 100, actor=console("root")) == 100


def test_what_is_shown_together_is_one_reading(any_database, records, clock):
    any_database.reading_limits = ReadingLimits(views_per_hour=2)
    readings.note(any_database, CLERK, "view", "resident", record_ids=records["resident"])
    readings.note(any_database, CLERK, "view", "resident", record_ids=records["resident"])
    with pytest.raises(TooFast):
        readings.note(any_database, CLERK, "view", "resident", record_ids=records["resident"][:1])


def test_a_clock_put_back_does_not_keep_somebody_out(any_database, clock):
    read(any_database, 61)
    clock.shift(timedelta(days=-1))
    assert read(any_database, 1) == 1
