"""Files into the registries: send one, have it checked, see what would change, apply it, take it back.

The steps are those of the desk and are done by the same jobs; each answer says where the import stands. A token that is
narrowed to an area sends no files: the jobs act for its owner, and the rows of a file may lie anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext
from werkzeug.exceptions import UnsupportedMediaType

from registries.access import Actor
from registries.db import new_id
from registries.importing import reviewing
from registries.messages import N_, Problem
from registries.records import Invalid, NotFound

from ..imports import arriving, service
from ..imports.arriving import Arrival
from ..imports.service import APPLY, UNDO, Import
from ..jobs import Job
from ..running import system
from ..security import account, actor, allowed
from . import answers, asking, problems
from .blueprint import pages
from .failures import Answered

FIELDS = ("kind", "area", "as_of", "source", "blank")
SENDING = "api.send_file"
FORM_BYTES, SHOWN = 1_000_000, 50


@pages.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let files in that are as large as is set, from programs with a token."""
    if endpoint == SENDING and account() is not None:
        request.max_content_length = system().settings.import_max_bytes + FORM_BYTES


@pages.get("/imports")
@allowed("import")
def list_imports() -> Response:
    """The latest imports that the token may see, the newest first."""
    told = asking.parameters("limit")
    search = reviewing.Search(limit=asking.number(told, "limit", reviewing.PAGE, 1, asking.MOST_KEY))
    with system().database.reading() as session:
        found = reviewing.listed(session, search, actor=actor())
    return answers.send({"items": [
        {"id": str(one.id), "kind": one.kind, "state": one.state, "file_name": one.file_name, "source": one.source,
         "actor": one.actor, "counts": one.counts or None} for one in found
    ]})  # fmt: skip


@pages.post("/imports")
@allowed("import")
def send_file() -> Response:
    """Take a file in; it waits for its columns to be confirmed."""
    sender = _whole(actor())
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    strange = [name for name in (*request.form, *request.files) if name not in (*FIELDS, "file")]
    if strange:
        raise asking.refuse(*(problems.member(f"/{name[:60]}", "unknown", asking.UNKNOWN_MEMBER) for name in strange))
    _require_form()
    told = Arrival(token=_token(), **{name: request.form[name] for name in FIELDS if name in request.form})
    file = request.files.get("file")
    try:
        import_id = arriving.arrive(
            system(), told, file.stream if file else None,  # type: ignore[arg-type]
            (file.filename or "") if file else "", actor=sender,
        )  # fmt: skip
    except Invalid as error:
        raise _refused(error) from error
    return _answer(import_id, 201)


def _require_form() -> None:
    day, blank = request.form.get("as_of", ""), request.form.get("blank", "keep")
    errors = []
    if request.form.get("kind") not in system().catalogue:
        errors.append(problems.member("/kind", "invalid", Problem(
            N_("This value cannot be read."), N_("Name a kind of record: %(kinds)s."), kinds=list(system().catalogue),
        )))  # fmt: skip
    if blank not in ("keep", "clear"):
        errors.append(problems.member("/blank", "invalid", Problem(
            N_("This value cannot be read."), N_("Write “keep” or “clear”."),
        )))  # fmt: skip
    if errors:
        raise asking.refuse(*errors)
    asking.day(day or None)


def _token() -> str:
    """The id of the upload: the same for a file that is sent again under its Idempotency-Key."""
    asked = asking.under_key()
    if asked is None:
        return str(new_id())
    key = f"{asking.sender()}\n{asked.key}".encode()
    return str(UUID(bytes=system().keys.mac("api.import", key)[:16]))


@pages.get("/imports/<uuid:import_id>")
@allowed("import")
def read_import(import_id: UUID) -> Response:
    """Where an import stands: its columns, what it would change or did, what is wrong with its first rows."""
    asking.parameters()
    return _answer(import_id)


@pages.post("/imports/<uuid:import_id>/check")
@allowed("import")
def check_import(import_id: UUID) -> Response:
    """Have the file checked, with the fields that are named for its columns or those that were proposed."""
    sender = _whole(actor())
    _reached(import_id)
    told = asking.body({"columns": dict, "constants": dict, "source_key": list, "remember": bool})
    for name in ("columns", "constants"):
        _require_texts(name, (told[name] or {}).values())
    _require_texts("source_key", told["source_key"] or ())
    with system().database.reading() as session:
        proposed = service.proposed(system(), session, import_id, actor=sender)
    try:
        service.check(
            system(), import_id, {**proposed.columns, **(told["columns"] or {})}, told["constants"] or {},
            told["source_key"] or [], bool(told["remember"]), actor=sender,
        )  # fmt: skip
    except Invalid as error:
        raise _refused(error) from error
    return _answer(import_id, 202)


def _require_texts(name: str, values: Iterable[Any]) -> None:
    if any(not isinstance(value, str | None) or len(value or "") > asking.MOST_TEXT for value in values):
        raise asking.refuse(problems.member(f"/{name}", "type", Problem(
            N_("It holds something else than short texts."), N_("See /api/openapi.json."),
        )))  # fmt: skip


@pages.post("/imports/<uuid:import_id>/apply")
@allowed("import")
def apply_import(import_id: UUID) -> Response:
    """Have a checked file written; asking twice does it once."""
    return _ask(import_id, APPLY)


@pages.post("/imports/<uuid:import_id>/undo")
@allowed("import")
def undo_import(import_id: UUID) -> Response:
    """Have an applied file taken back."""
    return _ask(import_id, UNDO)


def _ask(import_id: UUID, step: str) -> Response:
    _reached(import_id)
    service.ask(system(), import_id, step, actor=_whole(actor()))
    return _answer(import_id, 202)


@pages.delete("/imports/<uuid:import_id>")
@allowed("import")
def forget_import(import_id: UUID) -> Response:
    """Forget a file that was not applied."""
    asking.parameters()
    _reached(import_id)
    service.give_up(system(), import_id, actor=_whole(actor()))
    return Response(status=204)


def _whole(sender: Actor) -> Actor:
    """The actor, if its token reaches as far as its owner.

    :raises Answered: the token is narrowed to an area.
    """
    if sender.limits is not None and sender.limits.area_path:
        told = gettext(N_("A token that is narrowed to an area sends no files. Use one that reaches as far as you do."))
        raise Answered(problems.answer(403, told))
    return sender


def _reached(import_id: UUID) -> Import:
    """An import into a registry that the token reaches.

    Its owner may have sent files into others, with another token or at the desk, and the jobs act with all his rights.

    :raises NotFound: there is none.
    """
    asker = actor()
    with system().database.reading() as session:
        one = service.find(session, import_id, actor=asker)
    if asker.scopes("import", system().catalogue[one.kind].kind.database) == []:
        raise NotFound(f"import {import_id}")
    return one


def _refused(error: Invalid) -> Answered:
    found = [(name, problem) for name, several in error.errors.items() for problem in several]
    return asking.refuse(*(
        problems.member(f"/{name.replace('constant-', 'constants/')}", "invalid", problem) for name, problem in found
    ))  # fmt: skip


def _answer(import_id: UUID, status: int = 200) -> Response:
    asker, one = actor(), _reached(import_id)
    with system().database.reading() as session:
        own = one.upload is not None and one.upload.actor == asker.name
        columns = dict(service.proposed(system(), session, import_id, actor=asker).columns) if own else {}
        records = system().catalogue[one.kind]
        faults = reviewing.faults(session, records, one.batch, SHOWN) if one.batch is not None else []
    told = {
        "id": str(one.id), "kind": one.kind, "state": one.state, "file_name": _of(one, "file_name"),
        "source": _of(one, "source"), "columns": columns,
        "counts": one.batch.counts if one.batch is not None and one.batch.counts else None,
        "errors": [_fault(fault) for fault in faults], "job": _job(one.job),
    }  # fmt: skip
    headers = {"Location": f"/api/v1/imports/{one.id}"} if status == 201 else {}
    return answers.send(told, status, headers)


def _of(one: Import, name: str) -> str:
    source = one.upload if one.upload is not None else one.batch
    return str(getattr(source, name))


def _fault(fault: reviewing.Fault) -> dict[str, Any]:
    told = problems.member("", "invalid", fault.problem)
    return {
        "row": fault.number, "field": fault.name, "heading": fault.heading, "value": fault.value,
        "message": told["message"], "remedy": told["remedy"],
    }  # fmt: skip


def _job(job: Job | None) -> dict[str, Any] | None:
    if job is None:
        return None
    failure = problems.sentence(Problem.from_json(job.failure)) if job.failure else None
    return {"kind": job.kind, "state": job.state, "done": job.done, "total": job.total, "failure": failure}
