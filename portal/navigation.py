"""The entries of the staff navigation: what this account may open, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, url_for
from flask_babel import gettext

from registries.access import REGISTRIES
from registries.messages import N_

from . import running
from .security import actor, may

#: Group, then (key, text, endpoint, what one must be allowed). An endpoint that this version lacks has no entry.
ENTRIES: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (N_("Desk"), (
        ("work", N_("My work"), "desk.work", "desk"),
        ("imports", N_("Imports"), "imports.history", "import"),
        ("exports", N_("Exports"), "exports.history", "export"),
        ("transfers", N_("Transfers"), "desk.transfers_list", "desk"),
        ("proposals", N_("Proposals"), "desk.proposals_list", "desk"),
        ("duplicates", N_("Duplicates"), "desk.duplicates_list", "desk"),
        ("jobs", N_("My jobs"), "jobs.own", "desk"),
    )),
    (N_("Registries"), ()),
    (N_("Leadership"), (
        ("overview", N_("Overview"), "leader.overview", "lead"),
        ("units", N_("Unit search"), "leader.units", "lead"),
        ("openings", N_("View of people"), "accounts.openings", "open_people"),
    )),
    (N_("Website"), (
        ("articles", N_("Articles"), "editing.articles", "edit"),
        ("mistakes", N_("Reported errors"), "mistakes.unsettled", "edit"),
    )),
    (N_("Administration"), (
        ("admin", N_("Administration"), "admin.start", "any_administration"),
        ("users", N_("Accounts"), "admin.users", "any_administration"),
        ("requests", N_("Requests of people"), "admin.requests", "write"),
        ("areas", N_("Areas"), "admin.areas", "administer_registries"),
        ("codes", N_("Code lists"), "admin.codes", "administer_registries"),
        ("mappings", N_("Import mappings"), "admin.mappings", "administer_registries"),
        ("audit", N_("Audit trail"), "admin.trail", "any_administration"),
        ("health", N_("Health"), "admin.health", "administer"),
        ("settings", N_("Settings"), "admin.settings", "administer"),
        ("tokens", N_("API tokens"), "admin.api_tokens", "administer"),
    )),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation."""

    key: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    title: str
    entries: list[Entry]


def init_app(app: Flask) -> None:
    """Give the staff frame its navigation."""
    app.jinja_env.globals.update(navigation=navigation, may_search=may_search, start_address=start_address)


def navigation() -> list[Group]:
    """The groups with at least one entry."""
    found = []
    for title, entries in ENTRIES:
        kept = [
            Entry(key, gettext(text), url_for(endpoint)) for key, text, endpoint, what in entries
            if endpoint in current_app.view_functions and may(what)
        ]
        if title == "Registries":
            kept = _kinds()
        if kept:
            found.append(Group(gettext(title), kept))
    return found


def _kinds() -> list[Entry]:
    if "desk.records" not in current_app.view_functions or not may("desk"):
        return []
    catalogue = running.system().catalogue
    return [
        Entry(name, gettext(records.kind.plural), url_for("desk.records", kind=name))
        for name, records in catalogue.items() if actor().scopes("read", records.kind.database) != []
    ]


def may_search() -> bool:
    """Whether the search over all records is open to this account."""
    return "desk.search" in current_app.view_functions and any(
        actor().scopes("read", registry) != [] for registry in REGISTRIES
    )


def start_address() -> str:
    """Where this account begins: the first entry it has."""
    return next((group.entries[0].address for group in navigation()), url_for("public.home"))
