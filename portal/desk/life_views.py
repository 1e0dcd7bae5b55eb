"""What happens in a life: somebody moves out, moves within the district, comes back, dies."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import link_targets, references, showing
from registries.access import NotAllowed
from registries.days import today
from registries.messages import N_, Problem
from registries.population import life_events
from registries.population.rules import GONE
from registries.records import Conflict, Doubtful, Invalid, Item
from registries.schemas import Findings

from .. import forms
from ..running import system
from ..security import actor, allowed
from ..typed import days, number
from ..values import wording
from . import linking
from .pages import NO_AREA, OUTSIDE, pages, records_of

EVENTS = {
    "transfer": N_("moved within the district"), "move_out": N_("moved out of the district"),
    "return": N_("came back"), "death": N_("died"),
}  # fmt: skip
PLACE = ("area_id", "address", "dwelling_id", "household_number", "relation_to_head")

Answer = str | Response | tuple[str, int]


@pages.get("/resident/<uuid:record_id>/event", defaults={"kind": "resident"})
@allowed("write")
def event(record_id: UUID, kind: str) -> Answer:
    """What happened, when, and where the person lives now."""
    return _page(record_id, request.args.get("event", ""), {}, {})


@pages.post("/resident/<uuid:record_id>/event", defaults={"kind": "resident"})
@allowed("write")
def note_event(record_id: UUID, kind: str) -> Answer:
    """Write down what happened; stays and household follow from it."""
    form = request.form
    what = form.get("event", "")
    typed = {name: form.get(name, "") for name in (*PLACE, "event_on", "reported_on", "note")}
    on, errors = days("event_on", "reported_on", wanted=("event_on",))
    with system().database.reading() as session:
        known = references.load(session)
    area = known.areas.find(typed["area_id"]) if typed["area_id"] else None
    if what not in EVENTS:
        errors["event"] = [Problem(N_("It is not said what happened."), N_("Choose one."))]
    if what == "transfer" and area is None:
        errors["area_id"] = [NO_AREA]
    if errors:
        return _page(record_id, what, typed, errors), 422
    place = {name: typed[name] for name in PLACE if typed[name].strip()}
    told = linking.with_ids(records_of("resident").kind.schema, place, known)
    try:
        with system().database.reading() as session:
            link_targets.require(session, system().catalogue, records_of("resident"), told, actor=actor())
        item = _write(record_id, what, on, told, area, typed["note"] or None)
    except Conflict:
        text = Problem(N_("Somebody else has just changed this record."), N_("Look at it again."))
        return _page(record_id, what, typed, {"": [text]}), 409
    except Invalid as wrong:
        return _page(record_id, what, typed, wrong.errors, isinstance(wrong, Doubtful)), 422
    except NotAllowed:
        return _page(record_id, what, typed, {"area_id": [OUTSIDE]}), 422
    flash(gettext("It is written down; stays and household follow from it."), "good")
    return redirect(url_for("desk.record", kind="resident", record_id=item.id), 303)


def _write(
    record_id: UUID, what: str, on: dict[str, date | None], told: dict[str, Any], area: Any, note: str | None
) -> Item:
    reason = request.form.get("reason", "").strip() or None
    given: dict[str, Any] = {
        **on, "version": number("version"),
        "actor": actor(), "note": note, "reason": reason,
    }  # fmt: skip
    with system().database.writing("population") as session:
        if what == "transfer":
            told.pop("area_id", None)
            return life_events.transfer(session, record_id, area_id=area.id, told=told, **given)
        if what == "return":
            return life_events.return_after_absence(session, record_id, told=told, **given)
        if what == "move_out":
            return life_events.move_out(session, record_id, **given)
        return life_events.record_death(session, record_id, **given)


def _page(record_id: UUID, what: str, typed: dict[str, str], errors: Findings, doubtful: bool = False) -> str:
    told = records_of("resident")
    fields = told.storage.fields
    with system().database.reading() as session:
        item = told.writable(session, record_id, actor=actor())
        words = wording(session)
        words.write_scopes = actor().scopes("write", "population")
        inputs = [forms.draw(fields[name], name, name, typed.get(name, ""), words) for name in PLACE]
        title = showing.title(session, told, item)
    for one in inputs:
        one.problems = [problem.localised(gettext) for problem in errors.get(one.name, ())]
    known = {*PLACE, "event", "event_on", "reported_on"}
    problems = [(name if name in known else "", problem.localised(gettext))
                for name, found in errors.items() for problem in found]  # fmt: skip
    gone = item.values.get("stay_status") in GONE
    offered = [(key, gettext(text)) for key, text in EVENTS.items() if gone == (key == "return") or key == "death"]
    return render_template(
        "desk/event.html", item=item, title=title, inputs=inputs, problems=problems, doubtful=doubtful, typed=typed,
        what=what, events=offered, today=today(), reason=request.form.get("reason", ""),
    )  # fmt: skip
