"""The history of imports, a new import, and templates to fill in."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from registries import references
from registries.db import new_id
from registries.importing import reviewing
from registries.importing.batches import STATE_NAMES
from registries.importing.reviewing import Search
from registries.records import Invalid, NotFound

from ..running import language, system
from ..security import actor, allowed
from ..typed import in_words, summary
from . import arriving, service, workbooks
from .arriving import Arrival
from .pages import pages

#: The states that the history can be narrowed to.
STATES = ("staged", "applied", "undone", "expired")


@pages.get("/")
@allowed("import", "undo")
def history() -> str:
    """The imports that the account may see, the newest first."""
    kinds = [records.name for records in arriving.importable(system(), actor())]
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    author = actor().name if request.args.get("mine") else None
    search = Search(
        kinds=[kind] if kind in kinds else (), state=state if state in STATES else None, author=author,
        before=_uuid(request.args.get("before")), limit=reviewing.PAGE + 1,
    )
    with system().database.reading() as session:
        batches = reviewing.listed(session, search, actor=actor())
        waiting = service.unfinished(session, actor=actor()) if search.before is None else []
        areas = references.load(session).areas
    more = len(batches) > reviewing.PAGE
    batches = batches[: reviewing.PAGE]
    address = {"kind": kind or None, "state": state or None, "mine": "1" if author else None}
    return render_template(
        "imports/history.html", batches=batches, waiting=waiting, areas=areas, catalogue=system().catalogue,
        kinds=kinds, kind=kind, state=state, mine=bool(author), states=STATES, state_names=STATE_NAMES,
        filtered=bool(kind or state or author),
        after=url_for("imports.history", before=batches[-1].id, **address) if more else None,
        first=url_for("imports.history", **address) if search.before else None,
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@pages.route("/new", methods=["GET", "POST"])
@allowed("import")
def new() -> str | BaseResponse | tuple[str, int]:
    """Send a file in."""
    if request.method == "GET":
        kinds = arriving.importable(system(), actor())
        kind = request.args.get("kind", "")
        if kind not in {records.name for records in kinds} and len(kinds) != 1:
            return _form(Arrival(token=str(new_id())), {})
        return _form(Arrival(token=str(new_id()), kind=kind or kinds[0].name), {})
    told = Arrival(**{
        name: request.form.get(name, "") for name in ("token", "kind", "area", "as_of", "source", "blank")
    })
    file = request.files.get("file")
    try:
        stream = file.stream if file is not None and file.filename else None
        name = file.filename or "" if file is not None else ""
        upload_id = arriving.arrive(system(), told, stream, name, actor=actor())  # type: ignore[arg-type]
    except Invalid as invalid:
        return _form(told, in_words(invalid.errors)), 422
    return redirect(url_for("imports.columns", import_id=upload_id), 303)


def _form(told: Arrival, errors: dict[str, list[str]]) -> str:
    kinds = arriving.importable(system(), actor())
    with system().database.reading() as session:
        known = references.load(session)
        sources = service.sources(session, actor=actor())
    areas: dict[Any, str] = {}
    for records in kinds:
        if told.kind in ("", records.name):
            areas.update({
                entry.id: known.areas.full_name(entry, language())
                for entry in arriving.areas_for(known, records, actor())
            })
    return render_template(
        "imports/new.html", told=told, errors=errors, problems=summary(errors), areas=list(areas.items()),
        kinds=[(records.name, gettext(records.kind.label)) for records in kinds], sources=sources,
        most=system().settings.import_max_bytes,
    )


@pages.get("/template/<kind>.xlsx")
@allowed("import")
def template(kind: str) -> Response:
    """An empty sheet of a kind, with notes, choices and an example."""
    if kind not in {records.name for records in arriving.importable(system(), actor())}:
        raise NotFound(kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "template.xlsx")
        workbooks.write_template(system(), kind, path, language())
        data = path.read_bytes()
    label = gettext(system().catalogue[kind].kind.label)
    told = gettext("template")
    name = f"{label}-{told}.xlsx"
    return send_file(io.BytesIO(data), mimetype=workbooks.XLSX, as_attachment=True, download_name=name)

