from __future__ import annotations

import pytest

from registries.chinese import fold
from registries.facilities import FACILITY, PLACE
from registries.importing.exporting import heading
from registries.importing.mapping import complete
from registries.organisations import ORGANISATION
from registries.references import References
from registries.storing import Kind, Storage


@pytest.mark.parametrize("kind", [ORGANISATION, FACILITY, PLACE], ids=lambda kind: kind.name)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_headings_of_an_export_lead_back_to_their_fields(
    kind: Kind, language: str, references: References
):
    schema = kind.schema(references)
    headings = {heading(item, language): name for name, item in Storage(kind).fields.items()}
    assert len(headings) == len(Storage(kind).fields)
    assert complete(schema, list(headings)).columns == headings


@pytest.mark.parametrize("kind", [ORGANISATION, FACILITY, PLACE], ids=lambda kind: kind.name)
def test_no_heading_means_two_fields(kind: Kind, references: References):
    seen: dict[str, str] = {}
    twice = [
        f"{word}: {seen[fold(word)]} and {name}"
        for name, item in kind.schema(references).plan.items()
        for word in item.headings
        if seen.setdefault(fold(word), name) != name
    ]
    assert twice == []


@pytest.mark.parametrize("kind", [ORGANISATION, FACILITY, PLACE], ids=lambda kind: kind.name)
def test_every_stored_field_has_its_columns(kind: Kind):
    columns = kind.table.columns.keys()
    storage = Storage(kind)
    for name, item in storage.fields.items():
        if name in storage.parts:
            assert name in kind.parts
        elif item.sealed:
            assert f"{name}_sealed" in columns
            assert (f"{name}_index" in columns) == item.indexed
        else:
            assert name in columns
