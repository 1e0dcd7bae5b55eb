"""What happens to a household as a whole: it moves, some of it part, another becomes its head."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import link_targets, references, showing
from registries.access import NotAllowed
from registries.days import today
from registries.messages import N_, Problem
from registries.population import households
from registries.population.homes import HOUSEHOLD
from registries.records import Conflict, Doubtful, Invalid, Item

from .. import forms
from ..running import system
from ..security import actor, allowed
from ..typed import days, number
from ..values import wording
from . import linking
from .extras import person
from .pages import NO_AREA, OUTSIDE, pages, records_of

#: What a household is told where it goes.
PLACE = ("area_id", "address", "dwelling_id", "number")

Answer = str | Response | tuple[str, int]


@pages.get("/household/<uuid:record_id>/move", defaults={"kind": "household"})
@allowed("write")
def move(record_id: UUID, kind: str) -> Answer:
    """Where the household goes, and when."""
    return _page("move", record_id, {})


@pages.post("/household/<uuid:record_id>/move", defaults={"kind": "household"})
@allowed("write")
def move_household(record_id: UUID, kind: str) -> Answer:
    """Move everybody of the household within the district."""
    typed = {name: request.form.get(name, "") for name in PLACE}
    with system().database.reading() as session:
        known = references.load(session)
    area = known.areas.find(typed["area_id"]) if typed["area_id"] else None
    on, wrong = days("event_on", wanted=("event_on",))
    if area is None:
        wrong["area_id"] = [NO_AREA]
    if area is None or wrong:
        return _page("move", record_id, typed, Invalid(wrong)), 422
    told = linking.with_ids(HOUSEHOLD.schema, {name: typed[name] for name in PLACE if typed[name]}, known)
    told.pop("area_id", None)
    return _done("move", record_id, typed, told, lambda session, version: households.move_household(
        session, record_id, area_id=area.id, event_on=on["event_on"], told=told, version=version, actor=actor(),
        reason=_reason(),
    ))  # fmt: skip


@pages.get("/household/<uuid:record_id>/split", defaults={"kind": "household"})
@allowed("write")
def split(record_id: UUID, kind: str) -> Answer:
    """Who leaves, under which number, and who is the head."""
    return _page("split", record_id, {})


@pages.post("/household/<uuid:record_id>/split", defaults={"kind": "household"})
@allowed("write")
def split_household(record_id: UUID, kind: str) -> Answer:
    """Make a household of its own of some members."""
    typed = {name: request.form.get(name, "") for name in ("number", "address", "dwelling_id", "head")}
    leaving = _ids(request.form.getlist("member"))
    head = next(iter(_ids([typed["head"]])), None)
    if not typed["number"].strip() or not leaving or head is None:
        wrong: dict[str, list[Problem]] = {}
        if not typed["number"].strip():
            wrong["number"] = [Problem(N_("The new household needs a number."), N_("Fill it in."))]
        if not leaving or head is None:
            wrong["members"] = [Problem(N_("Nobody is chosen."), N_("Choose who leaves, and who is the head."))]
        return _page("split", record_id, typed, Invalid(wrong)), 422
    with system().database.reading() as session:
        known = references.load(session)
    place = {name: typed[name] for name in ("address", "dwelling_id") if typed[name].strip()}
    told = linking.with_ids(HOUSEHOLD.schema, place, known)
    return _done("split", record_id, typed, told, lambda session, version: households.split_household(
        session, record_id, leaving, number=typed["number"].strip(), head_id=head, told=told, version=version,
        actor=actor(), reason=_reason(),
    ))  # fmt: skip


@pages.post("/household/<uuid:record_id>/head", defaults={"kind": "household"})
@allowed("write")
def set_head(record_id: UUID, kind: str) -> Answer:
    """Make a member the head; the relations of the others are to be filled in again."""
    head = next(iter(_ids([request.form.get("head", "")])), None)
    if head is None:
        flash(gettext("Choose who is the head."), "danger")
        return redirect(url_for("desk.record", kind="household", record_id=record_id), 303)
    return _done("head", record_id, {}, {}, lambda session, version: households.set_head(
        session, record_id, head, version=version, actor=actor(), reason=_reason(),
    ))  # fmt: skip


_DONE = {
    "move": N_("The household has moved, and everybody in it."),
    "split": N_("They are a household of their own now."),
    "head": N_("The household has another head. Please fill in the relations of the others to the new head."),
}  # fmt: skip


def _done(
    action: str, record_id: UUID, typed: dict[str, str], told: dict[str, Any], act: Callable[[Any, int], Item]
) -> Answer:
    """Do it, or show the page again with what is wrong; ``told`` are the values with links that it writes."""
    try:
        with system().database.reading() as session:
            link_targets.require(session, system().catalogue, records_of("household"), told, actor=actor())
        with system().database.writing("population") as session:
            made = act(session, number("version"))
    except Conflict:
        text = Problem(N_("Somebody else has just changed this household."), N_("Look at it again."))
        return _page(action, record_id, typed, Invalid({"": [text]})), 409
    except Invalid as wrong:
        return _page(action, record_id, typed, wrong), 422
    except NotAllowed:
        # Whose household it is not learns nothing: the page asks for the right to write before it is drawn.
        return _page(action, record_id, typed, Invalid({"area_id": [OUTSIDE]})), 422
    system().feed.catch_up()
    flash(gettext(_DONE[action]), "good")
    return redirect(url_for("desk.record", kind="household", record_id=made.id), 303)


def _page(action: str, record_id: UUID, typed: dict[str, str], wrong: Invalid | None = None) -> str:
    told = records_of("household")
    fields = told.storage.fields
    with system().database.reading() as session:
        item = told.writable(session, record_id, actor=actor())
        words = wording(session)
        words.write_scopes = actor().scopes("write", "population")
        # Somebody of the household may be registered in an area that is not the actor's.
        found = [one for one in households.members(session, record_id)
                 if actor().may("read", "population", one.area_path)]  # fmt: skip
        people = [person(one, words, item.values.get("head_id")) for one in found]
        shown = PLACE if action == "move" else ("number", "address", "dwelling_id")
        inputs = [forms.draw(fields[name], name, name, typed.get(name, ""), words) for name in shown]
    showing.note_view(system().database, system().catalogue["resident"], found, actor=actor())
    errors = wrong.errors if wrong else {}
    for one in inputs:
        one.problems = [problem.localised(gettext) for problem in errors.get(one.name, ())]
    known = {*shown, "event_on"}
    problems = [(name if name in known else "members" if name == "members" else "", problem.localised(gettext))
                for name, list_ in errors.items() for problem in list_]  # fmt: skip
    return render_template(
        f"desk/household_{action if action != 'head' else 'move'}.html", item=item, people=people, inputs=inputs,
        problems=problems, doubtful=isinstance(wrong, Doubtful), typed=typed, today=today(),
        chosen=request.form.getlist("member"), title=showing.title(session, told, item),
    )  # fmt: skip


def _reason() -> str | None:
    return request.form.get("reason", "").strip() or None


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
