"""The home page: what is urgent, what is new, what is done for safety and with what result, what is near."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import render_template
from sqlalchemy.orm import Session

from registries import editions, references
from registries.days import today
from registries.editions import Wanted
from registries.facilities import public

from ..running import system
from ..security import allowed
from . import project_views
from .articles import category_names
from .blueprint import page_language, pages
from .figures import safety_figures
from .keeping import kept
from .project_views import Card

#: How many of each the page shows.
NEWS, NOTICES, PROJECTS, KNOWLEDGE, URGENT = 6, 6, 4, 6, 3


@pages.get("/")
@allowed("anyone")
@kept("network", "facilities")
def home() -> str:
    """The front page."""
    with system().database.reading() as session:
        counts, projects = public.count_by_subclass(session), editions.count(session, system().catalogue["project"])
        told = {**_articles(session), "projects": _projects(session), **_facilities(session, counts)}
        return render_template(
            "public/home.html", figures=safety_figures(session, counts, projects), project_count=projects, **told
        )


def _articles(session: Session) -> dict[str, Any]:
    catalogue = system().catalogue
    records = catalogue["notice"]
    urgent = editions.listed(session, records, limit=URGENT, also=_urgent(records.kind.table))
    above = [one.id for one in urgent]
    return {
        "urgent": urgent, "notices": editions.listed(session, records, limit=NOTICES, without=above),
        "news": editions.listed(session, catalogue["news"], limit=NEWS),
        "knowledge": editions.listed(session, catalogue["page"], Wanted("knowledge"), limit=KNOWLEDGE),
        "names": {**category_names(session, "news"), **category_names(session, "notice")},
    }


def _urgent(table: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    """What `articles.is_urgent` asks, as conditions: however many notices came since, an urgent one stands above."""
    last = table.c.edition["valid_to"].as_string()
    return [
        table.c.edition["urgent"].as_boolean().is_(sa.true()), sa.or_(last.is_(None), last >= today().isoformat())
    ]


def _projects(session: Session) -> list[Card]:
    records = system().catalogue["project"]
    edition = records.kind.table.c.edition
    # Those with a result come first: they show what came of it.
    first = [edition["result_value"].as_string().is_not(None), edition["good_example"].as_boolean().is_(sa.true())]
    shown = editions.listed(session, records, limit=PROJECTS, first=first)
    return [project_views.card(session, one, page_language()) for one in shown]


def _facilities(session: Session, counts: Mapping[str, int]) -> dict[str, Any]:
    known, language = references.load(session), page_language()
    codes = known.codes("facility_subclass")
    return {
        "subclasses": [
            (code, codes.name(code, language), counts[code]) for code in public.in_order(counts)
        ],
        "communities": public.communities(known, language),
    }
