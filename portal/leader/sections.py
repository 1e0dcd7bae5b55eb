"""The page of a unit as a list of sections: each is made by a function that says nothing where nothing is known.

A package that knows more of units (hazards, incidents, training …) registers a function here when the site is put
together; the page needs no change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import changes, incoming, showing
from registries.days import today
from registries.records import Item, Records
from registries.reference_fields import Link
from registries.schemas import Parts
from search import units

from ..desk.showing_records import Line, happening, line_of
from ..running import system
from ..values import Wording
from .pages import address_of

#: So many entries of the history stand on the page.
LATEST = 12


@dataclass(slots=True)
class Unit:
    """A unit whose page is being made. ``told`` are the fields that a section has shown already."""

    session: Session
    records: Records
    item: Item
    shown: showing.Shown
    words: Wording
    day: date = field(default_factory=today)
    told: set[str] = field(default_factory=set)

    def lines(self, *names: str) -> list[Line]:
        """The fields of these names that say something, in words; they are told by that."""
        found = []
        for name in names:
            told = self.records.storage.fields.get(name)
            value, masked = self.shown.values.get(name), name in self.shown.masked
            if told is None or name in self.told or (value in (None, "", [], {}) and not masked):
                continue
            line = line_of(name, told, value, masked, self.words)
            line.address = address_of(told.kind, self.item.values[name]) if isinstance(told, Link) else None
            found.append(line)
            self.told.add(name)
        return found


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page: its heading and the template part that shows what it holds."""

    key: str
    title: str
    template: str
    content: Any


Maker = Callable[[Unit], Section | None]
_makers: list[tuple[int, Maker]] = []


def register(order: int) -> Callable[[Maker], Maker]:
    """Make a function the maker of a section; sections stand in the order of their numbers."""

    def known(maker: Maker) -> Maker:
        _makers.append((order, maker))
        _makers.sort(key=lambda pair: pair[0])
        return maker

    return known


def sections_of(unit: Unit) -> list[Section]:
    """The sections that have something to say."""
    return [section for _order, make in _makers if (section := make(unit)) is not None]


def _of_lines(key: str, title: str, lines: list[Line]) -> Section | None:
    return Section(key, title, "leader/parts/lines.html", lines) if lines else None


@register(10)
def identity(unit: Unit) -> Section | None:
    """What it is and where."""
    return _of_lines("identity", gettext("What and where"), unit.lines(
        "short_name", "registrations", "code", "org_type", "subclass", "kind", "legal_form", "industry",
        "industry_text", "operating_status", "state", "area_id", "address", "location", "employees", "floor_area_m2",
        "opened_on",
        "closed_on", "parent_id", "successor_id", "responsible_department", "competent_department", "owner",
        "maintainer",
    ))  # fmt: skip


@register(20)
def people(unit: Unit) -> Section | None:
    """Who answers for it; phones are masked."""
    return _of_lines("people", gettext("People in charge"), unit.lines(
        "legal_representative", "phone", "safety_manager", "safety_phone", "safety_certificate", "property_company",
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """Something with a last day: what, its number, the day, and how many days are left (below zero: it is over)."""

    what: str
    number: str
    day: date | None
    left: int | None


@register(30)
def licences(unit: Unit) -> Section | None:
    """Permits and insurance, with the days they have left."""
    names = unit.words.known.codes("licence")
    rows = [
        Term(names.name(row["kind"], unit.words.language), row["number"] or "", row["valid_to"],
             _left(unit, row["valid_to"]))
        for row in unit.item.values.get("licences") or ()
    ]  # fmt: skip
    insured = unit.item.values.get("insured_until")
    if insured:
        rows.append(Term(gettext("Liability insurance"), "", insured, _left(unit, insured)))
    unit.told |= {"licences", "insured_until"}
    rows.sort(key=lambda term: (term.left is None, term.left or 0))
    return Section("licences", gettext("Licences and insurance"), "leader/parts/terms.html", rows) if rows else None


@register(40)
def inspections(unit: Unit) -> Section | None:
    """When it was and will be looked at, and what of its equipment must be inspected when."""
    names = unit.words.known.codes("special_equipment")
    values = unit.item.values
    last = unit.lines("last_inspected_on", "inspection_days", "last_checked_on", "check_days")
    due = values.get("next_inspection_on") or values.get("next_check_on")
    rows = [Term(gettext("The unit itself"), "", due, _left(unit, due))] if due else []
    rows += [
        Term(names.name(row["kind"], unit.words.language), row["registration_code"] or "", row["next_inspection_on"],
             _left(unit, row["next_inspection_on"]))
        for row in values.get("special_equipment") or () if row["next_inspection_on"]
    ]  # fmt: skip
    unit.told |= {"next_inspection_on", "next_check_on"}
    if not rows and not last:
        return None
    content = {"lines": last, "terms": rows}
    return Section("inspections", gettext("Inspections"), "leader/parts/inspections.html", content)


def _left(unit: Unit, day: date | None) -> int | None:
    return None if day is None else (day - unit.day).days


@register(50)
def dangers(unit: Unit) -> Section | None:
    """What in it can hurt."""
    return _of_lines("dangers", gettext("Risk and what is watched"), unit.lines(
        "risk_colour", "key_unit_kinds", "small_venue", "fire_level", "standardisation_level", "danger_grade",
        "evacuation_capacity", "ebike_charging", "dormitory", "gas_kind", "work_at_height", "confined_space",
        "combustible_dust", "ammonia", "hazardous_chemicals", "special_equipment", "responsibility_letters",
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Linked:
    """A record linked with the unit, from either side."""

    relation: str
    title: str
    address: str | None
    since: date | None
    until: date | None


@register(60)
def links(unit: Unit) -> Section | None:
    """What it occupies, who occupies it, what it keeps, what belongs to it."""
    told = unit.records.storage.fields.get("links")
    roles = unit.words.known.codes("link_role")
    found = []
    if isinstance(told, Parts):
        for row in unit.item.values.get("links") or ():
            entry = roles.entries.get(row["role"])
            kind = entry.extra.get("to") if entry else None
            title = unit.words.title(kind, row["target_id"]) if kind else None
            if kind and title:
                name = roles.name(row["role"], unit.words.language)
                found.append(Linked(name, title, address_of(kind, row["target_id"]), row["since"], row["until"]))
    # Who works or lives there is told nowhere on this page: people are no units, whoever is looking.
    shown = {kind: system().catalogue[kind] for kind in units.kinds(system().feed, unit.words.actor)}
    for one in incoming.links_to(unit.session, shown, unit.records.name, unit.item.id, actor=unit.words.actor):
        kind = gettext(system().catalogue[one.kind].kind.label)
        relation = roles.name(one.role, unit.words.language) if one.role else gettext(one.label)
        address = address_of(one.kind, one.id)
        found.append(Linked(f"{kind} · {relation}", one.title, address, one.since, one.until))
    unit.told.add("links")
    title = gettext("Premises, branches and what it keeps")
    return Section("links", title, "leader/parts/links.html", found) if found else None


@register(80)
def the_rest(unit: Unit) -> Section | None:
    """Whatever else is known."""
    names = [name for _title, of_section in unit.records.kind.schema.sections for name in of_section]
    return _of_lines("rest", gettext("Further details"), unit.lines(*(name for name in names if name != "name")))


@register(90)
def history(unit: Unit) -> Section | None:
    """What happened to the record, the latest first."""
    log = changes.history(unit.session, unit.records.kind.database, unit.item.id)
    happened = [happening(unit.records, one, unit.words) for one in log[:LATEST]]
    # What a record began with stands above, or in the changes since.
    happened = [
        replace(one, rows=[]) if row.action == "create" else one for one, row in zip(happened, log, strict=False)
    ]
    return Section("history", gettext("History"), "leader/parts/history.html", happened) if happened else None
