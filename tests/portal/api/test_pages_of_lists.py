"""Pages of a list neither skip nor repeat, whatever is asked for; a cursor tells nothing and opens one list only."""

from __future__ import annotations

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import cursors
from registries.access import console
from registries.listing import Range
from tests import factories

NAMES = ["临河机械厂", "望海超市", "安澜小学", "解放商店"]


@pytest.fixture
def filled(site, program):
    """A program, and a register of organisations with many that sort alike or have no date at all."""
    records = site.system.catalogue["organisation"]
    with site.system.database.writing("organisations") as session:
        for number in range(23):
            records.create(session, {
                "name": NAMES[number % 4], "area_id": factories.GRIDS[number % 8], "org_type": "enterprise",
                "opened_on": f"2020-01-{number % 3 + 1:02}" if number % 4 else None,
            }, actor=console("test"), reason="test")  # fmt: skip
    return program()


def walked(program, query: str, limit: int, back: bool = False) -> list[list[str]]:
    """The ids of all pages, forwards; with ``back`` those on the way back from the last."""
    pages, cursor = [], ""
    while True:
        page = program.get(f"/organisation?limit={limit}{query}{cursor}")
        pages.append([item["id"] for item in page["items"]])
        step = page["previous"] if back and len(pages) > 1 else page["next"]
        if step is None:
            return pages
        cursor = f"&cursor={step}"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sort=st.sampled_from(["id", "-id", "name", "-name", "opened_on", "-opened_on"]),
    narrowed=st.sampled_from(["", "&area=000101001", "&org_type=03", "&opened_on.from=2020-01-02", "&name=商店"]),
    limit=st.integers(1, 9),
)
def test_pages_neither_skip_nor_repeat(filled, sort, narrowed, limit):
    query = f"&sort={sort}{narrowed}"
    pages = walked(filled, query, limit)
    together = [one for page in pages for one in page]
    assert len(together) == len(set(together))
    whole = filled.get(f"/organisation?limit=200{query}")
    assert together == [item["id"] for item in whole["items"]]
    assert whole["total"] == len(together)
    assert whole["total_is_exact"] is True
    assert all(len(page) == limit for page in pages[:-1])


def test_the_way_back_meets_the_same_pages(filled):
    first = filled.get("/organisation?limit=5&sort=name")
    second = filled.get(f"/organisation?limit=5&sort=name&cursor={first['next']}")
    back = filled.get(f"/organisation?limit=5&sort=name&cursor={second['previous']}")
    assert [item["id"] for item in back["items"]] == [item["id"] for item in first["items"]]
    assert first["previous"] is None


def test_a_cursor_opens_the_list_that_it_was_made_for_and_no_other(filled):
    cursor = filled.get("/organisation?limit=2&sort=name")["next"]
    for path in (
        f"/organisation?limit=2&cursor={cursor}", f"/organisation?limit=2&sort=-name&cursor={cursor}",
        f"/organisation?sort=name&area=000101001&cursor={cursor}", f"/facility?sort=name&cursor={cursor}",
        f"/organisation?sort=name&cursor={cursor[:-2]}", f"/organisation?sort=name&cursor={cursor}AAAA",
        "/organisation?cursor=x", "/organisation?cursor=%E2%98%83",
    ):  # fmt: skip
        refused = filled("GET", path)
        assert refused.status_code == 422, path
        assert refused.json["errors"][0]["parameter"] == "cursor"
    assert filled("GET", f"/organisation?limit=3&sort=name&cursor={cursor}").status_code == 200


def test_a_cursor_tells_nothing_of_what_it_stands_for(filled):
    cursor = filled.get("/organisation?limit=1&sort=name")["next"]
    data = base64.urlsafe_b64decode(cursor + "==")
    for name in NAMES:
        assert name.encode() not in data
    assert b"after" not in data


@given(st.lists(st.none() | st.text() | st.integers(-(2**50), 2**50) | st.dates() | st.uuids(), max_size=4))
@settings(suppress_health_check=list(HealthCheck))
def test_what_is_packed_is_unpacked(keys, values):
    purpose = cursors.purpose("x", Range(1, 2))
    assert cursors.unpack(keys, purpose, cursors.pack(keys, purpose, *values)) == values
    with pytest.raises(cursors.Foreign):
        cursors.unpack(keys, cursors.purpose("y"), cursors.pack(keys, purpose, *values))
