"""The first page of editors: what waits for them, and all texts of the site."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext

from registries.messages import N_

from .. import formats
from ..mistakes import service as mistakes
from ..news.documents import SCHEMES
from ..news.steps import CHECKS
from ..running import system
from ..security import actor, allowed
from ..values import Wording, wording
from . import finding
from .blueprint import TONES, may_write, pages, records_of
from .finding import EXPIRED, SCHEDULED, Line, Wanted

LAST_PAGE = 1_000
PILES = {
    "returned": N_("Came back to you"), "draft": N_("Your drafts"), "submitted": N_("To review"),
    SCHEDULED: N_("Will be public later"),
}  # fmt: skip
_CATEGORY = {**SCHEMES, "project": "promotion_category"}


@pages.get("/")
@allowed("edit")
def articles() -> str:
    """What waits for this account, and the texts that the address asks for."""
    kinds = {name: records_of(name) for name in CHECKS}
    asked = _asked()
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    with system().database.reading() as session:
        words = wording(session)
        lines = finding.found(session, kinds, asked, actor=actor(), page=page)
        by_kind, by_state = finding.counted(session, kinds, asked, actor=actor())
        piles = finding.waiting(session, kinds, actor=actor()) if asked == Wanted() and page == 1 else []
        rows = [_row(line, words) for line in lines[:finding.PAGE]]
        waiting = [(gettext(PILES[pile.key]), [_row(line, words) for line in pile.lines]) for pile in piles]
        open_reports = _reports(session)
        groups = [
            (gettext("Kind"), _choices("kind", kind_names(), by_kind)),
            (gettext("State"), _choices("state", state_names(words), by_state)),
        ]
    return render_template(
        "editing/articles.html", rows=rows, groups=groups, piles=waiting, asked=asked, reports=open_reports,
        chosen=_chips(asked, words), kinds=kind_names(), may_write=may_write(),
        before=_address(page=page - 1) if page > 1 else None,
        after=_address(page=page + 1) if len(lines) > finding.PAGE else None,
    )


def kind_names() -> dict[str, str]:
    """What the kinds of text are called."""
    return {name: gettext(records_of(name).kind.label) for name in CHECKS}


def state_names(words: Wording) -> dict[str, str]:
    """What the states of texts are called."""
    codes = words.known.codes("edition_state")
    named = {state: codes.name(state, words.language) for state in finding.STATES if state in codes.entries}
    return {**named, SCHEDULED: gettext("Scheduled"), EXPIRED: gettext("Expired")}


def _asked() -> Wanted:
    kind, state = request.args.get("kind"), request.args.get("state")
    return Wanted(
        kind if kind in CHECKS else None, state if state in finding.STATES else None,
        request.args.get("q", "").strip()[:100], actor().name if request.args.get("mine") else None,
    )  # fmt: skip


def _row(line: Line, words: Wording) -> dict[str, Any]:
    state = line.shown_state
    category = words.known.codes(_CATEGORY[line.kind]).name(line.category, words.language) if line.category else ""
    return {
        "kind": gettext(records_of(line.kind).kind.label), "title": line.title, "category": category,
        "address": url_for("editing.article", kind=line.kind, record_id=line.id), "state": state_names(words)[state],
        "tone": TONES.get(state, ""), "who": line.written_by or "",
        "when": formats.relative(line.updated_at), "answer": line.answer, "is_read": line.is_read,
        "changed": line.is_read and line.state != "published",
        "from": formats.moment(line.public_from) if state == SCHEDULED else "",
    }  # fmt: skip


def _choices(name: str, names: dict[str, str], counts: dict[str, int]) -> list[tuple[str, str, str, bool]]:
    chosen = request.args.get(name)
    return [
        (text, formats.number(counts[key]), _address(**{name: None if key == chosen else key}), key == chosen)
        for key, text in names.items() if counts.get(key)
    ]


def _chips(asked: Wanted, words: Wording) -> list[tuple[str, str]]:
    told = [
        ("kind", kind_names().get(asked.kind or "")), ("state", state_names(words).get(asked.state or "")),
        ("q", f"“{asked.words}”" if asked.words else None), ("mine", gettext("Mine") if asked.written_by else None),
    ]
    return [(text, _address(**{name: None})) for name, text in told if text]


def _address(**changed: Any) -> str:
    """The address of this list with some of it changed; a narrower list begins at its first page."""
    told = {name: request.args.get(name) for name in ("kind", "state", "q", "mine")} | {"page": None} | changed
    return url_for("editing.articles", **{name: value for name, value in told.items() if value not in (None, "", 1)})


def _reports(session: Any) -> int:
    return len(mistakes.unsettled(session, actor=actor())) if may_write() else 0
