"""Transfers: residents asked of another area, and those whom others ask for."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import showing
from registries.access import NotAllowed
from registries.messages import N_, Refused
from registries.population import transfers
from registries.records import Invalid

from ..running import system
from ..security import actor, allowed
from ..typed import day
from ..values import wording
from .pages import pages

STATES = {
    "open": N_("waits for an answer"), "approved": N_("approved"), "refused": N_("refused"),
    "withdrawn": N_("withdrawn"),
}  # fmt: skip


@pages.get("/transfers")
@allowed("desk")
def transfers_list() -> str:
    """What this account has to answer, and what became of what it asked for."""
    who = actor()
    with system().database.reading() as session:
        words = wording(session)
        waiting = transfers.to_answer(session, actor=who)
        words.learn("resident", [one.resident_id for one in waiting])
        shown = [(one, words.title("resident", one.resident_id) or "", words.area(one.area_id)) for one in waiting]
        mine = [
            (one, words.area(one.area_id), gettext(STATES[one.state])) for one in transfers.mine(session, actor=who)
        ]
        items = system().catalogue["resident"].load(session, [one.resident_id for one in waiting])
    showing.note_view(system().database, system().catalogue["resident"], items, actor=who)
    return render_template("desk/transfers.html", waiting=shown, mine=mine)


@pages.post("/transfers/<uuid:request_id>")
@allowed("transfer")
def answer_transfer(request_id: UUID) -> Response:
    """Let the resident go, or say why not."""
    answer = request.form.get("answer", "").strip()
    if request.form.get("decision") != "approve" and not answer:
        flash(gettext("Write why; the other side reads it."), "danger")
        return redirect(url_for("desk.transfers_list"), 303)
    try:
        with system().database.writing("population") as session:
            if request.form.get("decision") == "approve":
                transfers.approve(
                    session, request_id, event_on=day("event_on"), actor=actor(),
                    answer=answer or None,
                )  # fmt: skip
                text, tone = gettext("The transfer is done; the record lies in the other area now."), "good"
            else:
                transfers.refuse(session, request_id, actor=actor(), answer=answer)
                text, tone = gettext("The person stays; the other side is told why."), "good"
    except Invalid as wrong:
        problems = [one.localised(gettext) for found in wrong.errors.values() for one in found]
        text, tone = " ".join(problems), "danger"
    except Refused as refused:
        text, tone = refused.problem.localised(gettext), "danger"
    except NotAllowed:
        text, tone = gettext("Somebody else has to answer this: you asked for it, or not all of the household lie in "
                             "your area."), "danger"  # fmt: skip
    flash(text, tone)
    return redirect(url_for("desk.transfers_list"), 303)


@pages.post("/transfers/<uuid:request_id>/withdraw")
@allowed("write")
def withdraw_transfer(request_id: UUID) -> Response:
    """Take back what this account asked for."""
    try:
        with system().database.writing("population") as session:
            transfers.withdraw(session, request_id, actor=actor())
        flash(gettext("The request is taken back."), "good")
    except Refused as refused:
        flash(refused.problem.localised(gettext), "danger")
    return redirect(url_for("desk.transfers_list"), 303)
