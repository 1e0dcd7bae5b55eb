"""What programs read of the site: the feed of what is new, the list of all addresses, the rules for crawlers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from registries import editions
from registries.editions import Wanted

from ..news.documents import SCHEMES
from ..running import system
from ..security import allowed
from .articles import category_names
from .blueprint import NAMES, outside, pages
from .frame import READ_AT, site_name
from .keeping import PUBLISHED, kept

#: So many entries a feed has.
NEWEST = 30
#: So many addresses one list of addresses may hold (sitemaps.org).
MOST_ADDRESSES = 50_000
_TYPE = "application/atom+xml; charset=utf-8"
#: Pages that are always there.
STANDING = (
    "home", "news", "notices", "projects", "knowledge", "facilities", "site_map", "accessibility", "privacy",
)


@pages.get("/feed.atom")
@allowed("anyone")
@kept("network", query=("kind", "category"))
def feed() -> Response:
    """The newest articles and projects, of all kinds or of one, of one category or of all."""
    catalogue = system().catalogue
    asked = request.args.get("kind", "")
    kinds = [asked] if asked in PUBLISHED else ["news", "notice", "project"]
    category = request.args.get("category") if asked in SCHEMES else None
    with system().database.reading() as session:
        wanted = Wanted(category)
        shown = [one for kind in kinds for one in editions.listed(session, catalogue[kind], wanted, limit=NEWEST)]
        name = category_names(session, asked).get(category or "", "") if category else ""
    shown.sort(key=lambda one: (one.values["dated_on"], one.changed_at), reverse=True)
    text = render_template(
        "public/feed.xml", shown=shown[:NEWEST], title=" – ".join(filter(None, (site_name(), name))),
        updated=max((one.changed_at for one in shown), default=None),
    )
    return _xml(text, _TYPE)


@pages.get("/sitemap.xml")
@allowed("anyone")
@kept("network")
def addresses() -> Response:
    """All addresses in both languages, for search engines."""
    text = render_template("public/sitemap.xml", entries=[
        ({language: outside(url_for(f"{name}.{view}", **values)) for language, name in NAMES.items()}, changed_at)
        for view, values, changed_at in _addresses()
    ])  # fmt: skip
    return _xml(text, "application/xml; charset=utf-8")


def _addresses() -> Iterator[tuple[str, dict[str, Any], datetime | None]]:
    """View, arguments, and when the page last changed."""
    for view in STANDING:
        yield view, {}, None
    left = MOST_ADDRESSES // len(NAMES) - len(STANDING)
    with system().database.reading() as session:
        for kind in PUBLISHED:
            for told in editions.addresses(session, system().catalogue[kind], left):
                left -= 1
                named = {"slug": told.slug or str(told.id)} if kind == "page" else {"record_id": told.id}
                yield READ_AT[kind], named, told.changed_at


@pages.get("/robots.txt")
@allowed("anyone")
@kept()
def robots() -> Response:
    """What crawlers are asked to leave alone: searches and reports have no end, and the desks are for staff."""
    root = request.script_root
    closed = (
        "/search", "/en/search", "/display", "/en/display", "/mistake", "/en/mistake", "/login", "/desk/", "/editing/",
        "/leader/", "/admin/", "/api/",
    )
    lines = ["User-agent: *", *(f"Disallow: {root}{path}" for path in closed)]
    lines.append(f"Sitemap: {outside(url_for('public.addresses'))}")
    return _xml("\n".join(lines) + "\n", "text/plain; charset=utf-8")


def _xml(text: str, kind: str) -> Response:
    answer = make_response(text)
    answer.headers["Content-Type"] = kind
    return answer
