from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from registries import changes, references
from registries.access import Actor, Grant
from registries.db import Database
from registries.demo.numbers import credit_code
from registries.findable import STAFF
from registries.organisations import ORGANISATION, due, service
from registries.organisations.service import organisations
from registries.records import Invalid, Item, New, NotFound
from registries.storing import Kind
from tests import factories

CODE, OTHER_CODE = credit_code("91", 11), credit_code("91", 12)


def make(session: Session, actor: Actor, **raw: Any) -> Item:
    return organisations.create(session, {"name": "安澜五金店", **raw}, actor=actor)


def stored(database: Database, actor: Actor, **raw: Any) -> Item:
    with database.writing("organisations") as session:
        return make(session, actor, **raw)


def test_an_organisation_is_kept_with_everything_that_was_told(any_database: Database, actor: Actor):
    item = stored(
        any_database,
        actor,
        uscc=CODE,
        phone="13800138000",
        employees="12",
        key_unit_kinds="加油站",
        licences="L07｜JY1｜市监局",
        hazardous_chemicals="汽油｜8006-61-9",
        special_equipment="电梯｜E1",
        responsibility_letters="safety｜2026｜2026-01-05",
    )
    assert item.values["registrations"] == [{"scheme": "uscc", "number": CODE}]
    assert item.values["licences"][0]["kind"] == "L07"
    assert item.values["hazardous_chemicals"][0]["cas"] == "8006-61-9"
    assert item.values["special_equipment"][0]["kind"] == "3000"
    assert item.values["responsibility_letters"][0]["signed_on"] == date(2026, 1, 5)
    assert item.values["key_unit_kinds"] == ["K10"]
    assert "13800138000" not in repr(item.values["phone"])


def test_it_is_found_by_its_phone(any_database: Database, actor: Actor):
    item = stored(any_database, actor, phone="13800138000")
    with any_database.reading() as session:
        assert [
            found.id for found in factories.holding(session, organisations, "phone", "13800138000")
        ] == [item.id]


def test_a_number_is_held_by_one_live_organisation(any_database: Database, actor: Actor):
    first = stored(any_database, actor, uscc=CODE)
    with (
        any_database.writing("organisations") as session,
        pytest.raises(Invalid, match="another organisation"),
    ):
        make(session, actor, uscc=CODE)
    with any_database.writing("organisations") as session:
        organisations.retire(session, first.id, version=1, actor=actor, reason="closed")
    assert stored(any_database, actor, uscc=CODE).values["registrations"]


def test_saving_an_organisation_again_does_not_meet_its_own_number(any_database: Database, actor: Actor):
    item = stored(any_database, actor, uscc=CODE)
    with any_database.writing("organisations") as session:
        again = organisations.update(session, item.id, {"uscc": CODE, "employees": 3}, version=1, actor=actor)
    assert again.values["employees"] == 3


def test_numbers_lead_to_live_records(any_database: Database, actor: Actor):
    item = stored(any_database, actor, uscc=CODE, tw_ubn="22099131")
    with any_database.reading() as session:
        found = organisations.holders(session, {("uscc", CODE), ("uscc", OTHER_CODE), ("tw_ubn", "22099131")})
    assert found == {("uscc", CODE): item.id, ("tw_ubn", "22099131"): item.id}


def test_an_inspection_sets_the_next_one(any_database: Database, actor: Actor):
    item = stored(any_database, actor, inspection_days=90)
    with any_database.writing("organisations") as session:
        done = organisations.update(session, item.id, {"last_inspected_on": "2026-03-01"}, version=1, actor=actor)
        raw = {"last_inspected_on": "2026-04-01", "inspection_days": 30}
        again = organisations.update(session, item.id, raw, version=2, actor=actor)
    assert done.values["next_inspection_on"] == date(2026, 5, 30)
    assert again.values["next_inspection_on"] == date(2026, 5, 1)


def test_a_told_next_inspection_stands(any_database: Database, actor: Actor):
    item = stored(
        any_database,
        actor,
        inspection_days=90,
        last_inspected_on="2026-01-01",
        next_inspection_on="2026-02-01",
    )
    assert item.values["next_inspection_on"] == date(2026, 2, 1)


def test_a_renewed_licence_takes_the_place_of_the_old_one(any_database: Database, actor: Actor):
    item = stored(
        any_database,
        actor,
        licences=[{"kind": "L07", "number": "1", "issuer": "市监局", "valid_to": "2026-01-01"}],
    )
    with any_database.writing("organisations") as session:
        renewed = service.renew_licence(
            session, item.id, {"kind": "L07", "number": "2", "valid_to": "2031-01-01"}, version=1, actor=actor
        )
        more = service.renew_licence(session, item.id, {"kind": "L01", "number": "9"}, version=2, actor=actor)
    assert [(row["number"], row["issuer"]) for row in renewed.values["licences"]] == [("2", "市监局")]
    assert [row["kind"] for row in more.values["licences"]] == ["L07", "L01"]


def test_a_letter_is_signed_once_a_year_and_kind(any_database: Database, actor: Actor):
    item = stored(any_database, actor)
    with any_database.writing("organisations") as session:
        for version, day in enumerate(("2026-01-05", "2026-01-06"), 1):
            item = service.sign_letter(
                session,
                item.id,
                {"kind": "safety", "year": 2026, "signed_on": day},
                version=version,
                actor=actor,
            )
    assert [row["signed_on"] for row in item.values["responsibility_letters"]] == [date(2026, 1, 6)]


def test_a_successor_closes_the_one_before(any_database: Database, actor: Actor):
    first, second = stored(any_database, actor), stored(any_database, actor, name="接手店")
    with any_database.writing("organisations") as session:
        closed = service.succeed(session, first.id, second.id, date(2026, 1, 1), version=1, actor=actor)
        with pytest.raises(Invalid, match="lead back"):
            service.succeed(session, second.id, first.id, date(2026, 2, 1), version=1, actor=actor)
    assert (closed.values["successor_id"], closed.values["operating_status"]) == (second.id, "50")


def test_parents_form_no_circle(any_database: Database, actor: Actor):
    first, second = stored(any_database, actor), stored(any_database, actor, name="分店")
    with any_database.writing("organisations") as session:
        service.place_under(session, second.id, first.id, version=1, actor=actor)
        with pytest.raises(Invalid, match="lead back"):
            service.place_under(session, first.id, second.id, version=1, actor=actor)
        with pytest.raises(Invalid, match="lead back"):
            service.place_under(session, first.id, first.id, version=1, actor=actor)


def test_premises_are_occupied_and_left(any_database: Database, actor: Actor):
    item, place = stored(any_database, actor), uuid4()
    with any_database.writing("organisations") as session:
        service.occupy(session, item.id, place, date(2026, 1, 1), version=1, actor=actor)
        left = service.vacate(session, item.id, place, date(2026, 6, 30), version=2, actor=actor)
    assert [(row["target_id"], row["since"], row["until"]) for row in left.values["links"]] == [
        (place, date(2026, 1, 1), date(2026, 6, 30))
    ]


def test_a_link_must_be_one_that_organisations_have(any_database: Database, actor: Actor):
    item = stored(any_database, actor)
    with any_database.writing("organisations") as session, pytest.raises(Invalid, match="no relation"):
        service.occupy(session, item.id, uuid4(), None, version=1, actor=actor, role="kept_by")


def test_overdue_inspections_come_oldest_first_and_only_from_the_scope(any_database: Database, actor: Actor):
    stored(
        any_database,
        actor,
        name="甲",
        area_id="000101001001",
        last_inspected_on="2025-01-01",
        inspection_days=30,
    )
    stored(
        any_database,
        actor,
        name="乙",
        area_id="000101002001",
        special_equipment=[{"kind": "3000", "next_inspection_on": "2025-01-15"}],
    )
    stored(
        any_database,
        actor,
        name="关",
        last_inspected_on="2025-01-01",
        inspection_days=30,
        operating_status="注销",
    )
    with any_database.reading() as session:
        tree = references.load(session).areas
        street = tree.find("000101001")
        assert street is not None
        found = due.overdue(session, date(2025, 6, 1), actor=actor)
        assert [(one.name, one.kind) for one in found] == [("乙", "equipment"), ("甲", "inspection")]
        assert [
            one.name for one in due.overdue(session, date(2025, 6, 1), actor=actor, paths=[street.path])
        ] == ["甲"]
        clerk = Actor("c", (Grant("clerk", street.path),))
        assert [one.name for one in due.overdue(session, date(2025, 6, 1), actor=clerk)] == ["甲"]
        assert due.overdue(session, date(2025, 6, 1), actor=Actor("nobody")) == []


def test_licences_and_insurances_that_run_out_are_told(any_database: Database, actor: Actor):
    day = date(2026, 1, 1)
    stored(
        any_database,
        actor,
        insured_until=day + timedelta(days=90),
        licences=[
            {"kind": "L07", "valid_to": day + timedelta(days=7)},
            {"kind": "L01", "valid_to": day + timedelta(days=91)},
        ],
    )
    with any_database.reading() as session:
        found = due.running_out(session, day, actor=actor)
    assert [(one.kind, one.what, (one.on - day).days) for one in found] == [
        ("licence", "L07", 7),
        ("insurance", None, 90),
    ]


def test_someone_without_the_area_sees_nothing(any_database: Database, actor: Actor):
    item = stored(any_database, actor)
    with any_database.reading() as session, pytest.raises(NotFound):
        organisations.get(session, item.id, actor=Actor("nobody"))


def test_a_document_holds_names_and_numbers_but_no_person(any_database: Database, actor: Actor):
    item = stored(
        any_database,
        actor,
        uscc=CODE,
        legal_representative="王某某",
        phone="13800138000",
        business_scope="烟花零售",
        key_unit_kinds="K03",
        industry="F52",
    )
    with any_database.reading() as session:
        known = references.load(session)
        loaded = organisations.load(session, [item.id])
        (found,) = ORGANISATION.documents(loaded, known) if ORGANISATION.documents else ()
    assert (found.title, found.codes, found.audience) == ("安澜五金店", (CODE,), STAFF)
    assert "烟花零售" in found.text
    assert "Retail" in found.text or "零售业" in found.text
    assert "王某某" not in str(found)
    assert "13800138000" not in str(found)
    assert found.facets["industry"] == "F"


def test_what_is_worked_out_is_not_logged(any_database: Database, actor: Actor):
    item = stored(any_database, actor, uscc=CODE)
    with any_database.reading() as session:
        logged = changes.history(session, "organisations", item.id)[0].changes
    assert "registrations" in logged
    assert not {"name_pinyin", "name_key", "uscc"} & logged.keys()


def test_names_and_addresses_are_recognised_in_other_spellings():
    one = {"name": "安澜市恒通商贸有限公司", "address": "辽宁省锦州市古塔区解放路12号"}
    other = {"name": "安澜市恒通商贸", "address": "古塔区解放路１２号"}
    assert ORGANISATION.fingerprint(one) == ORGANISATION.fingerprint(other)
    assert ORGANISATION.fingerprint({**one, "operator_number": "1"}) != ORGANISATION.fingerprint(one)
    assert ORGANISATION.fingerprint({"address": "解放路"}) is None


def test_a_second_row_with_a_number_becomes_premises_of_it():
    values = {"name": "分店", "address": "解放路1号", "registrations": [{"scheme": "uscc", "number": CODE}]}
    branch = ORGANISATION.branch(values)
    assert branch is not None
    assert (branch["registrations"], branch["operator_number"]) == ([], CODE)
    assert ORGANISATION.branch({"name": "分店", "registrations": values["registrations"]}) is None


def test_an_import_may_hand_over_numbers_already_matched(any_database: Database, actor: Actor):
    stored(any_database, actor, uscc=CODE)
    kind: Kind = ORGANISATION
    with any_database.writing("organisations") as session:
        area = references.load(session).areas.root()
        assert area is not None
        values = {"name": "批", "area_id": area.id, "registrations": [{"scheme": "uscc", "number": CODE}]}
        organisations.insert_many(session, [New(uuid4(), values)], actor=actor, batch_id=uuid4())
    assert kind.name == "organisation"
