"""An administrator changes the area tree within his area, after seeing what will move."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from registries import area_administration, area_tree, references
from registries.access import Actor, Grant, NotAllowed
from registries.area_administration import Relocation, Wish
from registries.area_tree import AreaRow
from registries.areas import Area
from registries.days import today
from registries.db import Database, new_id
from registries.items import Invalid, NotFound
from registries.messages import Refused

ADMIN = Actor("admin", (Grant("registry_admin", "0001"),))
WHY = "letter 7"


@pytest.fixture
def places(any_database: Database):
    with any_database.reading() as session:
        return {area.code: area.id for area in session.scalars(sa.select(Area))}


@pytest.fixture
def change(any_database: Database):
    def call(verb, *args, actor=ADMIN, **named):
        with any_database.writing("network") as session:
            return getattr(area_administration, verb)(session, *args, actor=actor, **named)

    return call


def area(database: Database, area_id):
    with database.reading() as session:
        return area_administration.find(session, area_id)


def test_what_lies_in_an_area_is_counted_before_anything_moves(any_database, catalogue, records, places):
    with any_database.reading() as session:
        street = area_administration.contents(session, catalogue, session.get_one(Area, places["000101001"]))
        empty = area_administration.contents(session, catalogue, session.get_one(Area, places["000101002002002"]))
    assert street.areas == {"community": 2, "grid": 4}
    assert street.records == {"resident": 4, "organisation": 3}
    assert empty.is_empty


def test_of_an_area_one_may_not_see_and_of_other_registries_nothing_is_counted(
    any_database, catalogue, records, places
):
    neighbour = Actor("a", (Grant("registry_admin", "00010002"),))
    of_units = Actor("b", (Grant("registry_admin", "0001", "organisations"),))
    with any_database.reading() as session:
        street = session.get_one(Area, places["000101001"])
        for actor, told in ((neighbour, {}), (of_units, {"organisation": 3})):
            assert area_administration.contents(session, catalogue, street, actor=actor).records == told


def test_a_zone_of_the_sites_own_is_added_without_a_code(any_database, change, places):
    made = change("add", places["000101001"], Wish("zone", "滨河开发区", "Riverside Zone"))
    found = area(any_database, made)
    assert (found.kind, found.code, found.parent_id, found.valid_from) == ("zone", None, places["000101001"], today())
    with any_database.reading() as session:
        assert references.load(session).areas.find("滨河开发区").id == made


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish("grid", "一", "One"), "kind"), (Wish("district", "一", "One"), "kind"),
        (Wish("zone", "", "One"), "name_zh"), (Wish("zone", "一", " "), "name_en"),
        (Wish("zone", "一", "One", code="12"), "code"),
        (Wish("community", "一", "One", code="000101002001"), "code"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_new_area_is_named(change, places, wish, field):
    with pytest.raises(Invalid) as caught:
        change("add", places["000101001"], wish)
    assert list(caught.value.errors) == [field]


def test_a_rename_keeps_its_code_and_tells_the_log(any_database, change, places):
    wish = Wish("", "临江街道", "Linjiang Street")
    change("rename", places["000101001"], wish, on=date(2026, 1, 1), reason=WHY)
    found = area(any_database, places["000101001"])
    assert (found.name_zh, found.code) == ("临江街道", "000101001")
    with any_database.reading() as session:
        told = area_administration.history(session, found.id)[0]
    assert (told.action, told.reason, told.changes["name_zh"]) == ("rename", WHY, ["临河街道", "临江街道"])


def test_nothing_is_done_on_a_day_to_come_or_without_a_reason(change, places):
    wish = Wish("", "临江街道", "Linjiang Street")
    with pytest.raises(Invalid):
        change("rename", places["000101001"], wish, on=today() + timedelta(days=1), reason=WHY)
    with pytest.raises(Refused):
        change("rename", places["000101001"], wish, on=today(), reason=" ")


def test_an_area_ends_only_when_nothing_lies_in_it(any_database, catalogue, records, change, places):
    for code in ("000101", "000101001", "000101001001002"):
        with pytest.raises(Refused):
            change("end", catalogue, places[code], on=today(), reason=WHY)
    change("end", catalogue, places["000101002002002"], on=today(), reason=WHY)
    assert area(any_database, places["000101002002002"]).valid_to == today()
    with pytest.raises(Refused):
        change("end", catalogue, places["000101002002002"], on=today(), reason=WHY)


@pytest.mark.parametrize(
    ("code", "to", "merge"),
    [
        ("000101001", "000101001001", False), ("000101001", "000101001001", True),
        ("000101001001", "000101001", False), ("000101001001", "000101", False), ("000101001001", "000101002", True),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(any_database, places, code, to, merge):
    told = Relocation(places[code], places[to], merge, today(), WHY)
    with any_database.reading() as session, pytest.raises(Refused):
        area_administration.check(session, told, actor=ADMIN)


@pytest.mark.parametrize(("code", "to", "merge"), [("000101001001", "000101002", False),
                                                   ("000101001001", "000101002002", True)])  # fmt: skip
def test_a_relocation_takes_everything_along_and_may_be_repeated(
    any_database, catalogue, records, places, code, to, merge
):
    told = Relocation(places[code], places[to], merge, today(), WHY)
    for _ in range(2):
        area_administration.carry_out(any_database, catalogue, told, actor=ADMIN)
    goal = area(any_database, places[to])
    table = catalogue["resident"].kind.table
    with any_database.reading() as session:
        paths = session.scalars(sa.select(table.c.area_path)).all()
        assert len(area_administration.moves(session)) == (3 if merge else 1)
    assert all(path.startswith(goal.path) for path in paths)


def test_targets_are_where_the_area_may_go(any_database, places):
    with any_database.reading() as session:
        community = session.get_one(Area, places["000101001001"])
        into = area_administration.targets(session, community, True, actor=ADMIN)
        below = area_administration.targets(session, community, False, actor=ADMIN)
        none = area_administration.targets(session, community, False, actor=Actor("x"))
    assert {one.code for one in into} == {"000101001002", "000101002001", "000101002002"}
    assert {one.code for one in below} == {"000101002"}
    assert none == []


def test_both_ends_of_a_move_need_the_right(any_database, catalogue, places):
    one_street = Actor("one", (Grant("registry_admin", "00010001"),))
    told = Relocation(places["000101001001"], places["000101002"], False, today(), WHY)
    with pytest.raises(NotAllowed):
        area_administration.carry_out(any_database, catalogue, told, actor=one_street)


@pytest.mark.parametrize("role", ["clerk", "system_admin", "leader", "auditor"])
def test_nobody_else_changes_the_tree(any_database, catalogue, change, places, role):
    stranger = Actor("stranger", (Grant(role, "0001"),))
    with pytest.raises(NotAllowed):
        change("add", places["000101001"], Wish("zone", "一", "One"), actor=stranger)
    with pytest.raises(NotAllowed):
        change("rename", places["000101001"], Wish("", "一", "One"), on=today(), reason=WHY, actor=stranger)
    with pytest.raises(NotAllowed):
        change("end", catalogue, places["000101002002002"], on=today(), reason=WHY, actor=stranger)
    with pytest.raises(NotAllowed):
        change("load", [], actor=stranger)


def test_a_file_is_compared_before_it_is_taken(any_database, change):
    rows = [
        AreaRow("000101003", "street", "新街道", "New Street", "000101003", "000101"),
        AreaRow("000101003001", "community", "新社区", "New Community", "000101003001", "000101003"),
        AreaRow("000101001", "street", "临江街道", "Linhe Street", "000101001", "000101"),
        AreaRow("000101002", "street", "望海街道", "Wanghai Street", "000101002", "000101"),
    ]
    with any_database.reading() as session:
        found = {row.key: entry and entry.action for row, entry in area_tree.compare(session, rows)}
    assert found == {"000101003": "create", "000101003001": "create", "000101001": "update", "000101002": None}
    with any_database.reading() as session:
        assert references.load(session).areas.find("000101003") is None
    assert change("load", rows) == 3
    assert change("load", rows) == 0


def test_an_unknown_area_is_not_found(any_database):
    with any_database.reading() as session, pytest.raises(NotFound):
        area_administration.find(session, new_id())
