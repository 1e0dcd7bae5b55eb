"""A family registered on one page: where it lives, and everybody in it; saved together or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registries import link_targets, references
from registries.access import Actor, NotAllowed
from registries.messages import N_, Problem, Refused
from registries.population.asking import Asked
from registries.population.service import RESIDENT
from registries.population.transfers import enter
from registries.records import Doubtful, Invalid, Item, Records
from registries.schemas import Findings, fields_of

from .. import forms
from ..running import system
from ..security import actor, allowed
from ..values import wording
from . import linking
from .pages import NO_AREA, OUTSIDE, pages

#: What all of a family share, and what is asked of each.
SHARED = ("area_id", "address", "dwelling_id", "household_number", "moved_in_on", "residence")
EACH = ("name", "relation_to_head", "doc_type", "id_number", "no_id_reason", "sex", "birth_date", "phone")
MOST = 20
BEGIN = 3

Answer = str | Response | tuple[str, int]


@dataclass(slots=True)
class Typed:
    """What was typed: the shared values, and those of each person that were filled in."""

    shared: dict[str, str] = field(default_factory=dict)
    people: list[dict[str, str]] = field(default_factory=list)
    reason: str | None = None

    @classmethod
    def of_form(cls) -> Typed:
        """The form of this request; rows in which nothing stands are left out."""
        form = request.form
        people = [
            {name: form.get(f"person-{number}-{name}", "") for name in EACH}
            for number in range(min(form.get("people", 0, type=int), MOST))
        ]
        return cls(
            {name: form.get(name, "") for name in SHARED}, [one for one in people if any(one.values())],
            form.get("reason", "").strip() or None,
        )  # fmt: skip


@pages.get("/household/register", defaults={"kind": "household"})
@allowed("write")
def new_family(kind: str) -> Answer:
    """An empty page for a family."""
    given = {name: text for name, text in request.args.items() if name in SHARED}
    return _page(Typed(given), {}, [])


@pages.post("/household/register", defaults={"kind": "household"})
@allowed("write")
def register_family(kind: str) -> Answer:
    """Save everybody of a family in one transaction, or show the page again with what is wrong with whom."""
    typed = Typed.of_form()
    if request.form.get("add"):
        return _page(typed, {}, [], more=True)
    shared_errors: Findings = {}
    if not typed.people:
        shared_errors["person"] = [Problem(N_("Nobody is filled in."), N_("Fill in at least one person."))]
    if not typed.shared["household_number"]:
        shared_errors["household_number"] = [Problem(N_("A household needs a number."), N_("Fill it in."))]
    try:
        made, asked = _save(typed, complete=not shared_errors)
    except _Wrong as wrong:
        return _page(typed, shared_errors, wrong.found, wrong.doubtful), 422
    except NotAllowed:
        return _page(typed, {**shared_errors, "area_id": [OUTSIDE if typed.shared["area_id"] else NO_AREA]}, []), 422
    system().feed.catch_up()
    if asked:
        text = gettext("%(count)s of them are registered in another area; a transfer was asked for.", count=asked)
        flash(text, "warn")
    flash(gettext("The family is registered."), "good")
    household = next((one.values["household_id"] for one in made), None)
    if household is None:
        return redirect(url_for("desk.transfers_list"), 303)
    return redirect(url_for("desk.record", kind="household", record_id=household), 303)


class _Wrong(Exception):
    """Something is wrong or doubtful with somebody: nothing is written, so that the family stays together."""

    def __init__(self, found: list[Findings], doubtful: bool) -> None:
        super().__init__()
        self.found, self.doubtful = found, doubtful


def _links_of(session: Session, told: Records, row: Mapping[str, Any], who: Actor) -> Findings:
    """What is wrong with the records that somebody's row points at."""
    try:
        link_targets.require(session, system().catalogue, told, row, actor=who)
    except Invalid as wrong:
        return wrong.errors
    return {}


def _save(typed: Typed, complete: bool) -> tuple[list[Item], int]:
    """Everybody in one transaction, which only tries the people where what they share is not ``complete``.

    :raises _Wrong: with the problems by person.
    """
    told, who = system().catalogue[RESIDENT.name], actor()
    with system().database.reading() as session:
        known = references.load(session)
        rows = [
            linking.with_ids(told.kind.schema, _said({**typed.shared, **one}), known) for one in typed.people
        ]
        found = [_links_of(session, told, row, who) for row in rows]
    if any(found):
        raise _Wrong(found, False)
    made: list[Item] = []
    asked = 0
    doubtful = False
    with system().database.writing("population") as session:
        for number, row in enumerate(rows):
            try:
                saved = enter(session, row, actor=who, reason=typed.reason)
            except Invalid as wrong:
                found[number] = wrong.errors
                doubtful = doubtful or isinstance(wrong, Doubtful)
                continue
            except Refused as refused:
                found[number], doubtful = {"": [refused.problem]}, True
                continue
            asked += isinstance(saved, Asked)
            made += [saved] if isinstance(saved, Item) else []
        if any(found) or not complete:
            raise _Wrong(found, doubtful)
    return made, asked


def _said(raw: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in raw.items() if text.strip()}


def _page(
    typed: Typed, shared_errors: Findings, found: list[Findings], doubtful: bool = False, more: bool = False
) -> str:
    fields = fields_of(RESIDENT.schema)
    rows = max(len(typed.people) + more, BEGIN)
    problems: list[tuple[str, str]] = []
    with system().database.reading() as session:
        words = wording(session)
        words.write_scopes = actor().scopes("write", "population")
        shared = [forms.draw(fields[name], name, name, typed.shared.get(name), words) for name in SHARED]
        people = []
        for number in range(rows):
            values = typed.people[number] if number < len(typed.people) else {}
            drawn = [_input(fields[name], name, number, values.get(name), words) for name in EACH]
            wrong = found[number] if number < len(found) else {}
            problems += _marked(drawn, wrong, number)
            people.append(drawn)
    for one in shared:
        one.required = one.required or one.name == "household_number"
        one.problems = [problem.localised(gettext) for problem in shared_errors.get(one.name, ())]
    problems = [
        (name if name in SHARED else "person-0-name", problem.localised(gettext))
        for name, told in shared_errors.items() for problem in told
    ] + problems  # fmt: skip
    return render_template(
        "desk/family.html", shared=shared, people=people, problems=problems, doubtful=doubtful, reason=typed.reason,
        most=MOST,
    )  # fmt: skip


def _input(told: Any, name: str, number: int, value: Any, words: Any) -> forms.Input:
    return forms.draw(told, f"person-{number}-{name}", f"person-{number}-{name}", value, words)


def _marked(drawn: list[forms.Input], wrong: Findings, number: int) -> list[tuple[str, str]]:
    """Put what is wrong with a person beside the inputs; returns it for the summary, each with its input."""
    told = []
    for name, problems in wrong.items():
        texts = [problem.localised(gettext) for problem in problems]
        target = f"person-{number}-{name}"
        for one in drawn:
            if one.id == target:
                one.problems = texts
        known = any(one.id == target for one in drawn)
        label = gettext("Person %(number)s", number=number + 1)
        told += [
            (target if known else f"person-{number}-name", gettext("%(label)s: %(text)s", label=label, text=text))
            for text in texts
        ]
    return told
