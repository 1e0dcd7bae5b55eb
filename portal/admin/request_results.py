"""What a request ends in: the copy of everything held about a person, or the erasure."""

from __future__ import annotations

import json
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from registries.messages import Refused
from registries.records import NotFound

from .. import jobs
from ..downloads import named
from ..rights import holdings, service
from ..rights.wording import RIGHTS, STATES
from ..running import language, system
from ..security import actor, allowed
from .blueprint import Answer, pages
from .wording import action_name

ERASE = "erase_request"


@pages.get("/requests/<uuid:request_id>/copy")
@allowed("export")
def request_copy(request_id: UUID) -> Answer:
    """Everything held about the person, to print and hand over, or (``?format=json``) to take elsewhere."""
    try:
        made = holdings.copy(system().database, system().catalogue, request_id, language(), actor=actor())
    except Refused as error:
        raise NotFound(str(error.problem)) from error
    if request.args.get("format") == "json":
        body = json.dumps(holdings.as_json(made, gettext), ensure_ascii=False, indent=2, default=str)
        answer = Response(body, mimetype="application/json")
        return named(answer, f"{made.number}.json")
    return render_template(
        "admin/request_copy.html", made=made, request_id=request_id, rights=RIGHTS, states=STATES,
        action_name=action_name,
    )  # fmt: skip


@pages.route("/requests/<uuid:request_id>/erase", methods=["GET", "POST"])
@allowed("erase")
def erase_request(request_id: UUID) -> Answer:
    """Ask once more, then have the record of an approved request erased by a job."""
    with system().database.reading() as session:
        row = service.find(session, request_id, actor=actor(), action="erase")
        if row.right != "erasure" or row.state != "approved":
            raise NotFound(str(request_id))
    if request.method == "GET":
        return render_template("admin/request_erase.html", row=row, problems=[])
    if request.form.get("number", "").strip() != row.number:
        problems = [("number", gettext("This is not the number of the request. Type it as it stands above."))]
        return render_template("admin/request_erase.html", row=row, problems=problems), 422
    with system().database.writing("system") as session:
        jobs.enqueue(session, ERASE, {"request": str(row.id)}, actor=actor(), subject_id=row.id)
    flash(gettext("The erasure has begun. This page tells when it is done."))
    return redirect(url_for("admin.show_request", request_id=row.id))


