"""Setting up the second factor, and the codes for when it is lost."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext

from registries.messages import Refused

from ..addresses import safe_path
from ..running import system
from ..security import allowed
from . import second_factor as factor
from . import signing_in
from .models import User
from .own_views import person
from .signing_in import TooOften
from .views import Answer, pages, visitor


@pages.get("/account/second-factor")
@allowed("signed_in", unready=True)
def second_factor() -> str:
    """What the second factor is for, and whether there is one."""
    return _page()


@pages.post("/account/second-factor/begin")
@allowed("signed_in", unready=True)
def begin_second_factor() -> Answer:
    """Show a new secret; it counts once a code of it was entered. The password is asked for first."""
    me, problem = person(), _wrong_password()
    if problem:
        return _page([("password", problem)]), 422
    if me.has_second_factor:
        return redirect(url_for("accounts.second_factor"))
    with system().database.writing("system") as writing:
        factor.new_secret(writing, me.id)
    return _page()


@pages.get("/account/second-factor.svg")
@allowed("signed_in", unready=True)
def second_factor_picture() -> Answer:
    """The secret as a picture for the telephone, while it does not count yet."""
    with system().database.reading() as reading:
        user = reading.get_one(User, person().id)
        if user.totp is None or user.totp_confirmed_at is not None:
            return redirect(url_for("accounts.second_factor"))
        picture = factor.picture(reading.info["keys"], user, gettext("Safe Community"))
    return Response(picture, mimetype="image/svg+xml")


@pages.post("/account/second-factor/confirm")
@allowed("signed_in", unready=True)
def confirm_second_factor() -> Answer:
    """The first code: from now on the second factor counts. Shows the recovery codes, this once."""
    me = person()
    if not _waits():
        return redirect(url_for("accounts.second_factor"))
    try:
        signing_in.check_code(system().database, me.id, request.form.get("code", ""))
    except Refused as error:
        return _page([("code", error.problem.localised(gettext))]), 429 if isinstance(error, TooOften) else 422
    with system().database.writing("system") as writing:
        codes = factor.confirm(writing, writing.get_one(User, me.id))
    signing_in.prove_again(system().database, session.sign_in.id, with_code=True)  # type: ignore[attr-defined]
    session.reload()  # type: ignore[attr-defined]
    return _codes_page(codes)


@pages.post("/account/second-factor/remove")
@allowed("signed_in")
def remove_second_factor() -> Answer:
    """Do without the second factor."""
    me, problem = person(), _wrong_password()
    if problem:
        return _page([("password", problem)]), 422
    with system().database.writing("system") as writing:
        factor.remove(writing, writing.get_one(User, me.id))
    session.reload()  # type: ignore[attr-defined]
    flash(gettext("The second factor was removed."))
    return redirect(url_for("accounts.second_factor"))


@pages.post("/account/recovery-codes")
@allowed("signed_in")
def recovery_codes() -> Answer:
    """New recovery codes; the old ones are void."""
    me, problem = person(), _wrong_password()
    if problem:
        return _page([("password", problem)]), 422
    if not me.has_second_factor:
        return redirect(url_for("accounts.second_factor"))
    with system().database.writing("system") as writing:
        codes = factor.new_recovery_codes(writing, writing.get_one(User, me.id))
    return _codes_page(codes)


def _waits() -> bool:
    """Whether a secret was shown that does not count yet."""
    with system().database.reading() as reading:
        user = reading.get_one(User, person().id)
        return user.totp is not None and user.totp_confirmed_at is None


def _wrong_password() -> str:
    """Why the password of the form will not do; empty if it is right."""
    try:
        signing_in.check_password(system().database, person().name, request.form.get("password", ""), visitor())
    except TooOften as error:
        return error.problem.localised(gettext)
    except Refused:
        return gettext("This is not your present password.")
    return ""


def _page(problems: list[tuple[str, str]] | None = None) -> str:
    with system().database.reading() as reading:
        user = reading.get_one(User, person().id)
        waits = user.totp is not None and user.totp_confirmed_at is None
        secret = factor.secret_of(reading.info["keys"], user) if waits else None
        left = factor.unused_codes(reading, user.id)
    return render_template(
        "accounts/second_factor.html", user=user, secret=secret, codes_left=left, problems=problems or [],
        wanted=system().settings.second_factor, next=safe_path(request.args.get("next"), ""),
    )  # fmt: skip


def _codes_page(codes: list[str]) -> str:
    return render_template("accounts/recovery_codes.html", codes=codes, name=person().name)
