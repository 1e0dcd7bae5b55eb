"""Links across databases are refused when nothing is there, and found by ``sanku check`` when they contradict."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from registries import checking, link_targets, merging
from registries.access import Actor, Grant
from registries.db import new_id
from registries.records import Invalid

HERE, THERE = "000101001001001", "000101002001001"


@pytest.fixture
def make(any_database, catalogue, actor):
    """Makes a record of a kind and gives its id."""

    def create(kind: str, **raw):
        records = catalogue[kind]
        with any_database.writing(records.kind.database) as session:
            return records.create(session, {"area_id": HERE, **raw}, actor=actor, reason="seen").id

    return create


@pytest.fixture
def firm(make):
    return make("organisation", name="临河机械厂", address="临河路1号")


@pytest.fixture
def require(any_database, catalogue, actor):
    """Asks whether values may be linked; gives the sentences by field."""

    def ask(kind, raw, stored=None, who=actor) -> dict[str, list[str]]:
        with any_database.reading() as session:
            item = catalogue[kind].load(session, [stored])[0] if stored else None
            try:
                link_targets.require(session, catalogue, catalogue[kind], raw, actor=who, stored=item)
            except Invalid as refused:
                return {name: [str(problem) for problem in found] for name, found in refused.errors.items()}
        return {}

    return ask


@pytest.mark.parametrize(("kind", "field", "role"), [
    ("resident", "links", "works_at"), ("organisation", "links", "occupies"), ("organisation", "links", "manages"),
    ("facility", "links", "kept_by"), ("resident", "links", "工作单位"),
])  # fmt: skip
def test_a_link_to_nothing_is_refused_before_anything_is_written(require, kind, field, role):
    raw = {field: [{"role": role, "target_id": str(new_id())}]}
    assert "There is no" in require(kind, raw)[field][0]


@pytest.mark.parametrize(("kind", "field"), [
    ("dwelling", "building_id"), ("household", "dwelling_id"), ("household", "head_id"), ("resident", "dwelling_id"),
    ("organisation", "parent_id"), ("organisation", "successor_id"),
])  # fmt: skip
def test_a_field_that_points_at_nothing_is_refused(require, kind, field):
    assert list(require(kind, {field: str(new_id())})) == [field]


def test_a_link_to_the_wrong_kind_of_record_is_refused(require, firm):
    assert require("organisation", {"links": [{"role": "occupies", "target_id": firm}]})


def test_what_is_there_can_be_linked_by_any_of_its_ids(any_database, catalogue, require, make, firm, actor):
    other = make("organisation", name="临河机械二厂")
    with any_database.writing("organisations") as session:
        merging.merge(session, catalogue["organisation"], (firm, 1), (other, 1), actor=actor, reason="one")
    for target in (firm, other):
        assert require("resident", {"links": [{"role": "works_at", "target_id": target}]}) == {}


def test_what_is_out_of_use_or_outside_the_area_is_not_linked_anew(any_database, catalogue, require, make, firm, actor):
    far = make("organisation", name="望海超市", area_id=THERE)
    clerk = Actor("clerk", (Grant("clerk", "00010001"),))
    with any_database.writing("organisations") as session:
        catalogue["organisation"].retire(session, firm, version=1, actor=actor, reason="closed")
    links = {"links": [{"role": "kept_by", "target_id": firm}]}
    assert "out of use" in require("facility", links)["links"][0]
    links = {"links": [{"role": "kept_by", "target_id": far}]}
    assert "There is no" in require("facility", links, who=clerk)["links"][0]


def test_what_is_linked_already_may_stay(any_database, catalogue, require, make, firm, actor):
    links = [{"role": "kept_by", "target_id": str(firm)}]
    hydrant = make("facility", name="消火栓", subclass="0101", links=links)
    with any_database.writing("organisations") as session:
        catalogue["organisation"].retire(session, firm, version=1, actor=actor, reason="closed")
    assert require("facility", {"links": links}, stored=hydrant) == {}


def test_what_is_no_id_is_left_to_the_schema(require):
    assert require("dwelling", {"building_id": "next door"}) == {}


@pytest.fixture
def found(any_database, catalogue):
    """What the check says of records with a link, graver than information: (kind, id, sentence)."""

    def check() -> list[tuple]:
        return [
            (one.kind, one.record_id, str(one.problem)) for one in checking.check(any_database, catalogue)
            if one.severity != "info" and one.kind and "past the change log" not in one.problem
        ]  # fmt: skip

    return check


def plant(database, statement) -> None:
    with database.engine.begin() as connection:
        connection.execute(statement)


@pytest.fixture
def family(any_database, catalogue, make):
    """A household with a head and somebody else: the ids of the household and of the two."""
    told = {"household_number": "7", "no_id_reason": "lost", "moved_in_on": "2015-06-01", "birth_date": "1980"}
    people = [
        make("resident", name=name, relation_to_head=relation, **told)
        for name, relation in (("王小明", "02"), ("李晓红", "03"))
    ]
    table = catalogue["resident"].kind.table
    with any_database.reading() as session:
        return session.scalar(sa.select(table.c.household_id).where(table.c.id == people[0])), *people


def test_what_is_consistent_is_not_told(found, family, firm, make):
    make("facility", name="消火栓", subclass="0101", links=[
        {"role": "kept_by", "target_id": str(new_id()), "until": "2025-01-01"},
        {"role": "kept_by", "target_id": str(firm), "since": "2025-01-01"},
    ])  # fmt: skip
    assert [text for *_, text in found() if "not there" not in text] == []


def test_two_heads_of_one_household_are_found(any_database, catalogue, found, family):
    household, _head, other = family
    table = catalogue["resident"].kind.table
    plant(any_database, table.update().where(table.c.id == other).values(relation_to_head="02"))
    assert [(kind, one) for kind, one, text in found() if "2 heads" in text] == [("household", household)]


@pytest.mark.parametrize("values", [{"household_id": None}, {"stay_status": "5", "died_on": date(2026, 1, 1)}])
def test_a_head_who_is_gone_is_found(any_database, catalogue, found, family, values):
    household, head, _other = family
    table = catalogue["resident"].kind.table
    plant(any_database, table.update().where(table.c.id == head).values(**values))
    assert [(kind, one) for kind, one, text in found() if "The head of this household" in text] == [
        ("household", household)
    ]


@pytest.mark.parametrize(("status", "text"), [("1", "as living"), ("5", "a stay after")])
def test_the_dead_who_live_here_are_found(any_database, catalogue, found, family, status, text):
    _household, _head, other = family
    table = catalogue["resident"].kind.table
    dead = {"died_on": date(2026, 1, 1), "stay_status": status}
    plant(any_database, table.update().where(table.c.id == other).values(**dead))
    assert [(kind, one) for kind, one, told in found() if text in told] == [("resident", other)]


def test_a_facility_kept_by_two_organisations_at_once_is_found(found, make, firm):
    other = make("organisation", name="望海养护队")
    hydrant = make("facility", name="消火栓", subclass="0101", links=[
        {"role": "kept_by", "target_id": str(firm), "until": "2025-06-01"},
        {"role": "kept_by", "target_id": str(other), "since": "2025-01-01"},
    ])  # fmt: skip
    assert [(kind, one) for kind, one, text in found() if "at once" in text] == [("facility", hydrant)]


def test_an_occupied_place_out_of_use_is_found(any_database, catalogue, found, make, actor):
    place = make("place", name="一号楼", address="临河路1号")
    tenant = make("organisation", name="甲店", links=[{"role": "occupies", "target_id": str(place)}])
    make("organisation", name="乙店", links=[{"role": "occupies", "target_id": str(place), "until": "2025-01-01"}])
    with any_database.writing("facilities") as session:
        catalogue["place"].retire(session, place, version=1, actor=actor, reason="torn down")
    assert [(kind, one) for kind, one, text in found() if "out of use" in text] == [("organisation", tenant)]


def test_a_link_that_ends_before_it_begins_is_found(any_database, catalogue, found, make, firm):
    worker = make("resident", name="王小明", no_id_reason="lost", links=[
        {"role": "works_at", "target_id": str(firm), "since": "2025-01-01"}
    ])  # fmt: skip
    table = catalogue["resident"].kind.parts["links"].__table__
    plant(any_database, table.update().values(until=date(2024, 1, 1)))
    assert [(kind, one) for kind, one, text in found() if "before it begins" in text] == [("resident", worker)]


@pytest.mark.parametrize(("kind", "values", "text"), [
    ("organisation", {"licences": [{"kind": "L11", "valid_to": "PAST"}]}, "licence ran out"),
    ("organisation", {"next_inspection_on": "PAST"}, "inspection is overdue"),
    ("facility", {"subclass": "0101", "next_check_on": "PAST"}, "check is overdue"),
    ("resident", {"no_id_reason": "lost", "groups": [{"group": "残疾人", "review_on": "PAST"}]}, "review is overdue"),
])  # fmt: skip
def test_what_is_overdue_is_told_with_its_record(any_database, catalogue, make, kind, values, text):
    past = (date.today() - timedelta(days=3)).isoformat()

    def dated(value):
        if isinstance(value, list):
            return [{name: dated(inner) for name, inner in row.items()} for row in value]
        return past if value == "PAST" else value

    record = make(kind, name="某某", **{name: dated(value) for name, value in values.items()})
    told = [one for one in checking.check(any_database, catalogue) if text in one.problem]
    assert [(one.severity, one.kind, one.record_id) for one in told] == [("info", kind, record)]
