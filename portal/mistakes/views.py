"""The reports of errors as the editors see them; who reads the site reports at `portal.public.mistake_views`."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from ..running import system
from ..security import actor, allowed
from . import service

pages = Blueprint("mistakes", __name__, url_prefix="/editing/mistakes")


@pages.get("/")
@allowed("edit")
def unsettled() -> str:
    """The reports that nobody has settled yet."""
    with system().database.reading() as session:
        told = service.unsettled(session, actor=actor())
    return render_template("mistakes/list.html", told=told, subjects=service.SUBJECTS)


@pages.post("/<uuid:mistake_id>/settle")
@allowed("edit")
def settle(mistake_id: UUID) -> Response:
    """Note that an error was mended, or is none."""
    with system().database.writing("system") as session:
        service.settle(session, mistake_id, actor=actor())
    flash(gettext("The report is settled."))
    return redirect(url_for("mistakes.unsettled"))
