"""Several records changed at once: what counts as a change, and where records without an area go."""

from __future__ import annotations

from typing import Any

import pytest

from registries import references
from registries.importing import by_hand
from registries.population.service import residents


@pytest.fixture
def make(any_database, actor):
    """Registers somebody with a passport of his own."""

    def run(number: str = "12345678", **told: Any) -> Any:
        raw = {"name": "甲", "doc_type": "PASSPORT", "id_number": number, "birth_date": "1980", "ethnicity": "01"}
        with any_database.writing("population") as session:
            raw["area_id"] = "000101001001001"
            return residents.create(session, {**raw, **told}, actor=actor, reason="seen")

    return run


@pytest.fixture
def change(any_database, actor):
    """Sets the same values in all."""

    def run(items: list[Any], **raw: Any) -> by_hand.Outcome:
        with any_database.writing("population") as session:
            ids = [item.id for item in items]
            return by_hand.change_many(session, residents, ids, raw, actor=actor, reason="seen")

    return run


def test_what_says_so_already_is_not_counted_as_changed(make, change):
    items = [make("12345678"), make("12345679", ethnicity="02"), make("12345670", ethnicity="03")]
    outcome = change(items, ethnicity="02")
    assert outcome.changed == 2
    assert {state: outcome.batch.counts[state] for state in ("changed", "same", "error")} == {
        "changed": 2, "same": 1, "error": 0,
    }  # fmt: skip
    assert change(items, ethnicity="02").batch is None


def test_records_whose_area_is_cleared_lie_in_the_district(any_database, make, change):
    item = make()
    assert change([item], area_id=None).changed == 1
    with any_database.reading() as session:
        root = references.load(session).areas.root()
        assert residents.load(session, [item.id])[0].area_path == root.path


def test_a_kind_of_document_is_set_only_where_nobody_else_has_the_number_on_it(make, change):
    one, other = make("12345678"), make("12345678", doc_type="TW_PERMIT")
    assert list(change([one], doc_type="TW_PERMIT").failed) == [one.id]
    outcome = change([other, make("87654321")], doc_type="TW_PERMIT")
    assert (outcome.changed, outcome.failed) == (1, {})
