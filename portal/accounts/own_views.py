"""The pages of one's own account: what it is, its password, its language, its sessions."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from registries import references
from registries.access import REGISTRIES, ROLE_NAMES
from registries.messages import N_, Problem, Refused
from registries.records import NotFound

from ..running import system
from ..security import account, allowed
from ..server_session import limits_of
from . import passwords, self_service, sessions, signing_in
from .browsers import known_as
from .models import User
from .passwords import NewPassword
from .people import Account
from .views import Answer, pages, visitor

#: What the registries are called, for people.
REGISTRY_NAMES = dict(zip(REGISTRIES, (N_("population"), N_("organisations"), N_("facilities")), strict=True))


def person() -> Account:
    """Who is signed in, where the page is for nobody else."""
    found = account()
    if found is None:
        raise NotFound(request.path)
    return found


@pages.get("/account/")
@allowed("signed_in", unready=True)
def own() -> str:
    """What one's account is: name, language, roles, sessions, second factor."""
    me, here = person(), session.sign_in.id  # type: ignore[attr-defined]
    with system().database.reading() as reading:
        areas = references.load(reading).areas
        user = reading.get_one(User, me.id)
        grants = self_service.grants_of(reading, me.id)
        living = sessions.of_user(reading, me.id, limits_of(system().settings))
    return render_template(
        "accounts/own.html", me=me, user=user, grants=grants, areas=areas, role_names=ROLE_NAMES,
        registry_names=REGISTRY_NAMES, known_as=known_as, sessions=living, here=here,
    )  # fmt: skip


@pages.route("/account/password", methods=["GET", "POST"])
@allowed("signed_in", unready=True)
def password() -> Answer:
    """Change one's password."""
    me = person()
    if request.method == "GET":
        return _password_page(me, {})
    problems = _change_password(me)
    if problems:
        return _password_page(me, problems), 422
    flash(gettext("The password was changed. Your other sessions have ended."))
    return redirect(url_for("accounts.own"))


def _password_page(me: Account, problems: dict[str, Problem]) -> str:
    said = {name: [problem.localised(gettext)] for name, problem in problems.items()}
    summary = [(name, text) for name, texts in said.items() for text in texts]
    return render_template(
        "accounts/password.html", issued=me.must_change_password, problems=said, summary=summary
    )


def _change_password(me: Account) -> dict[str, Problem]:
    """Change the password as the form says; what is wrong, by field."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    names = [me.name, me.full_name or ""]
    problem = passwords.fault(new, names)
    if problem is None and new == old:
        problem = Problem(N_("The new password is the old one."), N_("Think of another."))
    if problem is not None:
        return {"new": problem}
    if new != again:
        return {"again": Problem(N_("The two passwords differ."), N_("Type the new one twice."))}
    try:
        signing_in.check_password(system().database, me.name, old, visitor())
    except Refused as error:
        wrong = error.problem if error.problem.msgid != signing_in.WRONG.msgid else WRONG_PASSWORD
        return {"old": wrong}
    fresh = NewPassword.of(new, names)
    with system().database.writing("system") as writing:
        self_service.change_password(writing, me.id, fresh, stay=session.sign_in.id)  # type: ignore[attr-defined]
    session.reload()  # type: ignore[attr-defined]
    return {}


WRONG_PASSWORD = Problem(N_("This is not your present password."), N_("Type it again; mind capital letters."))


@pages.post("/account/language")
@allowed("signed_in", unready=True)
def language() -> Response:
    """Choose the language of the staff pages."""
    with system().database.writing("system") as writing:
        self_service.choose_language(writing, person().id, request.form.get("language", ""))
    return redirect(url_for("accounts.own"))


@pages.post("/account/sessions/<uuid:sign_in_id>/end")
@allowed("signed_in", unready=True)
def end_session(sign_in_id: UUID) -> Response:
    """End one of one's own sessions, such as the one at a computer that was left behind."""
    me = person()
    with system().database.writing("system") as writing:
        if not sessions.end(writing, sign_in_id, user_id=me.id):
            raise NotFound(request.path)
    if sign_in_id == session.sign_in.id:  # type: ignore[attr-defined]
        session.leave()  # type: ignore[attr-defined]
        return redirect(url_for("accounts.sign_in"))
    flash(gettext("The session was ended."))
    return redirect(url_for("accounts.own"))


@pages.get("/account/session")
@allowed("anyone")
def session_state() -> Response:
    """For the script that warns before a session ends: whose it is, how long it lives, the token of its forms."""
    me = account()
    if me is None:
        return jsonify(signed_in=False)
    return jsonify(signed_in=True, account=str(me.id), seconds=session.seconds_left, token=generate_csrf())  # type: ignore[attr-defined]


@pages.post("/account/session")
@allowed("signed_in", unready=True)
def stay() -> Response:
    """Stay signed in: asking at all is what counts."""
    with system().database.writing("system") as writing:
        sessions.touch(writing, session.sign_in.id)  # type: ignore[attr-defined]
    session.reload()  # type: ignore[attr-defined]
    return jsonify(seconds=session.seconds_left)  # type: ignore[attr-defined]
