"""The home page and the search page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_babel import get_locale, gettext

from registries import references
from registries.access import PUBLIC
from search.engine import Query, Result

from ..security import allowed
from ..system import System

pages = Blueprint("public", __name__)

PAGE = 20
LAST_PAGE = 50
FACETS = ("subclass", "street")
LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet with its name, its count, and whether it is chosen."""

    value: str
    name: str
    count: int
    chosen: bool


@pages.get("/")
@allowed("anyone")
def home() -> str:
    """The front page: the search box and what can be found."""
    system: System = current_app.extensions["sanku"]
    result = _search(system, Query(facets=FACETS, limit=0))
    return render_template("public/home.html", choices=_choices(system, result, {}), total=result.total)


@pages.get("/search")
@allowed("anyone")
def search() -> str:
    """Public facilities by words, pinyin and kind; every hit is asked for again in the database."""
    system: System = current_app.extensions["sanku"]
    text = request.args.get("q", "").strip()[:LONGEST_QUERY]
    chosen = {name: request.args.getlist(name)[:20] for name in FACETS if request.args.get(name)}
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    result = (
        _search(
            system,
            Query(
                text=text,
                filters=chosen,
                facets=FACETS,
                offset=(number - 1) * PAGE,
                limit=PAGE,
            ),
        )
        if text or chosen
        else Result(0, ())
    )
    details = _details(system, result)
    return render_template(
        "public/search.html",
        text=text,
        chosen=chosen,
        result=replace(result, hits=tuple(hit for hit in result.hits if hit.id in details)),
        page=number,
        details=details,
        last=min(ceil(result.total / PAGE), LAST_PAGE),
        choices=_choices(system, result, chosen),
    )


def _search(system: System, query: Query) -> Result:
    with system.database.reading() as session:
        return system.feed.search(query, system.feed.still_there(session, PUBLIC, True))


def _choices(system: System, result: Result, chosen: dict[str, list[str]]) -> dict[str, list[Choice]]:
    with system.database.reading() as session:
        known = references.load(session)
    language = _language()

    def name(facet: str, value: str) -> str:
        if facet == "subclass":
            return known.codes("facility_subclass").name(value, language)
        area = known.areas.find(value)
        return value if area is None else area.name_zh if language == "zh" else area.name_en

    return {
        facet: [
            Choice(value, name(facet, value), count, value in chosen.get(facet, ()))
            for value, count in values[:12]
        ]
        for facet, values in result.facets.items()
    }


def _language() -> str:
    return str(get_locale())[:2]


def _details(system: System, result: Result) -> dict[str, dict[str, Any]]:
    """What the list says of each hit besides its title, by id; what is no longer public by now is left out."""
    details: dict[str, dict[str, Any]] = {}
    with system.database.reading() as session:
        known = references.load(session)
        public = system.feed.still_there(session, PUBLIC, True)(result.hits)
        for kind in {hit.kind for hit in result.hits}:
            ids = [UUID(hit.id) for hit in result.hits if (hit.kind, hit.id) in public and hit.kind == kind]
            for item in system.catalogue[kind].load(session, ids) if ids else ():
                area = known.areas.get(item.values["area_id"])
                details[str(item.id)] = {
                    "address": item.values.get("address") or item.values.get("location"),
                    "opening_hours": item.values.get("opening_hours"),
                    "area": known.areas.full_name(area, _language()) if area else "",
                    "kind": gettext(system.catalogue[kind].kind.label),
                }
    return details
