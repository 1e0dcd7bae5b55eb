"""Whoever adds fields to a form or a body, such as the columns of the tables, changes nothing by it.

Every form that people come across is sent twice, on two copies of one site at one moment: as it stands, and with every
column of every table added that the form does not have. The databases must end up the same, to the letter.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine

from registries import db
from registries.db import Base
from tests.portal.test_other_peoples_records import contents
from tests.site import Page, Site, Visitor, crawl

MOMENT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
ROLES = ("clerk", "registry_admin", "system_admin", "leader", "auditor", "editor")
#: Sessions hold random tokens.
RANDOM_TABLES = {"system.sign_in"}
#: What a form may be sent with although it does not show it: the confirmation of something doubtful.
MAY_BE_ADDED = {"reason"}
VALUES = {
    sa.Boolean: "1", sa.Integer: "7", sa.BigInteger: "7", sa.Float: "1.5", sa.LargeBinary: "AA==",
    sa.Date: "2001-02-03",
    sa.Uuid: "01900000-0000-7000-8000-0000000000ff", db.UtcDateTime: "2001-02-03T04:05:06+00:00",
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A form as somebody found it."""

    role: str
    action: str
    values: dict[str, str]


def columns() -> dict[str, str]:
    """Every column of every table by its name, with a value that it could hold."""
    found: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            value = next((told for kind, told in VALUES.items() if isinstance(column.type, kind)), "system_admin")
            found.setdefault(column.name, value)
            found.setdefault(column.name.removesuffix("_sealed").removesuffix("_index"), value)
    return found


def forms(visitor: Visitor, role: str) -> Iterator[Form]:
    """The forms of all pages that links lead to, each action once."""
    seen = set()
    for path, text in crawl(visitor, alike=2).items():
        page = Page(text)
        for form in page.all("form"):
            action = form.get("action") or path
            if (form.get("method") or "get").lower() == "post" and action not in seen | {"/logout"} and ordered(action):
                seen.add(action)
                yield Form(role, action, page.form_values(action) if form.get("action") else page.form_values())


def ordered(action: str) -> bool:
    """Whether the fields of a form are known beforehand: an export is asked for with any filter of its list."""
    return not action.partition("?")[0].endswith("/export")


@pytest.fixture
def twins(make_site, monkeypatch):
    """Makes sites that are the same, and go on the same as long as they are asked the same."""

    def make() -> Site:
        numbers = itertools.count(1)
        monkeypatch.setattr(db.os, "urandom", lambda length: next(numbers).to_bytes(length))
        db._uuid_last[0] = 0
        return make_site()

    with time_machine.travel(MOMENT, tick=False):
        yield make


def visitors(site: Site) -> dict[str, Visitor]:
    """Somebody of each role, with an address of his own."""
    return {role: site.visitor(role) for role in ROLES}


@pytest.mark.full
def test_fields_that_a_form_does_not_have_change_nothing(twins):
    plain = twins()
    found = [form for role, visitor in visitors(plain).items() for form in forms(visitor, role)]
    assert len(found) > 20
    plain = twins()
    expected = sent(plain, found, {})
    got = sent(twins(), found, columns())
    apart: set[str] = set()
    for form, before, after in zip(found, expected, got, strict=True):
        now_apart = {name for name in before if name not in RANDOM_TABLES and before[name] != after[name]}
        # Once apart, a table stays so: the first form is to blame.
        assert not now_apart - apart, f"{form.role} {form.action} changes {sorted(now_apart - apart)}"
        apart = now_apart


def fields_of_kind(site: Site, action: str) -> set[str]:
    """The fields of the kind that an address names: whoever may use its form may fill them in, or filter by them."""
    kind = action.split("/")[2] if action.startswith("/desk/") else ""
    records = site.system.catalogue.get(kind)
    return set(records.kind.schema._declared_fields) if records is not None else set()


def sent(site: Site, found: list[Form], more: dict[str, str]) -> list[dict[str, list[str]]]:
    """Send the forms one after the other; what the databases hold after each."""
    people = visitors(site)
    states = []
    for form in found:
        known = form.values.keys() | MAY_BE_ADDED | fields_of_kind(site, form.action)
        added = {name: value for name, value in more.items() if name not in known}
        visitor = people[form.role]
        values = {**added, **form.values, "csrf_token": visitor.token()}
        status = visitor.open(form.action, method="POST", data=values, check_page=False).status_code
        assert status < 500, f"{form.action} with {sorted(added)[:5]}…"
        states.append(contents(site))
    return states
