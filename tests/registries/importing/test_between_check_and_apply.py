"""What happens to a checked file when others write to the registry before it is applied."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import sqlalchemy as sa

from registries import importing
from registries.access import Actor, Grant, console
from registries.demo.numbers import credit_code
from registries.facilities.service import facilities
from registries.importing import ColumnMapping, reviewing
from registries.importing.batches import STAGED_ROW
from registries.organisations.service import organisations
from registries.population.service import residents
from registries.records import NotFound
from registries.registrations import check_licence_number
from tests.conftest import demo_number
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


def make(database, actor, records, **raw: Any) -> Any:
    with database.writing(records.kind.database) as session:
        return records.create(session, {"area_id": INSIDE, **raw}, actor=actor, reason="seen")


def first_failure(database, batch) -> tuple[int, list[str]]:
    with database.reading() as session:
        number, _cells, problems = next(importing.failed_rows(session, importing.find(session, batch.id)))
    return number, list(problems)


@pytest.mark.parametrize(("records", "made", "heading", "number", "field", "other"), [
    (residents, {"name": "甲五", "doc_type": "NONE", "no_id_reason": "其他"}, "证件号码", demo_number(5, "1"),
     "id_number", {"name": "乙五", "id_number": demo_number(5, "1")}),
    (facilities, {"name": "栓", "subclass": "0101", "location": "临河路1号"}, "部件标识码", "0001010101000777",
     "code", {"name": "栓2", "subclass": "0101", "location": "临河路2号", "code": "0001010101000777"}),
    (organisations, {"name": "丙厂", "org_type": "03", "address": "临河路1号"}, "统一社会信用代码",
     credit_code("91", 7), "uscc", {
         "name": "丁厂", "org_type": "03", "address": "临河路2号",
         "registrations": [{"scheme": "uscc", "number": credit_code("91", 7)}],
     }),
])  # fmt: skip
def test_a_number_that_somebody_took_since_the_check_fails_its_row_alone(
    any_database, actor, records, made, heading, number, field, other
):
    one, two = make(any_database, actor, records, **made), make(any_database, actor, records, **{**made, "name": "戊"})
    rows = [[str(one.id), number, "x"], [str(two.id), "", "y"]]
    table, told = Sheet(["记录号", heading, "备注"], rows), importing.Options("numbers.csv")
    batch = importing.stage(any_database, records, table, told, actor=actor, workers=0)
    assert batch.counts["changed"] == 2
    make(any_database, actor, records, **other)
    batch = importing.apply(any_database, records, batch.id, actor=actor)
    assert (batch.counts["changed"], batch.counts["error"]) == (1, 1)
    assert first_failure(any_database, batch) == (2, [field])


def test_what_was_said_of_rows_that_are_not_written_any_more_is_not_counted(database, actor):
    table = Sheet(["姓名", "网格", "出生日期", "地址"], [["赵大", INSIDE, "1950-01-01", "临河路5号"]])
    staged = [
        importing.stage(database, residents, table, importing.Options(name), actor=actor, workers=0)
        for name in ("one.csv", "two.csv")
    ]
    assert [(batch.counts["warnings"], batch.counts["incomplete"]) for batch in staged] == [(1, 1)] * 2
    counts = [importing.apply(database, residents, batch.id, actor=actor).counts for batch in staged]
    assert [(told["new"], told["warnings"], told["incomplete"]) for told in counts] == [(1, 1, 1), (0, 0, 0)]


def test_a_likeness_that_came_up_since_the_check_is_shown_at_the_row(database, actor):
    headings = ["姓名", "性别", "网格", "出生日期", "地址", "备注"]
    row = ["赵大", "1", INSIDE, "1950-01-01", "临河路5号"]
    batch, other = (
        importing.stage(database, residents, Sheet(headings, [[*row, note]]), importing.Options(f"{note}.csv"),
                        actor=actor, workers=0)
        for note in ("x", "y")
    )  # fmt: skip
    importing.apply(database, residents, other.id, actor=actor)
    assert importing.apply(database, residents, batch.id, actor=actor).counts["probable"] == 1
    with database.reading() as session:
        assert len(reviewing.doubts(session, residents, batch, actor=actor)) == 1


def test_a_further_number_that_an_earlier_row_gives_to_another_record_fails_the_row(database, staged, applied):
    headings = ["单位名称", "统一社会信用代码", "注册号", "地址", "网格编码"]
    licence = next(
        number for digit in range(10) if not check_licence_number(number := f"21020000001234{digit}").errors
    )
    batch = staged(
        ["甲厂", credit_code("91", 1), licence, "临河路1号", INSIDE],
        ["乙厂", credit_code("91", 2), licence, "临河路9号", INSIDE],
        headings=headings,
    )
    assert applied(batch) == {"new": 1, "error": 1}
    assert first_failure(database, batch) == (3, ["licence_no"])
    assert stored(database).name == "甲厂"


def test_an_import_that_somebody_applied_meanwhile_is_not_forgotten(database, staged):
    waiting = staged(FIRM, ["", *FIRM[1:]])
    batch = importing.apply(database, organisations, waiting.id, actor=console("test"))
    assert (batch.counts["new"], batch.counts["error"]) == (1, 1)
    with database.writing("organisations") as session:
        importing.discard(session, waiting)
    assert first_failure(database, batch) == (3, ["name"])


def test_an_import_that_was_only_looked_at_is_forgotten_with_its_rows(database, staged):
    batch = staged(FIRM, ["", *FIRM[1:]])
    for _ in range(2):
        with database.writing("organisations") as session:
            importing.discard(session, batch)
    with database.reading() as session:
        assert session.execute(sa.select(STAGED_ROW["organisations"])).all() == []
        with pytest.raises(NotFound):
            importing.find(session, batch.id)
