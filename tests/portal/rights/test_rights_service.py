"""A request about somebody's data goes through two pairs of hands and ends in a copy, a correction or an erasure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.rights import erasing, holdings, service
from portal.rights.models import RightsRequest
from portal.rights.service import Wish
from registries import backup, changes, erasure, readings, references
from registries.access import Actor, Grant, NotAllowed
from registries.changes import CHANGE
from registries.crypto import Keys
from registries.days import today
from registries.db import Database, new_id
from registries.messages import Refused
from registries.records import Invalid, NotFound

CLERK = Actor("clerk", (Grant("clerk", "00010001", "population"),))
FIRST = Actor("first", (Grant("registry_admin", "0001"),))
SECOND = Actor("second", (Grant("registry_admin", "0001"),))
ELSEWHERE = Actor("elsewhere", (Grant("registry_admin", "00010002"),))
PAPER = "identity card, original"


@dataclass
class Desk:
    """The service, each call in a transaction of its own."""

    database: Database
    catalogue: object
    people: list

    def receive(self, right="access", *, actor=CLERK, person=0, proof=PAPER, fields=(), asked_by="self"):
        with self.database.writing("system") as session:
            wish = Wish(right, asked_by, proof, fields)
            return service.receive(session, self.catalogue, self.people[person], wish, days=21, actor=actor)

    def do(self, verb, row, actor, **more):
        with self.database.writing("system") as session:
            return getattr(service, verb)(session, row.id, version=row.version, actor=actor, **more)

    def finish(self, row, actor, answer=""):
        with self.database.writing("system") as session:
            return service.finish(session, self.catalogue, row.id, version=row.version, answer=answer, actor=actor)

    def approved(self, right="access", **more):
        return self.do("approve", self.do("check", self.receive(right, **more), CLERK), SECOND)


@pytest.fixture
def desk(any_database, catalogue, records):
    return Desk(any_database, catalogue, records["resident"])


def test_a_request_goes_its_way(desk):
    row = desk.receive()
    assert (row.state, row.number, row.due_on) == ("received", f"{today().year}-00001", today() + timedelta(days=21))
    row = desk.do("check", row, CLERK)
    row = desk.do("approve", row, SECOND)
    row = desk.finish(row, CLERK, "handed over")
    assert (row.state, row.received_by, row.checked_by, row.decided_by, row.done_by) == (
        "done", "clerk", "clerk", "second", "clerk",
    )  # fmt: skip
    with desk.database.reading() as session:
        assert [one.action for one in changes.history(session, "system", row.id)] == [
            "finish", "approve", "check", "receive",
        ]  # fmt: skip


def test_numbers_follow_each_other(desk):
    assert [desk.receive(person=one).number[-2:] for one in range(3)] == ["01", "02", "03"]


@pytest.mark.parametrize(("received_by", "checked_by"), [(FIRST, CLERK), (CLERK, FIRST), (FIRST, FIRST)])
def test_who_received_or_checked_does_not_decide(desk, received_by, checked_by):
    row = desk.do("check", desk.receive(actor=received_by), checked_by)
    for verb, more in (("approve", {}), ("refuse", {"reason": "no"})):
        with pytest.raises(Refused):
            desk.do(verb, row, FIRST, **more)
    assert desk.do("approve", row, SECOND).state == "approved"


def test_who_may_not_erase_does_not_decide(desk):
    other = Actor("other clerk", CLERK.grants)
    row = desk.do("check", desk.receive(), CLERK)
    with pytest.raises(NotAllowed):
        desk.do("approve", row, other)


@pytest.mark.parametrize("stranger", [ELSEWHERE, Actor("leader", (Grant("leader", "0001"),)), Actor("nobody")])
def test_outside_of_its_area_a_request_is_not_there(desk, stranger):
    row = desk.receive()
    for verb in ("check", "approve"):
        with pytest.raises(NotFound):
            desk.do(verb, row, stranger)
    with desk.database.reading() as session:
        assert service.in_state(session, service.OPEN, actor=stranger).rows == []
        assert service.waiting(session, actor=stranger).total == 0
    with pytest.raises(NotFound):
        desk.receive(actor=stranger)


def test_a_grid_worker_receives_nothing(desk):
    with pytest.raises(NotAllowed):
        desk.receive(actor=Actor("grid", (Grant("grid_worker", "0001"),)))


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"right": "money"}, "right"), ({"asked_by": ""}, "asked_by"), ({"proof": "  "}, "proof"),
        ({"proof": "card 000101198003050012"}, "proof"), ({"proof": "139 0000 2000"}, "proof"),
        ({"right": "correction"}, "fields"), ({"right": "correction", "fields": ["nothing"]}, "fields"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(desk, wrong, name):
    with pytest.raises(Invalid) as caught:
        desk.receive(**{"right": "access", **wrong})
    assert list(caught.value.errors) == [name]


def test_the_same_is_not_asked_for_twice_at_once(desk):
    row = desk.receive()
    with pytest.raises(Refused, match=row.number):
        desk.receive()
    desk.do("refuse", row, SECOND, reason="no proof")
    assert desk.receive().state == "received"


def test_a_stale_page_decides_nothing(desk):
    row = desk.receive()
    desk.do("check", row, CLERK)
    row.version = 1
    with pytest.raises(Refused):
        desk.do("refuse", row, SECOND, reason="no")


def test_a_refusal_needs_a_reason(desk):
    with pytest.raises(Invalid):
        desk.do("refuse", desk.receive(), SECOND, reason=" ")


def test_a_correction_is_done_once_the_field_was_changed(desk):
    row = desk.approved("correction", fields=["phone"])
    with pytest.raises(Refused):
        desk.finish(row, CLERK)
    records = desk.catalogue["resident"]

    def change(**values):
        with desk.database.writing("population") as session:
            item = records.load(session, [desk.people[0]])[0]
            records.update(session, item.id, values, version=item.version, actor=CLERK, reason="told so")

    change(education="本科")
    with pytest.raises(Refused):
        desk.finish(row, CLERK)
    change(phone="13900007777")
    row = desk.finish(row, CLERK)
    with desk.database.reading() as session:
        log = CHANGE["population"]
        told = session.execute(sa.select(log).where(log.c.id == row.change_id)).one()
    assert told.record_id == desk.people[0]
    assert "phone" in changes.from_row(told).sealed


def test_a_copy_holds_everything_and_is_logged_first(desk):
    readings.note(desk.database, CLERK, "reveal", "resident", record_ids=[desk.people[0]], reason="a visit")
    row = desk.approved()
    made = holdings.copy(desk.database, desk.catalogue, row.id, "zh", actor=CLERK)
    text = json.dumps(holdings.as_json(made, str), ensure_ascii=False, default=str)
    for held in ("王小明", "13900002000", "1980-03-05", "a visit", row.number, "残疾人"):
        assert held in text
    assert "李晓红" not in text
    assert {(line.actor, line.action) for line in made.readers} == {("clerk", "reveal"), ("clerk", "export")}
    assert made.events[-1].action == "create"


def test_no_copy_of_somebody_who_has_moved_to_another_area_since(desk):
    row = desk.approved()
    records = desk.catalogue["resident"]
    with desk.database.reading() as session:
        item = records.load(session, [desk.people[0]])[0]
        there = references.load(session).areas.find("000101002001")
    with desk.database.writing("population") as session:
        told = {"area_id": str(there.id)}
        records.update(session, item.id, told, version=item.version, actor=FIRST, reason="moved")
    with pytest.raises(NotFound):
        holdings.copy(desk.database, desk.catalogue, row.id, "zh", actor=CLERK)
    assert holdings.copy(desk.database, desk.catalogue, row.id, "zh", actor=FIRST).sections


def test_no_copy_without_a_second_person(desk):
    row = desk.do("check", desk.receive(), CLERK)
    with pytest.raises(Refused):
        holdings.copy(desk.database, desk.catalogue, row.id, "zh", actor=SECOND)
    with desk.database.reading() as session:
        log = CHANGE["system"]
        assert session.execute(sa.select(log.c.id).where(log.c.action == "export")).all() == []


def test_an_erasure_is_carried_out_once(desk):
    row = desk.approved("erasure")
    with pytest.raises(Refused):
        desk.finish(row, CLERK)
    for _ in range(2):
        erasing.carry_out(desk.database, desk.catalogue, row.id, actor=SECOND)
    with desk.database.reading() as session:
        row = session.get_one(RightsRequest, row.id)
        assert [one.action for one in changes.history(session, "population", desk.people[0])] == ["erase", "create"]
    assert row.state == "done"
    assert erasing.note_of(desk.database.keys, desk.people[0]).reason == f"request {row.number}"


def test_an_erasure_that_was_cut_short_is_finished(desk):
    row = desk.approved("erasure")
    erasure.erase(desk.database, desk.catalogue["resident"], desk.people[0], f"request {row.number}", actor=SECOND)
    erasing.carry_out(desk.database, desk.catalogue, row.id, actor=SECOND)
    with desk.database.reading() as session:
        assert session.get_one(RightsRequest, row.id).state == "done"


def test_nothing_is_erased_before_it_is_approved(desk):
    row = desk.do("check", desk.receive("erasure"), CLERK)
    with pytest.raises(Refused):
        erasing.carry_out(desk.database, desk.catalogue, row.id, actor=SECOND)
    with pytest.raises(NotAllowed):
        erasing.carry_out(desk.database, desk.catalogue, row.id, actor=CLERK)


def test_an_erased_person_who_comes_back_with_a_backup_is_shown_and_erased_again(
    database: Database, catalogue, fill_records, tmp_path, keys: Keys
):
    desk = Desk(database, catalogue, fill_records(database)["resident"])
    row = desk.approved("erasure")
    backup.backup(database, tmp_path / "backup")
    erasing.carry_out(database, catalogue, row.id, actor=SECOND)
    restored = Database(tmp_path / "restored", keys=keys, synchronous="OFF")
    restored.folder.mkdir()
    backup.restore(restored, tmp_path / "backup", lambda revision: None)
    assert erasing.kept(restored, catalogue) == erasing.Kept(noted=1, unmet=1)
    erasure.erase_again(restored, catalogue)
    assert erasing.kept(restored, catalogue) == erasing.Kept(noted=1, unmet=0)
    erasing.carry_out(restored, catalogue, row.id, actor=SECOND)
    with restored.reading() as session:
        assert session.get_one(RightsRequest, row.id).state == "done"
    restored.engine.dispose()


def test_open_requests_come_by_the_day_they_are_due_and_are_counted(desk):
    rows = [desk.receive(person=one) for one in range(4)]
    desk.do("check", rows[1], CLERK)
    with desk.database.reading() as session:
        page = service.in_state(session, service.OPEN, actor=SECOND, limit=3)
        rest = service.in_state(session, service.OPEN, actor=SECOND, limit=3, after=page.after)
        found = service.waiting(session, actor=SECOND, on=today() + timedelta(days=30))
        own = service.waiting(session, actor=CLERK)
    assert [one.id for one in (*page.rows, *rest.rows)] == [one.id for one in rows]
    assert rest.after is None
    assert (found.total, found.to_decide, found.overdue) == (4, 1, 4)
    assert own.to_decide == 0


def test_an_unknown_request_is_not_found(desk):
    with desk.database.reading() as session, pytest.raises(NotFound):
        service.find(session, new_id(), actor=FIRST)
