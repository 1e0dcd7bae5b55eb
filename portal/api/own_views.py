"""The tokens of one's own account: what there is, a new one, an end to one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import references
from registries.db import new_id
from registries.messages import N_, Refused
from registries.records import Invalid, NotFound
from registries.schemas import Findings

from ..accounts.models import User
from ..accounts.own_views import REGISTRY_NAMES
from ..running import system
from ..security import account, actor, allowed
from . import tokens

pages = Blueprint("tokens", __name__, url_prefix="/account/tokens")
Answer = str | Response | tuple[str, int]

DAYS = (7, 30, 90, 180, 365)
STATE_NAMES = {"alive": N_("runs"), "revoked": N_("revoked"), "ended": N_("has ended")}
PLACE_NAMES = {**REGISTRY_NAMES, "network": N_("publications and projects")}
USUAL = {"name": "", "scopes": ["read"], "registries": list(tokens.PLACES), "days": "90", "area": ""}


@pages.get("")
@allowed("signed_in")
def own() -> str:
    """The tokens, and the form for a new one."""
    return _page(USUAL)


@pages.post("")
@allowed("signed_in", fresh=True)
def make() -> Answer:
    """Make a token and show it, this one time."""
    told: dict[str, Any] = {name: request.form.get(name, "").strip() for name in ("name", "days", "area")}
    told |= {name: request.form.getlist(name) for name in ("scopes", "registries")}
    asker = actor()
    try:
        with system().database.writing("system") as session:
            owner = session.get_one(User, UUID(asker.details["id"]))
            area = references.load(session).areas.find(told["area"]) if told["area"] else None
            # An id that no area has is refused with the other fields.
            area_id = area.id if area else new_id() if told["area"] else None
            days = int(told["days"]) if told["days"].isascii() and told["days"].isdigit() else 0
            wanted = tokens.Wanted(
                told["name"], told["scopes"], told["registries"], area_id, min(days, 10_000), _token_id()
            )  # fmt: skip
            token, text = tokens.create(session, owner, wanted, actor=asker)
    except Invalid as error:
        return _page(told, error.errors), 422
    except Refused as error:
        flash(error.problem.localised(gettext), "warn")
        return _page(USUAL), 409
    return render_template("api/made.html", token=token, text=text, root=request.url_root.rstrip("/")), 201


@pages.post("/<uuid:token_id>/revoke")
@allowed("signed_in")
def revoke(token_id: UUID) -> Response:
    """End a token at once."""
    with system().database.writing("system") as session:
        token = tokens.revoke(session, token_id, actor=actor())
    flash(gettext(N_("The token “%(name)s” has ended.")) % {"name": token.name})
    return redirect(url_for("tokens.own"), 303)


def _token_id() -> UUID:
    try:
        return UUID(request.form.get("token_id", ""))
    except ValueError:
        return new_id()


def _page(told: dict[str, Any], errors: Findings | None = None) -> str:
    me = account()
    if me is None:
        raise NotFound(request.path)
    with system().database.reading() as session:
        rows = tokens.of_user(session, me.id, actor=actor())
        areas = references.load(session).areas
    problems = {name: [one.localised(gettext) for one in found] for name, found in (errors or {}).items()}
    summary = [(name, one) for name, found in problems.items() for one in found]
    return render_template(
        "api/tokens.html", rows=rows, areas=areas, told=told, problems=problems, summary=summary, token_id=new_id(),
        days=DAYS, scopes=tokens.SCOPES, registries=PLACE_NAMES, state_of=tokens.state_of, state_names=STATE_NAMES,
    )  # fmt: skip
