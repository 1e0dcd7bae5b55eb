"""Public facilities: the list, the map, one of them; what is not public is nowhere."""

from __future__ import annotations

from uuid import UUID

import pytest

from registries.access import console

SHELTER = {"subclass": "2107", "name": "体育公园避难场所", "is_public": True, "capacity": 500, "opening_hours": "全天",
           "longitude": 121.14, "latitude": 41.10, "location": "体育公园", "area_id": "000101"}


def add(site, **raw):
    """A facility; returns its id."""
    with site.system.database.writing("facilities") as session:
        return site.system.catalogue["facility"].create(session, {**SHELTER, **raw}, actor=console("test")).id


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_facility_is_listed_and_has_a_page(site, prefix):
    record_id = add(site)
    visitor = site.visitor()
    assert "体育公园避难场所" in visitor.page(f"{prefix}/map?kind=2107").text
    assert "体育公园避难场所" not in visitor.page(f"{prefix}/map?kind=2105").text
    assert "500" in visitor.page(f"{prefix}/map/{record_id}").text
    features = visitor.get(f"{prefix}/map/facilities.geojson").get_json(force=True)["features"]
    assert "体育公园避难场所" in [feature["properties"].get("name") for feature in features]


@pytest.mark.parametrize("hidden", [{"is_public": False}, {"state": "05"}, {"state": "06"}])
def test_what_nobody_may_use_is_not_told(site, hidden):
    record_id = add(site, **hidden)
    visitor = site.visitor()
    for path in ("/map", "/map/facilities.geojson", "/"):
        assert "体育公园避难场所" not in visitor.get(path).get_data(as_text=True)
    assert visitor.get(f"/map/{record_id}").status_code == 404


def test_owner_and_note_are_not_public(site):
    record_id = add(site, owner="秘密业主", note="内部备注", maintainer="维护单位甲")
    for path in (f"/map/{record_id}", "/map", "/map/facilities.geojson"):
        text = site.visitor().get(path).get_data(as_text=True)
        for secret in ("秘密业主", "内部备注", "维护单位甲"):
            assert secret not in text


def test_a_retired_facility_is_gone_at_once(site):
    record_id, visitor = add(site), site.visitor()
    assert visitor.get(f"/map/{record_id}").status_code == 200
    with site.system.database.writing("facilities") as session:
        site.system.catalogue["facility"].retire(session, record_id, version=1, actor=console("test"), reason="拆除")
    assert visitor.get(f"/map/{record_id}").status_code == 404


def test_a_hit_that_vanishes_meanwhile_is_left_out(site, monkeypatch):
    """The search still had it, and it is gone when the list is written."""
    record_id = add(site)
    site.system.feed.catch_up()
    search, found = site.system.feed.search, []

    def slow(query, allowed):
        result = search(query, allowed)
        found.extend(UUID(str(hit.id)) for hit in result.hits)
        with site.system.database.writing("facilities") as session:
            item = site.system.catalogue["facility"].load(session, [record_id])[0]
            if item.retired_at is None:
                site.system.catalogue["facility"].retire(
                    session, record_id, version=item.version, actor=console("test"), reason="拆除"
                )
        return result

    monkeypatch.setattr(site.system.feed, "search", slow)
    answer = site.visitor().get("/search?q=体育公园")
    assert answer.status_code == 200
    assert record_id in found
    assert "体育公园避难场所" not in answer.get_data(as_text=True)
