"""Stays and life events: where somebody lived from when to when, after every kind of change."""

from __future__ import annotations

from datetime import date

import pytest

from registries import references as known
from registries.access import Actor, Grant, NotAllowed, console
from registries.population import life_events
from registries.population.service import households, residents
from registries.records import Conflict, Invalid

ACTOR = console("test")
NUMBER = "000101199003071115"
AS_OF = date(2025, 6, 1)


def area(database, code):
    with database.reading() as session:
        return known.load(session).areas.find(f"000101{code}")


@pytest.fixture
def east(register):
    return area(register, "001001001")


@pytest.fixture
def west(register):
    return area(register, "002002001")


@pytest.fixture
def zhang(register, east):
    """Somebody of whom nobody knows since when he lives in the east."""
    return create(register, area_id=east.id, id_number=NUMBER, household_number="1", relation_to_head="户主")


def create(database, as_of=AS_OF, **values):
    with database.writing("population") as session:
        return residents.create(session, {"name": "张三", **values}, actor=ACTOR, reason="test", as_of=as_of)


def update(database, item, as_of=None, **values):
    with database.writing("population") as session:
        return residents.update(
            session, item.id, values, version=item.version, actor=ACTOR, reason="test", as_of=as_of
        )


def happens(database, verb, *args, **kwargs):
    with database.writing("population") as session:
        return verb(session, *args, actor=ACTOR, **kwargs)


def stays(item, *names):
    return [tuple(row[name] for name in names) for row in item.values["stays"]]


def events(item):
    return [(row["kind"], row["event_on"]) for row in item.values["life_events"]]


def test_a_new_resident_without_a_date_lives_here_since_nobody_knows_when(zhang, east):
    (row,) = zhang.values["stays"]
    assert (row["from_on"], row["to_on"], row["certainty"], row["kind"]) == (AS_OF, None, "unknown", "usual")
    assert (row["area_id"], row["area_path"], row["sex"], row["born_on"]) == (
        east.id,
        east.path,
        "1",
        date(1990, 3, 7),
    )
    assert row["counted_from"] == date(1990, 3, 7)


@pytest.mark.parametrize(("told", "from_on", "certainty"), [
    ("2020", date(2020, 7, 1), "year"),
    ("2020-02", date(2020, 2, 15), "month"), ("2020-02-03", date(2020, 2, 3), "exact"),
])  # fmt: skip
def test_the_day_of_moving_in_is_as_certain_as_it_was_told(register, east, told, from_on, certainty):
    item = create(register, area_id=east.id, id_number=NUMBER, moved_in_on=told)
    assert stays(item, "from_on", "counted_from", "certainty") == [(from_on, from_on, certainty)]


def test_a_partial_birth_date_stands_for_its_middle(register, east):
    item = create(register, area_id=east.id, birth_date="1950", no_id_reason="lost")
    assert stays(item, "born_on") == [(date(1950, 7, 2),)]


@pytest.mark.parametrize(("values", "kind"), [
    ({"stay_status": "2"}, "temporary"), ({"stay_status": "3"}, "visit"), ({"separation_type": "1"}, "away"),
    ({"separation_type": "3"}, "registered"), ({"separation_type": "2", "stay_status": "1"}, "usual"),
])  # fmt: skip
def test_the_kind_of_stay_follows_from_the_record(register, values, kind):
    assert stays(create(register, id_number=NUMBER, **values), "kind") == [(kind,)]


def test_another_area_closes_the_stay_and_opens_one(register, zhang, east, west):
    item = update(register, zhang, area_id=west.id, as_of=date(2026, 2, 1))
    assert stays(item, "area_id", "from_on", "to_on", "certainty") == [
        (east.id, AS_OF, date(2026, 2, 1), "unknown"),
        (west.id, date(2026, 2, 1), None, "unknown"),
    ]
    assert stays(item, "counted_from")[1] == (date(2026, 2, 1),)
    assert events(item) == [("transfer", date(2026, 2, 1))]


def test_a_finer_area_is_a_better_answer_and_no_move(register, east):
    item = create(register, area_id=area(register, "001001").id, id_number=NUMBER)
    item = update(register, item, area_id=east.id)
    assert stays(item, "area_id", "from_on", "to_on") == [(east.id, AS_OF, None)]
    assert events(item) == []


def test_a_corrected_birth_date_or_sex_reaches_every_stay(register, zhang, west):
    item = update(register, zhang, area_id=west.id, as_of=date(2026, 2, 1))
    item = update(register, item, sex="女", birth_date="1991-03-07")
    assert stays(item, "sex", "born_on") == [("2", date(1991, 3, 7))] * 2
    assert events(item) == [("transfer", date(2026, 2, 1))]


def test_a_record_that_dies_in_a_file_is_closed_on_that_day(register, zhang):
    item = update(register, zhang, died_on="2026-01-05")
    assert item.values["stay_status"] == "5"
    assert stays(item, "to_on") == [(date(2026, 1, 5),)]
    assert events(item) == [("death", date(2026, 1, 5))]


def test_a_stay_ends_no_earlier_than_it_begins(register, zhang):
    item = update(register, zhang, moved_out_on="2024-01-05")
    assert stays(item, "from_on", "to_on", "counted_from") == [
        (date(2024, 1, 5), date(2024, 1, 5), date(1990, 3, 7))
    ]


def test_moving_in_out_and_back_leaves_two_stays_and_three_events(register, east):
    item = happens(register, life_events.move_in, {
        "name": "张三", "id_number": NUMBER, "area_id": east.id, "household_number": "1",
        "relation_to_head": "02",
    }, event_on=date(2024, 1, 1))  # fmt: skip
    household_id = item.values["household_id"]
    item = happens(register, life_events.move_out, item.id, event_on=date(2025, 1, 1), version=1)
    assert (item.values["stay_status"], item.values["household_id"]) == ("4", None)
    with register.reading() as session:
        assert households.load(session, [household_id])[0].values["head_id"] is None
    item = happens(register, life_events.return_after_absence, item.id, event_on=date(2026, 1, 1), version=2)
    assert stays(item, "from_on", "to_on") == [(date(2024, 1, 1), date(2025, 1, 1)), (date(2026, 1, 1), None)]
    assert [kind for kind, _day in events(item)] == ["move_in", "move_out", "return"]


def test_a_transfer_takes_the_person_out_of_household_and_dwelling(register, zhang, east, west):
    item = happens(
        register,
        life_events.transfer,
        zhang.id,
        area_id=west.id,
        event_on=date(2026, 3, 1),
        version=1,
        told={"address": "望海街1号"},
    )
    assert (item.area_path, item.values["address"], item.values["household_id"]) == (
        west.path,
        "望海街1号",
        None,
    )
    assert stays(item, "area_id", "to_on", "certainty") == [
        (east.id, date(2026, 3, 1), "unknown"),
        (west.id, None, "exact"),
    ]
    (row,) = item.values["life_events"]
    assert (row["from_area_id"], row["to_area_id"]) == (east.id, west.id)


def test_a_transfer_to_where_the_actor_may_not_write_is_refused(register, zhang, east, west):
    clerk = Actor("clerk", (Grant("clerk", east.path[:8]),))
    with register.writing("population") as session, pytest.raises(NotAllowed):
        life_events.transfer(
            session, zhang.id, area_id=west.id, event_on=date(2026, 3, 1), version=1, actor=clerk
        )


def test_nothing_happens_to_the_dead_but_that_they_died(register, zhang):
    item = happens(register, life_events.move_out, zhang.id, event_on=date(2026, 1, 1), version=1)
    item = happens(register, life_events.record_death, item.id, event_on=date(2026, 2, 1), version=2)
    assert stays(item, "to_on") == [(date(2026, 1, 1),)]
    for verb in (life_events.move_out, life_events.record_death, life_events.return_after_absence):
        with pytest.raises(Invalid):
            happens(register, verb, item.id, event_on=date(2026, 3, 1), version=3)


@pytest.mark.parametrize(("event_on", "reported_on"), [
    (date(2999, 1, 1), None), (date(2026, 3, 1), date(2026, 2, 1)), (date(1980, 1, 1), None),
])  # fmt: skip
def test_events_in_the_future_before_birth_or_reported_ahead_are_refused(
    register, zhang, event_on, reported_on
):
    with pytest.raises(Invalid):
        happens(
            register, life_events.move_out, zhang.id, event_on=event_on, reported_on=reported_on, version=1
        )


def test_an_event_for_a_record_that_changed_meanwhile_is_a_conflict(register, zhang):
    update(register, zhang, note="x")
    with pytest.raises(Conflict):
        happens(register, life_events.move_out, zhang.id, event_on=date(2026, 1, 1), version=1)
