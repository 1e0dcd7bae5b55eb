"""Who may come in: programs that show a token, and not too often."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request
from flask_babel import gettext
from werkzeug.exceptions import Unauthorized

from registries.db import Busy
from registries.messages import N_

from .. import running
from ..accounts.people import Account
from ..security import account, programs_are
from ..system import System
from . import problems, tokens
from .failures import Answered
from .throttle import Throttle

#: The blueprint whose views need a token.
BLUEPRINT = "api"


def init_app(app: Flask) -> None:
    """Ask for the token before anything else; to be called before other checks of the request are set up."""
    system: System = app.extensions["sanku"]
    app.extensions["api_throttle"] = Throttle(system.settings.api_per_minute)
    app.before_request(require_token)


def require_token() -> None:
    """Refuse what comes without a token; a cookie counts for nothing here.

    :raises Unauthorized: there is no token.
    """
    if request.blueprint != BLUEPRINT:
        return
    if not request.headers.get("Authorization", "").lower().startswith("bearer "):
        raise Unauthorized


@programs_are
def account_of_token(text: str) -> Account | None:
    """The account that a token lets act, limited to what the token names."""
    system = running.system()
    with system.database.reading() as session:
        shown = tokens.bearer(session, text)
    g.api_bearer = shown
    return shown.account if shown is not None else None


def admit() -> Response | None:
    """Count the request and note that the token was used.

    :raises Unauthorized: the token is none, or does not run any more.
    :raises Answered: the token made too many requests within a minute.
    """
    if account() is None:
        raise Unauthorized
    shown: tokens.Bearer = g.api_bearer
    throttle: Throttle = current_app.extensions["api_throttle"]
    wait = throttle.wait(shown.token_id)
    if wait:
        told = gettext(N_("Wait %(seconds)s seconds and go on more slowly.")) % {"seconds": wait}
        raise Answered(problems.answer(429, told, {"Retry-After": str(wait)}))
    try:
        tokens.note_use(running.system().database, shown)
    except Busy:
        # Somebody holds the turn for long: the request itself may not need it, and the next one notes its use.
        return None
    return None
