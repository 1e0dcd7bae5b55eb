"""A clock that jumps disturbs neither the order of ids nor the order of the log."""

from __future__ import annotations

import random
import threading
import time
from uuid import UUID

import pytest

from registries import chain, changes, db
from registries.changes import Entry
from registries.db import Database, new_id

DAY = 86_400 * 10**9


@pytest.fixture
def jumping(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps days forth and years back at every look."""
    dice, real = random.Random(4), time.time_ns
    monkeypatch.setattr(db.time, "time_ns", lambda: real() + dice.choice((-3650, -3, 0, 3)) * DAY)


def test_ids_rise_though_the_clock_jumps(jumping):
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, UUID(int=0x8 << 60).variant)}


def test_the_clock_of_the_test_does_jump(jumping):
    seen = [db.time.time_ns() for _ in range(50)]
    assert seen != sorted(seen)


def test_threads_never_make_the_same_id(jumping):
    made: list[UUID] = []
    threads = [threading.Thread(target=lambda: made.extend([new_id() for _ in range(2000)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


def test_the_log_keeps_the_order_of_the_commits(any_database: Database, monkeypatch: pytest.MonkeyPatch):
    moments = iter((2026, 2036, 2020, 2028))
    real = changes.now
    with any_database.reading() as session:
        start = changes.head(session, "network").last_id
    for number in range(4):
        year = next(moments)
        monkeypatch.setattr(changes, "now", lambda year=year: real().replace(year=year, month=2, day=28))
        with any_database.writing("network") as session:
            changes.append(session, "test", [Entry("area", new_id(), "update", {"number": [None, number]})])
    with any_database.reading() as session:
        rows = changes.since(session, "network", start)
        assert [row[0] for row in rows] == list(range(start + 1, start + 5))
        told = [changes.history(session, "network", row[2])[0] for row in rows]
        assert [one.changes["number"][1] for one in told] == [0, 1, 2, 3]
        assert [one.at.year for one in told] == [2026, 2036, 2020, 2028]
        assert list(chain.verify(session, "network")) == []
