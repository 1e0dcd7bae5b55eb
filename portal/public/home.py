"""The home page: what is urgent, what is new, what is done for safety and with what result, what is near."""

from __future__ import annotations

from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from registries import editions, references
from registries.editions import Wanted
from registries.facilities import public
from registries.publishing import Published

from ..running import system
from ..security import allowed
from . import project_views
from .articles import category_names
from .blueprint import in_english, pages
from .figures import safety_figures
from .keeping import kept

#: How many of each the page shows.
NEWS, NOTICES, PROJECTS, KNOWLEDGE, URGENT = 6, 6, 4, 6, 3


@pages.get("/")
@allowed("anyone")
@kept("network", "facilities")
def home() -> str:
    """The front page."""
    with system().database.reading() as session:
        told = {**_articles(session), **_projects(session), **_facilities(session)}
        return render_template("public/home.html", figures=safety_figures(session), **told)


def _articles(session: Session) -> dict[str, Any]:
    catalogue = system().catalogue
    latest = editions.listed(session, catalogue["notice"], limit=60)
    urgent = [one for one in latest if one.values.get("urgent")][:URGENT]
    above = {one.id for one in urgent}
    return {
        "urgent": urgent, "notices": [one for one in latest if one.id not in above][:NOTICES],
        "news": editions.listed(session, catalogue["news"], limit=NEWS),
        "knowledge": editions.listed(session, catalogue["page"], Wanted("knowledge"), limit=KNOWLEDGE),
        "names": {**category_names(session, "news"), **category_names(session, "notice")},
    }


def _projects(session: Session) -> dict[str, Any]:
    shown = editions.listed(session, system().catalogue["project"], limit=editions.MOST)
    # Those with a result come first: they show what came of it.
    shown.sort(key=_worth, reverse=True)
    language = "en" if in_english() else "zh"
    return {
        "projects": [project_views.card(session, one, language) for one in shown[:PROJECTS]],
        "project_count": len(shown),
    }


def _worth(shown: Published) -> tuple[bool, bool, bool]:
    values = shown.values
    return bool(values.get("pinned")), values.get("result_value") is not None, bool(values.get("good_example"))


def _facilities(session: Session) -> dict[str, Any]:
    known = references.load(session)
    language = "en" if in_english() else "zh"
    codes = known.codes("facility_subclass")
    counts = public.count_by_subclass(session)
    order = {code: place for place, code in enumerate(public.FIRST)}
    told = sorted(counts.items(), key=lambda pair: (order.get(pair[0], len(order)), -pair[1]))
    return {
        "subclasses": [(code, codes.name(code, language), number) for code, number in told],
        "communities": public.communities(known, language),
    }
