"""Every address × method × role against a table written out in full: ``who_may/BLUEPRINT.txt``.

A view that is new, gone or open to others than before fails here until the table says so; the failure prints the lines
as they would have to be. Whoever changes a table changes who may see the data of a district: look twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

import app
from portal.security import allowed
from portal.server_session import PLAIN_COOKIE
from portal.settings import Settings
from registries.access import ROLES
from tests.site import Site, Visitor, check

TABLES = Path(__file__).parent / "who_may"
#: One kind of each registry: what a role may do is decided by registry.
KINDS = ("resident", "organisation", "facility")
COLUMNS = {
    None: "anon",
    **dict(zip(ROLES, ("grid", "clrk", "radm", "lead", "edit", "rvwr", "sadm", "audt"), strict=True)),
}
NOBODYS_ID = UUID("01900000-0000-7000-8000-000000000000")
HEADING = f"{'#':<75}" + " ".join(COLUMNS.values())
LET_IN = 299


@cache
def site_map() -> Flask:
    """An application that is only looked at."""
    return app.create_app(Settings(data=Path("/nonexistent"), keys=Path("/nonexistent")))


def blueprints() -> list[str]:
    """The names of all blueprints, ``site`` being what belongs to none."""
    return sorted({blueprint_of(rule) for rule in site_map().url_map.iter_rules()} - {"static"})


def blueprint_of(rule: Rule) -> str:
    """The blueprint of an address."""
    return rule.endpoint.rpartition(".")[0] or ("static" if rule.endpoint == "static" else "site")


def addresses(blueprint: str) -> Iterator[tuple[str, str, str, Rule]]:
    """Every method and address of a blueprint: (method, as the table names it, to ask for, rule)."""
    for rule in sorted(site_map().url_map.iter_rules(), key=lambda rule: rule.rule):
        if blueprint_of(rule) != blueprint:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for kind in KINDS if "<kind>" in rule.rule else ("",):
                told = rule.rule.replace("<kind>", kind) if kind else rule.rule
                yield method, told, filled(told), rule


def filled(rule: str) -> str:
    """An address with arguments that lead to nothing."""
    def value(found: re.Match[str]) -> str:
        converter, name = found[1] or "", found[2]
        return str(NOBODYS_ID) if converter.startswith("uuid") else "1" if converter.startswith("int") else f"no-{name}"

    return re.sub(r"<(?:([^:<>]+):)?(\w+)>", value, rule)


def table(blueprint: str) -> dict[tuple[str, str], str]:
    """What the table says: the marks of the roles by method and address."""
    file = TABLES / f"{blueprint}.txt"
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        if line.strip() and not line.startswith("#"):
            method, address, *marks = line.split()
            assert (method, address) not in found, f"{file.name}: {method} {address} stands there twice"
            found[method, address] = " ".join(marks)
    return found


def line(method: str, address: str, marks: str) -> str:
    """A line of the table."""
    return f"{method:<7}{address:<67} {'    '.join(marks.split())}"


@pytest.fixture
def everybody(site: Site) -> dict[str | None, Visitor]:
    """A visitor of each role, for the whole district, and nobody."""
    return {role: site.visitor(role) for role in COLUMNS}


@pytest.fixture
def probes(site: Site) -> Site:
    """The site with every view replaced by one that says it was called, behind the same guard."""
    for endpoint, view in site.app.view_functions.items():
        if endpoint != "static":
            guarded = allowed(*view.allowed_rights, unready=True, fresh=False)
            site.app.view_functions[endpoint] = guarded(lambda **_values: ("", LET_IN))
    return site


@pytest.mark.parametrize("blueprint", blueprints())
def test_every_address_is_open_to_whom_the_table_says(probes, everybody, blueprint):
    told, wrong, seen = table(blueprint), [], set()
    for method, address, target, _rule in addresses(blueprint):
        marks = []
        for visitor in everybody.values():
            answer = visitor.open(target, method=method, check_page=False, **_proof(visitor, method, target))
            status = answer.status_code
            assert status in {LET_IN, 302, 401, 403, 404}, f"{method} {target}: {status}"
            marks.append("x" if status == LET_IN else ".")
        seen.add((method, address))
        if told.get((method, address)) != " ".join(marks):
            wrong.append(line(method, address, " ".join(marks)))
    gone = [f"{method} {address}" for method, address in told.keys() - seen]
    assert not wrong, f"\n{TABLES.name}/{blueprint}.txt differs; as the code is:\n{HEADING}\n" + "\n".join(wrong)
    assert not gone, f"\n{TABLES.name}/{blueprint}.txt names what is gone:\n" + "\n".join(gone)


def test_every_table_belongs_to_a_blueprint():
    assert {file.stem for file in TABLES.glob("*.txt")} == set(blueprints())


def test_every_view_says_whom_it_is_for():
    silent = [name for name, view in site_map().view_functions.items() if not hasattr(view, "allowed_rights")]
    assert silent == ["static"]


def test_what_says_nothing_is_there_for_nobody(site, visitor):
    site.app.view_functions["public.home"] = lambda: "secret"
    for role in (None, "system_admin"):
        answer = visitor(role).open("/", check_page=False)
        assert answer.status_code == 404
        assert "secret" not in answer.text


@pytest.mark.parametrize("blueprint", blueprints())
def test_whoever_is_refused_gets_the_page_of_what_is_not_there(site, everybody, blueprint):
    """And nobody gets an error of the program, whatever is asked for."""
    told = table(blueprint)
    for method, address, target, _rule in addresses(blueprint):
        marks = dict(zip(COLUMNS, told.get((method, address), "").split(), strict=False))
        for role, visitor in everybody.items():
            answer = visitor.open(target, method=method, check_page=False, **_proof(visitor, method, target))
            assert answer.status_code < 500, f"{method} {target} as {role}: {answer.status_code}"
            if marks.get(role) == "." and role is not None:
                assert answer.status_code in {403, 404} if "/api/" in target else answer.status_code == 404
            check(answer, "en" if target.startswith("/en") else "zh")
            if address == "/logout" and role is not None:
                visitor.client.set_cookie(PLAIN_COOKIE, site.sign_in(visitor.user))


def _proof(visitor: Visitor, method: str, target: str) -> dict[str, dict[str, str]]:
    """The headers that a browser's form or a program sends."""
    if visitor.user is None:
        return {}
    if target.startswith("/api/v1/"):
        return {"headers": {"Authorization": f"Bearer {visitor.bearer()}"}}
    return {"headers": {"X-CSRF-Token": visitor.token()}} if method != "GET" else {}
