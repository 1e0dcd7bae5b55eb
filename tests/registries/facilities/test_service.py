from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from registries import references
from registries.access import Actor, Grant
from registries.db import Database
from registries.facilities import FACILITY, PLACE, service
from registries.facilities.codes import LAST_SERIAL, county_of, next_codes, note_codes, split_code
from registries.facilities.documents import facility_documents, place_documents
from registries.facilities.service import facilities, places
from registries.findable import PUBLIC, STAFF
from registries.messages import Refused
from registries.records import Invalid, Item, New


def make(session: Session, actor: Actor, **raw: Any) -> Item:
    return facilities.create(session, {"subclass": "2101", **raw}, actor=actor)


def stored(database: Database, actor: Actor, **raw: Any) -> Item:
    with database.writing("facilities") as session:
        return make(session, actor, **raw)


def test_a_facility_without_a_code_gets_the_next_one(any_database: Database, actor: Actor):
    codes = [stored(any_database, actor, area_id="000101001001001").values["code"] for _ in range(2)]
    assert codes == ["0001012101000001", "0001012101000002"]
    assert stored(any_database, actor, subclass="2105").values["code"] == "0001012105000001"


def test_a_given_code_raises_the_counter(any_database: Database, actor: Actor):
    stored(any_database, actor, code="0001012101000041")
    assert stored(any_database, actor).values["code"] == "0001012101000042"
    stored(any_database, actor, code="0001012101000005")
    assert stored(any_database, actor).values["code"] == "0001012101000043"


def test_a_code_is_given_once_even_after_its_facility_is_gone(any_database: Database, actor: Actor):
    item = stored(any_database, actor)
    with any_database.writing("facilities") as session:
        facilities.retire(session, item.id, version=1, actor=actor, reason="removed")
    assert stored(any_database, actor).values["code"] == "0001012101000002"


def test_a_code_belongs_to_one_facility(any_database: Database, actor: Actor):
    item = stored(any_database, actor)
    with any_database.writing("facilities") as session, pytest.raises(Invalid, match="another facility"):
        make(session, actor, code=item.values["code"])


def test_many_codes_come_at_once(any_database: Database):
    with any_database.writing("facilities") as session:
        assert len(set(next_codes(session, "000101", "0101", 1000))) == 1000
        assert next_codes(session, "000101", "0101") == ["0001010101001001"]
        assert next_codes(session, "000102", "0101") == ["0001020101000001"]


def test_serials_run_out_with_a_sentence(any_database: Database):
    with any_database.writing("facilities") as session:
        note_codes(session, [f"0001010101{LAST_SERIAL - 1:06d}"])
        assert next_codes(session, "000101", "0101") == [f"0001010101{LAST_SERIAL}"]
        with pytest.raises(Refused, match="no serial numbers left"):
            next_codes(session, "000101", "0101")


def test_a_bulk_of_new_facilities_is_numbered_in_its_order(any_database: Database, actor: Actor):
    with any_database.writing("facilities") as session:
        area = references.load(session).areas.root()
        assert area is not None
        news = [
            New(uuid4(), {"name": "井盖", "subclass": subclass, "area_id": area.id})
            for subclass in ("0101", "0102", "0101")
        ]
        facilities.insert_many(session, news, actor=actor, batch_id=uuid4())
        items = facilities.load(session, [new.id for new in news])
    assert [item.values["code"] for item in items] == [
        "0001010101000001",
        "0001010102000001",
        "0001010101000002",
    ]


def test_a_facility_gets_its_code_when_its_subclass_becomes_known(any_database: Database, actor: Actor):
    item = stored(any_database, actor, subclass=None, name="某物")
    assert item.values["code"] is None
    with any_database.writing("facilities") as session:
        known = facilities.update(session, item.id, {"subclass": "2101"}, version=1, actor=actor)
    assert known.values["code"] == "0001012101000001"


def test_the_parts_of_a_code_are_told_apart():
    assert split_code("3205080101000001") == ("320508", "0101", 1)
    assert split_code("320508010100000") is None
    assert split_code(None) is None


def test_the_county_is_that_of_the_nearest_coded_area(any_database: Database):
    with any_database.reading() as session:
        known = references.load(session)
    grid = known.areas.find("000101001001001")
    assert grid is not None
    assert county_of(known, grid.path) == "000101"
    assert county_of(references.References(), grid.path) is None


def test_a_check_sets_the_next_one_and_the_state(any_database: Database, actor: Actor):
    item = stored(any_database, actor)
    with any_database.writing("facilities") as session:
        raw = {"last_checked_on": "2026-01-01", "state": "02"}
        done = facilities.update(session, item.id, raw, version=1, actor=actor)
    assert (done.values["next_check_on"], done.values["state"]) == (date(2026, 6, 30), "02")


def test_overdue_checks_come_oldest_first(any_database: Database, actor: Actor):
    first = stored(any_database, actor, last_checked_on="2025-03-01", area_id="000101001001")
    second = stored(any_database, actor, last_checked_on="2025-01-01", area_id="000101002001")
    stored(any_database, actor, last_checked_on="2025-01-01", state="07")
    with any_database.reading() as session:
        found = service.overdue(session, date(2026, 1, 1), actor=actor)
        assert [due.facility_id for due in found] == [second.id, first.id]
        street = references.load(session).areas.find("000101001")
        assert street is not None
        clerk = Actor("c", (Grant("clerk", street.path),))
        assert [due.facility_id for due in service.overdue(session, date(2026, 1, 1), actor=clerk)] == [
            first.id
        ]
        assert service.overdue(session, date(2026, 1, 1), actor=actor, subclass="2105") == []


def test_a_new_keeper_ends_the_one_before(any_database: Database, actor: Actor):
    item, first, second = stored(any_database, actor), uuid4(), uuid4()
    with any_database.writing("facilities") as session:
        service.assign_keeper(session, item.id, first, "供水公司", date(2025, 1, 1), version=1, actor=actor)
        kept = service.assign_keeper(
            session, item.id, second, "消防站", date(2026, 1, 1), version=2, actor=actor
        )
    assert kept.values["maintainer"] == "消防站"
    assert [(row["target_id"], row["until"]) for row in kept.values["links"]] == [
        (first, date(2026, 1, 1)),
        (second, None),
    ]


def test_the_public_finds_what_it_may_use(any_database: Database, actor: Actor):
    aed = stored(
        any_database,
        actor,
        subclass="2105",
        name="市府轉運站",
        location="售票大廳",
        opening_hours="全天",
        maintainer="王某",
    )
    broken = stored(any_database, actor, subclass="2105", name="坏的", state="05")
    camera = stored(any_database, actor, subclass="2109", name="路口")
    with any_database.reading() as session:
        known = references.load(session)
        items = facilities.load(session, [aed.id, broken.id, camera.id])
        found = list(facility_documents(items, known))
    assert [document.audience for document in found] == [PUBLIC, STAFF, STAFF]
    assert "售票大廳" in found[0].text
    assert "王某" not in found[0].text
    assert found[0].codes == (aed.values["code"],)
    assert found[0].facets["subclass"] == "2105"


def test_places_are_kept_and_found_by_staff(any_database: Database, actor: Actor):
    with any_database.writing("facilities") as session:
        item = places.create(
            session,
            {
                "name": "锦绣小区3号楼",
                "kind": "楼栋",
                "danger_grade": "D级",
                "phone": "0416-3880000",
                "code": "00301",
            },
            actor=actor,
        )
        again = places.update(session, item.id, {"fire_lane": "是"}, version=1, actor=actor)
        (document,) = place_documents([again], references.load(session))
    assert again.values["fire_lane"] is True
    assert (document.audience, document.codes) == (STAFF, ("00301",))
    assert "3880000" not in str(document)


def test_facilities_at_one_point_are_told_apart_by_name_and_place():
    at = {"subclass": "2105", "longitude": 121.5, "latitude": 25.0, "name": "體育館"}
    assert FACILITY.fingerprint({**at, "location": "一樓"}) != FACILITY.fingerprint(
        {**at, "location": "二樓"}
    )
    assert FACILITY.fingerprint(at) == FACILITY.fingerprint(
        {**at, "longitude": 121.50000004, "name": "体育馆"}
    )
    assert FACILITY.fingerprint({"subclass": "2105"}) is None
    assert PLACE.fingerprint({"name": "楼", "address": "解放路12号"}) == PLACE.fingerprint(
        {"name": "樓", "address": "解放路１２号"}
    )


def test_a_short_name_is_shown_with_its_place():
    assert FACILITY.title({"name": "垃圾箱", "address": "中山南路20号"}) == "垃圾箱（中山南路20号）"
    assert FACILITY.title({"name": "中山南路20号垃圾箱"}) == "中山南路20号垃圾箱"
