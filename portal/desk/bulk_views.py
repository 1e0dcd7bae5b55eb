"""An action on several records of a list: chosen, looked at once more, done, and taken back if need be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import importing, showing
from registries.access import NotAllowed
from registries.fields import Day, RecordField, YesNo
from registries.importing import by_hand
from registries.importing.batches import Batch
from registries.messages import Refused
from registries.records import NotFound, Records
from registries.reference_fields import Area, Code

from .. import forms
from ..running import system
from ..security import actor, allowed
from ..values import wording
from .pages import OUTSIDE, pages, records_of

Answer = str | Response | tuple[str, int]


def settable(told: Records) -> dict[str, RecordField]:
    """The fields that it makes sense to set alike in many records: choices, days, areas."""
    fields = told.storage.fields
    shown = [name for _title, names in told.kind.schema.sections for name in names if name in fields]
    return {
        name: fields[name] for name in shown
        if isinstance(fields[name], Code | Day | Area | YesNo) and not fields[name].sealed
        and not fields[name].computed and fields[name].allow_none
    }  # fmt: skip


@pages.post("/<kind>/bulk")
@allowed("write")
def choose_bulk(kind: str) -> Answer:
    """The chosen records once more, with what can be done with all of them."""
    told, ids = records_of(kind), _ids()
    if not ids:
        flash(gettext("Choose at least one record first."), "warn")
        return redirect(url_for("desk.records", kind=kind), 303)
    return _page(told, ids, request.form.get("field", ""))


@pages.post("/<kind>/bulk/apply")
@allowed("write")
def apply_bulk(kind: str) -> Answer:
    """Change them all, under one reason, as one batch."""
    told, ids = records_of(kind), _ids()
    name, action = request.form.get("field", ""), request.form.get("action", "set")
    if action != "retire" and name not in settable(told):
        return _page(told, ids, "", [("field", gettext("Choose which field is to be set."))]), 422
    if action == "choose":
        return _page(told, ids, name)
    raw = {name: request.form.get("value", "") or None} if action == "set" else {}
    try:
        with system().database.writing(told.kind.database) as session:
            outcome = by_hand.change_many(
                session, told, ids, raw, actor=actor(), reason=request.form.get("reason", ""),
                retire=action == "retire",
            )  # fmt: skip
    except Refused as refused:
        where = "reason" if name else "reason-to-retire"
        return _page(told, ids, name, [(where, refused.problem.localised(gettext))]), 422
    except NotAllowed:
        return _page(told, ids, name, [("value", OUTSIDE.localised(gettext))]), 422
    system().feed.catch_up()
    for record_id, found in list(outcome.failed.items())[:5]:
        texts = [problem.localised(gettext) for problems in found.values() for problem in problems]
        flash(f"{_title(told, record_id)}: {' '.join(texts)}", "danger")
    if outcome.batch is None:
        flash(gettext("Nothing was changed."), "warn")
        return redirect(url_for("desk.records", kind=kind), 303)
    return redirect(url_for("desk.bulk_done", kind=kind, batch_id=outcome.batch.id), 303)


@pages.get("/<kind>/bulk/<uuid:batch_id>")
@allowed("write")
def bulk_done(kind: str, batch_id: UUID) -> str:
    """What was changed, and the button that takes it back."""
    told = records_of(kind)
    batch = _own(told, batch_id)
    return render_template("desk/bulk_done.html", kind=kind, records=told, batch=batch)


@pages.post("/<kind>/bulk/<uuid:batch_id>/undo")
@allowed("write")
def undo_bulk(kind: str, batch_id: UUID) -> Response:
    """Take back a change of several records; those edited since are left alone and counted."""
    _own(records_of(kind), batch_id)
    try:
        undone = importing.undo(system().database, dict(system().catalogue), batch_id, actor=actor())
    except Refused as refused:
        flash(refused.problem.localised(gettext), "danger")
        return redirect(url_for("desk.bulk_done", kind=kind, batch_id=batch_id), 303)
    system().feed.catch_up()
    flash(gettext("Taken back: %(count)s records.", count=undone.restored), "good")
    if undone.conflicts:
        text = gettext("%(count)s were edited since and left as they are.", count=len(undone.conflicts))
        flash(text, "warn")
    return redirect(url_for("desk.records", kind=kind), 303)


def _own(told: Records, batch_id: UUID) -> Batch:
    """A batch that this account made by hand.

    :raises NotFound: there is none.
    """
    with system().database.reading() as session:
        batch = importing.find(session, batch_id, (told.kind.database,))
    if batch.actor != actor().name or batch.source != by_hand.SOURCE:
        raise NotFound(str(batch_id))
    return batch


def _ids() -> list[UUID]:
    found = []
    for text in request.form.getlist("record")[: by_hand.MOST + 1]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _title(told: Records, record_id: UUID) -> str:
    with system().database.reading() as session:
        item = told.get(session, record_id, actor=actor())
        return showing.title(session, told, item)


def _page(told: Records, ids: list[UUID], name: str, problems: Any = ()) -> str:
    fields = settable(told)
    with system().database.reading() as session:
        items = by_hand.writable(session, told, ids, actor=actor())
        titles = [(item.id, showing.title(session, told, item)) for item in items]
        words = wording(session)
        words.write_scopes = actor().scopes("write", told.kind.database)
        value = request.form.get("value", "")
        drawn = forms.draw(fields[name], "value", "value", value, words) if name in fields else None
    showing.note_view(system().database, told, items, actor=actor())
    return render_template(
        "desk/bulk.html", kind=told.name, records=told, titles=titles, input=drawn, field=name, problems=problems,
        fields=[(key, gettext(one.label)) for key, one in fields.items()], reason=request.form.get("reason", ""),
    )  # fmt: skip
