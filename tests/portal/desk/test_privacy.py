"""What the desk must not let out: into the browser's memory, past the log, or past somebody's area."""

from __future__ import annotations

import pytest

from registries import changes
from tests.site import Page


@pytest.fixture
def resident(site):
    return site.records["resident"][0]


def page_of(answer):
    return Page(answer.get_data(as_text=True))


def test_what_is_typed_of_a_person_is_kept_in_no_draft(visitor):
    page = page_of(visitor("clerk").post("/desk/resident/new", {"add": "groups"}))
    inputs = [told for name, told in page.tags if name in {"input", "select", "textarea"} and told.get("name")]
    of_groups = [told for told in inputs if told["name"].startswith("groups-0-") and "remove" not in told["name"]]
    assert of_groups
    numbers = [told for told in inputs if told["name"] in {"id_number", "phone", "name"}]
    assert len(numbers) == 3
    assert all("data-private" in told for told in [*of_groups, *numbers])
