"""What the desk must not let out: into the browser's memory, past the log, or past somebody's area."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.jobs.views import figures
from registries import changes
from tests.conftest import demo_number
from tests.portal.working import jobs_of, run_all
from tests.site import Page


@pytest.fixture
def resident(site):
    return site.records["resident"][0]


def test_what_is_typed_of_a_person_is_kept_in_no_draft(visitor):
    page = Page.of(visitor("clerk").post("/desk/resident/new", {"add": "groups"}))
    inputs = [told for name, told in page.tags if name in {"input", "select", "textarea"} and told.get("name")]
    of_groups = [told for told in inputs if told["name"].startswith("groups-0-") and "remove" not in told["name"]]
    assert of_groups
    numbers = [told for told in inputs if told["name"] in {"id_number", "phone", "name"}]
    assert len(numbers) == 3
    assert all("data-private" in told for told in [*of_groups, *numbers])


def views(site, actor):
    table = changes.CHANGE["system"]
    with site.system.database.reading() as session:
        return len(session.execute(table.select().where(table.c.actor == actor)).all())


def test_a_record_shown_for_want_of_a_reason_is_a_reading_too(visitor, site, resident):
    clerk = visitor("clerk")
    clerk.page("/desk/")
    before = views(site, clerk.user.name)
    assert "王小明" in clerk.post(f"/desk/resident/{resident}", {"reason": ""}).get_data(as_text=True)
    assert views(site, clerk.user.name) == before + 1


def test_whoever_tries_a_number_out_is_noted(visitor, site):
    clerk = visitor("clerk")
    clerk.page("/desk/")
    before = views(site, clerk.user.name)
    told = {"doc_type": "111", "id_number": demo_number(0, "1")}
    assert "王小明" in clerk.post("/desk/resident/alike", told).get_data(as_text=True)
    assert views(site, clerk.user.name) == before + 1


@pytest.fixture
def building(site):
    """A building of the first community, with a room in it and one that is registered in the next."""
    catalogue, console = site.system.catalogue, site.console
    with site.system.database.writing("facilities") as session:
        place = catalogue["place"].create(
            session, {"name": "临河公寓", "kind": "building", "area_id": "000101001001"}, actor=console, reason="test"
        )
    with site.system.database.writing("population") as session:
        for number, area in enumerate(("000101001001001", "000101001002")):
            catalogue["dwelling"].create(session, {
                "address": f"临河路{number}号", "area_id": area, "building_id": str(place.id), "room": f"10{number}",
            }, actor=console, reason="test")  # fmt: skip
    return place.id


def test_a_building_counts_only_the_rooms_that_one_may_see(visitor, building):
    assert "(2)" in visitor("clerk").page(f"/desk/place/{building}").text
    assert "(1)" in visitor("clerk", area="000101001001").page(f"/desk/place/{building}").text
    assert "rooms" not in str(visitor("clerk", registry="facilities").page(f"/desk/place/{building}").all("a"))


def test_nobody_is_moved_into_a_dwelling_of_another_area(visitor, site, building, resident):
    with site.system.database.reading() as session:
        table = site.system.catalogue["dwelling"].kind.table
        away = session.scalar(sa.select(table.c.id).where(table.c.room == "101"))
    clerk = visitor("clerk", area="000101001001")
    told = {"event": "transfer", "event_on": "2026-03-05", "area_id": "000101001001002", "dwelling_id": str(away),
            "reason": "搬家"}  # fmt: skip
    answer = clerk.post(f"/desk/resident/{resident}/event", told)
    assert answer.status_code == 422
    with site.system.database.reading() as session:
        assert site.system.catalogue["resident"].load(session, [resident])[0].values["dwelling_id"] is None


def test_a_search_for_duplicates_tells_nobody_how_many_there_are_elsewhere(visitor, site):
    with site.system.database.writing("organisations") as session:
        told = {"name": "临河机械厂", "org_type": "enterprise", "address": "临河路1号", "area_id": "000101001001001"}
        site.system.catalogue["organisation"].create(session, told, actor=site.console, reason="test")
    clerk = visitor("clerk", area="000101002")
    clerk.page(clerk.post("/desk/jobs/duplicates/organisation").headers["Location"])
    run_all(site.system)
    job = jobs_of(site.system)[-1]
    clerk.page(f"/desk/jobs/{job.id}")
    assert job.result["found"] == 1
    with site.app.test_request_context():
        assert figures(job) == []
