"""One search over everything that the account may see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import references
from registries.population.lookup import find_people
from registries.records import Item
from search.engine import Query
from search.finding import find

from ..running import language, system
from ..security import actor, allowed
from ..system import Catalogue
from .pages import pages

PAGE = 20
LAST_PAGE = 50
LONGEST = 100


@pages.get("/search")
@allowed("desk", "lead")
def search() -> str:
    """People from the database, everything else from the index; every hit is asked for again in the database."""
    text = request.args.get("q", "").strip()[:LONGEST]
    kind = request.args.get("kind", "")
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    kinds = readable(system().catalogue)
    asked = [kind] if kind in kinds else list(kinds)
    found = None
    if text and asked:
        query = Query(text=text, kinds=tuple(asked), limit=number * PAGE)
        found = find(system().feed, query, actor=actor(), people=find_people)
    return render_template(
        "desk/search.html", text=text, kind=kind, found=found, page=number, tabs_shown=_tabs(kinds, text, kind),
        hits=_hits(found.hits[(number - 1) * PAGE:] if found else []), more=found and found.total > number * PAGE,
    )  # fmt: skip


def _tabs(kinds: dict[str, str], text: str, chosen: str) -> list[tuple[str, str, bool]]:
    found = [(gettext("All"), url_for("desk.search", q=text), chosen not in kinds)]
    return found + [(name, url_for("desk.search", q=text, kind=kind), kind == chosen) for kind, name in kinds.items()]


def readable(catalogue: Catalogue) -> dict[str, str]:
    """The kinds that are searched and that this account may see somewhere, with what they are called."""
    return {
        name: gettext(records.kind.plural) for name, records in catalogue.items()
        if (name == "resident" or name in system().feed.findable)
        and actor().scopes("read", records.kind.database) != []
    }


def _items(session: Session, found: list[dict[str, Any]]) -> dict[tuple[str, str], Item]:
    """The records of the hits, read at once for each kind."""
    items: dict[tuple[str, str], Item] = {}
    for kind in {hit["kind"] for hit in found}:
        ids = [UUID(hit["id"]) for hit in found if hit["kind"] == kind]
        items |= {(kind, str(item.id)): item for item in system().catalogue[kind].load(session, ids)}
    return items


def _hits(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the list says of each hit besides its title."""
    shown = []
    with system().database.reading() as session:
        areas = references.load(session).areas
        items = _items(session, found)
        for hit in found:
            records, item = system().catalogue[hit["kind"]], items.get((hit["kind"], hit["id"]))
            if item is None or not actor().may("read", records.kind.database, item.area_path):
                continue
            area = areas.get(item.values["area_id"])
            shown.append({
                "title": hit["title"], "kind": gettext(records.kind.label),
                "address": url_for("desk.record", kind=hit["kind"], record_id=hit["id"]),
                "where": "" if hit["kind"] == "resident" else item.values.get("address") or item.values.get("location"),
                "area": areas.full_name(area, language()) if area else "",
                "retired": item.retired_at is not None,
            })  # fmt: skip
    return shown
