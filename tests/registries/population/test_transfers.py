"""A request for somebody else's resident shows nothing; an answer moves the person, or does not."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
import sqlalchemy as sa

from registries import changes, erasure, importing, merging, references
from registries.access import Actor, Grant, NotAllowed
from registries.db import new_id
from registries.messages import Refused
from registries.population import transfers
from registries.population.households import members
from registries.population.models import TransferRequest
from registries.population.service import households, residents
from registries.records import Invalid, NotFound
from tests.conftest import demo_number
from tests.factories import Sheet

HOLDING, ASKING = "000101001001001", "000101002001001"
NUMBER = demo_number(1, "1")
DAY = date(2026, 6, 1)


@pytest.fixture
def database(any_database):
    return any_database


@pytest.fixture
def paths(database):
    with database.reading() as session:
        areas = references.load(session).areas
    return {code: areas.find(code) for code in (HOLDING, ASKING)}


@pytest.fixture
def holder(paths):
    """A registry administrator of the holding community."""
    return Actor("holder", (Grant("registry_admin", paths[HOLDING].path),))


@pytest.fixture
def asker(paths):
    """A registry administrator of the asking community."""
    return Actor("asker", (Grant("registry_admin", paths[ASKING].path),))


@pytest.fixture
def family(database, actor):
    """Two people of one household in the holding area: their ids, the first with a number and a phone."""
    ids = []
    with database.writing("population") as session:
        for name, told in (("王小明", {"id_number": NUMBER, "phone": "13900002001"}), ("李晓红", {})):
            values = {"doc_type": "RIC"} if told else {"no_id_reason": "lost"}
            ids.append(residents.create(session, {
                "name": name, "area_id": HOLDING, "household_number": "7", "moved_in_on": "2015-06-01",
                "address": "临河路7号", **values, **told,
            }, actor=actor, reason="seen").id)  # fmt: skip
    return ids


def ask(database, paths, actor, **told):
    with database.writing("population") as session:
        return transfers.request(
            session, NUMBER, area_id=paths[ASKING].id, actor=actor, reason="Lives here now.", **told
        )


def answer(database, how, request, actor, **told):
    with database.writing("population") as session:
        return how(session, request.id, actor=actor, **told)


def test_a_request_shows_nothing_of_the_record(database, paths, family, asker):
    asked = ask(database, paths, asker)
    with database.reading() as session:
        told = repr([dataclasses.astuple(asked), transfers.mine(session, actor=asker)])
        log = changes.history(session, "population", asked.id)
        with pytest.raises(NotFound):
            residents.get(session, family[0], actor=asker)
    told += repr([(change.changes, change.sealed, change.reason) for change in log])
    for secret in (str(family[0]), family[0].hex, "王小明", "临河路", NUMBER, "13900002001", str(paths[HOLDING].id)):
        assert secret not in told


def test_what_was_written_about_somebody_is_forgotten_when_he_is_erased(database, paths, family, asker, actor):
    asked = ask(database, paths, asker)
    erasure.erase(database, residents, family[0], "request 1", actor=actor)
    with database.reading() as session:
        told = session.get_one(TransferRequest, asked.id)
        assert (told.reason, told.answer, told.requested_by) == ("", None, "asker")


def test_only_the_holding_area_sees_the_request_and_whom_it_is_about(database, paths, family, asker, holder):
    asked = ask(database, paths, asker)
    with database.reading() as session:
        assert [(one.id, one.resident_id) for one in transfers.to_answer(session, actor=holder)] == [
            (asked.id, family[0])
        ]
        elsewhere = Actor("elsewhere", (Grant("registry_admin", paths[ASKING].path),))
        clerk = Actor("clerk", (Grant("clerk", paths[HOLDING].path),))
        assert [transfers.to_answer(session, actor=one) for one in (asker, elsewhere, clerk)] == [[], [], []]


@pytest.mark.parametrize("how", [transfers.approve, transfers.refuse])
def test_nobody_answers_without_the_right_or_their_own_request(database, paths, family, asker, holder, how):
    told = {"answer": "No."}
    asked = ask(database, paths, asker)
    everywhere = Actor("asker", (Grant("registry_admin", "0001"),))
    clerk = Actor("clerk", (Grant("clerk", paths[HOLDING].path),))
    for who, failure in ((asker, NotFound), (clerk, NotFound), (everywhere, NotAllowed)):
        with pytest.raises(failure):
            answer(database, how, asked, who, **told)
    answer(database, how, asked, holder, **told)


def test_an_approved_request_moves_the_resident_alone(database, paths, family, asker, holder, actor):
    asked = ask(database, paths, asker)
    moved = answer(database, transfers.approve, asked, holder, event_on=DAY)
    assert (moved.area_path, moved.values["address"], moved.values["household_id"]) == (paths[ASKING].path, None, None)
    assert [(row["area_path"], row["from_on"]) for row in moved.values["stays"]][-1] == (paths[ASKING].path, DAY)
    assert moved.values["life_events"][-1]["kind"] == "transfer"
    with database.reading() as session:
        assert residents.get(session, family[0], actor=asker).id == family[0]
        assert residents.load(session, [family[1]])[0].area_path == paths[HOLDING].path
        change = changes.history(session, "population", family[0])[0]
        assert (change.actor, change.reason) == ("holder, asked by asker", "Lives here now.")
        assert [one.state for one in transfers.mine(session, actor=asker)] == ["approved"]


def test_an_approved_request_for_the_household_moves_everybody(database, paths, family, asker, holder):
    asked = ask(database, paths, asker, with_household=True)
    moved = answer(database, transfers.approve, asked, holder, event_on=DAY)
    with database.reading() as session:
        household = households.load(session, [moved.values["household_id"]])[0]
        together = members(session, household.id)
    assert household.area_path == paths[ASKING].path
    assert {(item.id, item.area_path) for item in together} == {(one, paths[ASKING].path) for one in family}


def test_a_household_with_somebody_of_a_third_area_is_not_let_go_by_one_side(
    database, paths, family, asker, holder, actor
):
    with database.writing("population") as session:
        residents.update(
            session, family[1], {"area_id": "000101001002001", "household_number": "7"}, version=1, actor=actor,
            reason="seen",
        )  # fmt: skip
        item = residents.load(session, [family[1]])[0]
        household = residents.load(session, [family[0]])[0].values["household_id"]
        residents.change(session, [residents_change(item, household)], actor=actor, derive=False)
    asked = ask(database, paths, asker, with_household=True)
    with pytest.raises(NotAllowed):
        answer(database, transfers.approve, asked, holder, event_on=DAY)


def residents_change(item, household_id):
    return importing.applying.Change(item, {"household_id": household_id})


def test_a_refusal_moves_nobody_and_tells_its_reason(database, paths, family, asker, holder):
    asked = ask(database, paths, asker)
    answer(database, transfers.refuse, asked, holder, answer="Still lives here.")
    with database.reading() as session:
        assert residents.load(session, [family[0]])[0].version == 1
        assert [(one.state, one.answer) for one in transfers.mine(session, actor=asker)] == [
            ("refused", "Still lives here.")
        ]
    with pytest.raises(Refused, match="answered already"):
        answer(database, transfers.approve, asked, holder)


def test_one_request_at_a_time_and_it_can_be_withdrawn(database, paths, family, asker, holder):
    asked = ask(database, paths, asker)
    with pytest.raises(Refused, match="already"):
        ask(database, paths, asker)
    with pytest.raises(NotFound):
        answer(database, transfers.withdraw, asked, holder)
    answer(database, transfers.withdraw, asked, asker)
    assert ask(database, paths, asker).state == "open"


def test_whom_one_holds_oneself_and_whom_nobody_holds_look_the_same(database, paths, family, actor, asker):
    with pytest.raises(Refused) as unknown, database.writing("population") as session:
        transfers.request(session, demo_number(2, "2"), area_id=paths[ASKING].id, actor=asker, reason="x")
    with pytest.raises(Refused) as own:
        ask(database, paths, actor)
    assert unknown.value.problem == own.value.problem


def test_nobody_asks_for_an_area_that_is_not_theirs(database, paths, family, holder):
    with pytest.raises(NotAllowed):
        ask(database, paths, holder)


def staged(database, actor, *rows, headings=("name", "doc_type", "id_number")):
    table = Sheet(list(headings), [list(row) for row in rows])
    return importing.stage(database, residents, table, importing.Options("list.csv"), actor=actor, workers=0)


def test_an_imported_file_asks_for_everybody_in_it_whom_others_hold(database, paths, family, asker, holder):
    for serial in range(2):
        batch = staged(database, asker, ["王小明", "RIC", NUMBER])
        assert batch.counts["transfer"] == 1
        importing.apply(database, residents, batch.id, actor=asker)
        with database.reading() as session:
            (asked,) = transfers.mine(session, actor=asker)
            (seen,) = transfers.to_answer(session, actor=holder)
        assert (asked.id, asked.area_id, asked.state, asked.reason) == (seen.id, paths[ASKING].id, "open", "list.csv")
        assert seen.resident_id == family[0], serial
    answer(database, transfers.approve, asked, holder)
    with database.reading() as session:
        assert residents.get(session, family[0], actor=asker).area_path == paths[ASKING].path


def test_a_file_that_is_only_checked_asks_for_nobody(database, paths, family, asker):
    staged(database, asker, ["王小明", "RIC", NUMBER])
    with database.reading() as session:
        assert transfers.mine(session, actor=asker) == []


def test_a_row_asks_for_the_area_that_it_names_or_fails(database, paths, family):
    clerk = Actor("clerk", (Grant("registry_admin", paths[ASKING].path[:-4]),))
    headings = ("name", "doc_type", "id_number", "area_id")
    batch = staged(database, clerk, ["王小明", "RIC", NUMBER, ASKING], headings=headings)
    importing.apply(database, residents, batch.id, actor=clerk)
    with database.reading() as session:
        assert [one.area_id for one in transfers.mine(session, actor=clerk)] == [paths[ASKING].id]
    outside = staged(database, clerk, ["王小明", "RIC", NUMBER, HOLDING], headings=headings)
    assert (outside.counts["transfer"], outside.counts["error"]) == (0, 1)


def test_an_import_taken_back_asks_for_nobody_any_more(database, paths, family, asker, holder, catalogue):
    batch = staged(database, asker, ["王小明", "RIC", NUMBER], ["张三", "RIC", demo_number(2, "2")])
    importing.apply(database, residents, batch.id, actor=asker)
    importing.undo(database, catalogue, batch.id, actor=asker)
    with database.reading() as session:
        assert [one.state for one in transfers.mine(session, actor=asker)] == ["withdrawn"]
        assert transfers.to_answer(session, actor=holder) == []


def typed(database, actor, number, **told):
    raw = {"name": "张三", "doc_type": "RIC", "id_number": number, "area_id": ASKING}
    with database.writing("population") as session:
        return transfers.enter(session, raw, actor=actor, **told)


def test_a_number_typed_that_others_hold_becomes_a_request(database, paths, family, asker, holder):
    with pytest.raises(Refused, match="reason"):
        typed(database, asker, NUMBER)
    assert isinstance(typed(database, asker, NUMBER, reason="Lives here now."), transfers.Asked)
    with database.reading() as session:
        assert [one.resident_id for one in transfers.to_answer(session, actor=holder)] == [family[0]]


def test_a_number_typed_that_nobody_holds_becomes_a_resident(database, paths, family, asker, actor):
    item = typed(database, asker, demo_number(2, "2"), reason="seen")
    assert item.area_path == paths[ASKING].path
    with pytest.raises(Invalid):
        typed(database, actor, NUMBER, reason="seen")  # Who sees the record is told to change it.


def test_a_request_for_an_unknown_id_is_not_there(database, holder):
    with pytest.raises(NotFound), database.writing("population") as session:
        transfers.approve(session, new_id(), actor=holder)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(transfers.TransferRequest)) == 0


def test_a_number_on_another_document_than_the_one_held_elsewhere_is_another_person(database, paths, asker, actor):
    raw = {"name": "王一", "doc_type": "PASSPORT", "id_number": "12345678", "birth_date": "1980-01-01"}
    with database.writing("population") as session:
        residents.create(session, {**raw, "area_id": HOLDING}, actor=actor, reason="seen")
    with database.writing("population") as session:
        told = {**raw, "name": "李四", "doc_type": "TW_PERMIT", "area_id": ASKING}
        item = transfers.enter(session, told, actor=asker, reason="seen")
        assert item.area_path == paths[ASKING].path
    with database.writing("population") as session:
        told = {"area_id": paths[ASKING].id, "actor": asker, "reason": "Lives here now."}
        with pytest.raises(Refused):
            transfers.request(session, "12345678", doc_type="TW_PERMIT", **told)
        assert transfers.request(session, "12345678", doc_type="PASSPORT", **told).state == "open"


def test_a_request_for_a_record_that_was_merged_again_and_again_names_the_last_survivor(
    database, paths, family, asker, holder, actor
):
    ask(database, paths, asker)
    with database.writing("population") as session:
        raw = {"name": "王小明", "area_id": HOLDING, "no_id_reason": "lost"}
        last = residents.create(session, raw, actor=actor, reason="seen").id
    for into, one in ((family[1], family[0]), (last, family[1])):
        with database.writing("population") as session:
            pair = residents.load(session, [into, one])
            merging.merge(session, residents, *((item.id, item.version) for item in pair), actor=actor, reason="one")
    with database.reading() as session:
        assert [one.resident_id for one in transfers.to_answer(session, actor=holder)] == [last]
