"""Signing in and out, and proving again who sits there."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import login_user
from werkzeug.wrappers import Response

from registries.messages import Refused

from .. import kept_input, sealed_text
from ..addresses import safe_path
from ..navigation import start_address
from ..running import system
from ..security import account, allowed
from . import sessions, signing_in
from .models import User
from .signing_in import TooOften, Visitor

pages = Blueprint("accounts", __name__)

#: Who has given his password has so long for the code.
CODE_WITHIN = timedelta(minutes=5)
_TICKET = "sign-in"

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@pages.route("/login", methods=["GET", "POST"])
@allowed("anyone")
def sign_in() -> Answer:
    """The sign-in page; name and password, and then the code if the account has a second factor."""
    if request.method == "GET":
        if account() is not None:
            return redirect(_onward(request.args.get("next")))
        return _sign_in_page(request.args.get("next", ""), ended=bool(request.args.get("ended")))
    name, onward, kept = (request.form.get(field, "") for field in ("name", "next", "kept"))
    try:
        user = signing_in.check_password(system().database, name, request.form.get("password", ""), visitor())
    except Refused as error:
        page = _sign_in_page(onward, kept=kept, name=name, problem=error.problem.localised(gettext))
        return (page, 429, _retry(error)) if isinstance(error, TooOften) else (page, 401)
    if user.totp_confirmed_at is not None:
        return _code_page(_ticket(user, onward, kept))
    return _signed_in(user, onward, kept, with_code=False)


@pages.post("/login/code")
@allowed("anyone")
def sign_in_code() -> Answer:
    """The second step: the code."""
    ticket = request.form.get("ticket", "")
    told = sealed_text.open_sealed(system().keys, _TICKET, ticket, CODE_WITHIN)
    if told is None:
        return redirect(url_for("accounts.sign_in"))
    try:
        user = signing_in.check_code(system().database, UUID(told["user_id"]), request.form.get("code", ""))
    except Refused as error:
        page = _code_page(ticket, error.problem.localised(gettext))
        return (page, 429, _retry(error)) if isinstance(error, TooOften) else (page, 401)
    return _signed_in(user, told["next"], told["kept"], with_code=True)


@pages.post("/logout")
@allowed("anyone")
def sign_out() -> Response:
    """End this session; a copy of its cookie is worth nothing afterwards."""
    row = session.sign_in  # type: ignore[attr-defined]
    if row is not None:
        with system().database.writing("system") as writing:
            sessions.end(writing, row.id, user_id=row.user_id)
    session.leave()  # type: ignore[attr-defined]
    return redirect(url_for("accounts.sign_in"))


@pages.route("/account/confirm", methods=["GET", "POST"])
@allowed("signed_in", unready=True)
def confirm() -> Answer:
    """Ask who sits there before something that must not be done by whoever finds the browser open."""
    onward, kept = request.values.get("next", ""), request.form.get("kept", "")
    person, row = account(), session.sign_in  # type: ignore[attr-defined]
    if request.method == "GET":
        return render_template("accounts/confirm.html", next=onward, kept="", problems=[])
    database = system().database
    try:
        signing_in.check_password(database, person.name, request.form.get("password", ""), visitor())
        if person.has_second_factor:
            signing_in.check_code(database, person.id, request.form.get("code", ""))
    except Refused as error:
        problems = [("password", error.problem.localised(gettext))]
        page = render_template("accounts/confirm.html", next=onward, kept=kept, problems=problems)
        return (page, 429, _retry(error)) if isinstance(error, TooOften) else (page, 401)
    signing_in.prove_again(database, row.id, with_code=person.has_second_factor)
    return _go_on(person.id, onward, kept)


def _signed_in(user: User, onward: str, kept: str, *, with_code: bool) -> Answer:
    old = session.sign_in  # type: ignore[attr-defined]
    token = signing_in.begin(
        system().database, user.id, visitor(), with_code=with_code, instead_of=old.id if old else None
    )
    session.begin(token)  # type: ignore[attr-defined]
    login_user(session.account)  # type: ignore[attr-defined]
    if signing_in.password_is_old(user, system().settings.password_days):
        with system().database.writing("system") as writing:
            writing.get_one(User, user.id).must_change_password = True
    return _go_on(user.id, onward, kept)


def _go_on(user_id: UUID, onward: str, kept: str) -> Answer:
    """To what was kept of the same person, or to where he was going."""
    found = kept_input.opened(kept)
    if found is not None and found.user_id in (None, user_id):
        return kept_input.ask_again(found)
    return redirect(_onward(onward))


def _onward(text: str | None) -> str:
    if not text or safe_path(text) != text:
        return start_address()
    return request.script_root + text


def _sign_in_page(onward: str, *, ended: bool = False, kept: str = "", name: str = "", problem: str = "") -> str:
    problems = [("name", problem)] if problem else []
    return render_template(
        "accounts/sign_in.html", next=onward, kept=kept, ended=ended, name=name, problems=problems
    )


def _code_page(ticket: str, problem: str = "") -> str:
    return render_template("accounts/code.html", ticket=ticket, problems=[("code", problem)] if problem else [])


def _ticket(user: User, onward: str, kept: str) -> str:
    return sealed_text.seal(system().keys, _TICKET, {"user_id": str(user.id), "next": onward, "kept": kept})


def _retry(error: TooOften) -> dict[str, str]:
    return {"Retry-After": str(error.seconds)}


def visitor() -> Visitor:
    """Where this request comes from."""
    return Visitor(request.remote_addr or "", request.user_agent.string or gettext("unknown browser"))
