"""An import from its check to its end: what would change, apply it, what became of it, take it back."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from registries import readings, references
from registries.access import NotAllowed
from registries.db import now
from registries.importing import reviewing
from registries.importing.batches import FAILED_KEPT, STATE_NAMES, Batch
from registries.messages import N_, Problem, Refused
from registries.records import NotFound

from .. import cursors, jobs
from ..running import language, system
from ..sealed_files import out_of_sight
from ..security import actor, allowed, may
from . import service, workbooks
from .pages import found, note_shown, pages
from .service import APPLY, UNDO, Import

SHOWN = 50
#: The tables of the check page show so many rows each; the page of the differences shows them all.
FEW = 10
WORKING = {
    "checking": N_("The file is being checked"), "applying": N_("The records are being written"),
    "undoing": N_("The import is being taken back"),
}


@pages.get("/<uuid:import_id>")
@allowed("import", "undo")
def show(import_id: UUID) -> str | BaseResponse:
    """An import wherever it stands."""
    one, _records = found(import_id)
    if one.state == "columns":
        return redirect(url_for("imports.columns", import_id=one.id), 303)
    if one.state in WORKING and one.job is not None:
        title = gettext(WORKING[one.state])
        return render_template("imports/working.html", one=one, job=one.job, title=title, own=_own(one))
    if one.state == "staged" and one.batch is not None:
        return _check_page(one, one.batch)
    return _result_page(one)


def _own(one: Import) -> bool:
    return one.upload is not None and one.upload.actor == actor().name


def _failure(one: Import) -> str | None:
    """Why the latest job about the import failed or stopped, if it did."""
    if one.job is None or one.job.failure is None:
        return None
    return Problem.from_json(one.job.failure).localised(gettext)


def _notes(batch: Batch) -> list[str]:
    return [Problem.from_json(note).localised(gettext) for note in batch.notes]


def _check_page(one: Import, batch: Batch) -> str:
    records = system().catalogue[batch.kind]
    with system().database.reading() as session:
        known = references.load(session).in_language(language())
        faults = reviewing.faults(session, records, batch, SHOWN)
        groups = reviewing.grouped(session, records, batch)
        warnings = reviewing.faults(session, records, batch, FEW, "warnings")
        changed, more = reviewing.differences(session, records, batch, known, actor=actor(), limit=FEW)
        doubts = reviewing.doubts(session, records, batch, actor=actor(), limit=FEW)
        transfers = reviewing.numbers(session, batch, "transfer", FEW)
        repeated = reviewing.numbers(session, batch, "duplicate", FEW)
        looks = service.looks_of(session, one.upload) if one.upload is not None and _own(one) else None
    letters = looks.letters if looks is not None else []
    note_shown((batch.kind, one_id) for one_id in (
        *(row.record_id for row in changed), *(doubt.other_id for doubt in doubts)
    ))
    return render_template(
        "imports/check.html", one=one, batch=batch, records=records, known=known, faults=faults, groups=groups,
        warnings=warnings, changed=changed, more=more, doubts=doubts, transfers=transfers, repeated=repeated,
        letters=letters, own=_own(one), failure=_failure(one), notes=_notes(batch),
        workbook=_has_workbook(one), scanned=reviewing.SCANNED, told=lambda fault: fault.problem.localised(gettext),
    )


def _result_page(one: Import) -> str:
    batch = one.batch
    written, left, known = [], [], None
    if batch is not None:
        with system().database.reading() as session:
            known = references.load(session)
            if batch.state == "applied":
                written = list(reviewing.written(session, system().catalogue, batch, actor=actor(), limit=SHOWN))
            elif batch.state == "undone" and not _left_nothing(one):
                left = reviewing.left_behind(session, batch)
    note_shown((kind, record_id) for kind, record_id, _action, _title in written)
    return render_template(
        "imports/result.html", one=one, batch=batch, records=system().catalogue[one.kind], written=written, left=left,
        known=known, own=_own(one), failure=_failure(one), state_names=STATE_NAMES,
        catalogue=system().catalogue, workbook=_has_workbook(one), may_undo=_may_undo(one),
        duplicates=_duplicates_address(one.kind),
        notes=_notes(batch) if batch is not None else [],
    )


def _duplicates_address(kind: str) -> str | None:
    return url_for("desk.duplicates_list", kind=kind) if may("desk") else None


def _left_nothing(one: Import) -> bool:
    """Whether the job that took it back told that it left no record; to ask the log takes long for a large batch."""
    return one.job is not None and (one.job.result or {}).get("conflicts") == 0


def _may_undo(one: Import) -> bool:
    """Whether taking it back may be asked for; where each record lies is asked when it is done."""
    if one.batch is None or one.batch.state != "applied":
        return False
    return one.batch.actor == actor().name or actor().scopes("undo", one.batch.database) != []


def _has_workbook(one: Import) -> bool:
    batch = one.batch
    return (
        batch is not None and batch.actor == actor().name and batch.counts["error"] > 0
        and batch.created_at > now() - FAILED_KEPT
    )


@pages.get("/<uuid:import_id>/changes")
@allowed("import", "undo")
def changes(import_id: UUID) -> str:
    """All rows that would change a record, a page at a time."""
    one, records = found(import_id)
    if one.batch is None or one.batch.state != "staged":
        raise NotFound("changes")
    after = request.args.get("after", 0, type=cursors.row_number)
    with system().database.reading() as session:
        known = references.load(session).in_language(language())
        rows, more = reviewing.differences(session, records, one.batch, known, actor=actor(), after=after)
    note_shown((records.name, row.record_id) for row in rows)
    onward = url_for("imports.changes", import_id=import_id, after=more) if more else None
    return render_template("imports/changes.html", one=one, records=records, changed=rows, after=onward)


@pages.post("/<uuid:import_id>/apply")
@allowed("import")
def apply(import_id: UUID) -> BaseResponse:
    """Have the checked rows written."""
    return _asked(import_id, APPLY)


def _asked(import_id: UUID, kind: str) -> BaseResponse:
    try:
        service.ask(system(), import_id, kind, actor=actor())
    except Refused as refused:
        flash(refused.problem.localised(gettext), "warn")
    return redirect(url_for("imports.show", import_id=import_id), 303)


@pages.route("/<uuid:import_id>/undo", methods=["GET", "POST"])
@allowed("import", "undo")
def undo(import_id: UUID) -> str | BaseResponse:
    """Take an applied import back, once that is confirmed."""
    one, records = found(import_id)
    if not _may_undo(one) or one.batch is None:
        if one.batch is not None and one.batch.state != "applied":
            return redirect(url_for("imports.show", import_id=import_id), 303)
        raise NotAllowed("undo")
    if request.method == "POST":
        return _asked(import_id, UNDO)
    with system().database.reading() as session:
        edited = reviewing.edited(session, one.batch)
    return render_template("imports/undo.html", one=one, batch=one.batch, records=records, edited=edited)


@pages.post("/<uuid:import_id>/discard")
@allowed("import")
def discard(import_id: UUID) -> BaseResponse:
    """Forget a file that is not to be applied."""
    try:
        service.give_up(system(), import_id, actor=actor())
    except Refused as refused:
        flash(refused.problem.localised(gettext), "warn")
        return redirect(url_for("imports.show", import_id=import_id), 303)
    flash(gettext("The file and what was found in it are forgotten; nothing was written."))
    return redirect(url_for("imports.history"), 303)


@pages.get("/<uuid:import_id>/failed-rows.xlsx")
@allowed("import")
def failed_rows(import_id: UUID) -> Response:
    """The rows that failed, as they came, with the reasons; for whoever sent the file, and for seven days."""
    one, _records = found(import_id)
    batch = one.batch
    if batch is None or not _has_workbook(one):
        raise NotFound("failed rows")
    readings.note(
        system().database, actor(), "export", batch.kind, record_ids=[batch.id], fields=["failed rows"],
        count=batch.counts["error"],
    )
    with out_of_sight() as folder, system().database.reading() as session:
        path = folder / "failed.xlsx"
        workbooks.write_failed(system(), session, batch, path, language())
        data = path.read_bytes()
    # What is told inside a formatted string is not found by who collects texts.
    told = gettext("failed rows")
    name = f"{Path(batch.file_name).stem}-{told}.xlsx"
    return send_file(io.BytesIO(data), mimetype=workbooks.XLSX, as_attachment=True, download_name=name)


@pages.post("/<uuid:import_id>/stop")
@allowed("import", "undo")
def stop(import_id: UUID) -> BaseResponse:
    """Stop what is being done with the import; what is not finished then is as if it had not been begun."""
    one, _records = found(import_id)
    if one.job is not None and one.job.actor == actor().name:
        with system().database.writing("system") as session:
            jobs.ask_to_stop(session, one.job.id, actor=actor())
        flash(gettext("It stops in a moment."), "info")
    return redirect(url_for("imports.show", import_id=import_id), 303)

