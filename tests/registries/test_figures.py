"""Figures for those who never see the records: true counts by area, trimmed to the area, kept while they are true."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from registries import changes, listing, marks
from registries.access import PUBLIC, Actor, Grant, NotAllowed
from registries.days import today
from registries.figure_store import KeptFigures
from registries.figures import Figures, counters
from registries.listing import Wish
from registries.population.usual import USUAL_RESIDENTS, quarter_ends

EAST, WEST = "000101001001", "000101002001"


@pytest.fixture
def figures(any_database, catalogue):
    return Figures(any_database, {**counters(catalogue), "usual_resident": USUAL_RESIDENTS})


@pytest.fixture
def add(any_database, catalogue, actor):
    def create(of: str, name: str, area: str = EAST, **more):
        records = catalogue[of]
        with any_database.writing(records.kind.database) as session:
            return records.create(session, {"name": name, "area_id": area, **more}, actor=actor, reason="test").id

    return create


def path_of(database, code: str) -> str:
    with database.reading() as session:
        return session.scalar(sa.text("SELECT path FROM network.area WHERE code = :c"), {"c": code})


def leader(database, area: str) -> Actor:
    return Actor("leader", (Grant("leader", path_of(database, area)),))


def test_a_tally_counts_records_fields_and_what_is_overdue(figures, add, actor):
    add("organisation", "甲", address="临河路1号", org_type="企业", next_inspection_on=today() - timedelta(days=1))
    add("organisation", "乙", address="临河路2号", next_inspection_on=today())
    add("organisation", "丙", operating_status="50", next_inspection_on=today() - timedelta(days=1))
    told = figures.of("organisation", actor=actor).total()
    assert (told.records, told.fields, told.filled, told.complete, told.overdue) == (3, 9, 6, 1, 1)
    assert told.completeness == 6 / 9
    assert told.freshness == 1.0


def test_an_area_holds_what_lies_below_it_and_nothing_else(any_database, figures, add, actor):
    add("place", "甲", f"{EAST}001")
    add("place", "乙", EAST)
    add("place", "丙", WEST)
    told = figures.of("place", actor=actor)
    assert [told.total(path_of(any_database, code)).records for code in ("000101", EAST, WEST)] == [3, 2, 1]


def test_leaders_get_figures_of_people_and_read_nobody(any_database, catalogue, figures, records):
    who = leader(any_database, "000101001")
    assert figures.of("resident", actor=who).total().records == 4
    assert figures.of("resident", actor=leader(any_database, "000101002")).total().records == 0
    assert who.scopes("read", "population") == []
    with any_database.reading() as session:
        assert listing.find(session, catalogue["resident"], Wish(), actor=who).items == []


@pytest.mark.parametrize("role", ["editor", "auditor", "system_admin", "clerk"])
def test_others_get_no_figures(any_database, figures, role):
    who = Actor(role, (Grant(role, ""),))
    assert figures.kinds(who) == figures.kinds(PUBLIC) == []
    with pytest.raises(NotAllowed):
        figures.of("organisation", actor=who)


def test_out_of_date_is_what_nobody_changed_or_looked_at_for_a_year(any_database, catalogue, add):
    add("facility", "甲", subclass="0101", last_checked_on=today() - timedelta(days=400))
    add("facility", "乙", subclass="0101", last_checked_on=today())
    with any_database.reading() as session:
        records = catalogue["facility"]
        stale = [
            session.scalar(sa.select(sa.func.count()).where(marks.stale(records, today() + timedelta(days=days))))
            for days in (0, 365, 366, 367)
        ]
    assert stale == [0, 0, 2, 2]


def test_a_record_of_which_only_the_district_is_known_lacks_its_area(any_database, catalogue, figures, add, actor):
    add("place", "甲", "000101", kind="building", address="临河路1号")
    add("place", "乙", EAST, kind="building", address="临河路2号")
    assert figures.of("place", actor=actor).total().complete == 1
    with any_database.reading() as session:
        records = catalogue["place"]
        found = session.scalars(sa.select(records.kind.table.c.name).where(marks.incomplete(records))).all()
        items = listing.find(session, records, Wish(), actor=actor).items
    assert found == ["甲"]
    assert sorted(marks.lacking(records, item) for item in items) == [[], ["area_id"]]


def test_a_change_is_counted_at_once_and_a_kept_figure_used_until_then(any_database, figures, add, actor):
    add("place", "甲")
    first = figures.of("place", actor=actor)
    assert figures.of("place", actor=actor).counted_at == first.counted_at
    add("place", "乙")
    assert figures.of("place", actor=actor).total().records == 2


def test_what_the_worker_counted_serves_other_processes(any_database, catalogue, figures, add, actor):
    add("place", "甲", f"{EAST}001")
    assert "place" in figures.refresh()
    assert figures.refresh() == []
    other = Figures(any_database, counters(catalogue))
    assert other.of("place", actor=actor) == figures.of("place", actor=actor)


def test_what_takes_long_is_given_as_it_was_although_records_changed(any_database, catalogue, figures, add, actor):
    add("place", "甲")
    figures.refresh()
    with any_database.writing("system") as session:
        session.get(KeptFigures, "place").seconds = 9.0
    add("place", "乙")
    other = Figures(any_database, counters(catalogue))
    assert other.of("place", actor=actor).total().records == 1
    assert "place" in figures.refresh()
    assert Figures(any_database, counters(catalogue)).of("place", actor=actor).total().records == 2


def test_arrivals_are_told_by_month(figures, add, actor):
    add("place", "甲")
    add("place", "乙", WEST)
    told = figures.of("place", actor=actor)
    assert list(told.arrivals().values()) == [2]
    assert all(len(month) == 7 for month in told.arrivals())


def test_usual_residents_are_counted_by_community(any_database, figures, records, actor):
    told = figures.of("usual_resident", actor=actor)
    assert told.total(path_of(any_database, EAST)).records == 4
    assert told.total().fresh == 0


def test_the_ends_of_quarters_go_back_over_the_year():
    assert quarter_ends(date(2026, 2, 3)) == [
        date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31),
    ]  # fmt: skip


def test_counting_writes_nothing(any_database, figures, records, actor):
    with any_database.reading() as session:
        before = [changes.head(session, name).last_id for name in ("system", "population")]
        kept = session.scalar(sa.select(sa.func.count()).select_from(KeptFigures))
    for kind in figures.kinds(actor):
        figures.of(kind, actor=actor)
    with any_database.reading() as session:
        assert [changes.head(session, name).last_id for name in ("system", "population")] == before
        assert session.scalar(sa.select(sa.func.count()).select_from(KeptFigures)) == kept
