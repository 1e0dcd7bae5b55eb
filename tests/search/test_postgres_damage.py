"""The tables of the index after accidents."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa

from search.engine import IndexDamaged, Query
from search.postgres_engine import PostgresEngine
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
