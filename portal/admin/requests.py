"""The request desk: what people ask about their own data, and what is done about it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import changes
from registries.days import today
from registries.messages import Refused
from registries.records import Invalid, Item, NotFound

from .. import jobs
from ..rights import erasing, service
from ..rights.service import Wish
from ..rights.wording import ASKED_BY, EVENTS, OPEN, RIGHT_HINTS, RIGHTS, STATES, TONES
from ..running import system
from ..security import actor, allowed
from ..typed import Problems, number, said, summary, text
from .blueprint import Answer, asked_id, pages

#: The tabs of the list, each with the states it shows.
VIEWS = {"open": OPEN, "decide": ("checked",), "answered": ("done", "refused")}


@pages.get("/requests")
@allowed("write")
def requests() -> str:
    """The requests in one's area: open ones by the day they are due, answered ones the latest first."""
    view = request.args.get("view", "open")
    states = VIEWS.get(view, OPEN)
    with system().database.reading() as session:
        found = service.in_state(session, states, actor=actor(), after=asked_id("after"))
        waiting = service.waiting(session, actor=actor())
        titles = {row.id: _title(_person(session, row.record_id)) for row in found.rows}
    onward = url_for("admin.requests", view=view, after=found.after) if found.after else None
    return render_template(
        "admin/requests.html", rows=found.rows, titles=titles, view=view, waiting=waiting, rights=RIGHTS,
        states=STATES, tones=TONES, onward=onward, today=today(),
    )  # fmt: skip


def _title(item: Item) -> str:
    """The person a request is about, by family name alone; the record itself, where reading is logged, has the rest."""
    name = str(item.values.get("name") or "")
    return f"{name[:1]}*" if name else gettext("erased")


def _person(session: Session, record_id: UUID) -> Item:
    records = system().catalogue[service.KIND]
    first, *_others = service.same_person(session, records, record_id)
    return records.load(session, [first])[0]


@pages.route("/requests/new/<uuid:record_id>", methods=["GET", "POST"])
@allowed("write")
def new_request(record_id: UUID) -> Answer:
    """Receive a request about a resident."""
    if request.method == "GET":
        return _new_page(record_id, {})
    wish = Wish(text("right"), text("asked_by"), text("proof"), request.form.getlist("fields"))
    try:
        with system().database.writing("system") as session:
            made = service.receive(
                session, system().catalogue, record_id, wish, days=system().settings.request_days, actor=actor()
            )
    except (Invalid, Refused) as error:
        return _new_page(record_id, said(error)), 422
    flash(gettext("Request %(number)s was received.", number=made.number))
    return redirect(url_for("admin.show_request", request_id=made.id))


def _new_page(record_id: UUID, problems: Problems) -> str:
    records = system().catalogue[service.KIND]
    with system().database.reading() as session:
        item = records.get(session, record_id, actor=actor())
        if not actor().may("write", service.DATABASE, item.area_path):
            raise NotFound(str(record_id))
    fields = [
        (name, gettext(told.label)) for name, told in records.storage.fields.items() if not told.computed
    ]
    return render_template(
        "admin/request_new.html", item=item, title=_title(item), problems=problems, summary=summary(problems),
        rights=[(key, _explained(name, RIGHT_HINTS[key])) for key, name in RIGHTS.items()],
        asked_by=[(key, gettext(name)) for key, name in ASKED_BY.items()], fields=fields, typed=request.form,
        days=system().settings.request_days,
    )  # fmt: skip


def _explained(name: str, hint: str) -> str:
    return gettext("%(right)s: %(hint)s", right=gettext(name), hint=gettext(hint))


@pages.get("/requests/<uuid:request_id>")
@allowed("write")
def show_request(request_id: UUID) -> str:
    """A request: where it stands, who did what, and what can be done next."""
    return _request_page(request_id, {})


def _request_page(request_id: UUID, problems: Problems) -> str:
    records = system().catalogue[service.KIND]
    with system().database.reading() as session:
        row = service.find(session, request_id, actor=actor())
        item = _person(session, row.record_id)
        log = changes.history(session, "system", row.id)
        job = jobs.latest(session, row.id)
        second = service.may_decide(row, actor=actor())
        may_erase = actor().may("erase", service.DATABASE, row.area_path)
    return render_template(
        "admin/request.html", row=row, item=item, title=_title(item), log=log, job=job, second=second,
        may_erase=may_erase, problems=problems, summary=summary(problems), rights=RIGHTS, states=STATES, tones=TONES,
        asked_by=ASKED_BY, events=EVENTS, labels={name: told.label for name, told in records.storage.fields.items()},
        today=today(), typed=request.form, noted=erasing.note_of(system().keys, row.record_id),
        is_open=row.state in OPEN,
    )  # fmt: skip


def _step(request_id: UUID, verb: str, told: str, **more: str) -> Answer:
    """Take a request a step further, or say why not."""
    step = {
        "check": service.check, "approve": service.approve, "refuse": service.refuse,
    }  # fmt: skip
    try:
        with system().database.writing("system") as session:
            if verb == "finish":
                service.finish(
                    session, system().catalogue, request_id, version=number("version"), actor=actor(), **more
                )
            else:
                step[verb](session, request_id, version=number("version"), actor=actor(), **more)
    except (Invalid, Refused) as error:
        return _request_page(request_id, said(error)), 422
    flash(told)
    return redirect(url_for("admin.show_request", request_id=request_id))


@pages.post("/requests/<uuid:request_id>/check")
@allowed("write")
def check_request(request_id: UUID) -> Answer:
    """Confirm that whoever asks has shown who they are."""
    return _step(request_id, "check", gettext("The identity is confirmed; somebody else decides now."))


@pages.post("/requests/<uuid:request_id>/approve")
@allowed("erase")
def approve_request(request_id: UUID) -> Answer:
    """Decide that a request is met."""
    return _step(request_id, "approve", gettext("The request is approved."))


@pages.post("/requests/<uuid:request_id>/refuse")
@allowed("erase")
def refuse_request(request_id: UUID) -> Answer:
    """Decide that a request is not met."""
    return _step(request_id, "refuse", gettext("The request is refused."), reason=text("reason"))


@pages.post("/requests/<uuid:request_id>/finish")
@allowed("write")
def finish_request(request_id: UUID) -> Answer:
    """Note that the copy was handed over or the record corrected."""
    return _step(request_id, "finish", gettext("The request is done."), answer=text("answer"))
