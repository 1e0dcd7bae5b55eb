"""One box over everything public: news, notices, pages, projects, facilities. Every hit is asked for again."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from flask import render_template, request

from registries import references
from registries.access import PUBLIC
from search.engine import Result

from ..security import allowed
from .answers import answers, groups
from .blueprint import in_english, pages, system
from .wish import LAST_PAGE, PAGE, Wish


@pages.get("/search")
@allowed("anyone")
def search() -> str:
    """What is found, by words and pinyin; narrowed by what it is."""
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
