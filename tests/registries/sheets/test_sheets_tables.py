"""The table in a sheet: its headings among titles and merged cells, and what below them is no record."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.registries.sheets.conftest import Write, read, refusal

HEAD = ["姓名", "电话", "地址"]
PEOPLE = [["张三", "13800000000", "临河街道一号"], ["李四", "13800000001", "望海街道二号"]]


def test_title_rows_above_the_headings_are_left_out_and_told(workbook: Write):
    rows = [
        ["附件1："],
        ["居民登记表（截至2026年3月）"],
        ["填报单位：临河街道", None, "2026年3月"],
        HEAD,
        *PEOPLE,
    ]
    table = read(workbook(rows, merge=["A2:C2"]))
    assert table.headings == HEAD
    assert table.numbers == [5, 6]
    assert table.told("3 rows above the headings")


def test_headings_over_two_rows_are_joined(workbook: Write):
    rows = [
        ["序号", "户籍人口", None, "常住人口", None],
        [None, "男", "女", "男", "女"],
        [1, 5, 6, 7, 8],
        [2, 3, 3, 2, 1],
    ]
    table = read(workbook(rows, merge=["A1:A2", "B1:C1", "D1:E1"]))
    assert table.headings == ["序号", "户籍人口 / 男", "户籍人口 / 女", "常住人口 / 男", "常住人口 / 女"]
    assert table.rows == [(1, 5, 6, 7, 8), (2, 3, 3, 2, 1)]


def test_headings_over_three_rows_are_joined(workbook: Write):
    rows = [
        ["村名", "人口", None, None], [None, "户籍", None, "流动"], [None, "男", "女", None],
        ["东村", 1, 2, 3], ["西村", 4, 5, 6],
    ]  # fmt: skip
    table = read(workbook(rows, merge=["A1:A3", "B1:D1", "B2:C2", "D2:D3"]))
    assert table.headings == ["村名", "人口 / 户籍 / 男", "人口 / 户籍 / 女", "人口 / 流动"]
    assert table.numbers == [4, 5]


def test_headings_over_two_rows_of_a_text_file_are_joined(text_file: Write):
    table = read(text_file("序号,户籍,,流动,\n,男,女,男,女\n1,5,6,7,8\n2,1,2,3,4\n"))
    assert table.headings == ["序号", "户籍 / 男", "户籍 / 女", "流动 / 男", "流动 / 女"]


def test_headings_in_two_languages_are_joined(text_file: Write):
    table = read(text_file("stat_ym,village,households\n統計年月,村里,戶數\n11406,東里,12\n11406,西里,30\n"))
    assert table.headings == ["stat_ym / 統計年月", "village / 村里", "households / 戶數"]
    assert table.numbers == [3, 4]


def test_years_may_be_headings(workbook: Write):
    rows = [["地区", 2021, 2022, 2023], ["东街", 10, 12, 13], ["西街", 20, 21, 22]]
    assert read(workbook(rows)).headings == ["地区", "2021", "2022", "2023"]


def test_a_row_of_instructions_is_left_out_and_told(workbook: Write):
    rows = [
        ["姓名", "性别", "出生日期"],
        ["必填，真实姓名", "男/女", "格式：YYYYMMDD"],
        ["张三", "男", "19900101"],
    ]
    table = read(workbook(rows))
    assert table.rows == [("张三", "男", "19900101")]
    assert table.told("Row 2 explains")


def test_a_unit_that_is_called_like_an_instruction_is_read(workbook: Write):
    rows = [
        ["单位名称", "统一社会信用代码", "地址"], ["示例镇自动化厂", "91000101MA7EX0010B", "示例路1号"],
        ["示例镇加油站", "91000101MA7EX00298", "示例路60号"],
    ]
    assert len(read(workbook(rows)).rows) == 2


def test_a_row_that_numbers_the_columns_is_left_out(workbook: Write):
    rows = [["单位名称", "人数", "面积", "高度"], ["甲", 1, 2, 3], ["一厂", 30, 200, 8], ["二厂", 20, 100, 6]]
    assert read(workbook(rows)).numbers == [3, 4]


def test_a_table_away_from_the_corner_keeps_its_addresses(workbook: Write):
    rows: list[list[Any]] = [[], [], [None, None, *HEAD], *[[None, None, *person] for person in PEOPLE]]
    table = read(workbook(rows))
    assert (table.headings, table.columns) == (HEAD, ["C", "D", "E"])
    assert table.records[0] == (4, tuple(PEOPLE[0]))


def test_blank_and_repeated_headings_get_names(workbook: Write):
    table = read(workbook([["编号", None, "(km)", "(km)"], [1, 5, 6, 7], [2, 5, 6, 7]]))
    assert table.headings == ["编号", "列B", "(km)", "(km) (2)"]
    assert table.told("without a heading: B")
    assert table.told("more than once")


def test_the_expected_headings_decide_between_two_rows(text_file: Write):
    text = "甲,乙,丙\nfull_nm,tel_no,addr_x\n张,三,四\n"
    assert read(text_file(text), expected=["FULL_NM", "Tel_no"]).headings == ["full_nm", "tel_no", "addr_x"]


@pytest.mark.parametrize("word", ["合计", "总 计", "小計：", "Total", "本页合计"])
def test_rows_with_totals_are_left_out_and_told(workbook: Write, word: str):
    rows = [
        ["社区", "户数", "人口"],
        ["合计", 30, 70],
        ["东社区", 10, 30],
        ["西社区", 20, 40],
        [word, 30, 70],
    ]
    table = read(workbook(rows))
    assert [row[0] for row in table.rows] == ["东社区", "西社区"]
    assert table.told("totals were left out: 2, 5")


def test_lines_that_name_a_group_are_left_out_and_told(workbook: Write):
    rows = [HEAD, ["临河街道（1人）"], PEOPLE[0], ["望海街道（1人）"], PEOPLE[1]]
    table = read(workbook(rows, merge=["A2:C2", "A4:C4"]))
    assert table.numbers == [3, 5]
    assert table.told("name a group were left out: 2, 4")


def test_remarks_below_the_table_are_left_out_and_told(text_file: Write):
    people = "".join(",".join(person) + "\n" for person in PEOPLE)
    table = read(text_file(f"姓名,电话,地址\n{people}填表人：王五,,\n填报日期：2026年3月5日,,\n"))
    assert len(table.rows) == 2
    assert table.told("Remarks below the table were left out: rows 4, 5")


def test_a_name_alone_at_the_end_is_a_record(text_file: Write):
    table = read(text_file("姓名,电话,地址\n张三,1,x\n李四,,\n"))
    assert table.rows[-1] == ("李四", None, None)


def test_a_line_with_one_cell_in_the_middle_is_a_record(text_file: Write):
    table = read(text_file("姓名,电话,地址\n张三,1,x\n李四：,,\n王五,2,y\n"))
    assert [row[0] for row in table.rows] == ["张三", "李四：", "王五"]


def test_repeated_headings_are_left_out(text_file: Write):
    table = read(text_file("姓名,电话,地址\n张三,1,x\n姓名,电话,地址\n李四,2,y\n"))
    assert table.numbers == [2, 4]


def test_cells_merged_downwards_are_filled(workbook: Write):
    rows = [
        ["街道", "社区", "户数"],
        ["临河街道", "东社区", 1],
        [None, "西社区", 2],
        ["望海街道", "南社区", 3],
    ]
    table = read(workbook(rows, merge=["A2:A3"]))
    assert [row[0] for row in table.rows] == ["临河街道", "临河街道", "望海街道"]
    assert table.told("filled down in 1 rows")


def test_hidden_parts_are_read_and_told(workbook: Write):
    def hide(sheet: Any) -> None:
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True

    table = read(workbook([HEAD, *PEOPLE], change=hide))
    assert len(table.rows) == 2
    assert table.told("Hidden columns were read too: B")
    assert table.told("1 hidden rows were read too: 3")


def test_the_first_sheet_with_a_table_is_read_and_the_others_told(workbook: Write):
    path = workbook([["填表说明"], ["请如实填写"]], others={"名单": [HEAD, *PEOPLE], "空": []})
    table = read(path)
    assert (table.sheet, table.sheets) == ("名单", ["Sheet", "名单", "空"])
    assert table.told("the file also has Sheet, 空")


def test_the_sheet_with_the_expected_headings_is_read(workbook: Write):
    path = workbook([["代码", "含义"], ["A", "甲"]], others={"数据": [HEAD, *PEOPLE]})
    assert read(path, expected=HEAD).sheet == "数据"
    assert read(path, sheet="Sheet").headings == ["代码", "含义"]


def test_a_hidden_sheet_gives_way_to_a_visible_one(workbook: Write):
    def hide(sheet: Any) -> None:
        sheet.parent.create_sheet("可见").append(["说明"])
        sheet.sheet_state = "hidden"

    assert read(workbook([HEAD, *PEOPLE], change=hide)).told("is hidden; it was read")


def test_an_unknown_sheet_is_refused_with_the_names_there_are(workbook: Write):
    assert "Sheet" in refusal(workbook([HEAD, *PEOPLE]), sheet="名单")


def test_cell_types_survive(workbook: Write):
    rows = [
        ["编号", "比例", "日期", "时刻", "是否", "证件号码", "序列", "公式"],
        [4.0, 1.5, datetime.date(2026, 3, 5), datetime.time(8, 30), True, 210702199001011234, 46086, "=1+1"],
        ["007", 1, datetime.datetime(2026, 3, 5, 1, 2, 3), None, False, "2.10702E+17", 1, None],
    ]
    first, second = read(workbook(rows)).rows
    assert first[:5] == (4, 1.5, datetime.date(2026, 3, 5), datetime.time(8, 30), True)
    assert type(first[0]) is int
    assert first[5] >= 10**15
    # No program has stored a result for the formula, and nobody works it out here.
    assert first[6:] == (46086, None)
    assert second[:3] == ("007", 1, datetime.datetime(2026, 3, 5, 1, 2, 3))


def test_headings_without_rows_are_a_table(workbook: Write):
    table = read(workbook([HEAD]))
    assert table.headings == HEAD
    assert table.rows == []
    assert table.told("no rows below the headings")


def test_data_without_headings_are_refused(text_file: Write):
    rows = "000101199001011234,13800000000,1\n000101199001011235,13800000001,2\nx,y,z\n"
    assert "No row of headings" in refusal(text_file(rows))


def test_the_hint_of_the_total_is_about_right(text_file: Write):
    assert read(text_file("姓名,电话\n" + "张三,1\n" * 50)).hint == 50
