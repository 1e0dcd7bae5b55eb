"""Export a list, see what was exported, approve what others asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from registries import listing
from registries.access import NotAllowed
from registries.fields import RecordField
from registries.filters import EMPTY, Range
from registries.importing import exporting
from registries.importing.exporting import Wish
from registries.messages import Problem, Refused
from registries.records import Invalid, NotFound, Records
from registries.schemas import Parts

from .. import jobs
from ..desk.narrowing import MARKS, read_wish
from ..downloads import named
from ..jobs.queue import OPEN_STATES
from ..running import language, system
from ..security import actor, allowed
from ..values import Wording, wording
from . import service
from .models import ExportOrder
from .service import STATE_NAMES, Asking

pages = Blueprint("exports", __name__, url_prefix="/desk")

PAGE = 50
TONES = {"asked": "warn", "ready": "info", "made": "good", "refused": "danger", "gone": ""}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Fields of the form that are no filters of the list.
OWN = ("csrf_token", "column", "column-shown", "reveal", "reason")


def exportable(kind: str) -> Records:
    """The records of a kind that the account may export somewhere.

    :raises NotFound: there is no such kind, or it may not.
    """
    records = system().catalogue.get(kind)
    if records is None or actor().scopes("export", records.kind.database) == []:
        raise NotFound(kind)
    return records


@pages.route("/<kind>/export", methods=["GET", "POST"])
@allowed("export")
def new(kind: str) -> str | BaseResponse | tuple[str, int]:
    """Ask for an export of a list, with the filters that the list had."""
    records = exportable(kind)
    if request.method == "GET":
        return _form(records, request.args, {})
    filters = MultiDict((name, value) for name, value in request.form.items(multi=True) if name not in OWN)
    with system().database.reading() as session:
        asked = read_wish(records, filters, wording(session))
    asking = Asking(
        request.form.getlist("column"), asked.wish, request.form.get("reveal") == "1", request.form.get("reason", ""),
        language(),
    )
    try:
        order_id = service.order(system(), records, asking, actor=actor())
        service.begin(system(), order_id, actor=actor())
    except Invalid as invalid:
        return _form(records, filters, {
            name: [problem.localised(gettext) for problem in problems] for name, problems in invalid.errors.items()
        }), 422
    return redirect(url_for("exports.show", order_id=order_id), 303)


def _form(records: Records, filters: MultiDict[str, str], errors: Mapping[str, Sequence[str]]) -> str:
    with system().database.reading() as session:
        asked = read_wish(records, filters, wording(session))
        count = exporting.size(session, records, Wish(listing=asked.wish), actor=actor())
    everything = exporting.columns(records, Wish(reveal=True))
    masked = exporting.columns(records, Wish())
    told = request.form if request.method == "POST" else None
    chosen = told.getlist("column") if told is not None else list(masked)
    return render_template(
        "exports/new.html", records=records, kind=records.name, count=count,
        chips=[text for _name, text in asked.chips],
        filters=[pair for pair in filters.items(multi=True) if pair[0] not in ("after", "before")],
        columns=[(name, gettext(item.label)) for name, item in everything.items()],
        hidden=[gettext(item.label) for name, item in everything.items() if name not in masked],
        chosen=chosen, may_reveal=actor().scopes("reveal", records.kind.database) != [],
        reveal=told is not None and told.get("reveal") == "1",
        reason=told.get("reason", "") if told is not None else "",
        errors=errors, problems=[(name, text) for name, texts in errors.items() for text in texts],
    )


@pages.get("/exports/")
@allowed("export")
def history() -> str:
    """One's own exports, and what others wait to have approved."""
    try:
        before = UUID(request.args["before"]) if "before" in request.args else None
    except ValueError:
        before = None
    with system().database.reading() as session:
        found = service.own(session, actor=actor(), before=before, limit=PAGE + 1)
        waiting = service.waiting(system(), session, actor=actor()) if before is None else []
        rows = [(one, service.reason_of(session, one)) for one in found[:PAGE]]
        asked = [(one, service.reason_of(session, one)) for one in waiting]
    return render_template(
        "exports/history.html", rows=rows, asked=asked, catalogue=system().catalogue, state_names=STATE_NAMES,
        tones=TONES, first=url_for("exports.history") if before else None,
        after=url_for("exports.history", before=found[PAGE - 1].id) if len(found) > PAGE else None,
        kinds=[name for name, records in system().catalogue.items()
               if actor().scopes("export", records.kind.database) != []],
    )  # fmt: skip


@pages.get("/exports/<uuid:order_id>")
@allowed("export")
def show(order_id: UUID) -> str:
    """One export: its progress, its file, or what became of the request."""
    with system().database.reading() as session:
        found = service.find(system(), session, order_id, actor=actor())
        job = jobs.latest(session, found.id)
        wish = service.wish_of(session, found)
        told = _told(session, found, wish)
    records = system().catalogue[found.kind]
    return render_template(
        "exports/show.html", order=found, job=job, is_open=job is not None and job.state in OPEN_STATES,
        records=records, state_names=STATE_NAMES, tones=TONES, own=found.actor == actor().name,
        failure=Problem.from_json(job.failure).localised(gettext) if job is not None and job.failure else None, **told,
    )


def _told(session: Any, found: ExportOrder, wish: Wish) -> dict[str, Any]:
    """What the page says of the wish: the columns by name, and which filters there are."""
    records, asked = system().catalogue[found.kind], wish.listing or listing.Wish()
    fields, words = exporting.columns(records, wish), wording(session)
    areas = [words.known.areas.at(path) for path in asked.areas]
    filters = [words.area(area.id) for area in areas if area is not None]
    for name, value in asked.filters.items():
        label = gettext(records.storage.fields[name].label)
        text = _filter(words, records.storage.fields[name], value)
        filters.append(gettext("%(label)s: %(text)s", label=label, text=text))
    filters += [gettext(text) for name, text in MARKS.items() if getattr(asked, name)]
    return {
        "reason": service.reason_of(session, found), "columns": [gettext(item.label) for item in fields.values()],
        "filters": filters, "count": service.size(system(), session, found),
    }


def _filter(words: Wording, item: RecordField, value: Any) -> str:
    """A filter in words; what a sealed field is looked for by is not repeated."""
    if item.sealed:
        return "…"
    if value is EMPTY:
        return gettext("nothing filled in")
    if isinstance(value, Range):
        least, most = (words.text(item, bound) if bound is not None else "…" for bound in (value.least, value.most))
        return f"{least} – {most}"
    values = value if isinstance(value, list) else [value]
    if isinstance(item, Parts):
        return gettext(", ").join(map(str, values))
    return gettext(", ").join(words.text(item, one) or str(one) for one in values)


@pages.post("/exports/<uuid:order_id>/make")
@allowed("export")
def make(order_id: UUID) -> BaseResponse:
    """Make the file of an order whose making was cut off or stopped."""
    service.begin(system(), order_id, actor=actor())
    return redirect(url_for("exports.show", order_id=order_id), 303)


@pages.post("/exports/<uuid:order_id>/decide")
@allowed("administer_registries")
def decide(order_id: UUID) -> BaseResponse:
    """Approve or refuse what another asked for."""
    try:
        service.decide(
            system(), order_id, request.form.get("answer") == "approve", request.form.get("words", ""), actor=actor()
        )
    except Refused as refused:
        flash(refused.problem.localised(gettext), "warn")
    return redirect(url_for("exports.history"), 303)


@pages.get("/exports/<uuid:order_id>/file.xlsx")
@allowed("export")
def file(order_id: UUID) -> Response:
    """The file, for whoever asked for it and for a day."""
    with system().database.reading() as session:
        found = service.find(system(), session, order_id, actor=actor())
    if found.actor != actor().name or found.state != "made" or found.file_until is None:
        raise NotFound("file")
    if found.file_until < service.now() or not service.still_may(system(), found, actor=actor()):
        raise NotAllowed("export")
    label = gettext(system().catalogue[found.kind].kind.label)
    answer = Response(service.files(system()).blocks(found.id), mimetype=XLSX)
    return named(answer, f"{label}-{found.number}.xlsx")
