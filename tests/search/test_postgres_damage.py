"""The tables of the index after accidents."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import sqlalchemy as sa

from search.engine import IndexDamaged, Query
from search.postgres_engine import PostgresEngine
from search.postgres_tables import Tables
from tests.search.notices import notice

pytestmark = pytest.mark.postgres
PARTS = ("segments", "values", "columns", "documents", "postings")


@pytest.fixture
def filled(search_database: sa.Engine) -> Iterator[PostgresEngine]:
    made = PostgresEngine(search_database, f"damage_{uuid4().hex}")
    made.rebuild([notice(n, f"井盖巡查{n}", facets={"street": "东街"}) for n in range(9)], {"network": 1})
    made.update([notice(50, "井盖更换")], [], {"network": 2})
    yield made
    made.close()


def run(engine: PostgresEngine, statement: str) -> None:
    with engine.database.begin() as connection:
        build = connection.scalar(
            sa.text("SELECT build FROM search.indexes WHERE name = :n"), {"n": engine.name}
        )
        connection.execute(sa.text(statement.format(t=f"search.{engine.name}_{build}")))


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_table_says_damaged(filled, part):
    run(filled, f"DROP TABLE {{t}}_{part}")
    with pytest.raises(IndexDamaged):
        filled.check()


@pytest.mark.parametrize(
    "accident",
    [
        "UPDATE {t}_columns SET data = substr(data, 2) WHERE name = 'since'",
        "UPDATE {t}_postings SET times = substr(times, 2) WHERE term = '井盖'",
        "UPDATE {t}_postings SET segment = segment + 999 WHERE term = '井盖'",
        "DELETE FROM {t}_columns WHERE name = 'length'",
        "DELETE FROM {t}_documents WHERE number = 3",
        "UPDATE {t}_documents SET id = (SELECT id FROM {t}_documents WHERE number = 1) WHERE number = 2",
    ],
)
def test_a_spoilt_table_says_damaged_when_checked(filled, accident):
    run(filled, accident)
    with pytest.raises(IndexDamaged):
        filled.check()


def test_a_dropped_schema_says_damaged_and_is_rebuilt(filled):
    other = PostgresEngine(filled.database, filled.name)
    assert filled.search(Query("井盖")).total == other.search(Query("井盖")).total == 10
    with filled.database.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA search CASCADE"))
    with pytest.raises(IndexDamaged):
        filled.search(Query("井盖"))
    other.rebuild([notice(1, "井盖")], {"network": 1})
    assert filled.search(Query("井盖")).total == other.search(Query("井盖")).total == 1


def test_what_the_caller_raises_is_not_taken_for_damage(filled):
    def allowed(hits):
        raise KeyError("of the caller")

    with pytest.raises(KeyError):
        filled.search(Query("井盖"), allowed)


def test_a_rebuild_leaves_no_tables_behind(filled):
    for _ in range(2):
        filled.rebuild([notice(1, "井盖")], {"network": 1})
    with filled.database.connect() as connection:
        tables = connection.execute(
            sa.text("SELECT tablename FROM pg_tables WHERE tablename LIKE :name"), {"name": f"{filled.name}%"}
        ).all()
    assert len(tables) == len(PARTS)


def test_a_search_does_not_take_for_absent_what_another_thread_is_just_looking_up(filled, monkeypatch):
    """The threads of a server share what was read of the newest commit."""
    looking, go_on, real = threading.Event(), threading.Event(), Tables.frequencies

    def slow(tables: Tables, connection: sa.Connection, terms: list[str]):
        first = not looking.is_set()
        looking.set()
        if first:
            assert go_on.wait(10)
        return real(tables, connection, terms)

    monkeypatch.setattr(Tables, "frequencies", slow)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(filled.search, Query("井盖"))
        assert looking.wait(10)
        second = pool.submit(filled.search, Query("井盖")).result(timeout=10)
        go_on.set()
        assert (second.total, first.result(timeout=10).total) == (10, 10)


def test_a_look_up_that_failed_is_not_remembered_as_absent(filled, monkeypatch):
    def out_of_reach(*_arguments: object):
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(Tables, "frequencies", out_of_reach)
        with pytest.raises(ConnectionError):
            filled.search(Query("井盖"))
    assert filled.search(Query("井盖")).total == 10


def test_a_rebuild_waits_for_a_search_that_is_under_way(filled, monkeypatch):
    """Neither locks a table that the other needs next: PostgreSQL would end one of them."""
    reading, go_on, real = threading.Event(), threading.Event(), Tables.shown

    def slow(tables: Tables, connection: sa.Connection, numbers: list[int]):
        reading.set()
        assert go_on.wait(10)
        return real(tables, connection, numbers)

    filled.search(Query("更换"))
    monkeypatch.setattr(Tables, "shown", slow)
    with ThreadPoolExecutor() as pool:
        searching = pool.submit(filled.search, Query("井盖"))  # Has read postings, and no document yet.
        assert reading.wait(10)
        rebuilding = pool.submit(filled.rebuild, [notice(1, "井盖")], {"network": 1})
        wait_for_a_waiting_lock(filled.database)
        go_on.set()
        assert searching.result(timeout=10).total == 10
        rebuilding.result(timeout=10)
    assert filled.search(Query("井盖")).total == 1


def wait_for_a_waiting_lock(database: sa.Engine) -> None:
    statement = sa.text(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(200):
        with database.connect() as connection:
            if connection.execute(statement).first():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")
