"""The sheets that offices exchange: Chinese headings, one row of text per record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from registries import code_files
from registries.demo.tables import Record

Sheet = tuple[tuple[str, ...], Iterator[tuple[str, ...]]]

RESIDENT = (
    "姓名",
    "证件类型",
    "公民身份号码",
    "性别",
    "出生日期",
    "民族",
    "户籍地址",
    "现住址",
    "社区编码",
    "网格编码",
    "户号",
    "与户主关系",
    "居住类型",
    "婚姻状况",
    "文化程度",
    "职业",
    "联系电话",
    "重点人群",
)
ORGANISATION = (
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
)
FACILITY = (
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
)
COMMUNITY_DIGITS = 12
# Names of codes hold the comma 、 themselves.
SEPARATOR = "；"


def sheet_of(kind: str, records: Iterable[Record]) -> Sheet:
    """The headings of a kind and its records as rows of text."""
    headings, row = _SHEETS[kind]
    return headings, map(row, records)


@cache
def _labels() -> dict[tuple[str, str], str]:
    """What a clerk would write for a code: its name, or a shorter wording if that holds a comma."""
    labels = {(entry.scheme, entry.code): _wording(entry) for entry in code_files.read_all()}
    return labels | {("document_type", "RIC"): "居民身份证"}


def _wording(entry: code_files.ShippedCode) -> str:
    if "、" not in entry.name_zh:
        return entry.name_zh
    return next((word for word in entry.synonyms if "、" not in word), entry.code)


def _label(scheme: str, code: str | None) -> str:
    return _labels().get((scheme, code), code) if code else ""


def _resident(record: Record) -> tuple[str, ...]:
    area = record["area_code"]
    return (
        record["name"],
        _label("document_type", record["doc_type"]),
        record["id_number"] or "",
        "男" if record["sex"] == "1" else "女",
        record["birth_date"],
        _label("ethnicity", record["ethnicity"]),
        record["registered_address"] or "",
        record["address"],
        area[:COMMUNITY_DIGITS],
        area,
        record["household_number"],
        _label("family_relationship", record["relation_to_head"]),
        _label("population_type", record["population_type"]),
        _label("marital_status", record["marital_status"]),
        _label("education", record["education"]),
        _label("occupation", record["occupation"]),
        record["phone"] or "",
        SEPARATOR.join([_label("vulnerable_group", group["group"]) for group in record["groups"]])
        if record["groups"]
        else "",
    )


def _organisation(record: Record) -> tuple[str, ...]:
    area = record["area_code"]
    code = record["registrations"][0]["number"] if record["registrations"] else ""
    return (
        record["name"],
        code,
        _label("org_type", record["org_type"]),
        record["industry"],
        record["address"],
        area[:COMMUNITY_DIGITS],
        area,
        f"{record['longitude']:.6f}",
        f"{record['latitude']:.6f}",
        record["legal_representative"],
        record["safety_manager"],
        record["phone"],
        str(record["employees"]),
        SEPARATOR.join(_label("key_unit", kind) for kind in record["key_unit_kinds"]),
        _label("standardisation_level", record["standardisation_level"]),
        _label("operating_status", record["operating_status"]),
    )


def _facility(record: Record) -> tuple[str, ...]:
    area = record["area_code"]
    return (
        record["code"],
        record["name"],
        record["subclass"],
        record["competent_department"],
        record["owner"] or "",
        record["maintainer"] or "",
        area[:COMMUNITY_DIGITS],
        area,
        record["location"],
        f"{record['longitude']:.6f}",
        f"{record['latitude']:.6f}",
        _label("facility_state", record["state"]),
        record["installed_on"],
        str(record["check_days"]),
        record["last_checked_on"],
    )


_SHEETS: dict[str, tuple[tuple[str, ...], Callable[[Record], tuple[str, ...]]]] = {
    "resident": (RESIDENT, _resident),
    "organisation": (ORGANISATION, _organisation),
    "facility": (FACILITY, _facility),
}
