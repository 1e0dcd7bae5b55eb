"""The audit trail in the browser: who saw or changed what, and whether the logs are as they were written."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import audit, changes, heads, references
from registries.audit import Cursor, Question, Scope
from registries.db import DATABASES
from registries.messages import N_

from .. import cursors, jobs
from ..running import language, system
from ..security import actor, allowed
from ..typed import Problems, summary
from .blueprint import pages
from .wording import ACTIONS, action_name, field_name, kind_name, value_shown
from .wording import DATABASES as DATABASE_NAMES

VERIFY = "verify"
#: All verifications are about the same thing, so that two asked for at once are one.
LOGS = UUID("5a1c0de5-0000-4000-8000-000000000001")
_TRAIL = cursors.purpose("audit trail")
_FILTERS = ("actor", "kind", "action", "record", "batch", "since", "until", "database")


@pages.get("/audit")
@allowed("any_administration")
def trail() -> str:
    """Who saw or changed what, the latest first, within what the account may know."""
    question, problems = _question()
    catalogue = system().catalogue
    with system().database.reading() as session:
        known = references.load(session).in_language(language())
        scope = audit.scope_of(catalogue, known, actor=actor())
        found = audit.find(session, catalogue, known, question, actor=actor())
        offered = audit.choices(session, catalogue, known, actor=actor())
    kept = {name: request.args[name] for name in _FILTERS if request.args.get(name, "").strip()}
    return render_template(
        "admin/audit.html", lines=found.lines, problems=problems, summary=summary(problems), typed=request.args,
        kinds=[(kind, kind_name(catalogue, kind)) for kind in offered.kinds], actors=offered.actors,
        actions=[(action, action_name(action)) for action in offered.actions or sorted(ACTIONS)],
        databases=[(name, gettext(DATABASE_NAMES[name])) for name in scope.databases],
        only_own=scope.actor, values=scope.values, may_verify=_may_verify(scope), kept=kept,
        onward=url_for("admin.trail", **kept, after=_packed(found.after)) if found.after else None,
        first=url_for("admin.trail", **kept) if question.after else None, action_name=action_name,
        kind_name=partial(kind_name, catalogue), field_name=partial(field_name, catalogue),
        value_shown=partial(value_shown, catalogue), database_names=DATABASE_NAMES,
        narrow=lambda **more: url_for("admin.trail", **{**kept, **more}),
    )  # fmt: skip


def _may_verify(scope: Scope) -> bool:
    return scope.actor is None and scope.kinds is None


def _question() -> tuple[Question, Problems]:
    """What the address asks for, and what of it cannot be read; that part is left out."""
    problems: Problems = {}
    told = {name: request.args.get(name, "").strip() or None for name in _FILTERS}
    ids = {name: _id(name, told[name], problems) for name in ("record", "batch")}
    since, until = (_day(name, told[name], problems) for name in ("since", "until"))
    question = Question(
        actor=told["actor"], database=told["database"] if told["database"] in DATABASES else None, kind=told["kind"],
        action=told["action"], record_id=ids["record"], batch_id=ids["batch"],
        since=_midnight(since) if since else None, before=_midnight(until + timedelta(days=1)) if until else None,
        after=_after(request.args.get("after", "")),
    )
    return question, problems


def _id(name: str, typed: str | None, problems: Problems) -> UUID | None:
    try:
        return UUID(typed) if typed else None
    except ValueError:
        problems[name] = [gettext("This is not an id. Copy it from the address of the record or the import.")]
        return None


def _day(name: str, typed: str | None, problems: Problems) -> date | None:
    try:
        day = date.fromisoformat(typed) if typed else None
    except ValueError:
        day = date.min
    # At either end of the calendar there is no day before or after, in one time zone or another.
    if day is not None and not date.min.year < day.year < date.max.year:
        problems[name] = [gettext("This is not a day. Write it as 2026-03-05.")]
        return None
    return day


def _midnight(day: date) -> datetime:
    """When a day begins in the time zone of the site."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(system().settings.timezone))


def _packed(cursor: Cursor) -> str:
    return cursors.pack(system().keys, _TRAIL, *cursor)


def _after(text: str) -> Cursor | None:
    """The cursor in the address; ``None`` for what is none, so that a mangled address shows the first page."""
    try:
        at, database, row = cursors.unpack(system().keys, _TRAIL, text)
    except cursors.Foreign:
        return None
    return at, database, row


@pages.get("/audit/verification")
@allowed("audit")
def verification() -> str:
    """The heads of the logs, and what the last verification found."""
    database = system().database
    noted = heads.noted(database.keys)
    with database.reading() as session:
        job = jobs.latest(session, LOGS, [VERIFY])
        now = {name: changes.head(session, name) for name in DATABASES}
    result: dict[str, Any] = (job.result or {}) if job is not None else {}
    return render_template(
        "admin/verification.html", job=job, now=now, noted=noted, found=result.get("databases", {}),
        names=DATABASE_NAMES, faults=FAULTS,
    )  # fmt: skip


#: What `registries.chain.Broken` calls a fault, for people.
FAULTS = {
    "missing": N_("taken out"), "inserted": N_("put in"), "altered": N_("altered"), "values": N_("values altered"),
    "replaced": N_("replaced since its head was noted"), "tail": N_("end cut off"), "head": N_("head altered"),
}


@pages.post("/audit/verification")
@allowed("audit")
def verify() -> Response:
    """Have all logs verified, row by row."""
    with system().database.writing("system") as session:
        jobs.enqueue(session, VERIFY, {}, actor=actor(), subject_id=LOGS)
    flash(gettext("The verification has begun."))
    return redirect(url_for("admin.verification"))
