"""One box over everything public: news, notices, pages, projects, facilities. Every hit is asked for again."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from flask import Response, make_response, render_template, request

from registries import references
from registries.access import PUBLIC
from search.engine import Result

from ..running import system
from ..security import allowed
from .answers import answers, groups
from .blueprint import in_english, pages
from .keeping import kept
from .wish import FACETS, LAST_PAGE, PAGE, Wish

#: The databases whose records are searched here.
SOURCES = ("network", "facilities")


@pages.get("/search")
@allowed("anyone")
@kept(*SOURCES, query=("q", "kind", *FACETS, "sort", "page"))
def search() -> Response:
    """What is found, by words and pinyin; narrowed by what it is."""
    # Asked before the index is: what it takes in meanwhile makes the page no less true.
    behind = any(lag.behind for lag in system().feed.lags() if lag.database in SOURCES)
    answer = make_response(_search())
    if behind:
        # The page would not change when the index catches up, so it is not kept.
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _search() -> str:
    wish = Wish(request.args)
    language = "en" if in_english() else "zh"
    feed = system().feed
    with system().database.reading() as session:
        known = references.load(session)
        check = feed.still_there(session, PUBLIC, True)
        result = feed.search(wish.query(), check) if wish else Result(0, ())
        # Of other kinds it is told how much there is, though one is chosen: nobody is to take the part for the whole.
        whole = feed.search(wish.query(kinds=False, limit=0), check) if wish.kind else result
        shown = answers(session, known, result, language)
        narrowed = groups(wish, known, result, whole.facets.get("kind", ()), language)
    dropped = len(result.hits) - len(shown)
    return render_template(
        "public/search.html", wish=wish, result=replace(result, total=result.total - dropped), answers=shown,
        last=min(ceil(result.total / PAGE), LAST_PAGE) or 1, groups=narrowed, page_size=PAGE,
    )
