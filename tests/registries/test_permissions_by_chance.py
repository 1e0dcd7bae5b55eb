"""Two thousand times: somebody with any roles anywhere sees in lists, counts and facets exactly the records that he may
open one by one, and may do with them exactly what a second, shorter reading of the rules says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registries import access, listing
from registries import references as known
from registries.access import Actor, Grant, Limits
from registries.days import today
from registries.listing import Wish
from registries.records import NotFound
from tests import factories

KINDS = ("resident", "household", "organisation", "facility", "place")
CASES_PER_KIND = 400
EACH = 24


# The oracle: SECURITY in forty lines, written without looking at the code it judges.

DO = {
    "grid_worker": "read reveal",
    "clerk": "read write import export reveal",
    "registry_admin": "read write import export reveal undo merge erase transfer",
}
LEADERS_SEE = {"organisations", "facilities"}
ACTIONS = ["read", "write", "import", "export", "reveal", "undo", "merge", "erase", "transfer"]


def grant_allows(grant: Grant, action: str, registry: str, path: str, day: date) -> bool:
    """Whether this one grant is enough."""
    if grant.until is not None and day > grant.until:
        return False
    if grant.registry is not None and grant.registry != registry:
        return False
    if re.match(re.escape(grant.area_path), path) is None:
        return False
    if grant.role == "leader":
        return action == "read" and registry in LEADERS_SEE
    if grant.role == "opening":
        return action == "read" and registry == "population"
    return action in DO.get(grant.role, "").split()


def oracle(actor: Actor, action: str, registry: str, path: str, day: date) -> bool:
    """Whether the actor may do this there on that day."""
    lent = actor.limits
    if lent is not None:
        if action not in lent.actions or registry not in lent.registries:
            return False
        if re.match(re.escape(lent.area_path), path) is None:
            return False
    return any(grant_allows(grant, action, registry, path, day) for grant in actor.grants)


# What it judges


@dataclass(frozen=True)
class Row:
    """A record as the oracle knows it: where it lies and whether it is in use."""

    id: UUID
    path: str
    retired: bool


@dataclass(frozen=True)
class Register:
    """Some records of a kind all over the district."""

    database: object
    records: object
    rows: tuple[Row, ...]
    paths: tuple[str, ...]


@pytest.fixture(scope="module", params=KINDS)
def register(request, shared_database, catalogue, references):
    """Records of a kind in every kind of area, one in five of them retired."""
    records, console = catalogue[request.param], access.console("test")
    with shared_database.reading() as session:
        areas = sorted(known.load(session).areas, key=lambda area: area.path)
    for number in range(EACH):
        area = areas[number * 7 % len(areas)]
        raw = {**factories.raw(records, 1000 + number, references), "area_id": area.code}
        with shared_database.writing(records.kind.database) as session:
            item = records.create(session, raw, actor=console, reason="test")
            if number % 5 == 4:
                records.retire(session, item.id, version=item.version, actor=console, reason="test")
    table = records.kind.table
    with shared_database.reading() as session:
        # All there are: with residents come households.
        rows = session.execute(sa.select(table.c.id, table.c.area_path, table.c.retired_at)).all()
    made = tuple(Row(row.id, row.area_path, row.retired_at is not None) for row in rows)
    return Register(shared_database, records, made, tuple(area.path for area in areas))


def actors(paths: tuple[str, ...]) -> st.SearchStrategy[Actor]:
    """Anybody: up to four grants of any role, also outdated ones; one in four acts through a program."""
    grants = st.builds(
        Grant,
        role=st.sampled_from((*access.ROLES, access.OPENING)),
        area_path=st.sampled_from(paths),
        registry=st.sampled_from((None, *access.REGISTRIES)),
        until=st.sampled_from((None, today(), today() - timedelta(days=1), today() + timedelta(days=1))),
    )
    limits = st.builds(
        Limits,
        actions=st.frozensets(st.sampled_from(ACTIONS)),
        registries=st.frozensets(st.sampled_from(access.REGISTRIES)),
        area_path=st.sampled_from(("", *paths)),
    )
    return st.builds(
        Actor, st.just("somebody"), st.lists(grants, max_size=4).map(tuple),
        limits=st.one_of(st.none(), st.none(), st.none(), limits),
    )  # fmt: skip


def listed(register, session, wish, actor):
    """The ids on all pages of a list."""
    found = []
    while True:
        page = listing.find(session, register.records, wish, actor=actor)
        found += [item.id for item in page.items]
        if page.after is None:
            return found
        wish = Wish(wish.areas, wish.filters, wish.sort, wish.descending, page.after, None, wish.limit, wish.retired)


def by_chance(cases: int):
    """Run a test for so many random cases."""
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return lambda test: settings(max_examples=cases, deadline=None, suppress_health_check=quiet)(given(st.data())(test))


@pytest.mark.full
@by_chance(CASES_PER_KIND)
def test_lists_and_single_records_agree_with_the_rules_two_thousand_times(register, data):
    agree(register, data)


@by_chance(CASES_PER_KIND // 10)
def test_lists_and_single_records_agree_with_the_rules(register, data):
    agree(register, data)


def agree(register, data):
    """Compare what somebody gets with what the oracle says, for one case."""
    actor = data.draw(actors(register.paths))
    area = data.draw(st.sampled_from((None, *register.paths)))
    retired = data.draw(st.booleans())
    registry, day = register.records.kind.database, today()
    visible = {row.id for row in register.rows if oracle(actor, "read", registry, row.path, day)}
    wanted = {
        row.id for row in register.rows
        if row.id in visible and row.retired == retired and (area is None or row.path.startswith(area))
    }  # fmt: skip
    wish = Wish(areas=[area] if area else (), limit=data.draw(st.sampled_from((3, 50))), retired=retired)
    with register.database.reading() as session:
        found = listed(register, session, wish, actor)
        assert Counter(found) == Counter(wanted)
        assert listing.count(session, register.records, wish, actor=actor) == (len(wanted), False)
        for row in data.draw(st.lists(st.sampled_from(register.rows), max_size=3)):
            assert opens(register, session, row.id, actor) == (row.id in visible)
    for row in data.draw(st.lists(st.sampled_from(register.rows), max_size=3)):
        action = data.draw(st.sampled_from(ACTIONS))
        assert actor.may(action, registry, row.path) == oracle(actor, action, registry, row.path, day)


def opens(register, session, record_id, actor) -> bool:
    """Whether the actor gets the record."""
    try:
        return register.records.get(session, record_id, actor=actor).id == record_id
    except NotFound:
        return False


def test_the_oracle_can_tell_a_mistake(register, monkeypatch):
    """If leaders were let at everything, the comparison above would show it."""
    everything = {**access.ALLOWED, "leader": access.ALLOWED["registry_admin"]}
    monkeypatch.setattr(access, "ALLOWED", everything)
    registry = register.records.kind.database
    leader = Actor("somebody", (Grant("leader", register.paths[0]),))
    assert leader.may("write", registry, register.paths[0])
    assert not oracle(leader, "write", registry, register.paths[0], today())
