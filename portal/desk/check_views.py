"""A check in the street, on a phone: when, in what state, with photos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import showing, visits
from registries.access import NotAllowed
from registries.days import today
from registries.messages import Refused
from registries.records import Invalid, NotFound, Records

from .. import forms, pictures
from ..running import system
from ..security import actor, allowed
from ..typed import day_wanted
from ..values import wording
from .pages import pages, records_of

Answer = str | Response | tuple[str, int]


@pages.get("/<kind>/<uuid:record_id>/check")
@allowed("inspect")
def check(kind: str, record_id: UUID) -> Answer:
    """An empty form for a check of today."""
    return _page(_checked_kind(kind), record_id, [])


@pages.post("/<kind>/<uuid:record_id>/check")
@allowed("inspect")
def note_check(kind: str, record_id: UUID) -> Answer:
    """Write the check down with its photos, or show the form again."""
    told = _checked_kind(kind)
    form = request.form
    try:
        on = day_wanted("on")
        photos = [
            pictures.looked_at(one, pictures_only=True) for one in request.files.getlist("photo") if one.filename
        ]
        with system().database.writing(told.kind.database) as session:
            item = visits.note_check(
                session, told, record_id, {name: form.get(name) for name in visits.ALSO[kind]}, on=on,
                note=form.get("note", "").strip() or None, photos=photos, actor=actor(),
            )  # fmt: skip
    except Refused as refused:
        return _page(told, record_id, [("photo", refused.problem.localised(gettext))]), 422
    except Invalid as wrong:
        problems = [("on", one.localised(gettext)) for found in wrong.errors.values() for one in found]
        return _page(told, record_id, problems), 422
    except NotAllowed as error:
        raise NotFound(str(record_id)) from error
    system().feed.catch_up()
    flash(gettext("The check is written down."), "good")
    return redirect(url_for("desk.record", kind=kind, record_id=item.id, saved=f"check-{item.id}"), 303)


def _checked_kind(kind: str) -> Records:
    if kind not in visits.CHECKED:
        raise NotFound(kind)
    return records_of(kind)


def _page(told: Records, record_id: UUID, problems: list[tuple[str, str]]) -> str:
    fields: Any = told.storage.fields
    with system().database.reading() as session:
        item = told.get(session, record_id, actor=actor())
        words = wording(session)
        inputs = [
            forms.draw(fields[name], name, name, request.form.get(name, item.values.get(name)), words)
            for name in visits.ALSO[told.name]
        ]
        title = showing.title(session, told, item)
    return render_template(
        "desk/check.html", kind=told.name, records=told, item=item, title=title, inputs=inputs, problems=problems,
        on=request.form.get("on", today().isoformat()), note=request.form.get("note", ""),
        last=item.values.get(visits.CHECKED[told.name]),
    )  # fmt: skip
