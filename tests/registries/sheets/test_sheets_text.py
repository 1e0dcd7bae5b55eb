"""Text tables: delimiters, ragged rows, quotation marks, and what must not fill the memory."""

from __future__ import annotations

import dataclasses
import tracemalloc

import pytest

from registries.sheets import DEFAULT, open_table
from tests.registries.sheets.conftest import Write, read, refusal


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_the_delimiter_is_found(text_file: Write, delimiter: str):
    rows = [["姓名", "电话", "地址"], ["张三", "1", "太和区"], ["李四", "2", ""]]
    table = read(text_file("\n".join(delimiter.join(row) for row in rows)))
    assert table.headings == ["姓名", "电话", "地址"]
    assert table.rows == [("张三", "1", "太和区"), ("李四", "2", None)]


def test_an_order_for_the_delimiter_is_followed(text_file: Write):
    table = read(text_file("sep=;\nname;city\na,b;c,d\n"))
    assert table.records == [(3, ("a,b", "c,d"))]


def test_a_list_of_one_column_is_a_table(text_file: Write):
    assert read(text_file("姓名\n张三\n李四\n")).rows == [("张三",), ("李四",)]


def test_rows_are_numbered_as_a_spreadsheet_does(text_file: Write):
    table = read(text_file('姓名,备注\n张三,"两\n行"\n\n李四,x\n'))
    assert table.records == [(2, ("张三", "两\n行")), (4, ("李四", "x"))]


def test_short_rows_are_filled_and_long_rows_stay_long(text_file: Write):
    lines = "张三,1,x\n" * 5 + "李四,2\n王五,3,y,,\n赵六,4,太和区,一号\n"
    table = read(text_file("姓名,电话,地址\n" + lines))
    assert table.headings == ["姓名", "电话", "地址"]
    assert table.rows[5:] == [("李四", "2", None), ("王五", "3", "y"), ("赵六", "4", "太和区", "一号")]


def test_leading_zeros_and_long_numbers_stay_text(text_file: Write):
    assert read(text_file("编号,证件号码\n007,000101199001011234\n")).rows == [("007", "000101199001011234")]


def test_a_quotation_mark_without_end_is_refused_with_its_row(text_file: Write):
    problem = refusal(text_file('姓名,电话,地址\n张三,1,x\n李四,2,"y\n王五,3,z\n'))
    assert problem.startswith("Row 3")


def test_a_stray_quotation_mark_that_swallows_rows_is_refused(text_file: Write):
    problem = refusal(text_file('姓名,电话,地址\n张三,1,"x\n李四,2,y\n王五,3,z\n赵六,4,"q\n钱七,5,z\n'))
    assert problem.startswith("Row 2")


def test_line_breaks_inside_a_cell_are_no_fault(text_file: Write):
    table = read(text_file('姓名,电话,地址\n张三,1,"一，\n二, 三\n四"\n李四,2,x\n'))
    assert len(table.rows) == 2


def test_an_endless_line_is_refused(text_file: Write):
    assert "line" in refusal(text_file("name,x\n" + "a," * 3_000_000))


def test_an_endless_cell_is_refused(text_file: Write):
    limits = dataclasses.replace(DEFAULT, line_characters=10_000_000)
    assert "never ends" in refusal(text_file('name,x\n"' + "abc\n" * 1_000_000), limits=limits)


def test_too_many_rows_are_refused(text_file: Write):
    limits = dataclasses.replace(DEFAULT, rows=100)
    assert "100 rows" in refusal(text_file("name,x\n" + "a,b\n" * 200), limits=limits)


def test_a_file_that_is_too_large_is_refused_by_its_size(text_file: Write):
    limits = dataclasses.replace(DEFAULT, file_bytes=1_000)
    assert "MB" in refusal(text_file("name,x\n" + "a,b\n" * 1_000), limits=limits)


def test_memory_does_not_grow_with_the_file(text_file: Write):
    path = text_file("name,city,x\n" + "Ann,Bonn,1\n" * 100_000)
    tracemalloc.start()
    with open_table(path) as table:
        rows = sum(len(chunk) for chunk in table.chunks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 100_000
    assert peak < 12 * 2**20


def test_chunks_have_the_size_asked_for(text_file: Write):
    with open_table(text_file("name,city\n" + "Ann,Bonn\n" * 5)) as table:
        assert [len(chunk) for chunk in table.chunks(2)] == [2, 2, 1]


def test_text_named_like_a_workbook_is_read(text_file: Write):
    table = read(text_file("姓名\t电话\t地址\n张三\t1\t北京\n", "gb18030", name="导出.xls"))
    assert table.rows == [("张三", "1", "北京")]
