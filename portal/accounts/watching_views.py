"""What one has looked at, and a leader's openings of people's records."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import references
from registries.db import now
from registries.messages import N_, Problem, Refused

from .. import cursors
from ..running import system
from ..security import actor, allowed
from . import openings as service
from . import self_service
from .own_views import person
from .views import Answer, pages

PAGE = 50
#: What the access log calls each kind of reading, for people.
READING_NAMES = {
    "reveal": N_("saw full numbers"), "view": N_("looked at a record"), "search": N_("searched"),
    "export": N_("exported"), "denied": N_("was refused"),
}


@pages.get("/account/log")
@allowed("signed_in")
def readings() -> str:
    """What this account has looked at, the latest first."""
    with system().database.reading() as reading:
        before = request.args.get("before", type=cursors.row_number)
        rows = self_service.readings_of(reading, person().name, before=before, limit=PAGE + 1)
    kinds = {name: records.kind.label for name, records in system().catalogue.items()}
    return render_template(
        "accounts/log.html", rows=rows[:PAGE], names=READING_NAMES, kinds=kinds,
        after=url_for("accounts.readings", before=rows[PAGE - 1].id) if len(rows) > PAGE else None,
    )  # fmt: skip


@pages.get("/account/openings")
@allowed("open_people")
def openings() -> str:
    """A leader's openings, and the form for a new one."""
    return _openings_page()


@pages.post("/account/openings")
@allowed("open_people")
def open_people() -> Answer:
    """Open people's records for some hours."""
    area = request.form.get("area", "")
    reason = request.form.get("reason", "")
    try:
        with system().database.writing("system") as writing:
            area_id = _area_id(writing, area)
            service.open_people(writing, actor=actor(), reason=reason, area_id=area_id)
    except Refused as error:
        return _openings_page(area, reason, [("reason", error.problem.localised(gettext))]), 422
    flash(gettext("People's records are open to you for three hours. What you look at is logged."))
    return redirect(url_for("accounts.openings"))


def _area_id(session: Session, area: str) -> UUID | None:
    """The area that was chosen; ``None`` if none was.

    :raises Refused: there is no such area any more.
    """
    found = references.load(session).areas.find(area) if area else None
    if area and found is None:
        raise Refused(Problem(N_("There is no such area."), N_("Choose it from the list.")))
    return found.id if found else None


@pages.post("/account/openings/<uuid:opening_id>/close")
@allowed("open_people")
def close_opening(opening_id: UUID) -> Response:
    """End an opening of one's own."""
    with system().database.writing("system") as writing:
        service.close(writing, opening_id, actor=actor())
    flash(gettext("The opening has ended."))
    return redirect(url_for("accounts.openings"))


def _openings_page(area: str = "", reason: str = "", problems: list[tuple[str, str]] | None = None) -> str:
    with system().database.reading() as reading:
        areas = references.load(reading).areas
        rows = service.of_user(reading, person().id)
    led = [grant.area_path for grant in actor().grants_of("leader")]
    choices = [found for found in areas if found.kind != "grid" and any(found.path.startswith(path) for path in led)]
    return render_template(
        "accounts/openings.html", rows=rows, areas=areas, choices=choices, area=area, reason=reason,
        problems=problems or [], now=now(), leads=bool(led), least_reason=service.LEAST_REASON,
    )  # fmt: skip
