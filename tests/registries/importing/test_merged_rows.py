"""Records that were merged, and the next delivery of the file that brought them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import sqlalchemy as sa

from registries import importing, merging
from registries.demo.numbers import credit_code
from registries.importing import ColumnMapping
from registries.organisations.service import organisations
from tests.factories import Sheet

HEADINGS = ["单位名称", "统一社会信用代码", "地址", "从业人数"]
FIRST, SECOND = ["望海商贸", "", "临河路8号", "30"], ["望海商贸行", "", "临河路8号甲", "31"]
_names = itertools.count()


@pytest.fixture
def imported(database, actor):
    """Imports rows and gives how many were new, the same …"""

    def run(*rows: list[str], headings: list[str] = HEADINGS, **options: Any) -> dict[str, int]:
        told = importing.Options(f"units{next(_names)}.csv", **options)
        batch = importing.stage(database, organisations, Sheet(headings, rows), told, actor=actor, workers=0)
        batch = importing.apply(database, organisations, batch.id, actor=actor)
        return {state: count for state, count in batch.counts.items() if count and state in importing.batches.STATES}

    return run


@pytest.fixture
def merge(database, actor):
    """Merges the second of two records by their names into the first."""

    def run(first: str, second: str, take: Any = ()) -> None:
        with database.writing("organisations") as session:
            table = organisations.kind.table
            ids = [session.scalar(sa.select(table.c.id).where(table.c.name == name)) for name in (first, second)]
            one, other = organisations.load(session, ids)
            merging.merge(
                session, organisations, (one.id, one.version), (other.id, other.version), take,
                actor=actor, reason="one and the same",
            )  # fmt: skip

    return run


@pytest.mark.parametrize("take", [(), ("employees",), ("name", "address")])
def test_merged_records_do_not_come_back_with_the_next_delivery(imported, merge, take):
    assert imported(FIRST, SECOND) == {"new": 2}
    merge(FIRST[0], SECOND[0], take)
    assert imported(FIRST, SECOND) == {"same": 2}
    assert imported(SECOND, FIRST) == {"same": 2}


def test_a_merged_record_is_known_by_its_values_in_a_file_of_other_columns(imported, merge):
    imported(FIRST, SECOND)
    merge(FIRST[0], SECOND[0])
    assert imported(SECOND[:3], headings=HEADINGS[:3]) == {"same": 1}


def test_a_code_of_a_merged_record_leads_to_its_survivor_which_keeps_its_own(imported, merge, database):
    codes = [credit_code("91", serial) for serial in (4_331, 4_332)]
    first, second = ([row[0], code, *row[2:]] for row, code in zip((FIRST, SECOND), codes, strict=True))
    imported(first, second)
    merge(first[0], second[0])
    assert imported(first, second) == {"same": 2}
    assert imported([*second[:3], "99"]) == {"changed": 1}
    with database.reading() as session:
        holder = organisations.holders(session, {("uscc", codes[0])})["uscc", codes[0]]
        item = organisations.load(session, [holder])[0]
    assert (item.values["name"], item.values["employees"]) == (FIRST[0], 99)


def test_a_key_at_the_source_of_a_merged_record_leads_to_its_survivor(imported, merge):
    told = {"source": "office", "mapping": ColumnMapping({"编号": None}, source_key=("编号",))}
    headings = [*HEADINGS, "编号"]
    imported([*FIRST, "1"], [*SECOND, "2"], headings=headings, **told)
    merge(FIRST[0], SECOND[0])
    again = imported([*FIRST, "1"], [*SECOND[:3], "99", "2"], headings=headings, **told)
    assert again.get("new", 0) == 0
