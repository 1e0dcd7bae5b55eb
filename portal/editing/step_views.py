"""One text: its page, its preview, and the steps from draft to readers and off the site again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registries import publishing
from registries.access import NotAllowed
from registries.db import now
from registries.messages import N_, Problem, Refused
from registries.moments import moment_in
from registries.publishing import Published
from registries.records import Conflict, Item, Records

from ..media import store
from ..news import steps
from ..public import project_views
from ..public.frame import READ_AT
from ..public.result_chart import result_chart
from ..running import system
from ..security import actor, allowed
from ..typed import number
from ..values import wording
from . import showing
from .blueprint import TONES, pages, records_of, text_of
from .lists import state_names


@pages.get("/<kind>/<uuid:record_id>")
@allowed("edit")
def article(kind: str, record_id: UUID) -> str:
    """A text with what is found in it and what may be done with it."""
    with system().database.reading() as session:
        records, item = text_of(session, kind, record_id)
        words = wording(session)
        fields = records.storage.fields
        facts = [
            (gettext(fields[name].label), words.text(fields[name], fields[name].to_json(item.values[name])))
            for _title, names in records.kind.schema.sections for name in names if _is_fact(name)
        ]
        found = [
            (gettext(fields[one.field].label), one, one.problem.localised(gettext))
            for one in showing.found_in(session, records, item)
        ]
        files = list(store.many(session, item.values.get("files") or ()).values())
        session.expunge_all()
        clock = showing.clock_state(item) if item.values["edition_state"] == publishing.LIVE else None
        state = clock or item.values["edition_state"]
        return render_template(
            "editing/article.html", kind=kind, records=records, item=item, values=item.values, found=found,
            facts=[(label, text) for label, text in facts if text], doable=showing.doable(session, records, item),
            state=state_names(words)[state], tone=TONES[state], state_text=showing.state_text(item), files=files,
            read_address=_read_address(kind, item), is_seen=showing.is_seen(item),
        )  # fmt: skip


def _is_fact(name: str) -> bool:
    """The fields that the page shows in a list; the others have a place of their own."""
    return name not in ("title", "summary", "body", "title_en", "summary_en", "body_en", "files") and not (
        name.startswith("picture")
    )


def _read_address(kind: str, item: Item) -> str | None:
    """Where readers find the edition, if they see one now."""
    values = item.values
    if not showing.is_seen(item):
        return None
    if kind == "page":
        return url_for("public.page", slug=values["edition"].get("slug") or str(item.id))
    return url_for(f"public.{READ_AT[kind]}", record_id=item.id)


@pages.get("/<kind>/<uuid:record_id>/preview")
@allowed("edit")
def preview(kind: str, record_id: UUID) -> Response:
    """The working text as readers would see it; for colleagues with an account, never for a search engine."""
    with system().database.reading() as session:
        records, item = text_of(session, kind, record_id)
        edition = publishing.edition_of(records, item.values)
        edition["dated_on"] = date.fromisoformat(edition["dated_on"])
        # The parts of public pages that stand in this one are in the language of the text, whoever reads it.
        english = g.reads_english = request.args.get("text") == "en"
        shown = Published(kind, record_id, edition, now(), None, now())
        card = project_views.card(session, shown, "en" if english else "zh") if kind == "project" else None
    page = make_response(render_template(
        "editing/preview.html", kind=kind, item=item, values=edition, english=english, card=card,
        chart=result_chart(card.outcome) if card and card.outcome else "",
        part=lambda name: (edition.get(f"{name}_en") if english else None) or edition.get(name) or "",
    ))  # fmt: skip
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


@pages.post("/<kind>/<uuid:record_id>/submit")
@allowed("edit")
def submit(kind: str, record_id: UUID) -> Response:
    """Hand a text to a reviewer."""

    def step(session: Session, records: Records, version: int) -> Any:
        item = records.get(session, record_id, actor=actor(), follow=False)
        # Links and pictures are looked at here, where the addresses of the site are known.
        serious = [one for one in showing.found_in(session, records, item) if one.serious]
        if serious:
            raise Refused(serious[0].problem)
        return steps.submit(session, records, record_id, version=version, actor=actor())

    return _step(kind, record_id, step, gettext("Handed in. Somebody else looks at it now."))


@pages.post("/<kind>/<uuid:record_id>/return")
@allowed("edit")
def send_back(kind: str, record_id: UUID) -> Response:
    """Give a text back with a word on what to change."""

    def step(session: Session, records: Records, version: int) -> Any:
        answer = request.form.get("answer", "")[:1000]
        return publishing.send_back(session, records, record_id, version=version, actor=actor(), answer=answer)

    return _step(kind, record_id, step, gettext("Sent back."))


@pages.post("/<kind>/<uuid:record_id>/publish")
@allowed("edit")
def publish(kind: str, record_id: UUID) -> Response:
    """Make a text public now, or at the time that the form names."""

    def step(session: Session, records: Records, version: int) -> Any:
        at = _moment(request.form.get("at", ""))
        return steps.publish(session, records, record_id, version=version, actor=actor(), at=at)

    return _step(kind, record_id, step, gettext("Published."))


@pages.post("/<kind>/<uuid:record_id>/withdraw")
@allowed("edit")
def withdraw(kind: str, record_id: UUID) -> Response:
    """Take a text off the site."""

    def step(session: Session, records: Records, version: int) -> Any:
        reason = request.form.get("reason", "")[:1000]
        return steps.withdraw(session, records, record_id, version=version, actor=actor(), reason=reason)

    return _step(kind, record_id, step, gettext("Taken off the site."))


def _moment(text: str) -> datetime | None:
    """The moment that an input for date and time names, as people here read a clock unless it names a zone.

    :raises Refused: it names none.
    """
    if not text.strip():
        return None
    try:
        return moment_in(text.strip())
    except ValueError as error:
        problem = Problem(N_("“%(value)s” is no date with a time."), N_("Write it as 2026-03-05 08:30."), value=text)
        raise Refused(problem) from error


def _step(kind: str, record_id: UUID, step: Callable[[Session, Records, int], Any], done: str) -> Response:
    records = records_of(kind)
    version = number("version")
    try:
        with system().database.writing(records.kind.database) as session:
            step(session, records, version)
    except Refused as refused:
        flash(refused.problem.localised(gettext), "danger")
    except Conflict:
        flash(gettext("Somebody has changed this text meanwhile. Look at it again."), "warn")
    except NotAllowed:
        flash(gettext("You may not do this with this text: who wrote or changed it does not publish it."), "danger")
    else:
        system().feed.catch_up()
        flash(done, "good")
    return redirect(url_for("editing.article", kind=kind, record_id=record_id), 303)


