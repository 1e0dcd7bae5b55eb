"""Rows of a file that carry one firm's code: branches become records of their own, history does not; spoilt cells."""

from __future__ import annotations

import itertools

import pytest

from registries import importing
from registries.demo.numbers import credit_code
from registries.importing import ColumnMapping, mapping
from registries.importing.checking import RowReader
from registries.messages import Problem, Refused
from registries.organisations.schemas import OrganisationSchema
from registries.organisations.service import ORGANISATION, organisations
from tests.factories import Sheet

HEADINGS = ["单位名称", "统一社会信用代码", "地址", "从业人数"]
CODE = credit_code("91", 4_321)
FIRM = ["望海商贸有限公司", CODE, "临河路8号", "30"]
BRANCH = ["望海商贸二店", CODE, "望海路1号", "3"]
_names = itertools.count()


@pytest.fixture
def imported(any_database, actor):
    """Imports rows and gives how many were new, the same …"""

    def run(*rows: list[str]) -> dict[str, int]:
        options = importing.Options(f"units{next(_names)}.csv")
        batch = importing.stage(
            any_database, organisations, Sheet(HEADINGS, rows), options, actor=actor, workers=0
        )  # fmt: skip
        batch = importing.apply(any_database, organisations, batch.id, actor=actor)
        return {state: count for state, count in batch.counts.items() if count and state in importing.batches.STATES}

    return run


def test_rows_of_one_firm_at_one_place_are_its_history(imported):
    later = [*FIRM[:3], "35"]
    assert imported(FIRM, later, [*FIRM[:3], "40"]) == {"new": 1, "duplicate": 2}


def test_a_branch_is_a_record_of_its_own_and_its_history_is_not(imported):
    assert imported(FIRM, BRANCH, [*BRANCH[:3], "4"], [*FIRM[:3], "31"]) == {"new": 2, "duplicate": 2}


def test_the_same_rows_in_another_order_change_nothing(imported):
    assert imported(FIRM, BRANCH) == {"new": 2}
    assert imported(BRANCH, FIRM) == {"same": 2}


def test_a_later_file_with_more_history_of_the_firm_adds_nothing(imported):
    assert imported(FIRM) == {"new": 1}
    assert imported(FIRM, [*FIRM[:3], "35"]) == {"same": 1, "duplicate": 1}


def test_a_branch_alone_in_a_later_file_leaves_the_firm_as_it_is(imported, any_database, actor):
    imported(FIRM, BRANCH)
    assert imported(BRANCH) == {"same": 1}
    with any_database.reading() as session:
        holder = organisations.holders(session, {("uscc", CODE)})["uscc", CODE]
        assert organisations.load(session, [holder])[0].values["name"] == FIRM[0]


def test_a_branch_that_changed_is_added_and_queued_beside_the_old_one(imported):
    imported(FIRM, BRANCH)
    assert imported(FIRM, [*BRANCH[:3], "9"]) == {"same": 1, "new": 1}


@pytest.fixture
def problems(references):
    """Reads one row and gives the errors by field, as sentences."""

    def read(cells: list, headings=HEADINGS, told: ColumnMapping | None = None) -> dict[str, str]:
        found = mapping.complete(OrganisationSchema(references), headings, told)
        outcome = RowReader(ORGANISATION, references, found, headings).read(2, cells)
        return {
            name: str(Problem.from_json(problems[0])) for name, problems in (outcome.errors or {}).items()
        }

    return read


def test_a_cell_with_a_lost_character_is_an_error_of_its_field(problems):
    assert "lost in the file" in problems(["望\ufffd商贸", "", "临河路8号", "3"])["name"]


@pytest.mark.parametrize("cell", [2.10702e17, "2.10702E+17", 210702000000000000])
def test_a_number_that_a_spreadsheet_rounded_is_an_error(problems, cell):
    assert "last digits" in problems(["望海商贸", "", cell, "3"])["address"]


def test_a_plus_in_a_text_is_nothing_lost(problems):
    assert problems(["C+C 商贸", "", "临河路8号+9号", "3"]) == {}


def test_a_rounded_key_of_the_source_is_an_error(problems):
    told = ColumnMapping({"编号": None}, source_key=("编号",))
    assert "last digits" in problems([*FIRM, 2.10702e17], [*HEADINGS, "编号"], told)["source_key"]


def test_a_row_with_more_cells_than_columns_is_an_error(problems):
    assert "more cells" in problems([*FIRM, "x"])["row"]
    assert problems([*FIRM, None, ""]) == {}


@pytest.mark.parametrize("told", ["建筑面积(㎡)", "建筑面积 （㎡）", "建築面積【㎡】"])
def test_a_mapping_names_a_heading_in_any_width_script_and_brackets(references, told):
    schema = OrganisationSchema(references)
    found = mapping.complete(schema, ["单位名称", "建筑面积（㎡）"], ColumnMapping({told: "note"}))
    assert found.columns["建筑面积（㎡）"] == "note"


def test_the_key_of_a_source_is_found_in_any_spelling_and_never_in_part(references):
    schema = OrganisationSchema(references)
    headings = ["單位名稱", "編號（舊）"]
    assert mapping.complete(schema, headings, ColumnMapping(source_key=("编号(旧)",))).source_key == ("編號（舊）",)
    assert mapping.complete(schema, headings, ColumnMapping(source_key=("别的",))).source_key == ()
    with pytest.raises(Refused, match="别的"):
        mapping.complete(schema, headings, ColumnMapping(source_key=("编号(旧)", "别的")))
