"""Values that programs send are taken as they are: nothing is tidied, nothing strange is let through."""

from __future__ import annotations

from typing import Any

import pytest

from app import catalogue
from registries.fields import Day, Number, Text, YesNo
from registries.reference_fields import Codes
from registries.references import References
from registries.schemas import Parts, fields_of

KINDS = catalogue()
FIELDS = [
    (kind, name) for kind, records in KINDS.items() for name, item in fields_of(records.kind.schema).items()
    if not item.virtual and not item.computed
]  # fmt: skip
#: What JSON can hold that a field may not be expecting.
STRANGE: list[Any] = [
    [], {}, [[]], [None], [{"x": 1}], {"x": {}}, True, 0, -1, 1.5, 1e300, 10**18, "", " ", "\x00", "〇", "x" * 20_000,
]  # fmt: skip


def errors(references: References, of: str, **values: Any) -> dict[str, Any]:
    return KINDS[of].kind.schema(references, strict=True).check(values, {}).errors


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_every_field_refuses_or_takes_whatever_json_can_hold(references, kind, name):
    for value in STRANGE:
        KINDS[kind].kind.schema(references, strict=True).check({name: value}, {})


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_a_value_of_another_type_is_refused(references, kind, name):
    item = fields_of(KINDS[kind].kind.schema)[name]
    wrong = {Codes: "12", Parts: "残疾人", Number: "12", YesNo: "是", Day: "2026年3月5日", Text: 12}
    value = next((value for cls, value in wrong.items() if isinstance(item, cls)), 12)
    assert name in errors(references, kind, **{name: value})


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_no_field_is_an_error_that_says_so(references, kind):
    found = errors(references, kind, password_hash="x")
    assert "password_hash" in str(found["password_hash"][0])
    assert found["password_hash"][0].remedy


@pytest.mark.parametrize("kind", KINDS)
def test_columns_that_are_no_fields_and_fields_that_are_worked_out_cannot_be_set(references, kind):
    records = KINDS[kind]
    settable = set(records.kind.fields())
    columns = {column.name for column in records.kind.table.columns}
    computed = {name for name, item in records.storage.fields.items() if item.computed}
    given = (columns - settable) | computed
    assert given <= errors(references, kind, **dict.fromkeys(given, "x")).keys()


def test_words_of_sheets_stay_what_they_are(references):
    checked = KINDS["organisation"].kind.schema(references, strict=True).check({"name": " 无 ", "note": "无"})
    assert checked.values == {"name": " 无 ", "note": "无"}
    assert "org_type" in errors(references, "organisation", name="锦安", org_type="企业")


def test_an_entry_of_a_list_is_as_strict_as_the_record(references):
    found = errors(references, "organisation", licences=[{"kind": "no such licence"}])["licences"][0]
    assert (found.params["row"], found.params["name"]) == (1, "kind")
    assert errors(references, "organisation", licences=[{"kind": "business", "colour": "red"}])
    assert errors(references, "organisation", licences=["营业执照"])


def test_dates_have_one_form(references):
    for text in ("20260305", "2026-W10-4", "2026-3-5", "2026-02-30"):
        assert errors(references, "organisation", opened_on=text)
    assert not errors(references, "organisation", opened_on="2026-03-05")


