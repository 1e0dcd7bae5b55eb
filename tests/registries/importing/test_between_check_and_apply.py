"""What happens to a checked file when others write to the registry before it is applied."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import sqlalchemy as sa

from registries import importing
from registries.access import Actor, Grant
from registries.demo.numbers import credit_code
from registries.importing import ColumnMapping
from registries.organisations.service import organisations
from tests.factories import Sheet

HEADINGS = ["单位名称", "统一社会信用代码", "地址", "从业人数", "网格编码"]
INSIDE, OUTSIDE = "000101001001001", "000101002001001"
FIRM = ["望海商贸", credit_code("91", 4_341), "临河路8号", "30", INSIDE]
_names = itertools.count()
TABLE = organisations.kind.table


@pytest.fixture
def staged(database, actor):
    """Checks rows and gives the batch."""

    def run(*rows: list[str], by: Actor = actor, headings: list[str] = HEADINGS, **options: Any) -> importing.Batch:
        told = importing.Options(f"units{next(_names)}.csv", **options)
        return importing.stage(database, organisations, Sheet(headings, rows), told, actor=by, workers=0)

    return run


@pytest.fixture
def applied(database, actor):
    """Applies a batch and gives how many rows were new, the same …"""

    def run(batch: importing.Batch, by: Actor = actor) -> dict[str, int]:
        batch = importing.apply(database, organisations, batch.id, actor=by)
        return {state: count for state, count in batch.counts.items() if count and state in importing.batches.STATES}

    return run


@pytest.fixture
def edit(database, actor):
    """Changes the one organisation by hand."""

    def run(**values: Any) -> None:
        with database.writing("organisations") as session:
            row = session.execute(sa.select(TABLE)).one()
            organisations.update(session, row.id, values, version=row.version, actor=actor, reason="seen")

    return run


def stored(database) -> Any:
    with database.reading() as session:
        return session.execute(sa.select(TABLE)).one()


def test_what_somebody_wrote_since_the_check_is_not_overwritten(database, staged, applied, edit):
    applied(staged(FIRM))
    batch = staged([*FIRM[:3], "31", INSIDE])
    edit(employees=35)
    assert applied(batch) == {"error": 1}
    assert stored(database).employees == 35
    with database.reading() as session:
        ((number, cells, problems),) = importing.failed_rows(session, importing.find(session, batch.id))
    assert (number, list(problems)) == (2, ["employees"])
    assert cells == [*FIRM[:3], "31", INSIDE]


def test_another_field_changed_since_leaves_the_row_to_be_written(database, staged, applied, edit):
    applied(staged(FIRM))
    batch = staged([*FIRM[:3], "31", INSIDE])
    edit(note="By hand.")
    assert applied(batch) == {"changed": 1}
    assert (stored(database).employees, stored(database).note) == (31, "By hand.")


def test_a_change_that_was_made_by_hand_meanwhile_counts_as_the_same(staged, applied, edit):
    applied(staged(FIRM))
    batch = staged([*FIRM[:3], "31", INSIDE])
    edit(employees=31)
    assert applied(batch) == {"same": 1}


def test_new_rows_that_came_in_by_another_file_are_not_added_again(database, staged, applied):
    bare, keyed = ["临河商行", "", "临河路9号", "3", INSIDE], [*FIRM[:4], INSIDE, "7"]
    told = {"source": "office", "mapping": ColumnMapping({"编号": None}, source_key=("编号",))}
    headings = [*HEADINGS, "编号"]
    batch, other = staged(bare), staged(keyed, headings=headings, **told)
    applied(staged([*bare[:1], *bare[2:]], headings=[*HEADINGS[:1], *HEADINGS[2:]]))
    changed = [keyed[0], "", "临河路80号", *keyed[3:]]
    applied(staged(changed, headings=headings, **told))
    assert applied(batch) == {"same": 1}
    assert applied(other) == {"error": 1}
    with database.reading() as session:
        ((_number, cells, _problems),) = importing.failed_rows(session, importing.find(session, other.id))
    assert cells == keyed


def test_a_new_row_whose_code_is_held_elsewhere_by_now_is_a_transfer(references, staged, applied):
    clerk = Actor("clerk", (Grant("clerk", references.areas.find("000101001").path),))
    batch = staged(FIRM, ["临河商行", "", "临河路9号", "3", INSIDE], by=clerk)
    applied(staged([*FIRM[:4], OUTSIDE]))
    assert applied(batch, by=clerk) == {"transfer": 1, "new": 1}


def test_two_rows_that_come_to_be_about_one_record_write_it_once(staged, applied, database):
    told = {"source": "office", "mapping": ColumnMapping({"编号": None}, source_key=("编号",))}
    headings = [*HEADINGS, "编号"]
    firm = [*FIRM, "7"]
    batch = staged(firm, [FIRM[0], "", *FIRM[2:], "7"], headings=headings, **told)
    applied(staged([*FIRM, "7"], headings=headings, source="office 2", mapping=told["mapping"]))
    counts = applied(batch)
    assert counts.get("changed", 0) == 0
    assert sum(counts.values()) == 2
