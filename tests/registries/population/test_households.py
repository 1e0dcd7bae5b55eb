"""Households: made from their numbers, split, moved, given a head."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from registries import references as known
from registries.access import console
from registries.changes import CHANGE
from registries.db import new_id
from registries.population.households import members, move_household, occupants, set_head, split_household
from registries.population.models import Household
from registries.population.service import dwellings, households, residents
from registries.records import Conflict, Invalid, New

ACTOR = console("test")
EVENT = date(2026, 3, 1)


def area_id(session, code):
    return known.load(session).areas.find(f"000101{code}").id


def person(session, name, number="1", relation=None, code="001001001", **values):
    return residents.create(session, {
        "name": name, "no_id_reason": "lost", "household_number": number, "relation_to_head": relation,
        "area_id": area_id(session, code), **values,
    }, actor=ACTOR)  # fmt: skip


@pytest.fixture
def family(register):
    """Head, wife and son of household 1."""
    with register.writing("population") as session:
        return [
            person(session, "张三", relation="02"),
            person(session, "李四", relation="12"),
            person(session, "张小", relation="20"),
        ]


def household_of(database, item):
    with database.reading() as session:
        return households.load(session, [item.values["household_id"]])[0]


def test_people_with_one_number_in_one_community_are_one_household(register, family):
    assert len({item.values["household_id"] for item in family}) == 1
    home = household_of(register, family[0])
    assert (home.values["number"], home.values["head_id"]) == ("1", family[0].id)
    with register.writing("population") as session:
        neighbour = person(session, "王五", code="001001002")
        stranger = person(session, "赵六", code="001002001")
    assert neighbour.values["household_id"] == home.id
    assert stranger.values["household_id"] != home.id


def test_a_household_found_without_head_gets_the_first_that_says_to_be_one(register):
    with register.writing("population") as session:
        child = person(session, "张小", relation="20")
        head = person(session, "张三", relation="02")
        person(session, "李四", relation="02")
    assert household_of(register, child).values["head_id"] == head.id


def test_a_chunk_of_rows_makes_its_households_at_once_and_in_its_batch(any_register):
    batch_id = new_id()
    with any_register.writing("population") as session:
        here, there = area_id(session, "001001001"), area_id(session, "002001001")
        rows = [
            New(new_id(), {"name": f"某{i}", "household_number": str(i // 3), "area_id": (here, there)[i % 2],
                           "relation_to_head": "02" if i % 3 == 0 else "20"})
            for i in range(60)
        ]  # fmt: skip
        residents.insert_many(session, rows, actor=ACTOR, batch_id=batch_id)
    with any_register.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Household)) == 40
        log = session.execute(
            sa.select(CHANGE["population"].c.kind, sa.func.count())
            .where(CHANGE["population"].c.batch_id == batch_id)
            .group_by(CHANGE["population"].c.kind)
        ).all()
        order = session.scalars(
            sa.select(CHANGE["population"].c.kind).order_by(CHANGE["population"].c.id)
        ).all()
    assert {tuple(row) for row in log} == {("resident", 60), ("household", 40)}
    assert order == ["household"] * 40 + ["resident"] * 60


def test_another_number_puts_a_resident_into_another_household(register, family):
    with register.writing("population") as session:
        item = residents.update(
            session, family[2].id, {"household_number": "2"}, version=1, actor=ACTOR, reason="test"
        )
        assert item.values["household_id"] != family[0].values["household_id"]
        item = residents.update(
            session, item.id, {"household_number": None}, version=2, actor=ACTOR, reason="test"
        )
    assert item.values["household_id"] is None


def test_members_of_a_household_are_those_who_live_the_head_first(register, family):
    home = household_of(register, family[0])
    with register.writing("population") as session:
        residents.update(
            session, family[1].id, {"died_on": "2026-01-01"}, version=1, actor=ACTOR, reason="test"
        )
        assert [item.id for item in members(session, home.id)] == [family[0].id, family[2].id]


def test_those_who_live_in_a_dwelling_are_told_whatever_their_household(register):
    with register.writing("population") as session:
        room = dwellings.create(session, {"address": "解放路1号", "room": "501", "use": "群租"}, actor=ACTOR)
        people = [person(session, name, number=name, dwelling_id=room.id) for name in ("张三", "李四")]
        assert [item.id for item in occupants(session, room.id)] == [item.id for item in people]


def test_a_dwelling_that_nothing_tells_is_refused(register):
    with register.writing("population") as session, pytest.raises(Invalid):
        dwellings.create(session, {"use": "自住"}, actor=ACTOR)


def test_splitting_makes_a_household_with_its_own_head(register, family):
    home = household_of(register, family[0])
    wife, son = family[1].id, family[2].id
    with register.writing("population") as session:
        made = split_household(
            session,
            home.id,
            [wife, son],
            number="2",
            head_id=wife,
            relations={son: "20"},
            version=1,
            actor=ACTOR,
        )
        assert {item.id: item.values["relation_to_head"] for item in members(session, made.id)} == {
            wife: "02",
            son: "20",
        }
        assert [item.id for item in members(session, home.id)] == [family[0].id]


@pytest.mark.parametrize("number", ["1", "2"])
def test_a_split_to_a_number_in_use_or_of_strangers_is_refused(register, family, number):
    home = household_of(register, family[0])
    with register.writing("population") as session:
        stranger = person(session, "王五", number="9").id
        who = [family[1].id] if number == "1" else [stranger]
        with pytest.raises(Invalid):
            split_household(session, home.id, who, number=number, head_id=who[0], version=1, actor=ACTOR)


def test_a_household_moves_with_everybody_in_it(register, family):
    home = household_of(register, family[0])
    with register.writing("population") as session:
        west = area_id(session, "002002001")
        moved = move_household(
            session,
            home.id,
            area_id=west,
            event_on=EVENT,
            told={"address": "望海街1号"},
            version=1,
            actor=ACTOR,
        )
        people = members(session, home.id)
    assert moved.values["area_id"] == west
    assert [item.values["relation_to_head"] for item in people] == ["02", "12", "20"]
    for item in people:
        assert (item.values["area_id"], item.values["address"]) == (west, "望海街1号")
        assert [row["kind"] for row in item.values["life_events"]] == ["transfer"]
        assert [row["to_on"] for row in item.values["stays"]] == [EVENT, None]


def test_a_new_head_leaves_unknown_what_nobody_told_of_the_others(register, family):
    home = household_of(register, family[0])
    with register.writing("population") as session:
        home = set_head(
            session, home.id, family[1].id, relations={family[0].id: "11"}, version=1, actor=ACTOR
        )
        people = members(session, home.id)
    assert home.values["head_id"] == family[1].id
    assert [(item.id, item.values["relation_to_head"]) for item in people] == [
        (family[1].id, "02"),
        (family[0].id, "11"),
        (family[2].id, None),
    ]


def test_a_household_changed_meanwhile_is_a_conflict(register, family):
    home = household_of(register, family[0])
    with register.writing("population") as session:
        households.update(session, home.id, {"note": "x"}, version=1, actor=ACTOR)
        with pytest.raises(Conflict):
            set_head(session, home.id, family[1].id, version=1, actor=ACTOR)
