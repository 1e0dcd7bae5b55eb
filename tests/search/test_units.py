"""Finding units: by name, initials, code, address and the people in charge, narrowed by facets, within one's area."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from registries import changes
from registries.access import PUBLIC, Actor, Grant
from registries.days import today
from registries.organisations.people import led_by
from registries.population.lookup import find_people
from registries.programme.service import PROJECT
from registries.records import Records
from search import units
from search.engine import IndexDamaged, Query
from search.feed import Feed
from search.finding import FACETS, find
from search.units import Wish

EAST, WEST = "000101001001", "000101002001"


@pytest.fixture
def feed(any_database, catalogue, tmp_path):
    made = Feed(any_database, catalogue, tmp_path / "index")
    yield made
    made.engine.close()


@pytest.fixture
def add(any_database, catalogue, actor):
    def create(kind: str, name: str, area: str = EAST, **more) -> UUID:
        records = catalogue[kind]
        with any_database.writing(records.kind.database) as session:
            return records.create(session, {"name": name, "area_id": area, **more}, actor=actor, reason="test").id

    return create


def person(database, role: str, area: str, registry: str | None = None) -> Actor:
    with database.reading() as session:
        path = session.scalar(sa.text("SELECT path FROM network.area WHERE code = :c"), {"c": area})
    return Actor(role, (Grant(role, path, registry),))


def titles(feed, actor, text="", **chosen) -> list[str]:
    wish = Wish(text, {name: (value,) for name, value in chosen.items()})
    return [hit.title for hit in units.find(feed, wish, actor=actor, led_by=led_by).hits]


@pytest.mark.parametrize(
    "text", ["海鲜", "望海海鲜", "whhxdp", "haixian", "100Y43", "码头路3号", "陈大海", "陈大海 海鲜", "望海 海鲜大排档"]
)
def test_a_unit_is_found_by_whatever_people_know_of_it(feed, add, actor, text):
    add("organisation", "临河机械厂", address="临河路1号", legal_representative="李机械")
    add(
        "organisation", "望海海鲜大排档", address="码头路3号", uscc="91350100M000100Y43", safety_manager="陈大海"
    )
    assert titles(feed, actor, text)[0] == "望海海鲜大排档"


def test_people_in_charge_are_found_but_stand_in_no_document(feed, add, actor):
    add("organisation", "望海海鲜大排档", legal_representative="陈大海")
    found = units.find(feed, Wish("陈大海"), actor=actor, led_by=led_by)
    assert found.total == 1
    assert list(found.led.values()) == ["陈大海"]
    assert feed.search(units.Query("陈大海", audience="staff"), feed_allows_all).total == 0


def feed_allows_all(hits):
    return [hit.key for hit in hits]


def test_looking_somebody_up_is_written_to_the_access_log(any_database, feed, add, actor):
    def logged() -> int:
        with any_database.reading() as session:
            return changes.head(session, "system").last_id

    add("organisation", "望海海鲜大排档", legal_representative="陈大海")
    before = logged()
    titles(feed, actor, "海鲜")
    assert logged() == before
    titles(feed, actor, "陈大海")
    assert logged() == before + 1


def test_a_person_in_charge_elsewhere_is_not_found(any_database, feed, add):
    add("organisation", "望海海鲜大排档", WEST, legal_representative="陈大海")
    assert titles(feed, person(any_database, "leader", WEST), "陈大海") == ["望海海鲜大排档"]
    assert titles(feed, person(any_database, "leader", EAST), "陈大海") == []


def test_what_is_overdue_is_asked_of_the_day_and_not_of_the_record(feed, add, actor, monkeypatch):
    soon = today() + timedelta(days=10)
    add("organisation", "临河机械厂", next_inspection_on=soon)
    add("organisation", "望海超市", licences=[{"kind": "营业执照", "valid_to": today() - timedelta(days=1)}])
    add("organisation", "旧厂", operating_status="50", next_inspection_on=today() - timedelta(days=99))
    assert titles(feed, actor, overdue="inspection") == []
    assert titles(feed, actor, overdue="licence") == ["望海超市"]
    monkeypatch.setattr("search.snapshot.today", lambda: soon + timedelta(days=1))
    assert titles(feed, actor, overdue="inspection") == ["临河机械厂"]
    assert units.find(feed, Wish(), actor=actor).facets["overdue"] == (("inspection", 1), ("licence", 1))


def test_on_its_last_day_nothing_is_overdue(feed, add, actor):
    add("organisation", "临河机械厂", next_inspection_on=today())
    assert titles(feed, actor, overdue="inspection") == []


def test_values_of_a_facet_are_alternatives_and_those_not_chosen_keep_their_count(feed, add, actor):
    add("organisation", "红厂", risk_colour="red")
    add("organisation", "黄厂", risk_colour="yellow")
    add("organisation", "蓝厂", risk_colour="blue")
    found = units.find(feed, Wish("", {"risk_colour": ("1", "3")}), actor=actor)
    assert found.total == 2
    assert dict(found.facets["risk_colour"]) == {"1": 1, "3": 1, "4": 1}


def test_the_register_is_a_facet_too(feed, add, actor):
    add("organisation", "望海超市")
    add("place", "望海大厦")
    found = units.find(feed, Wish("望海", {"kind": ("place",)}), actor=actor)
    assert [hit.title for hit in found.hits] == ["望海大厦"]
    assert dict(found.facets["kind"]) == {"organisation": 1, "place": 1}
    assert units.find(feed, Wish("望海", {"kind": ("resident",)}), actor=actor).total == 0


def test_neither_hits_nor_counts_tell_of_other_areas(any_database, feed, add, actor):
    add("organisation", "临河机械厂", EAST)
    add("organisation", "望海机械厂", WEST)
    found = units.find(feed, Wish("机械厂"), actor=person(any_database, "leader", EAST))
    assert (found.total, [hit.title for hit in found.hits]) == (1, ["临河机械厂"])
    assert sum(count for _value, count in found.facets["street"]) == 1


def test_an_area_given_for_one_register_does_not_open_the_other(any_database, feed, add, actor):
    add("organisation", "望海超市", WEST)
    add("place", "望海大厦", WEST)
    both = [person(any_database, "leader", EAST, "organisations"), person(any_database, "leader", WEST, "facilities")]
    found = units.find(feed, Wish("望海"), actor=Actor("x", tuple(grant for one in both for grant in one.grants)))
    assert (found.total, found.facets["kind"]) == (1, (("place", 1),))


def test_people_are_no_units_and_the_public_sees_none(any_database, feed, records, actor):
    assert "resident" not in units.kinds(feed, actor)
    assert titles(feed, actor, "王小明") == []
    assert units.find(feed, Wish("临河"), actor=PUBLIC).total == 0


def test_the_public_is_not_told_what_is_overdue(feed, add):
    add("facility", "消火栓", subclass="0101", next_check_on="2020-01-01", is_public=True)
    asked = units.Query("", facets=tuple(FACETS))
    assert "overdue" not in find(feed, asked, actor=PUBLIC, public=True).facets


def test_pages_follow_each_other_without_gap(feed, add, actor):
    for number in range(5):
        add("organisation", f"望海{'一二三四五'[number]}店")
    pages = [units.find(feed, Wish("望海", page=n, limit=2), actor=actor) for n in (1, 2, 3)]
    assert [page.last_page for page in pages] == [3, 3, 3]
    assert len({hit.id for page in pages for hit in page.hits}) == 5


def test_who_may_see_units_finds_published_projects_but_no_drafts(any_database, catalogue, tmp_path, actor):
    projects = Records(PROJECT)
    feed = Feed(any_database, {**catalogue, "project": projects}, tmp_path / "with_projects")
    who = person(any_database, "leader", EAST)
    assert "project" in units.kinds(feed, who)
    assert not units.reads(feed, who, "project")
    assert units.kinds(feed, PUBLIC) == ()
    with any_database.writing("network") as session:
        projects.create(session, {"title": "消防进社区", "area_id": WEST}, actor=actor, reason="test")
    assert titles(feed, who, "消防进社区") == []
    assert titles(feed, actor, "消防进社区") == ["消防进社区"]
    feed.engine.close()


def test_people_and_what_the_index_holds_make_one_list_of_pages(any_database, feed, add, actor):
    for name in ("王一", "王二", "王三"):
        add("resident", name, no_id_reason="other", birth_date="1980")
    add("organisation", "王记面馆", address="临河路1号")
    feed.rebuild()
    pages = [
        find(feed, Query("王", limit=2, offset=offset), actor=actor, people=find_people) for offset in (0, 2, 4)
    ]
    assert [page.total for page in pages] == [4, 4, 4]
    assert [len(page.hits) for page in pages] == [2, 2, 0]
    titles = [hit["title"] for page in pages for hit in page.hits]
    assert [title.partition(" ")[0] for title in titles] == ["王二", "王三", "王一", "王记面馆"]


def test_who_may_see_nothing_of_a_kind_finds_what_is_public_of_it_as_everybody_does(any_database, feed, add):
    add("facility", "临河避难场所", subclass="0101", location="x", is_public=True)
    add("facility", "临河消火栓", subclass="0101", location="y")
    feed.rebuild()
    nobody = person(any_database, "clerk", EAST, "organisations")
    public = [hit["title"] for hit in find(feed, Query("临河"), actor=PUBLIC, public=True).hits]
    staff = [hit["title"] for hit in find(feed, Query("临河"), actor=nobody).hits]
    assert staff == public == ["临河避难场所（x）"]


def test_an_index_that_is_swapped_between_two_questions_is_asked_again(feed, add, actor, monkeypatch):
    add("organisation", "临河机械厂", address="临河路1号")
    feed.rebuild()
    asked, search = [], feed.engine.search

    def swapped(query, allowed=None):
        asked.append(query)
        if len(asked) == 2:
            raise IndexDamaged("swapped")
        return search(query, allowed)

    monkeypatch.setattr(feed.engine, "search", swapped)
    found = units.find(feed, Wish("临河", {"kind": ("organisation",)}), actor=actor)
    assert (found.total, dict(found.facets["kind"])) == (1, {"organisation": 1})


def test_changes_that_are_of_no_record_leave_the_index_up_to_date(any_database, feed):
    feed.rebuild()
    with any_database.writing("organisations") as session:
        changes.append(session, "test", [changes.Entry("code", None, "edit", {"name_zh": [None, "x"]})])
    feed.catch_up()
    assert [lag.behind for lag in feed.lags()] == [0] * len(feed.databases)
