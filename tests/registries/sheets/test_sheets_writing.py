"""What is written opens everywhere, runs nothing, and reads back as it was."""

from __future__ import annotations

import csv
import datetime
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registries.messages import Refused
from registries.sheets import write_csv, write_errors, write_xlsx
from tests.registries.sheets.conftest import read

HEAD = ["姓名", "证件号码", "备注"]
ROWS = [["张三", "000101199001011234", "=1+1"], ["00123", "+86", None], ["@x", "-1", "http://example.org"]]


def test_a_workbook_reads_back_as_it_was_written(tmp_path: Path):
    path = tmp_path / "x.xlsx"
    assert write_xlsx(path, HEAD, ROWS, sheet="居民") == 3
    table = read(path)
    assert (table.sheet, table.headings, table.rows) == ("居民", HEAD, [tuple(row) for row in ROWS])
    assert not table.notes


def test_every_cell_is_text_and_nothing_is_a_formula(tmp_path: Path):
    write_xlsx(tmp_path / "x.xlsx", HEAD, ROWS)
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert not any(cell.hyperlink for cell in cells)


def test_values_become_text_as_people_write_them(tmp_path: Path):
    row = [4.0, 1.5, datetime.date(2026, 3, 5)]
    write_xlsx(tmp_path / "x.xlsx", HEAD, [row])
    assert read(tmp_path / "x.xlsx").rows == [("4", "1.5", "2026-03-05")]


def test_notes_choices_and_the_example_teach_and_do_not_get_in_the_way(tmp_path: Path):
    path = tmp_path / "模板.xlsx"
    many = [f"选项{number}" for number in range(200)]
    write_xlsx(
        path,
        ["姓名", "性别", "社区"],
        [],
        notes={"姓名": "必填"},
        choices={"性别": ["男", "女"], "社区": many},
        example=["张三", "男", "选项1"],
    )
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet["A1"].comment.text == "必填"
    sources = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert sources["B2:B1001"] == '"男,女"'
    assert sources["C2:C1001"] == "'选项'!$A$1:$A$200"
    table = read(path)
    assert (table.headings, table.rows) == (["姓名", "性别", "社区"], [])


def test_an_example_typed_over_is_a_record(tmp_path: Path):
    path = tmp_path / "模板.xlsx"
    write_xlsx(path, ["姓名", "性别"], [], example=["张三", "男"])
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A2"] = "李四"
    book.save(path)
    assert read(path).rows == [("李四", "男")]


def test_our_headings_are_found_whatever_they_look_like(tmp_path: Path):
    write_xlsx(tmp_path / "x.xlsx", ["1", "2", "3"], [["甲", "乙", "丙"], ["4", "5", "6"]])
    table = read(tmp_path / "x.xlsx")
    assert (table.headings, table.numbers) == (["1", "2", "3"], [2, 3])


def test_the_error_workbook_holds_the_failed_rows_and_can_be_read_again(tmp_path: Path):
    path = tmp_path / "错误.xlsx"
    failures = [
        (7, ("张三", 2.10702e17, None), {1: "digits lost", -1: "no area"}),
        (9, ("李四", "x", "y", "多"), {}),
    ]
    assert write_errors(path, HEAD, failures, reason_heading="错误原因", row_heading="原行号") == 2
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet["B2"].comment.text == "digits lost"
    table = read(path)
    assert table.headings == [*HEAD, "原行号", "错误原因"]
    assert table.rows[0] == ("张三", "210702000000000000", None, "7", "no area\n证件号码: digits lost")
    assert table.rows[1] == ("李四", "x", "y", "9", "多")


def test_a_csv_opens_in_excel_and_reads_back(tmp_path: Path):
    path = tmp_path / "x.csv"
    assert write_csv(path, HEAD, ROWS) == 3
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == HEAD
    assert read(path).rows == [tuple(row) for row in ROWS]


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "x.xlsx"
    write_xlsx(path, HEAD, ROWS)
    before = path.read_bytes()

    def failing():
        yield ROWS[0]
        raise RuntimeError("the database went away")

    for write in (write_xlsx, write_csv):
        with pytest.raises(RuntimeError):
            write(path, HEAD, failing())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_owner_may_read_what_is_written(tmp_path: Path):
    for path, write in ((tmp_path / "x.xlsx", write_xlsx), (tmp_path / "x.csv", write_csv)):
        write(path, HEAD, ROWS)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_cannot_be_written_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="cannot be written"):
        write_xlsx(tmp_path / "none" / "x.xlsx", HEAD, ROWS)
    with pytest.raises(Refused, match="cell A2 would hold"):
        write_xlsx(tmp_path / "x.xlsx", HEAD, [["x" * 40_000]])


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=20
).filter(lambda text: text.strip() and not text.startswith("示例"))


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_any_text_written_to_a_workbook_reads_back(rows: list[tuple[str, str, str]]):
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.xlsx")
        write_xlsx(path, HEAD, rows)
        assert read(path).rows == rows


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_text_written_to_csv_reads_back(rows: list[tuple[str, str, str]]):
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.csv")
        write_csv(path, HEAD, rows)
        assert read(path).rows == rows
