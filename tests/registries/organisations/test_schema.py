from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from registries.demo.numbers import credit_code
from registries.importing.checking import RowReader
from registries.importing.mapping import complete
from registries.organisations import ORGANISATION
from registries.organisations.schemas import OrganisationSchema
from registries.references import References
from registries.schemas import Checked

CODE = credit_code("91", 1)
OTHER_CODE = credit_code("91", 2)
TEMPLATE = [
    "单位名称",
    "统一社会信用代码",
    "单位类型",
    "行业代码",
    "地址",
    "社区编码",
    "网格编码",
    "经度",
    "纬度",
    "法定代表人",
    "安全负责人",
    "联系电话",
    "从业人数",
    "重点单位类别",
    "安全生产标准化等级",
    "经营状态",
]


@pytest.fixture(scope="module")
def schema(references: References) -> OrganisationSchema:
    return OrganisationSchema(references)


def check(schema: OrganisationSchema, stored: dict[str, Any] | None = None, **raw: Any) -> Checked:
    return schema.check(raw if stored is not None else {"name": "安澜五金店", **raw}, stored)


def registered(checked: Checked) -> list[tuple[str, str]]:
    return [(row["scheme"], row["number"]) for row in checked.values["registrations"]]


def test_every_column_of_the_template_is_read(schema: OrganisationSchema):
    mapping = complete(schema, TEMPLATE)
    assert mapping.unread(TEMPLATE) == []
    assert mapping.columns["社区编码"] == mapping.columns["网格编码"] == "area_id"


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("企业名称", "name"),
        ("工廠名稱", "name"),
        ("医院名称", "name"),
        ("公司名稱", "name"),
        ("機構名稱", "name"),
        ("公司（營利事業）統一編號", "operator_number"),
        ("統一立案編號", "operator_number"),
        ("統一編號", "tw_ubn"),
        ("工廠登記編號", "tw_factory"),
        ("注册资金", "registered_capital"),
        ("企业类型", "legal_form"),
        ("工廠登記狀態", "operating_status"),
        ("保單到期日", "insured_until"),
        ("營業地址", "address"),
        ("電話", "phone"),
        ("核准解散日期", "dissolved_on"),
        ("產業類別", "industry_text"),
        ("統一社會信用代碼*", "uscc"),
        ("机关代码", None),
        ("district", None),
    ],
)
def test_headings_of_other_offices_are_known(schema: OrganisationSchema, heading: str, field: str | None):
    assert complete(schema, ["名称", heading]).columns[heading] == field


def test_a_credit_code_in_its_own_column_becomes_a_registration(schema: OrganisationSchema):
    checked = check(schema, uscc=f" {CODE.lower()} ")
    assert registered(checked) == [("uscc", CODE)]
    assert "uscc" not in checked.values
    assert not checked.errors


def test_a_column_leaves_what_other_registers_say(schema: OrganisationSchema):
    stored = {
        "name": "店",
        "registrations": [
            {"scheme": "licence_no", "number": "000101000000001"},
            {"scheme": "uscc", "number": OTHER_CODE},
        ],
    }
    assert registered(check(schema, stored, uscc=CODE)) == [("licence_no", "000101000000001"), ("uscc", CODE)]
    assert check(schema, stored, uscc=OTHER_CODE).values["registrations"] == stored["registrations"]


def test_an_emptied_column_takes_its_number_away_and_no_other(schema: OrganisationSchema):
    stored = {
        "name": "店",
        "registrations": [{"scheme": "uscc", "number": CODE}, {"scheme": "other", "number": "7"}],
    }
    assert registered(check(schema, stored, uscc=None)) == [("other", "7")]


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (CODE[:-1] + ("1" if CODE[-1] != "1" else "2"), "mistyped"),
        ("9.1E+17", "spreadsheet"),
        (CODE[:-1], "18 characters"),
        ("91000101MAO00001XX", "I, O"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_what_to_do(schema: OrganisationSchema, told: str, word: str):
    problem = str(check(schema, uscc=told).errors["uscc"][0])
    assert word in problem


def test_an_old_licence_number_in_the_column_of_the_credit_code_goes_where_it_belongs(
    schema: OrganisationSchema,
):
    assert registered(check(schema, uscc="210700004001234"))[0][0] == "licence_no"


def test_the_register_is_told_by_the_shape_of_a_number(schema: OrganisationSchema):
    assert registered(check(schema, any_number=CODE)) == [("uscc", CODE)]
    assert registered(check(schema, any_number="22099131")) == [("tw_ubn", "22099131")]
    assert registered(check(schema, any_number="甲字5号")) == [("other", "甲字5号")]


def test_zeros_that_a_spreadsheet_dropped_come_back(schema: OrganisationSchema):
    assert registered(check(schema, tw_ubn=92953)) == [("tw_ubn", "00092953")]
    assert registered(check(schema, tw_factory="3000001")) == [("tw_factory", "03000001")]


def test_a_number_of_zeros_says_nothing(schema: OrganisationSchema):
    checked = check(schema, operator_number="00000000", tw_ubn="00000000")
    assert checked.values["operator_number"] is None
    assert "registrations" not in checked.values


def test_two_credit_codes_are_one_too_many(schema: OrganisationSchema):
    checked = check(schema, registrations=f"uscc｜{CODE}；uscc｜{OTHER_CODE}")
    assert "registrations" in checked.errors


def test_the_list_of_registrations_survives_its_own_cell(schema: OrganisationSchema, references: References):
    told = [{"scheme": "uscc", "number": CODE}, {"scheme": "other", "number": r"京;字|7\\"}]
    rows = check(schema, registrations=told).values["registrations"]
    cell = schema.plan["registrations"].to_cell(rows, references)
    assert check(schema, registrations=cell).values["registrations"] == rows


@pytest.mark.parametrize("name", ["1,2-二氯乙烷", "甲;乙", "a\\", "a|", "\\|", "甲、乙/丙"])
def test_names_with_marks_in_them_survive_their_own_cell(
    schema: OrganisationSchema, references: References, name: str
):
    for told in ([{"name": name}], [{"name": name, "unit": name}, {"name": "汽油"}]):
        rows = check(schema, hazardous_chemicals=told).values["hazardous_chemicals"]
        cell = schema.plan["hazardous_chemicals"].to_cell(rows, references)
        assert check(schema, hazardous_chemicals=cell).values["hazardous_chemicals"] == rows
        assert rows[0]["name"] == name


@pytest.mark.parametrize(
    ("wording", "code"),
    [
        ("存续", "10"),
        ("生產中", "10"),
        ("歇業", "40"),
        ("歇業-遷廠", "40"),
        ("公告廢止", "70"),
        ("校正後廢止", "70"),
        ("停工", "30"),
        ("勒令停工-工業主管機關", "30"),
        ("設立許可撤銷", "70"),
        ("設立許可逾期失效", "70"),
        ("設立許可註銷", "50"),
        ("吊销，未注销", "60"),
        ("存续（在营、开业、在册）", "10"),
        ("歇業-某種新情況", "40"),
        ("已注销（2020年）", "50"),
    ],
)
def test_wordings_of_the_status_are_understood(schema: OrganisationSchema, wording: str, code: str):
    assert check(schema, operating_status=wording).values["operating_status"] == code


def test_an_unknown_status_is_refused_with_the_choices(schema: OrganisationSchema):
    assert "在营" in str(check(schema, operating_status="飞走了").errors["operating_status"][0])


@pytest.mark.parametrize(
    ("told", "code"), [("F52", "F52"), ("零售业", "F52"), ("5211", "F52"), ("F5211", "F52"), (52, "F52")]
)
def test_finer_industries_are_read_as_their_division(schema: OrganisationSchema, told: Any, code: str):
    assert check(schema, industry=told).values["industry"] == code


def test_the_kind_of_unit_follows_from_a_legal_form_that_tells_it(schema: OrganisationSchema):
    assert check(schema, legal_form="有限责任公司").values["org_type"] == "03"
    assert "org_type" not in check(schema, legal_form="说不清").values
    assert check(schema, legal_form="有限责任公司", org_type="事业单位").values["org_type"] == "02"


def test_a_legal_form_does_not_overrule_the_stored_kind(schema: OrganisationSchema):
    assert "org_type" not in check(schema, {"name": "店", "org_type": "02"}, legal_form="有限责任公司").values


def test_a_day_of_dissolution_closes_and_deregisters(schema: OrganisationSchema):
    values = check(schema, dissolved_on="2026.4.1").values
    assert (values["closed_on"], values["operating_status"]) == (date(2026, 4, 1), "50")


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        ("closed_on", {"opened_on": "2020-01-01", "closed_on": "2019-01-01"}),
        ("operating_status", {"operating_status": "在营", "closed_on": "2020-01-01"}),
        ("org_type", {"uscc": CODE, "org_type": "机关"}),
        ("small_venue", {"small_venue": "N1", "key_unit_kinds": ["F01"]}),
        ("small_venue", {"small_venue": "N8", "employees": 50}),
        ("key_unit_kinds", {"key_unit_kinds": ["F16"], "employees": 99}),
        ("next_inspection_on", {"last_inspected_on": "2025-01-02", "next_inspection_on": "2025-01-01"}),
    ],
)
def test_contradictions_are_doubtful_but_not_refused(
    schema: OrganisationSchema, field: str, raw: dict[str, Any]
):
    checked = check(schema, **raw)
    assert field in checked.warnings
    assert not checked.errors


def test_a_licence_must_not_end_before_it_begins(schema: OrganisationSchema):
    checked = check(schema, licences=[{"kind": "L07", "valid_from": "2025-01-01", "valid_to": "2024-01-01"}])
    assert "licences" in checked.errors


def test_an_inspection_lies_in_the_past(schema: OrganisationSchema):
    assert "last_inspected_on" in check(schema, last_inspected_on=date.today() + timedelta(days=2)).errors


def test_key_units_are_read_from_one_cell(schema: OrganisationSchema):
    assert check(schema, key_unit_kinds="加油站、危化品").values["key_unit_kinds"] == ["K02", "K10"]


def test_a_row_of_premises_carries_the_number_of_who_runs_them(references: References):
    headings = ["統一立案編號", "名稱", "營業地址", "保單到期日"]
    reader = RowReader(ORGANISATION, references, complete(OrganisationSchema(references), headings), headings)
    outcome = reader.read(
        1, ["28715870", "悅家居企業股份有限公司", "臺北市內湖區舊宗路一段150巷25號", "115/05/01"]
    )
    assert outcome.errors is None
    assert outcome.codes == []
    assert outcome.fingerprint is not None
    assert outcome.fingerprint.endswith("|28715870")
