"""News and notices: their lists by category and year, and the article itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import UUID

from flask import render_template, request
from sqlalchemy.orm import Session

from registries import editions, publishing, references
from registries.days import today
from registries.editions import Counted, Wanted
from registries.records import NotFound

from ..news.documents import SCHEMES
from ..running import system
from ..security import allowed
from .blueprint import address, number_asked, page_language, pages
from .keeping import kept

PAGE = 20
LAST_PAGE = 5_000
QUERY = ("category", "year", "page")
#: The kinds of article that have a list, by the view that shows it.
LISTS = {"news": "news", "notices": "notice"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a list can be narrowed to."""

    name: str
    count: int
    address: str
    chosen: bool


@pages.get("/news/")
@allowed("anyone")
@kept("network", query=QUERY)
def news() -> str:
    """The news, the newest first."""
    return _list("news")


@pages.get("/notices/")
@allowed("anyone")
@kept("network", query=QUERY)
def notices() -> str:
    """The notices, those kept on top first."""
    return _list("notices")


@pages.get("/news/<uuid:record_id>")
@allowed("anyone")
@kept("network")
def piece_of_news(record_id: UUID) -> str:
    """One piece of news."""
    return _article("news", record_id)


@pages.get("/notices/<uuid:record_id>")
@allowed("anyone")
@kept("network")
def notice(record_id: UUID) -> str:
    """One notice."""
    return _article("notices", record_id)


def _list(view: str) -> str:
    kind = LISTS[view]
    records, page = system().catalogue[kind], number_asked("page", 1, LAST_PAGE) or 1
    with system().database.reading() as session:
        names = category_names(session, kind)
        category = request.args.get("category")
        wanted = Wanted(category if category in names else None, number_asked("year", 1900, 2200))
        counted = editions.counted(session, records)
        total = counted.total(wanted)
        last = max(1, ceil(total / PAGE))
        if page > last:
            raise NotFound(f"{view} page {page}")
        shown = editions.listed(session, records, wanted, limit=PAGE, offset=(page - 1) * PAGE)
        narrowed = {
            "category": _categories(counted, view, wanted, names), "year": _years(counted, view, wanted),
        }

    def page_at(number: int) -> str | None:
        return list_address(view, wanted, number) if 1 <= number <= last and number != page else None

    return render_template(
        "public/list.html", view=view, shown=shown, total=total, page=page, last=last, wanted=wanted, names=names,
        narrowed=narrowed, page_at=page_at, category=names.get(wanted.category or ""),
        feed=address("feed", **{"kind": kind, **({"category": wanted.category} if wanted.category else {})}),
    )


def list_address(view: str, wanted: Wanted, page: int = 1) -> str:
    """The address of a page of a list; what is usual does not stand in it."""
    told: dict[str, Any] = {"category": wanted.category, "year": wanted.year, "page": page if page > 1 else None}
    return address(view, **{name: value for name, value in told.items() if value})


def category_names(session: Session, kind: str) -> dict[str, str]:
    """The categories of a kind of article by their code, in their order, in the language of the page."""
    codes = references.load(session).codes(SCHEMES[kind])
    language = page_language()
    return {code: codes.name(code, language) for code in codes.entries}


def _categories(counted: Counted, view: str, wanted: Wanted, names: dict[str, str]) -> list[Choice]:
    counts = counted.categories(wanted.year)
    return [
        Choice(
            name, counts[code], list_address(view, Wanted(None if code == wanted.category else code, wanted.year)),
            code == wanted.category,
        )
        for code, name in names.items() if counts.get(code)
    ]  # fmt: skip


def _years(counted: Counted, view: str, wanted: Wanted) -> list[Choice]:
    counts = counted.years(wanted.category)
    return [
        Choice(
            str(year), number, list_address(view, Wanted(wanted.category, None if year == wanted.year else year)),
            year == wanted.year,
        )
        for year, number in counts.items()
    ]


def _article(view: str, record_id: UUID) -> str:
    kind = LISTS[view]
    records = system().catalogue[kind]
    with system().database.reading() as session:
        shown = publishing.read(session, records, record_id)
        before, after = editions.beside(session, records, shown)
        alike = editions.alike(session, records, shown)
        names = category_names(session, kind)
    return render_template(
        "public/article.html", view=view, shown=shown, before=before, after=after, alike=alike,
        category=names.get(shown.values.get("category") or ""), expired=is_expired(shown.values),
        list_address=list_address(view, Wanted(shown.values.get("category"))),
    )


def is_expired(values: Mapping[str, Any]) -> bool:
    """Whether the edition of a notice says of itself that it is no longer in force."""
    last = values.get("valid_to")
    return bool(last) and str(last) < today().isoformat()


def is_urgent(values: Mapping[str, Any]) -> bool:
    """Whether an edition is to be read at once: what is no longer in force has no hurry."""
    return bool(values.get("urgent")) and not is_expired(values)
