"""The files of a record: photos and papers, shown to whoever may see the record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from registries import attachments, showing
from registries.messages import Refused

from .. import pictures
from ..downloads import named
from ..running import system
from ..security import account, actor, allowed
from .pages import pages, records_of

#: What is taken at once, all files together.
MOST_SENT = 60_000_000


@pages.app_url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Photos are larger than what other pages take; asked before anything of the form is read."""
    if request.method == "POST" and endpoint in ("desk.attach", "desk.note_check") and account() is not None:
        request.max_content_length = MOST_SENT


@pages.post("/<kind>/<uuid:record_id>/files")
@allowed("write")
def attach(kind: str, record_id: UUID) -> BaseResponse:
    """Keep the files that were sent."""
    told = records_of(kind)
    sent = [one for one in request.files.getlist("file") if one.filename]
    page = redirect(url_for("desk.record", kind=kind, record_id=record_id, _anchor="files"), 303)
    if not sent:
        flash(gettext("Choose a file first."), "warn")
        return page
    try:
        uploads = [pictures.looked_at(one, request.form.get("caption", "").strip() or None) for one in sent]
        with system().database.writing(told.kind.database) as session:
            item = told.writable(session, record_id, actor=actor())
            attachments.add(session, told, item, uploads, actor=actor())
    except Refused as refused:
        flash(refused.problem.localised(gettext), "danger")
        return page
    flash(gettext("Saved."), "good")
    return page


@pages.get("/<kind>/<uuid:record_id>/files/<uuid:file_id>")
@allowed("read")
def file(kind: str, record_id: UUID, file_id: UUID) -> Response:
    """One file; a picture is shown, anything else is downloaded."""
    told = records_of(kind)
    with system().database.reading() as session:
        item = told.get(session, record_id, actor=actor())
        one, data = attachments.content(session, told, item.id, file_id)
    showing.note_view(system().database, told, [item], actor=actor())
    answer = Response(data, mimetype=one.media_type)
    how = "inline" if one.is_picture else "attachment"
    named(answer, one.name, how)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@pages.post("/<kind>/<uuid:record_id>/files/<uuid:file_id>/remove")
@allowed("write")
def detach(kind: str, record_id: UUID, file_id: UUID) -> BaseResponse:
    """Take a file away."""
    told = records_of(kind)
    with system().database.writing(told.kind.database) as session:
        attachments.remove(session, told, record_id, file_id, actor=actor())
    flash(gettext("The file is gone."), "good")
    return redirect(url_for("desk.record", kind=kind, record_id=record_id, _anchor="files"), 303)
