"""The reports of errors as the editors see them; who reads the site reports at `portal.public.mistake_views`."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from ..security import actor, allowed
from ..system import System
from . import service

pages = Blueprint("mistakes", __name__, url_prefix="/editing/mistakes")


def _system() -> System:
    found: System = current_app.extensions["sanku"]
    return found


@pages.get("/")
@allowed("edit")
def unsettled() -> str:
    """The reports that nobody has settled yet."""
    with _system().database.reading() as session:
        told = service.unsettled(session, actor=actor())
    return render_template("mistakes/list.html", told=told, subjects=service.SUBJECTS)


@pages.post("/<uuid:mistake_id>/settle")
@allowed("edit")
def settle(mistake_id: UUID) -> Response:
    """Note that an error was mended, or is none."""
    with _system().database.writing("system") as session:
        service.settle(session, mistake_id, actor=actor())
    flash(gettext("The report is settled."))
    return redirect(url_for("mistakes.unsettled"))
