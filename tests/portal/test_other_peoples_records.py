"""Whatever id somebody has got hold of: what is not his is answered, to the letter, as what is not there.

Every id in the databases is tried in every address that takes one, by people of other areas, registries and roles, and
the answer compared with that for an id that belongs to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from portal.accounts import service as accounts
from portal.accounts.models import User
from portal.accounts.people import actor_of
from registries.access import Actor
from registries.db import DATABASES, Base
from registries.records import NotFound
from tests.portal.test_import_pages import BAD, GOOD, staged
from tests.portal.test_who_may import COLUMNS, KINDS, NOBODYS_ID, blueprints, site_map
from tests.site import Site, Visitor, crawl

STREET, OTHER_STREET = "000101001", "000101002"
#: What everybody may name: the area tree.
OPEN_TABLES = {"network.area"}
#: Of each table so many ids are tried.
SOME = 3
#: (role, area, registry) of people who are strangers to the clerk of `STREET`.
STRANGERS = {
    "the clerk of another street": ("clerk", OTHER_STREET, None),
    "a clerk of another registry": ("clerk", STREET, "facilities"),
    "a grid worker elsewhere": ("grid_worker", "000101002001001", None),
    "a leader": ("leader", "000101", None),
    "the keeper of another street": ("registry_admin", OTHER_STREET, None),
    "an editor": ("editor", "000101", None),
}


def some_now(cases: Iterable[str], now: set[str]) -> list[Any]:
    """Cases of which all but some take too long for every run."""
    return [case if case in now else pytest.param(case, marks=pytest.mark.full) for case in cases]


@dataclass(frozen=True)
class Held:
    """An id of somebody's, and the table it is a key of."""

    table: str
    id: UUID


@pytest.fixture
def filled(site) -> Site:
    """The site after people of the first street have worked: imports, an opening, a token, sessions."""
    clerk, leader = site.visitor("clerk", STREET), site.visitor("leader", STREET)
    staged(site, clerk, GOOD)
    staged(site, clerk, BAD)
    clerk.bearer()
    leader.post("/account/openings", {"area": "", "reason": "a fire in Linhe Road", "csrf_token": leader.token()})
    return site


def ids(site: Site) -> list[Held]:
    """Some ids of every table."""
    found = []
    with site.system.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            keys = [column for column in table.primary_key.columns if isinstance(column.type, sa.Uuid)]
            if str(table) not in OPEN_TABLES and len(keys) == 1 and len(table.primary_key.columns) == 1:
                found += [Held(str(table), key) for key in session.scalars(sa.select(keys[0]).limit(SOME))]
    return found


def is_open_to(site: Site, actor: Actor, held: Held) -> bool:
    """Whether the actor may see what the id stands for, by the rules of its own service."""
    with site.system.database.reading() as session:
        for records in site.system.catalogue.values():
            if str(records.kind.table) == held.table:
                item = records.load(session, [held.id])[0]
                return actor.may("read", records.kind.database, item.area_path)
        if held.table == "system.user":
            try:
                accounts.find(session, held.id, actor=actor)
            except NotFound:
                return False
            return True
        owner = _owner(session, held)
        return owner is not None and str(owner) == actor.details["id"]


def _owner(session, held: Held) -> UUID | None:
    table = Base.metadata.tables[held.table]
    return session.scalar(sa.select(table.c.user_id).where(table.c.id == held.id)) if "user_id" in table.c else None


def addresses() -> Iterator[tuple[str, str]]:
    """Every method and address that takes an id, with one place for it; other arguments lead to something."""
    for rule in site_map().url_map.iter_rules():
        if "<uuid:" not in rule.rule or rule.rule.startswith("/api/"):
            continue
        for kind in KINDS if "<kind>" in rule.rule else ("",):
            told = re.sub(r"<uuid:\w+>", "{id}", rule.rule.replace("<kind>", kind))
            told = re.sub(r"<(\w+:)?\w+>", "x", told)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, told


def answer_to(visitor: Visitor, method: str, address: str, held: UUID, token: str):
    """What is answered, without the id itself and without what differs from one request to the next."""
    answer = visitor.open(
        address.format(id=held), method=method, headers={"X-CSRF-Token": token}, check_page=False,
        data={"reason": "because I can"} if method == "POST" else None,
    )  # fmt: skip
    text = re.sub(r'(name="csrf[-_]token" (?:content|value)=)"[^"]*"', r"\1", answer.get_data(as_text=True))
    headers = {name: value.replace(str(held), "ID") for name, value in answer.headers}
    return answer.status_code, text.replace(str(held), "ID"), headers


@pytest.mark.parametrize("stranger", some_now(STRANGERS, {"the clerk of another street", "a leader"}))
def test_an_id_of_somebody_else_is_an_id_of_nothing(filled, stranger):
    visitor = filled.visitor(*STRANGERS[stranger])
    with filled.system.database.reading() as session:
        actor = actor_of(session, session.get_one(User, visitor.user.id))
    foreign = [held for held in ids(filled) if not is_open_to(filled, actor, held)]
    assert {held.table for held in foreign} >= {"system.opening", "system.sign_in", "system.user"}
    assert len(foreign) > 12
    token, wrong = visitor.token(), []
    for method, address in addresses():
        nothing = answer_to(visitor, method, address, NOBODYS_ID, token)
        assert nothing[0] < 500, f"{method} {address}"
        for held in foreign:
            told = answer_to(visitor, method, address, held.id, token)
            if told != nothing:
                wrong.append(f"{method} {address} tells of {held.table} {held.id}: {told[0]} instead of {nothing[0]}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("stranger", some_now(STRANGERS, {"the clerk of another street"}))
def test_no_page_that_one_can_get_to_names_what_is_not_ones_own(filled, stranger):
    """Lists, counts, suggestions, searches: whatever links lead to."""
    visitor = filled.visitor(*STRANGERS[stranger])
    with filled.system.database.reading() as session:
        actor = actor_of(session, session.get_one(User, visitor.user.id))
    foreign = {str(held.id) for held in ids(filled) if not is_open_to(filled, actor, held)}
    names = _names_out_of_sight(filled, actor)
    wrong = []
    for path, text in crawl(visitor).items():
        # A form holds what the record itself names, so that saving it takes nothing away.
        wrong += [f"{path} names {held}" for held in foreign if held in text and not path.endswith("/edit")]
        wrong += [f"{path} says {name}" for name in names if name in text]
    assert not wrong, "\n" + "\n".join(wrong)


def _names_out_of_sight(site: Site, actor: Actor) -> set[str]:
    """The names of records that the actor may not see, as far as no visible record has the same."""
    seen, unseen = set(), set()
    with site.system.database.reading() as session:
        for kind in ("resident", "organisation", "facility"):
            records = site.system.catalogue[kind]
            for item in records.load(session, site.records[kind]):
                visible = actor.may("read", records.kind.database, item.area_path)
                (seen if visible else unseen).add(item.values["name"])
    return unseen - seen


@pytest.mark.parametrize("role", some_now([role for role in COLUMNS if role], {"clerk", "system_admin"}))
def test_looking_changes_nothing(filled, role):
    """Every page that can be got to leaves the registries and the accounts as they were."""
    visitor = filled.visitor(role)
    before = contents(filled)
    pages = crawl(visitor)
    assert len(pages) > 3
    after = contents(filled)
    assert {name for name in before if before[name] != after[name]} <= LOOKING_WRITES


#: What looking does write: the access log, when a session was used, how much was read, what was prepared to be shown.
LOOKING_WRITES = {
    "system.change", "system.change_head", "system.sign_in", "system.pace", "system.api_token", "system.figure",
}


def contents(site: Site) -> dict[str, list[tuple]]:
    """All rows of all tables."""
    with site.system.database.reading() as session:
        return {
            str(table): sorted(map(repr, session.execute(sa.select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.schema in DATABASES
        }


def test_the_tables_of_addresses_are_not_empty():
    assert len(list(addresses())) > 40
    assert "desk" in blueprints()
