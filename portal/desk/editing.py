"""Forms: a new record, a change of one, taking it out of use and bringing it back.

Nothing typed is lost: a form that is wrong, doubtful or stale comes back with what was typed in it. A doubtful value is
saved once a reason is given. A stale save shows both versions side by side and lets the person choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registries import changes, link_targets, references, showing
from registries.access import NotAllowed
from registries.fields import RecordField
from registries.messages import Refused
from registries.population import transfers
from registries.population.asking import Asked
from registries.population.service import RESIDENT
from registries.records import Conflict, Doubtful, Invalid, Item, Records
from registries.reference_fields import Area, Codes
from registries.schemas import Findings, Parts, fields_of

from .. import forms
from ..running import system
from ..security import actor, allowed
from ..typed import number
from ..values import Wording, wording
from . import alike, linking
from .pages import NO_AREA, OUTSIDE, pages, records_of
from .showing_records import require_live

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was sent: what was typed, by field, and the reason given for what is doubtful."""

    raw: dict[str, Any]
    reason: str | None
    version: int
    adds: str | None

    @classmethod
    def of(cls, told: Records, withheld: list[str]) -> Typed:
        """The form of this request."""
        form = request.form
        return cls(
            forms.read(told.kind.schema, form, withheld), form.get("reason", "").strip() or None,
            form.get("version", 0, type=int), form.get("add"),
        )  # fmt: skip


@pages.get("/<kind>/new")
@allowed("write")
def new(kind: str) -> Answer:
    """An empty form; an address may fill in some of it (``?area_id=…``)."""
    told = records_of(kind)
    plain = {name for name, field in fields_of(told.kind.schema).items() if not isinstance(field, Parts | Codes)}
    return _form(told, None, {name: text for name, text in request.args.items() if name in plain})


@pages.post("/<kind>/new")
@allowed("write")
def create(kind: str) -> Answer:
    """Save a new record, or show the form again with what is wrong."""
    told = records_of(kind)
    typed = Typed.of(told, [])
    if typed.adds:
        return _form(told, None, _with_entry(typed))
    try:
        with system().database.reading() as session:
            known = references.load(session)
            raw = linking.with_ids(told.kind.schema, _said(typed.raw), known)
            link_targets.require(session, system().catalogue, told, raw, actor=actor())
            probable = alike.probable(session, told, raw, actor=actor())
        if probable and not request.form.get("not-alike"):
            return _form(told, None, typed.raw, probable=probable), 422
        with system().database.writing(told.kind.database) as session:
            made = _make(session, told, raw, typed.reason)
    except Doubtful as doubt:
        return _form(told, None, typed.raw, doubts=doubt.errors), 422
    except Invalid as wrong:
        return _form(told, None, typed.raw, errors=wrong.errors), 422
    except NotAllowed:
        return _form(
            told, None, typed.raw, errors={"area_id": [OUTSIDE if typed.raw.get("area_id") else NO_AREA]}
        ), 422
    except Refused as refused:
        return _form(told, None, typed.raw, errors={"": [refused.problem]}, needs_reason=True), 422
    if isinstance(made, Asked):
        text = gettext("Another area holds this number. A transfer was asked for; that area decides.")
        flash(text, "warn")
        return redirect(url_for("desk.transfers_list"), 303)
    return _done(told, made, gettext("Saved."), draft=f"{kind}-new")


def _make(session: Session, told: Records, raw: Mapping[str, Any], reason: str | None) -> Item | Asked:
    """A new record; for a person whom another area holds, a request for the transfer instead."""
    if told.name == RESIDENT.name:
        return transfers.enter(session, raw, actor=actor(), reason=reason)
    return told.create(session, raw, actor=actor(), reason=reason)


@pages.get("/<kind>/<uuid:record_id>/edit")
@allowed("write")
def edit(kind: str, record_id: UUID) -> Answer:
    """The form of a record, with sensitive values masked."""
    told = records_of(kind)
    with system().database.reading() as session:
        item = told.writable(session, record_id, actor=actor())
    require_live(item)
    showing.note_view(system().database, told, [item], actor=actor())
    return _form(told, item, showing.masked(told, item, system().keys).values)


@pages.post("/<kind>/<uuid:record_id>/edit")
@allowed("write")
def update(kind: str, record_id: UUID) -> Answer:
    """Save a change, or show the form again with what is wrong, or both versions if somebody was faster."""
    told = records_of(kind)
    with system().database.reading() as session:
        item = told.writable(session, record_id, actor=actor())
    require_live(item)
    typed = Typed.of(told, withheld(told, item))
    if typed.adds:
        return _form(told, item, _with_entry(typed))
    try:
        with system().database.reading() as session:
            raw = linking.with_ids(told.kind.schema, typed.raw, references.load(session))
            raw = showing.without_masks(told, item, raw, system().keys)
            link_targets.require(session, system().catalogue, told, raw, actor=actor(), stored=item)
        with system().database.writing(told.kind.database) as session:
            saved = told.update(
                session, record_id, raw, version=typed.version, actor=actor(), reason=typed.reason
            )
    except Conflict as conflict:
        return _stale(told, conflict.item, typed), 409
    except Doubtful as doubt:
        return _form(told, item, typed.raw, doubts=doubt.errors, version=typed.version), 422
    except Invalid as wrong:
        return _form(told, item, typed.raw, errors=wrong.errors, version=typed.version), 422
    except NotAllowed:
        return _form(told, item, typed.raw, errors={"area_id": [OUTSIDE]}, version=typed.version), 422
    text = gettext("Nothing was changed.") if saved.version == item.version else gettext("Saved.")
    return _done(told, saved, text, draft=f"{kind}-{record_id}")


@pages.get("/<kind>/<uuid:record_id>/retire")
@allowed("write")
def ask_to_retire(kind: str, record_id: UUID) -> Answer:
    """What taking a record out of use means, and the question why."""
    told, item, title = _titled(kind, record_id)
    return render_template("desk/retire.html", kind=kind, records=told, item=item, title=title, problems=[])


@pages.post("/<kind>/<uuid:record_id>/retire")
@allowed("write")
def retire(kind: str, record_id: UUID) -> Answer:
    """Take a record out of use, or bring one back."""
    told, item, title = _titled(kind, record_id)
    reason = request.form.get("reason", "").strip()
    if not reason:
        problems = [("reason", gettext("Write a reason; it is kept in the history."))]
        return render_template(
            "desk/retire.html", kind=kind, records=told, item=item, title=title, problems=problems
        ), 422
    version = number("version")
    try:
        with system().database.writing(told.kind.database) as session:
            act = told.restore if item.retired_at else told.retire
            saved = act(session, record_id, version=version, actor=actor(), reason=reason)
    except Conflict:
        problems = [("", gettext("Somebody else has just changed this record. Look at it again."))]
        return render_template(
            "desk/retire.html", kind=kind, records=told, item=item, title=title, problems=problems
        ), 409
    except Invalid as wrong:
        problems = [("", one.localised(gettext)) for found in wrong.errors.values() for one in found]
        return render_template(
            "desk/retire.html", kind=kind, records=told, item=item, title=title, problems=problems
        ), 422
    text = gettext("It is out of use. You can bring it back.") if saved.retired_at else gettext("It is in use again.")
    return _done(told, saved, text)


def _titled(kind: str, record_id: UUID) -> tuple[Records, Item, str]:
    told = records_of(kind)
    with system().database.reading() as session:
        item = told.writable(session, record_id, actor=actor())
        title = showing.title(session, told, item)
    require_live(item)
    return told, item, title


def _done(told: Records, item: Item, text: str, draft: str | None = None) -> Response:
    system().feed.catch_up()
    flash(text, "good")
    return redirect(url_for("desk.record", kind=told.name, record_id=item.id, saved=draft), 303)


def _said(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody filled in: on a new record an empty input says nothing."""
    return {name: value for name, value in raw.items() if value not in ("", None, [])}


def _with_entry(typed: Typed) -> dict[str, Any]:
    """What was typed with one more empty entry in a list."""
    name = typed.adds or ""
    return {**typed.raw, name: [*(typed.raw.get(name) or ()), {}]}


def withheld(told: Records, item: Item) -> list[str]:
    """The fields on record that a form does not show: sealed ones of which there is no mask."""
    fields = told.storage.fields
    return [name for name, one in fields.items() if one.sealed and one.mask is None and item.values.get(name)]


def _form(
    told: Records, item: Item | None, values: Mapping[str, Any], *, errors: Findings | None = None,
    doubts: Findings | None = None, version: int | None = None, probable: Any = (), needs_reason: bool = False,
) -> str:
    hidden = withheld(told, item) if item else []
    with system().database.reading() as session:
        words = wording(session)
        words.write_scopes = actor().scopes("write", told.kind.database)
        form = forms.RecordForm(
            told.kind.schema, words, _clean(values), errors=errors, doubts=doubts, withheld=hidden
        )
        title = showing.title(session, told, item) if item else ""
        return render_template(
            "desk/form.html", kind=told.name, records=told, item=item, sections=form.sections(), title=title,
            problems=form.summary(), doubts=form.doubt_summary(), reason=request.form.get("reason", ""),
            version=version or (item.version if item else 0), probable=probable, needs_reason=needs_reason,
        )  # fmt: skip


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that both changed, or that the form would change: how it stands now, and what was typed."""

    name: str
    label: str
    now: str
    typed: str


def _stale(told: Records, current: Item, typed: Typed) -> str:
    """Both versions: nothing is lost, and the form below holds what was typed, ready to be saved over the new one.

    What only the other changed stands in the form as it is now, so that saving does not undo it unseen.
    """
    with system().database.reading() as session:
        words = wording(session)
        shown = showing.masked(told, current, system().keys).values
        taken = _untouched(session, told, current, typed, words)
        raw = {**typed.raw, **{name: shown.get(name) for name in taken}}
        differences = [
            Difference(name, gettext(one.label), words.text(one, shown.get(name)), typed_text(one, value, words))
            for name, value in raw.items()
            if (one := told.storage.fields.get(name)) is not None and not _same(one, shown.get(name), value, words)
        ]
        form = forms.RecordForm(told.kind.schema, words, _clean(raw), withheld=withheld(told, current))
        return render_template(
            "desk/conflict.html", kind=told.name, records=told, item=current, differences=differences,
            sections=form.sections(), title=showing.title(session, told, current), version=current.version,
            reason=typed.reason or "", fields=told.storage.fields,
            taken=[gettext(told.storage.fields[name].label) for name in taken],
        )  # fmt: skip


def _untouched(session: Session, told: Records, current: Item, typed: Typed, words: Wording) -> list[str]:
    """The fields that were changed since the form was opened and in which it still says what stood there then."""
    newer = changes.history(session, told.kind.database, current.id)[: max(current.version - typed.version, 0)]
    before: dict[str, Any] = {}
    for change in newer:
        before |= {name: pair[0] for name, pair in showing.change(told, change, system().keys).values.items()}
    fields = told.storage.fields
    return [
        name for name, value in typed.raw.items()
        if name in before and name in fields and not isinstance(fields[name], Parts)
        and _same(fields[name], before[name], value, words)
    ]  # fmt: skip


def typed_text(told: RecordField, value: Any, words: Wording) -> str:
    """What was typed into a field, in the words that the value would be shown in."""
    if isinstance(told, Parts):
        return gettext("%(count)s entries", count=len(value or ()))
    try:
        tidied = told.tidy(value, words.known)
        return words.text(told, told.to_json(tidied if isinstance(told, Area) else told.deserialize(tidied)))
    except Exception:  # noqa: BLE001  What cannot be read is shown as it was typed; the form says what is wrong.
        return str(value)


def _same(told: RecordField, now: Any, typed: Any, words: Wording) -> bool:
    if isinstance(told, Parts):
        return len(now or ()) == len(typed or ())
    return typed_text(told, typed, words) == words.text(told, now)
