"""The jobs that one asked for: what they are doing, what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registries.messages import N_, Problem
from registries.records import NotFound

from .. import formats
from ..exports.models import ExportOrder
from ..imports.models import Upload
from ..running import system
from ..security import actor, allowed
from . import queue
from .models import Job
from .queue import KIND_NAMES, OPEN_STATES, STATE_NAMES

pages = Blueprint("jobs", __name__, url_prefix="/desk/jobs")

PAGE = 50
#: One search for duplicates of a kind at a time, whoever asks for it.
SEARCHES = UUID("5a1c0de5-0000-4000-8000-000000000004")
TONES = {"waiting": "", "running": "info", "done": "good", "failed": "danger", "stopped": "warn"}
#: What the figures of a result are called, for people.
RESULT_NAMES = {
    "new": N_("new"), "changed": N_("changed"), "same": N_("unchanged"), "duplicate": N_("repeated in the file"),
    "transfer": N_("registered elsewhere"), "error": N_("failed"), "restored": N_("changes taken back"),
    "conflicts": N_("left as they are, changed since"), "rows": N_("records"), "documents": N_("documents"),
    "files": N_("files"), "folder": N_("folder"),
}


def subject(job: Job) -> str | None:
    """The address of what a job is about."""
    if job.subject_id is None:
        return None
    if job.kind.startswith("import_"):
        return url_for("imports.show", import_id=job.subject_id)
    if job.kind == "export":
        return url_for("exports.show", order_id=job.subject_id)
    if job.kind == "duplicates":
        return url_for("desk.duplicates_list")
    if job.kind == "verify":
        return url_for("admin.verification")
    if job.kind == "area_relocate":
        return url_for("admin.area", area_id=job.subject_id)
    if job.kind == "erase_request":
        return url_for("admin.show_request", request_id=job.subject_id)
    return None


def names(session: Session, found: Sequence[Job]) -> dict[UUID, str]:
    """What jobs are about, by its id: the file of an import, the number of an export."""
    ids = {job.subject_id for job in found if job.subject_id is not None}
    uploads = session.execute(sa.select(Upload.id, Upload.batch_id, Upload.file_name).where(
        sa.or_(Upload.id.in_(ids), Upload.batch_id.in_(ids))
    )).all()
    told = {key: row.file_name for row in uploads for key in (row.id, row.batch_id) if key is not None}
    orders = session.execute(sa.select(ExportOrder.id, ExportOrder.number).where(ExportOrder.id.in_(ids))).all()
    return told | {row.id: row.number for row in orders}


def figures(job: Job) -> list[tuple[str, Any]]:
    """What a job has to tell, with the names of its figures.

    A search for duplicates goes through a registry as a whole: how many there are elsewhere is nobody's to know here,
    and the list of them counts one's own.
    """
    told = (job.result or {}) if job.kind != "duplicates" else {}
    return [
        (gettext(name), formats.number(told[key]) if isinstance(told[key], int) else told[key])
        for key, name in RESULT_NAMES.items() if key in told
    ]


def failure(job: Job) -> str | None:
    """Why a job failed and what to do, in the language of the request."""
    return Problem.from_json(job.failure).localised(gettext) if job.failure else None


@pages.get("/")
@allowed("signed_in")
def own() -> str:
    """The jobs that the account asked for, the newest first."""
    try:
        before = UUID(request.args["before"]) if "before" in request.args else None
    except ValueError:
        before = None
    with system().database.reading() as session:
        found = queue.own(session, actor=actor(), before=before, limit=PAGE + 1)
        about = names(session, found)
    onward = url_for("jobs.own", before=found[PAGE - 1].id) if len(found) > PAGE else None
    return render_template(
        "jobs/own.html", jobs=found[:PAGE], onward=onward, first=url_for("jobs.own") if before else None,
        kind_names=KIND_NAMES, state_names=STATE_NAMES, tones=TONES, subject=subject, failure=failure,
        about=about,
    )


@pages.get("/<uuid:job_id>")
@allowed("signed_in")
def show(job_id: UUID) -> str:
    """A job: how far it has come, or what came of it."""
    with system().database.reading() as session:
        job = queue.find(session, job_id, actor=actor())
    return render_template(
        "jobs/show.html", job=job, title=gettext(KIND_NAMES[job.kind]), state_names=STATE_NAMES, tones=TONES,
        subject=subject(job), figures=figures(job), failure=failure(job), is_open=job.state in OPEN_STATES,
    )


@pages.get("/<uuid:job_id>/state")
@allowed("signed_in")
def state(job_id: UUID) -> Response:
    """How far a job has come, for the script that asks again and again."""
    with system().database.reading() as session:
        job = queue.find(session, job_id, actor=actor())
    return jsonify(state=job.state, done=job.done, total=job.total, ended=job.state not in OPEN_STATES)


@pages.post("/duplicates/<kind>")
@allowed("import")
def find_duplicates(kind: str) -> BaseResponse:
    """Look through all records of a kind for those that may be one thing."""
    if kind not in system().catalogue:
        raise NotFound(kind)
    with system().database.writing("system") as session:
        told = {"kind": kind}
        job = queue.enqueue(session, "duplicates", told, actor=actor(), subject_id=uuid5(SEARCHES, kind))
    if job.actor != actor().name:
        flash(gettext("Somebody else is having this done just now."), "info")
        return redirect(url_for("desk.duplicates_list", kind=kind), 303)
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@pages.post("/<uuid:job_id>/stop")
@allowed("signed_in")
def stop(job_id: UUID) -> BaseResponse:
    """Stop a job; what it was doing is undone."""
    with system().database.writing("system") as session:
        queue.ask_to_stop(session, job_id, actor=actor())
    flash(gettext("It stops in a moment."), "info")
    return redirect(url_for("jobs.show", job_id=job_id), 303)
