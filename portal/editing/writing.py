"""Writing a text: the form with its pictures and attachments, saved without losing anything that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import showing as masking
from registries.access import NotAllowed
from registries.messages import N_, Refused
from registries.records import Conflict, Doubtful, Invalid, Item, NotFound, Records
from registries.schemas import Findings

from .. import forms
from ..media import store
from ..news import cleaning
from ..running import system
from ..security import actor, allowed
from ..typed import number
from ..values import wording
from . import sent
from .blueprint import may_write, pages, records_of

Answer = str | Response | tuple[str, int]

#: How the inputs that only texts have are drawn.
KINDS = {
    "body": "rich", "body_en": "rich", "files": "files",
    "picture": "picture", "picture_before": "picture", "picture_after": "picture",
}  # fmt: skip
#: The fields that hold links and pictures.
_TEXTS = frozenset({"body", "body_en"})
STALE = N_(
    "Somebody else saved this text meanwhile. Yours stands below: save it again to replace theirs, or look first."
)
#: So many pictures stand in the form to be chosen from; the library has them all.
OFFERED = 23


@pages.get("/<kind>/new")
@allowed("edit")
def new(kind: str) -> Answer:
    """An empty form."""
    return _form(_writable(kind), None, {})


@pages.post("/<kind>/new")
@allowed("edit")
def create(kind: str) -> Answer:
    """Save a new text, or show the form again with what is wrong."""
    records = _writable(kind)
    return _save(records, None)


@pages.get("/<kind>/<uuid:record_id>/edit")
@allowed("edit")
def edit(kind: str, record_id: UUID) -> Answer:
    """The form of a text."""
    records = _writable(kind)
    item = _item(records, record_id)
    return _form(records, item, masking.masked(records, item, system().keys).values)


@pages.post("/<kind>/<uuid:record_id>/edit")
@allowed("edit")
def update(kind: str, record_id: UUID) -> Answer:
    """Save a changed text, or show the form again with what is wrong or what somebody else saved meanwhile."""
    records = _writable(kind)
    return _save(records, _item(records, record_id))


def _writable(kind: str) -> Records:
    """The records of a kind, for who writes texts.

    :raises NotFound: the account writes none.
    """
    if not may_write():
        raise NotFound(kind)
    return records_of(kind)


def _item(records: Records, record_id: UUID) -> Item:
    with system().database.reading() as session:
        item = records.writable(session, record_id, actor=actor())
    if item.retired_at is not None:
        raise NotFound(str(record_id))
    return item


def _save(records: Records, item: Item | None) -> Answer:
    raw = forms.read(records.kind.schema, request.form)
    if "files-shown" in request.form:
        # One value for each tick; also the form that is shown again after a refusal has to hold them all.
        raw["files"] = request.form.getlist("files")
    for name in _TEXTS & raw.keys():
        raw[name] = cleaning.rootless(raw[name], request.script_root)
    adds = request.form.get("add")
    if adds in records.kind.parts:
        return _form(records, item, {**raw, adds: [*(raw.get(adds) or ()), {}]})
    version, reason = number("version"), request.form.get("reason", "").strip() or None
    try:
        raw |= sent.media_of(records, actor())
        with system().database.writing(records.kind.database) as session:
            if item is None:
                told = {name: value for name, value in raw.items() if value not in ("", None, [])}
                saved = records.create(session, told, actor=actor(), reason=reason)
            else:
                saved = records.update(session, item.id, raw, version=version, actor=actor(), reason=reason)
    except Refused as refused:
        return _form(records, item, raw, errors={"": [refused.problem]}, version=version), 422
    except NotAllowed:
        flash(gettext("You may not write texts for this area."), "danger")
        return _form(records, item, raw, version=version), 403
    except Conflict as conflict:
        flash(gettext(STALE), "warn")
        return _form(records, conflict.item, raw, version=conflict.item.version, stale=True), 409
    except Doubtful as doubt:
        return _form(records, item, raw, doubts=doubt.errors, version=version), 422
    except Invalid as wrong:
        return _form(records, item, raw, errors=wrong.errors, version=version), 422
    system().feed.catch_up()
    flash(gettext("Saved."), "good")
    draft = f"text-{records.name}-{item.id if item else 'new'}"
    return redirect(url_for("editing.article", kind=records.name, record_id=saved.id, saved=draft), 303)


def _form(
    records: Records, item: Item | None, values: Mapping[str, Any], *, errors: Findings | None = None,
    doubts: Findings | None = None, version: int | None = None, stale: bool = False,
) -> str:
    with system().database.reading() as session:
        words = wording(session)
        words.write_scopes = actor().scopes("write", records.kind.database)
        clean = {name: "" if value is None else value for name, value in values.items()}
        form = forms.RecordForm(records.kind.schema, words, clean, errors=errors, doubts=doubts)
        sections = form.sections()
        for part in sections:
            for one in part.inputs:
                one.kind = KINDS.get(one.name, one.kind)
                one.wide = one.wide or one.name in ("title", "title_en")
        chosen = store.many(session, [clean[name] for name in store.PICTURES if clean.get(name)])
        files = store.many(session, clean.get("files") or ())
        pictures = list(chosen.values()) + [
            one for one in store.listed(session)[:OFFERED] if str(one.id) not in chosen
        ]
        session.expunge_all()
    kind = records.name
    return render_template(
        "editing/form.html", kind=kind, records=records, item=item, sections=sections, problems=form.summary(),
        doubts=form.doubt_summary(), version=version or (item.version if item else 0), pictures=pictures,
        files=list(files.values()), title=item.values["title"] if item else "", stale=stale,
        reason=request.form.get("reason", ""),
    )  # fmt: skip
