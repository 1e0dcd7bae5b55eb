"""Files of residents through the whole pipeline: read as they are, written, taken back."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa

from registries import days, importing, merging, references
from registries.access import console
from registries.chinese import fold
from registries.demo.numbers import with_id_check
from registries.importing.exporting import Wish, export
from registries.population import life_events, models
from registries.population.homes import DwellingSchema, HouseholdSchema
from registries.population.schemas import ResidentSchema
from registries.population.service import dwellings, households, residents
from registries.sheets import open_table
from registries.storing import opened

ACTOR = console("test")
HEADINGS = [
    "姓名", "证件类型", "公民身份号码", "性别", "出生日期", "民族", "户籍地址", "现住址", "社区编码",
    "网格编码", "户号", "与户主关系", "居住类型", "婚姻状况", "文化程度", "职业", "联系电话", "重点人群",
]  # fmt: skip
CATALOGUE = {records.name: records for records in (residents, households, dwellings)}
TABLES = [
    model.__table__
    for model in (models.Resident, models.ResidentStay, models.ResidentGroup, models.Household)
]


def number(serial):
    return with_id_check(f"00010119{50 + serial % 50}0307{111 + serial * 2:03d}")


def row(serial, household="1", relation="户主", **other):
    cells = dict(zip(HEADINGS, (
        f"张{'三四五六七八九'[serial % 7]}", "居民身份证", number(serial), "", "", "汉族", "辽宁省锦州市",
        f"临河路{household}号", "000101001001", "临河东一网格", household, relation, "户籍人口", "已婚",
        "初中", "退休", f"154{serial:08d}", "独居老人",
    ), strict=True))  # fmt: skip
    return [{**cells, **other}[heading] for heading in HEADINGS]


@pytest.fixture
def sheet(tmp_path):
    def write(*rows, headings=HEADINGS):
        path = tmp_path / "居民.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        return path

    return write


def staged(database, path, **options):
    with open_table(path) as table:
        return importing.stage(
            database, residents, table, importing.Options(path.name, **options), actor=ACTOR, workers=0
        )


def imported(database, path, **options):
    return importing.apply(database, residents, staged(database, path, **options).id, actor=ACTOR)


def contents(database):
    with database.reading() as session:
        return {table.name: sorted(map(str, session.execute(sa.select(table)))) for table in TABLES}


def test_a_file_with_the_usual_headings_goes_in_as_it_is(register, sheet):
    batch = imported(
        register, sheet(row(1), row(2, relation="妻"), row(3, household="2")), as_of=date(2026, 1, 1)
    )
    assert (batch.counts["new"], batch.counts["error"], batch.counts["incomplete"]) == (3, 0, 0)
    with register.reading() as session:
        items = residents.items(session, session.execute(sa.select(residents.kind.table)).all())
        homes = households.items(session, session.execute(sa.select(households.kind.table)).all())
    first = min(items, key=lambda item: item.id)
    assert opened(register.keys, first.values["id_number"]) == number(1)
    assert (first.values["sex"], first.values["marital_status"], first.values["occupation"]) == (
        "1",
        "20",
        "5",
    )
    assert [(row["from_on"], row["certainty"]) for row in first.values["stays"]] == [
        (date(2026, 1, 1), "unknown")
    ]
    assert {home.values["number"]: home.values["head_id"] is not None for home in homes} == {
        "1": True,
        "2": True,
    }


def test_the_same_file_again_changes_nothing_and_one_cell_one_record(register, sheet):
    imported(register, sheet(row(1), row(2, relation="妻")))
    assert staged(register, sheet(row(1), row(2, relation="妻"))).counts["same"] == 2
    batch = staged(register, sheet(row(1, 现住址="望海路9号"), row(2, relation="妻")))
    assert (batch.counts["changed"], batch.counts["same"]) == (1, 1)


def test_taking_an_import_back_takes_back_the_households_it_made(any_register, sheet):
    before = contents(any_register)
    batch = imported(any_register, sheet(row(1), row(2, relation="妻"), row(3, household="2")))
    assert contents(any_register) != before
    undone = importing.undo(any_register, CATALOGUE, batch.id, actor=ACTOR)
    assert (undone.conflicts, contents(any_register)) == ({}, before)


def test_a_head_that_came_with_a_batch_leaves_the_older_household_as_it_was(register, sheet):
    imported(register, sheet(row(2, relation="妻")))
    batch = imported(register, sheet(row(1)))
    with register.reading() as session:
        assert session.scalar(sa.select(models.Household.head_id)) is not None
    assert importing.undo(register, CATALOGUE, batch.id, actor=ACTOR).conflicts == {}
    with register.reading() as session:
        assert session.scalar(sa.select(models.Household.head_id)) is None


def test_a_household_that_others_joined_since_stays_with_its_head_when_its_import_is_taken_back(register, sheet):
    batch = imported(register, sheet(row(1)))
    imported(register, sheet(row(2, relation="妻")))
    undone = importing.undo(register, CATALOGUE, batch.id, actor=ACTOR)
    assert [kind for kind, _id in undone.conflicts] == ["resident", "household"]
    with register.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(models.Resident)) == 2


def test_rows_without_number_go_in_with_a_warning_and_only_once(register, sheet):
    bare = [
        row(1, 公民身份号码="", 证件类型="", 出生日期="1950"),
        row(2, 公民身份号码="", 证件类型="", 出生日期="1951年3月"),
    ]
    batch = imported(register, sheet(*bare))
    assert (batch.counts["new"], batch.counts["warnings"]) == (2, 2)
    assert staged(register, sheet(*bare)).counts["same"] == 2


def test_a_file_of_phones_alone_leaves_numbers_and_groups_alone(register, sheet):
    imported(register, sheet(row(1)))
    path = sheet([number(1), "张四", "15400000099"], headings=["身份证号", "姓名", "手机"])
    batch = imported(register, path, source="phones")
    assert (batch.counts["changed"], batch.counts["error"]) == (1, 0)
    with register.reading() as session:
        (item,) = residents.items(session, session.execute(sa.select(residents.kind.table)).all())
    assert opened(register.keys, item.values["phone"]) == "15400000099"
    assert len(item.values["groups"]) == len(item.values["stays"]) == 1


def test_the_sheet_of_grid_workers_is_read_in_its_own_words(register, sheet):
    path = sheet([
        "张三", "户主", number(1), "男", "", "13800138000;13900139000", "临河小区", "1单元101室",
        "临河东一网格", "流动人口",
        "独居老人,低保户", "1", "20260105", "在职", "离异",
    ], headings=[
        "姓名", "与其他人员关系", "身份证号", "性别", "出生日期", "联系电话", "现住小区/建筑", "门牌地址",
        "所属网格", "人员类型",
        "重点类别", "是否已死亡", "死亡日期", "工作学习情况", "婚姻状况",
    ])  # fmt: skip
    batch = imported(register, path)
    assert (batch.counts["new"], batch.counts["warnings"]) == (1, 1)
    with register.reading() as session:
        (item,) = residents.items(session, session.execute(sa.select(residents.kind.table)).all())
    values = item.values
    assert (values["address"], values["population_type"], values["stay_status"]) == (
        "临河小区1单元101室",
        "LD",
        "5",
    )
    assert (values["died_on"], values["stays"][0]["to_on"]) == (date(2026, 1, 5), date(2026, 1, 5))


@pytest.mark.parametrize("wish", [Wish(), Wish(reveal=True, reason="test"), Wish(language="en")])
def test_an_export_comes_back_without_a_change(register, sheet, wish):
    imported(register, sheet(
        row(1, 重点人群="独居老人、残疾人", 现住址="临河路1号；甲"), row(2, relation="妻"),
        row(3, household="2"),
        row(4, 公民身份号码="", 证件类型="", 出生日期="1950"),
    ))  # fmt: skip
    with register.writing("population") as session:
        item = next(residents.items(session, [found]) for found in session.execute(
            sa.select(residents.kind.table).where(models.Resident.name == "张四")))[0]  # fmt: skip
        area_id = references.load(session).areas.find("000101002002001").id
        life_events.transfer(
            session, item.id, area_id=area_id, event_on=days.today(), version=1, actor=ACTOR,
            note="随子｜；居住",
        )  # fmt: skip
    for records in (residents, households):
        headings, rows = export(register, records, wish, actor=ACTOR)
        path = sheet(*rows, headings=headings)
        with open_table(path) as table:
            options = importing.Options("out.csv", "out")
            batch = importing.stage(register, records, table, options, actor=ACTOR, workers=0)
        told = {state: number for state, number in batch.counts.items() if number and state != "warnings"}
        assert told == {"same": 4 if records is residents else 2}


@pytest.mark.parametrize("schema", [ResidentSchema, HouseholdSchema, DwellingSchema])
def test_no_heading_stands_for_two_fields(schema):
    fields = schema._declared_fields.values()
    words = Counter(fold(word) for item in fields for word in {*item.headings, item.label})
    assert [word for word, number in words.items() if number > 1] == []


def people(database):
    """Name, kind of document and number of everybody, by name."""
    with database.reading() as session:
        items = residents.items(session, session.execute(sa.select(residents.kind.table)).all())
    told = (opened(database.keys, item.values) for item in items)
    return sorted((values["name"], values["doc_type"], values["id_number"]) for values in told)


def test_one_number_on_two_kinds_of_document_is_two_people(any_register, sheet):
    passport, permit = row(1, 姓名="王一", 证件类型="护照"), row(1, 姓名="李四", 证件类型="台胞证")
    for cells in (passport, permit):
        cells[2] = "12345678"
    imported(any_register, sheet(passport))
    assert imported(any_register, sheet(permit)).counts["new"] == 1
    both = [("李四", "TW_PERMIT", "12345678"), ("王一", "PASSPORT", "12345678")]
    assert people(any_register) == both
    assert staged(any_register, sheet(permit, passport)).counts["same"] == 2


def test_a_number_without_its_document_leads_to_the_one_person_who_has_it(register, sheet):
    headings = ["姓名", "公民身份号码", "现住址"]
    imported(register, sheet(row(1, 姓名="王一", 证件类型="护照", 公民身份号码="12345678")))
    batch = imported(register, sheet(["王一", "12345678", "望海路9号"], headings=headings))
    assert (batch.counts["changed"], people(register)) == (1, [("王一", "PASSPORT", "12345678")])
    imported(register, sheet(row(2, 姓名="李四", 证件类型="台胞证", 公民身份号码="12345678")))
    batch = staged(register, sheet(["谁", "12345678", "望海路1号"], headings=headings))
    assert (batch.counts["changed"], batch.counts["error"]) == (0, 1)


def test_a_merged_person_is_found_by_the_number_on_the_same_kind_of_document_only(register, sheet):
    imported(register, sheet(
        row(1, 姓名="王一", 证件类型="护照", 公民身份号码="12345678"),
        row(2, 姓名="王义", 公民身份号码="", 证件类型=""),
    ))  # fmt: skip
    with register.writing("population") as session:
        items = residents.items(session, session.execute(sa.select(residents.kind.table)).all())
        first, second = sorted(items, key=lambda item: item.values["name"] == "王一")
        merging.merge(
            session, residents, (first.id, first.version), (second.id, second.version), actor=ACTOR, reason="one"
        )
    assert staged(register, sheet(row(5, 姓名="李四", 证件类型="台胞证", 公民身份号码="12345678"))).counts["new"] == 1
    again = staged(register, sheet(row(1, 姓名="王一", 证件类型="护照", 公民身份号码="12345678")))
    assert again.counts["same"] == 1
