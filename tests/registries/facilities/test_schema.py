from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.facilities import FACILITY
from registries.facilities.attributes import Attributes, added
from registries.facilities.place_schemas import PlaceSchema
from registries.facilities.schemas import FacilitySchema
from registries.importing.checking import RowReader
from registries.importing.mapping import ColumnMapping, complete
from registries.references import References
from registries.schemas import Checked

CODE = "0001012101000007"
TEMPLATE = [
    "部件编码",
    "部件名称",
    "小类代码",
    "主管部门",
    "权属单位",
    "养护单位",
    "社区编码",
    "网格编码",
    "位置描述",
    "经度",
    "纬度",
    "状态",
    "安装日期",
    "检查周期天数",
    "上次检查日期",
]


@pytest.fixture(scope="module")
def schema(references: References) -> FacilitySchema:
    return FacilitySchema(references)


@pytest.fixture(scope="module")
def places(references: References) -> PlaceSchema:
    return PlaceSchema(references)


def check(schema: FacilitySchema, stored: dict[str, Any] | None = None, **raw: Any) -> Checked:
    return schema.check(raw if stored is not None else {"subclass": "2101", **raw}, stored)


def test_every_column_of_the_template_is_read(schema: FacilitySchema):
    assert complete(schema, TEMPLATE).unread(TEMPLATE) == []


def test_headings_of_the_standard_are_read(schema: FacilitySchema):
    names = "ObjID ObjName DeptCode1 DeptName1 DeptCode2 DeptName2 DeptCode3 DeptName3 BGID"
    headings = f"{names} ObjState ORDate DataSource ObjPos Note"
    assert complete(schema, headings.split()).unread(headings.split()) == []


@pytest.mark.parametrize(
    ("wording", "code"),
    [
        ("2101", "2101"),
        ("消火栓", "2101"),
        ("AED", "2105"),
        ("101", "0101"),
        (101, "0101"),
        ("公厕", "0301"),
        ("Public toilet", "0301"),
    ],
)
def test_subclasses_are_understood(schema: FacilitySchema, wording: Any, code: str):
    assert schema.check({"subclass": wording}).values["subclass"] == code


def test_a_class_is_no_subclass(schema: FacilitySchema):
    assert "subclass" in schema.check({"name": "x", "subclass": "01"}).errors


def test_name_and_check_days_follow_from_the_subclass(schema: FacilitySchema):
    values = check(schema).values
    assert (values["name"], values["check_days"], values["is_public"]) == ("市政消火栓", 180, False)
    assert schema.check({"subclass": "2105"}).values["is_public"] is True


def test_what_follows_is_not_laid_over_what_is_stored(schema: FacilitySchema):
    stored = {"name": "门口的栓", "subclass": "2101", "check_days": 30, "is_public": True}
    assert check(schema, stored, location="门口").values == {"location": "门口"}


def test_the_subclass_follows_from_the_code_or_the_name(schema: FacilitySchema):
    assert schema.check({"code": CODE}).values["subclass"] == "2101"
    assert schema.check({"name": "上水井盖"}).values["subclass"] == "0101"
    assert "subclass" not in schema.check({"name": "某物"}).values


def test_a_facility_without_name_and_subclass_is_refused(schema: FacilitySchema):
    assert "name" in schema.check({"location": "门口"}).errors


@pytest.mark.parametrize(
    "told", ["210702", "21070201010000012", "2107020101 ABCDEF", "3.20508E+15", 3.205080101000001e15]
)
def test_a_code_that_is_none_is_refused(schema: FacilitySchema, told: Any):
    assert "code" in check(schema, code=told).errors


def test_code_and_subclass_must_agree(schema: FacilitySchema):
    assert "0101" in str(check(schema, code="0001010101000001").errors["code"][0])
    assert not check(schema, code=CODE).errors


def test_an_out_of_service_flag_becomes_a_state(schema: FacilitySchema):
    assert check(schema, out_of_service="True").values["state"] == "05"
    assert "state" not in check(schema, out_of_service="False").values


def test_it_is_not_installed_before_it_is_made(schema: FacilitySchema):
    assert "installed_on" in check(schema, made_on="2020-01-02", installed_on="2020-01-01").errors
    assert (
        "last_checked_on" in check(schema, installed_on="2020-01-02", last_checked_on="2020-01-01").warnings
    )


@pytest.mark.parametrize(
    ("told", "attributes"),
    [
        ("口径：100；类型：地上", {"口径": "100", "类型": "地上"}),
        ({"口径": 100, "盖": True}, {"口径": "100", "盖": "是"}),
        ("", None),
    ],
)
def test_attributes_are_read(schema: FacilitySchema, told: Any, attributes: dict[str, str] | None):
    assert check(schema, attributes=told).values["attributes"] == attributes


def test_attributes_without_a_name_are_refused(schema: FacilitySchema):
    assert "attributes" in check(schema, attributes="一百毫米").errors


TEXT = st.text(st.characters(codec="gbk", categories=("L", "N", "P")), min_size=1, max_size=12)


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=5))
def test_attributes_survive_their_own_cell(references: References, told: dict[str, str]):
    item = Attributes("Attributes")
    first = item.deserialize(item.tidy(told, references)) or {}
    kept = added(None, first)
    cell = item.to_cell(kept, references)
    again = item.deserialize(item.tidy(cell, references))
    assert again == kept


def test_columns_of_their_own_add_attributes_to_the_stored_ones(schema: FacilitySchema):
    stored = {"name": "栓", "subclass": "2101", "attributes": {"口径": "65", "水源": "市政"}}
    values = check(schema, stored, more_attributes={"口径": "100", "盖": "铁"}).values
    assert values["attributes"] == {"口径": "100", "水源": "市政", "盖": "铁"}
    assert "more_attributes" not in values


def test_a_row_brings_attributes_under_their_headings(references: References):
    headings = ["消防栓位置", "種類", "出水口型式", "經度", "緯度"]
    mapping = complete(FacilitySchema(references), headings, ColumnMapping(constants={"subclass": "2101"}))
    reader = RowReader(FACILITY, references, mapping, headings)
    raw, _masked = reader.raw(["甲園街口", "地下", "單口", "120.695594", "24.1018706"])
    assert raw["more_attributes"] == {"種類": "地下", "出水口型式": "單口"}


def test_where_it_stands_may_be_told_in_two_columns(schema: FacilitySchema):
    assert check(schema, location=["一樓大廳", "大廳", "櫃檯前"]).values["location"] == "一樓大廳 櫃檯前"


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        ("height_m", {"floors_up": 3, "height_m": 90}),
        ("lifts", {"height_m": 60, "lifts": 0, "kind": "building"}),
    ],
)
def test_figures_of_a_building_that_do_not_fit_are_doubtful(
    places: PlaceSchema, field: str, raw: dict[str, Any]
):
    checked = places.check({"name": "一号楼", **raw})
    assert field in checked.warnings
    assert not checked.errors


def test_a_place_is_called_by_its_address_if_it_has_no_name(places: PlaceSchema):
    assert places.check({"address": "泰順街16巷"}).values["name"] == "泰順街16巷"
    assert "name" in places.check({"kind": "building"}).errors
    assert places.check({"address": "泰順街16巷"}, {"name": "旧楼"}).values == {"address": "泰順街16巷"}


def test_a_template_of_a_grid_product_is_read(places: PlaceSchema):
    values = places.check(
        {"name": "锦绣小区", "kind": "住宅小区", "built_year": "2015", "has_gas": "1", "lifts": "4"}
    ).values
    assert (values["kind"], values["gas_kind"], values["lifts"]) == ("estate", "piped", 4)
    assert places.check({"name": "x", "has_gas": "0"}).values["gas_kind"] == "none"
    assert "built_year" in places.check({"name": "x", "built_year": 2199}).errors
