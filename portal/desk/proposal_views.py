"""Proposals: made by whoever may not change a record, taken over or sent back by whoever may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import link_targets, proposals, readings, references, showing
from registries.access import NotAllowed
from registries.messages import N_, Refused
from registries.records import Invalid, Item, NotFound, Records
from registries.schemas import Parts
from registries.storing import opened

from .. import forms
from ..running import system
from ..security import actor, allowed
from ..typed import number
from ..values import Wording, wording
from . import linking
from .editing import typed_text, withheld
from .pages import pages, records_of

STATES = {
    proposals.OPEN: N_("waits for a clerk"), proposals.TAKEN: N_("taken over"),
    proposals.RETURNED: N_("sent back"), proposals.DROPPED: N_("put away"),
}  # fmt: skip

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A field as it stands and as it is proposed."""

    label: str
    now: str
    proposed: str


@pages.get("/proposals")
@allowed("desk")
def proposals_list() -> str:
    """What waits for this account, and what became of what it proposed."""
    who = actor()
    waiting, mine = [], []
    with system().database.reading() as session:
        words = wording(session)
        for told in _kinds():
            waiting += proposals.waiting(session, told, actor=who)
            mine += [one for one in proposals.own(session, told, actor=who) if one.state != proposals.DROPPED]
        for kind in {one.kind for one in (*waiting, *mine)}:
            words.learn(kind, [one.record_id for one in (*waiting, *mine) if one.kind == kind])
        shown = [
            [(one, words.title(one.kind, one.record_id) or "", gettext(STATES[one.state])) for one in found]
            for found in (waiting, mine)
        ]
    people = {one.record_id for one in (*waiting, *mine) if one.kind == "resident"}
    if people:
        readings.note(system().database, who, "view", "resident", fields=["name"], count=len(people))
    return render_template("desk/proposals.html", waiting=shown[0], mine=shown[1])


@pages.get("/<kind>/<uuid:record_id>/propose")
@allowed("propose")
def propose(kind: str, record_id: UUID) -> Answer:
    """The form of the record; what is changed in it becomes a proposal."""
    told = records_of(kind)
    with system().database.reading() as session:
        item = told.get(session, record_id, actor=actor())
    showing.note_view(system().database, told, [item], actor=actor())
    return _form(told, item, showing.masked(told, item, system().keys).values)


@pages.post("/<kind>/<uuid:record_id>/propose")
@allowed("propose")
def note_proposal(kind: str, record_id: UUID) -> Answer:
    """Keep what differs from the record as a proposal."""
    told = records_of(kind)
    with system().database.reading() as session:
        item = told.get(session, record_id, actor=actor())
    typed = forms.read(told.kind.schema, request.form, withheld(told, item))
    if request.form.get("add"):
        name = request.form["add"]
        return _form(told, item, {**typed, name: [*(typed.get(name) or ()), {}]})
    note = request.form.get("note-to-clerk", "").strip() or None
    try:
        with system().database.reading() as session:
            raw = linking.with_ids(told.kind.schema, typed, references.load(session))
            raw = showing.without_masks(told, item, raw, system().keys)
            link_targets.require(session, system().catalogue, told, raw, actor=actor(), stored=item)
            stored = opened(system().keys, item.values)
            checked = told.check(session, raw, stored)
    except Invalid as wrong:
        return _form(told, item, typed, wrong.errors), 422
    if checked.errors:
        return _form(told, item, typed, checked.errors), 422
    raw = {name: raw[name] for name in raw if not _same(told, name, checked.values.get(name), stored.get(name))}
    try:
        with system().database.writing(told.kind.database) as session:
            proposals.propose(session, told, record_id, raw, actor=actor(), note=note)
    except Refused as refused:
        return _form(told, item, typed, {"": [refused.problem]}), 422
    flash(gettext("Proposed. A clerk looks at it."), "good")
    return redirect(url_for("desk.proposals_list", saved=f"propose-{record_id}"), 303)


@pages.get("/<kind>/proposals/<uuid:proposal_id>")
@allowed("read")
def proposal(kind: str, proposal_id: UUID) -> str:
    """One proposal beside the record as it stands."""
    told = records_of(kind)
    with system().database.reading() as session:
        found, item = proposals.find(session, told, proposal_id, actor=actor())
        lines = _lines(told, item, found.raw, wording(session))
        title = showing.title(session, told, item)
    showing.note_view(system().database, told, [item], actor=actor())
    may_decide = found.proposed_by != actor().name and actor().may("write", told.kind.database, item.area_path)
    return render_template("desk/proposal.html", kind=kind, records=told, item=item, title=title, proposal=found,
                           lines=lines, state=gettext(STATES[found.state]), may_decide=may_decide)  # fmt: skip


@pages.post("/<kind>/proposals/<uuid:proposal_id>")
@allowed("write")
def decide_proposal(kind: str, proposal_id: UUID) -> Answer:
    """Take a proposal over as it is, or send it back with a word on why."""
    told = records_of(kind)
    take = request.form.get("decision") == "take"
    answer = request.form.get("answer", "").strip() or None
    here = url_for("desk.proposal", kind=kind, proposal_id=proposal_id)
    try:
        with system().database.writing(told.kind.database) as session:
            found, item = proposals.find(session, told, proposal_id, actor=actor())
            version = number("version")
            proposals.decide(session, told, proposal_id, take=take, version=version, actor=actor(), answer=answer)
            if take and found.raw:
                link_targets.require(session, system().catalogue, told, found.raw, actor=actor(), stored=item)
                reason = gettext("Proposed by %(who)s", who=found.proposed_by)
                told.update(session, item.id, found.raw, version=item.version, actor=actor(), reason=reason)
    except Invalid as wrong:
        texts = [one.localised(gettext) for found_ in wrong.errors.values() for one in found_]
        flash(" ".join(texts), "danger")
        return redirect(here, 303)
    except Refused as refused:
        flash(refused.problem.localised(gettext), "danger")
        return redirect(here, 303)
    except NotAllowed as error:
        raise NotFound(str(proposal_id)) from error
    system().feed.catch_up()
    flash(gettext("Taken over.") if take else gettext("Sent back."), "good")
    return redirect(url_for("desk.proposals_list"), 303)


@pages.post("/<kind>/proposals/<uuid:proposal_id>/drop")
@allowed("propose")
def drop_proposal(kind: str, proposal_id: UUID) -> Response:
    """Put away a proposal of one's own."""
    told = records_of(kind)
    try:
        with system().database.writing(told.kind.database) as session:
            proposals.drop(session, told, proposal_id, actor=actor())
    except Refused as refused:
        flash(refused.problem.localised(gettext), "warn")
    return redirect(url_for("desk.proposals_list"), 303)


def _kinds() -> list[Records]:
    return [
        told for told in system().catalogue.values()
        if told.kind.database in proposals.PROPOSAL and actor().scopes("read", told.kind.database) != []
    ]


def _same(told: Records, name: str, value: Any, stored: Any) -> bool:
    """Whether a checked value says what the record says: an untouched field is no proposal."""
    part = told.storage.parts.get(name)
    if part is not None:
        value, stored = _said(part, value), _said(part, stored)
    return value == stored or (value in (None, [], "") and stored in (None, [], ""))


def _said(part: Parts, rows: Any) -> list[dict[str, Any]]:
    """The entries of a list without what is worked out and what is empty."""
    plan = Wording.columns(part)
    return [{key: row.get(key) for key in plan if row.get(key) not in (None, "")} for row in rows or ()]


def _lines(told: Records, item: Item, raw: Mapping[str, Any], words: Wording) -> list[Line]:
    shown, fields = showing.masked(told, item, system().keys), told.storage.fields
    return [
        Line(
            gettext(fields[name].label), words.text(fields[name], shown.values.get(name)),
            fields[name].shown(value) if fields[name].sealed else typed_text(fields[name], value, words),
        )
        for name, value in raw.items() if name in fields
    ]  # fmt: skip


def _form(told: Records, item: Item, values: Mapping[str, Any], errors: Any = None) -> str:
    with system().database.reading() as session:
        words = wording(session)
        form = forms.RecordForm(
            told.kind.schema, words, {name: "" if value is None else value for name, value in values.items()},
            errors=errors, withheld=withheld(told, item),
        )  # fmt: skip
        return render_template(
            "desk/propose.html", kind=told.name, records=told, item=item, sections=form.sections(),
            problems=form.summary(), title=showing.title(session, told, item),
            note=request.form.get("note-to-clerk", ""),
        )  # fmt: skip
