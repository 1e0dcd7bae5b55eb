"""Which organisations, facilities, places and homes may be one, and how few pairs that makes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from registries import duplicates, likeness
from registries.access import Actor, Grant
from registries.demo.numbers import credit_code
from registries.merging import apart
from tests.conftest import demo_number

HERE, THERE = "000101001001001", "000101002001001"
#: A metre to the north, in degrees.
METRE = 1 / 111_320


@pytest.fixture
def alike(any_database, catalogue, actor):
    """Makes records of a kind from one set of values each, and gives the reasons for the pairs among them."""

    def make(kind: str, *many: dict) -> list[tuple[int, int, str]]:
        records, ids = catalogue[kind], []
        with any_database.writing(records.kind.database) as session:
            for values in many:
                item = records.create(session, {"area_id": HERE, **values}, actor=actor, reason="seen")
                ids.append(item.id)
        with any_database.reading() as session:
            found = list(records.kind.alike(session))
        return sorted((*sorted((ids.index(one), ids.index(other))), why) for one, other, why in found)

    return make


def uscc(serial: int) -> list[dict]:
    return [{"scheme": "uscc", "number": credit_code("91", serial)}]


@pytest.mark.parametrize(("one", "other", "why"), [
    ({"name": "望海商贸有限公司", "address": "临河路8号"}, {"name": "望海商贸", "address": "临河路８号"},
     "name_address"),
    ({"name": "望海商贸", "address": "临河路8号"}, {"name": "望海商贸", "address": "临河路9号"}, None),
    ({"name": "望海商贸", "registrations": uscc(1), "address": "临河路8号"},
     {"name": "望海商贸", "registrations": uscc(2), "address": "临河路8号"}, None),
    ({"name": "望海商贸", "registrations": uscc(1), "address": "临河路8号"},
     {"name": "望海商贸", "operator_number": credit_code("91", 1), "address": "望海路1号"}, "operator"),
    ({"name": "望海商贸", "registrations": uscc(1), "address": "临河路8号"},
     {"name": "望海二店", "operator_number": credit_code("91", 1), "address": "望海路1号"}, None),
    ({"name": "望海商贸", "operator_number": "甲", "address": "临河路8号"},
     {"name": "望海商贸", "operator_number": "乙", "address": "临河路8号"}, None),
])  # fmt: skip
def test_organisations_that_may_be_one(alike, one, other, why):
    assert alike("organisation", one, other) == ([(0, 1, why)] if why else [])


def test_one_registration_in_two_records_is_found(any_database, catalogue, alike):
    assert alike("organisation", {"name": "甲厂", "registrations": uscc(1)}, {"name": "乙店"}) == []
    table = catalogue["organisation"].kind.parts["registrations"].__table__
    firm = catalogue["organisation"].kind.table
    with any_database.engine.begin() as connection:
        other = connection.scalar(firm.select().with_only_columns(firm.c.id).where(firm.c.name == "乙店"))
        connection.execute(table.insert().values(owner_id=other, position=0, **uscc(1)[0]))
    with any_database.reading() as session:
        assert [why for *_, why in catalogue["organisation"].kind.alike(session)] == ["number"]


@pytest.mark.parametrize(("metres", "subclass", "found"), [
    (2.9, "0101", True), (3.2, "0101", False), (0, "0101", True), (0, "0102", False),
])  # fmt: skip
def test_facilities_of_one_subclass_within_three_metres_may_be_one(alike, metres, subclass, found):
    first = {"name": "井盖", "subclass": "0101", "longitude": 121.1, "latitude": 41.1}
    second = {**first, "subclass": subclass, "latitude": 41.1 + metres * METRE}
    assert alike("facility", first, second) == ([(0, 1, "near")] if found else [])


@pytest.mark.parametrize(("told", "why"), [
    ({"address": "临河路8号"}, "name_address"),
    ({"address": "临河路9号"}, None),
    ({"address": None, "longitude": 121.1, "latitude": 41.1001}, "name_point"),
    ({"name": "二号楼", "address": "临河路8号"}, None),
])  # fmt: skip
def test_places_of_one_name_and_address_or_point_may_be_one(alike, told, why):
    first = {"name": "一号楼", "address": "临河路8号", "longitude": 121.1, "latitude": 41.1}
    second = {"name": "一号楼", **told}
    assert alike("place", first, second) == ([(0, 1, why)] if why else [])


def test_households_of_one_number_in_one_community_may_be_one(any_database, catalogue, alike):
    assert alike("household", {"number": "7"}, {"number": "8"}, {"number": "7", "area_id": THERE}) == []
    table = catalogue["household"].kind.table
    with any_database.engine.begin() as connection:
        key = connection.scalar(table.select().with_only_columns(table.c.key).order_by(table.c.id))
        connection.execute(table.update().where(table.c.number == "8").values(key=key, number="7"))
    with any_database.reading() as session:
        assert [why for *_, why in catalogue["household"].kind.alike(session)] == ["number"]


@pytest.mark.parametrize(("told", "found"), [
    ({}, True), ({"unit": "2"}, False), ({"room": "102"}, False), ({"area_id": THERE}, False),
    ({"address": "望海路1号"}, False), ({"address": None}, True),
])  # fmt: skip
def test_dwellings_of_one_building_unit_and_room_may_be_one(alike, told, found):
    first = {"building_name": "3号楼", "unit": "1", "room": "101", "address": "临河路8号"}
    assert alike("dwelling", first, {**first, **told}) == ([(0, 1, "room")] if found else [])


@pytest.mark.parametrize(("told", "why"), [
    ({"name": "李四"}, {"phone_birth"}),
    ({"name": "张散", "birth_date": "1999"}, {"name_phone"}),
    ({"name": "李四", "birth_date": "1999"}, set()),
])  # fmt: skip
def test_one_phone_joins_residents_with_one_birthday_or_one_sound_of_name(alike, told, why):
    first = {"name": "张三", "phone": "13900002000", "birth_date": "1980-03-05", "no_id_reason": "lost"}
    assert {reason for *_, reason in alike("resident", first, {**first, **told})} == why


def test_twins_with_numbers_of_their_own_are_two(alike):
    told = {"phone": "13900002000", "doc_type": "RIC", "birth_date": "1981-03-05"}
    one = {"name": "张一", "id_number": demo_number(1, "1"), **told}
    other = {"name": "张二", "id_number": demo_number(1, "2"), "sex": "2", **told}
    assert alike("resident", one, other) == []


def test_a_retired_record_with_the_number_of_a_living_one_is_the_same_person(any_database, catalogue, actor):
    residents, told = catalogue["resident"], {"name": "张三", "doc_type": "RIC", "id_number": demo_number(1, "1")}
    with any_database.writing("population") as session:
        item = residents.create(session, {"area_id": HERE, **told}, actor=actor, reason="seen")
        residents.retire(session, item.id, version=1, actor=actor, reason="left")
        residents.create(session, {"area_id": HERE, **told}, actor=actor, reason="seen")
    duplicates.find_all(any_database, residents)
    with any_database.reading() as session:
        assert [pair.why for pair in duplicates.review_list(session, residents, actor=actor)] == ["number"]


def test_a_phone_that_five_hundred_people_gave_makes_few_pairs():
    rows = [SimpleNamespace(id=number, phone="1") for number in range(500)]
    assert len(list(likeness.in_groups(rows, lambda row: row.phone))) == 499


def test_a_point_where_everything_was_put_makes_few_pairs():
    rows = [SimpleNamespace(id=number, longitude=121.1, latitude=41.1) for number in range(5_000)]
    assert len(list(likeness.in_reach(rows, 3))) == 4_999


@pytest.fixture
def pairs(any_database, catalogue, actor):
    """Three organisations of one name and address: their ids."""
    organisations = catalogue["organisation"]
    with any_database.writing("organisations") as session:
        return [
            organisations.create(session, {
                "name": "望海商贸", "address": "临河路8号", "area_id": area,
            }, actor=actor, reason="seen").id
            for area in (HERE, HERE, THERE)
        ]  # fmt: skip


def listed(database, organisations, actor):
    with database.reading() as session:
        found = duplicates.review_list(session, organisations, actor=actor)
        assert len(found) == duplicates.count(session, organisations, actor=actor)
    return [{pair.first_id, pair.second_id} for pair in found]


def test_a_search_queues_each_pair_once(any_database, catalogue, actor, pairs):
    organisations = catalogue["organisation"]
    first, second = (duplicates.find_all(any_database, organisations) for _ in range(2))
    assert (first.found, first.queued, first.cut) == (2, 2, [])
    assert (second.found, second.queued) == (2, 0)
    assert len(listed(any_database, organisations, actor)) == 2


def test_a_pair_told_apart_stays_so_and_is_in_the_history(any_database, catalogue, actor, pairs):
    organisations, (one, other, third) = catalogue["organisation"], pairs
    duplicates.find_all(any_database, organisations)
    with any_database.writing("organisations") as session:
        apart(session, organisations, one, other, actor=actor, reason="Two shops.")
    duplicates.find_all(any_database, organisations)
    assert listed(any_database, organisations, actor) == [{one, third}]


def test_a_pair_stands_aside_while_one_of_it_is_out_of_use(any_database, catalogue, actor, pairs):
    organisations, (one, other, third) = catalogue["organisation"], pairs
    duplicates.find_all(any_database, organisations)
    with any_database.writing("organisations") as session:
        gone = organisations.retire(session, other, version=1, actor=actor, reason="closed")
    assert listed(any_database, organisations, actor) == [{one, third}]
    with any_database.writing("organisations") as session:
        organisations.restore(session, other, version=gone.version, actor=actor, reason="open")
    assert {one, other} in [set(pair) for pair in listed(any_database, organisations, actor)]


def test_the_review_list_shows_no_pair_with_a_record_outside_the_area(any_database, catalogue, actor, pairs):
    organisations, (one, other, _third) = catalogue["organisation"], pairs
    duplicates.find_all(any_database, organisations)
    clerk = Actor("clerk", (Grant("clerk", "00010001"),))
    assert listed(any_database, organisations, clerk) == [{one, other}]


def test_more_pairs_than_anybody_looks_through_are_cut_and_told(any_database, catalogue, actor, pairs, monkeypatch):
    monkeypatch.setattr(duplicates, "MOST", 1)
    organisations = catalogue["organisation"]
    searches = [duplicates.find_all(any_database, organisations) for _ in range(3)]
    assert [(search.queued, search.cut) for search in searches] == [(1, ["name_address"]), (1, []), (0, [])]
