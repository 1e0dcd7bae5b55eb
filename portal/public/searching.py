"""One box over everything public: news, notices, pages, projects, facilities. Every hit is asked for again."""

from __future__ import annotations

from math import ceil

from flask import Response, make_response, render_template, request

from registries import references
from registries.records import NotFound
from search.engine import Result

from ..running import system
from ..security import allowed
from .answers import StillPublic, answers, groups
from .blueprint import page_language, pages
from .keeping import kept
from .wish import FACETS, LAST_PAGE, PAGE, Wish

#: The databases whose records are searched here.
SOURCES = ("network", "facilities")


@pages.get("/search")
@allowed("anyone")
@kept(*SOURCES, query=("q", "kind", *FACETS, "sort", "page"))
def search() -> Response:
    """What is found, by words and pinyin; narrowed by what it is."""
    wish = Wish(request.args)
    language = page_language()
    feed = system().feed
    with system().database.reading() as session:
        # Asked before the index is: what it takes in meanwhile makes the page no less true.
        behind = feed.is_behind(session, SOURCES)
        known = references.load(session)
        there = StillPublic(session)
        result = feed.search(wish.query(), there) if wish else Result(0, ())
        # Of other kinds it is told how much there is, though one is chosen: nobody is to take the part for the whole.
        whole = feed.search(wish.query(kinds=False, limit=0), there) if wish.kind else result
    last = min(ceil(result.total / PAGE), LAST_PAGE) or 1
    if wish.page > last and result.total:
        raise NotFound(f"search page {wish.page}")
    answer = make_response(render_template(
        "public/search.html", wish=wish, result=result, answers=answers(there, known, result, language),
        last=last, page_size=PAGE,
        groups=groups(wish, known, result, whole.facets.get("kind", ()), language),
    ))
    if behind:
        # The page would not change when the index catches up, so it is not kept.
        answer.headers["Cache-Control"] = "no-store"
    return answer
