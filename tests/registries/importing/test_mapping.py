"""Headings become fields in any order, however they are decorated and in whichever script."""

from __future__ import annotations

import json

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registries import facilities, organisations, population
from registries.fields import RecordField
from registries.importing import ColumnMapping
from registries.importing.mapping import COMMON, complete, known_headings, read_file
from registries.messages import Refused
from registries.references import References
from registries.schemas import RecordSchema

SCHEMAS = {kind.name: kind.schema for kind in (*population.KINDS, *organisations.KINDS, *facilities.KINDS)}
MADE = {name: schema(References()) for name, schema in SCHEMAS.items()}
TRADITIONAL = opencc.OpenCC("s2t")
DECORATIONS = (
    "{}",
    "{}*",
    "* {}",
    "{}（必填）",
    "{}(选填)",
    " {} ",
    "{}：",
    "{}\n",
    "【{}】{}",
    "{}*（必填）",
    "{}[必填]",
)


def words(schema: type[RecordSchema]) -> dict[str, list[str]]:
    """The wordings of each field that no earlier field claims."""
    found: dict[str, list[str]] = {}
    for name, item in schema._declared_fields.items():
        if isinstance(item, RecordField):
            found[name] = [name, item.label, *item.headings]
    return found


@pytest.fixture(scope="module", params=SCHEMAS)
def schema(request: pytest.FixtureRequest) -> RecordSchema:
    """The schema of every kind that files are read for."""
    return MADE[request.param]


def test_every_wording_of_a_field_finds_it(schema):
    owners: dict[str, str] = {}
    for name, wordings in words(type(schema)).items():
        for word in wordings:
            owners.setdefault(word.casefold(), name)
    for word, name in owners.items():
        told = complete(schema, [word], ColumnMapping(columns={}, constants=_all(schema)))
        assert told.columns[word] is not None, f"{word} ({name}) is not read"


def _all(schema: RecordSchema) -> dict[str, str]:
    """Constants for all fields, so that no column is missed."""
    return dict.fromkeys(schema.plan, "x")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_headings_are_found_in_any_order_decorated_and_in_traditional_script(data):
    schema = MADE[data.draw(st.sampled_from(sorted(SCHEMAS)))]
    first = {name: schema.plan[name].headings[0] for name in schema.plan if schema.plan[name].headings}
    chosen = data.draw(st.lists(st.sampled_from(sorted(first)), min_size=1, unique=True))
    plain = complete(schema, [first[name] for name in chosen], ColumnMapping(constants=_all(schema))).columns
    headings = {}
    for name in data.draw(st.permutations(chosen)):
        shape = data.draw(st.sampled_from(DECORATIONS))
        word = TRADITIONAL.convert(first[name]) if data.draw(st.booleans()) else first[name]
        headings[shape.replace("【{}】", "").format(word)] = plain[first[name]]
    told = complete(schema, list(headings), ColumnMapping(constants=_all(schema)))
    assert dict(told.columns) == headings


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("聯絡電話", "phone"),
        ("行動電話", "phone"),
        ("資料來源", "data_source"),
        ("出生年月日(必填)", "birth_date"),
        ("身分證字號", None),
    ],
)
def test_words_of_other_regions_are_understood(heading, name):
    told = ColumnMapping(constants={"name": "x", "sex": "1"})
    assert complete(MADE["resident"], [heading], told).columns[heading] == name


def test_what_is_told_goes_before_what_is_found(schema):
    name = next(iter(words(type(schema))))
    heading = words(type(schema))[name][-1]
    told = complete(schema, [heading], ColumnMapping({heading: None}, _all(schema)))
    assert told.columns[heading] is None
    assert told.unread([heading]) == [heading]


def test_a_required_column_that_is_missing_is_asked_for():
    with pytest.raises(Refused, match="姓名"):
        complete(MADE["resident"], ["性别", "地址"])


def test_a_file_with_record_ids_needs_no_other_column(schema):
    for heading in COMMON["record_id"]:
        assert complete(schema, [heading, "备注"]).columns[heading] == "record_id"


def test_the_key_of_the_source_is_the_first_column_that_looks_like_one(schema):
    told = complete(schema, ["OBJECTID", "fid"], ColumnMapping(constants=_all(schema)))
    assert told.source_key == ("OBJECTID",)


def test_a_mapping_file_is_read_and_checked(schema, tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text(
        json.dumps({"columns": {"甲": "note", "乙": None}, "source_key": ["丙"], "roc": True}), encoding="utf-8"
    )
    told = read_file(path, schema)
    assert (told.columns, told.source_key, told.roc) == ({"甲": "note", "乙": None}, ("丙",), True)
    assert {"甲", "丙", "记录号"} <= known_headings(schema, told)
    path.write_text('{"columns": {"甲": "no_such_field"}}', encoding="utf-8")
    with pytest.raises(Refused, match="no_such_field"):
        read_file(path, schema)
    path.write_text("not JSON", encoding="utf-8")
    with pytest.raises(Refused, match="JSON"):
        read_file(path, schema)
