"""Promotion projects as residents read them: the list with its filters, and one project with its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from registries import editions, publishing, references
from registries.publishing import Published

from ..running import system
from ..security import allowed
from .blueprint import page_language, pages
from .keeping import kept
from .project_filters import FILTERS, Shelf
from .result_chart import Outcome, outcome_of, result_chart

PAGE = 12
QUERY = ("q", *FILTERS, "page")


@dataclass(frozen=True, slots=True)
class Card:
    """A project in a list: the edition with the names of what stands in it as codes, and what came of it."""

    shown: Published
    category: str
    status: str
    years: str
    outcome: Outcome | None
    names: dict[str, str] = field(default_factory=dict)


def card(session: Session, shown: Published, language: str) -> Card:
    """An edition as a card of a list."""
    known, values = references.load(session), shown.values

    def name(scheme: str, field_name: str) -> str:
        code = values.get(field_name)
        return known.codes(scheme).name(code, language) if code else ""

    area = known.areas.get(UUID(values["area_id"])) if values.get("area_id") else None
    return Card(
        shown, name("promotion_category", "category"), name("project_status", "status"),
        years(values), outcome_of(values), {
            "target_kind": name("project_target", "target_kind"),
            "area": known.areas.full_name(area, language) if area else "",
            **{code: known.codes("measure_kind").name(code, language) for code in known.codes("measure_kind").entries},
        },
    )  # fmt: skip


def years(values: dict[str, Any]) -> str:
    """From when to when a project runs."""
    first, last = values.get("year_from"), values.get("year_to")
    return f"{first}–{last}" if first and last and first != last else str(first or last or "")


@pages.get("/projects/")
@allowed("anyone")
@kept("network", query=QUERY)
def projects() -> str:
    """The projects, narrowed by words and by what they are; each choice with its count."""
    language = page_language()
    with system().database.reading() as session:
        every = editions.listed(session, system().catalogue["project"], limit=editions.MOST)
        shelf = Shelf(every, references.load(session), language, request.args)
        found = shelf.found()
        page = shelf.page(PAGE, len(found))
        cards = [card(session, shown, language) for shown in found[(page - 1) * PAGE:page * PAGE]]
        return render_template(
            "public/projects.html", cards=cards, total=len(found), there_are=len(every), shelf=shelf, page=page,
            last=shelf.last(PAGE, len(found)),
        )


@pages.get("/projects/<uuid:record_id>")
@allowed("anyone")
@kept("network")
def project(record_id: UUID) -> str:
    """One project: why, for whom, what is done, and what came of it."""
    language = page_language()
    records = system().catalogue["project"]
    with system().database.reading() as session:
        shown = publishing.read(session, records, record_id)
        before, after = editions.beside(session, records, shown)
        alike = [card(session, one, language) for one in editions.alike(session, records, shown, 3)]
        told = card(session, shown, language)
    chart = result_chart(told.outcome) if told.outcome else Markup("")
    return render_template(
        "public/project.html", shown=shown, card=told, chart=chart, before=before, after=after, alike=alike,
    )
