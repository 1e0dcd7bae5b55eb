"""An exception becomes a page, in one place; nothing of the program's inside is shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from flask import Flask, Response, render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import HTTPException, InternalServerError

from registries.access import NotAllowed
from registries.db import Busy
from registries.messages import Problem, Refused
from registries.pace import TooFast
from registries.records import Conflict, Invalid, NotFound

from .api import failures

PAGES = {
    400: (_("The request cannot be read"), _("Go back and try again.")),
    401: (_("Signing in is needed"), _("Sign in and try again.")),
    403: (_("This request did not come from a page of this site"), _("Open the page here and use its buttons.")),
    404: (_("Page not found"), _("Check the address, or search for what you need.")),
    405: (_("This address does not take that request"), _("Go back and use the buttons of the page.")),
    409: (_("Somebody else was faster"), _("Nothing was saved. Go back, look at it again and repeat your change.")),
    413: (_("Too large"), _("Send less at once.")),
    422: (_("This cannot be done"), _("Nothing was saved. Go back and try again.")),
    429: (
        _("Too much was looked at in a short time"),
        _("Go on after a while. The limit protects people's data; the auditor sees that it was reached."),
    ),
    503: (_("Please try again in a moment"), _("Somebody else is writing just now; nothing of yours is lost.")),
}
FALLBACK = (_("Something went wrong"), _("The mistake is ours and has been noted. Try again later."))


def init_app(app: Flask) -> None:
    """Answer every error with a page of the site, or below ``/api/`` with a problem in JSON."""
    for error in (NotFound, NotAllowed):
        app.register_error_handler(error, lambda error: _answer(error, 404))
    app.register_error_handler(Busy, lambda error: _answer(error, 503))
    app.register_error_handler(TooFast, _held_up)
    # A form is better answered by its own page; whatever a view does not foresee still tells what is wrong.
    app.register_error_handler(Refused, lambda error: _answer(error, 422, [error.problem]))
    app.register_error_handler(Invalid, lambda error: _answer(error, 422, list(chain(*error.errors.values()))))
    app.register_error_handler(Conflict, lambda error: _answer(error, 409))
    app.register_error_handler(HTTPException, lambda error: _answer(error, error.code or 500))
    app.register_error_handler(InternalServerError, lambda error: _answer(error, 500))


def _answer(error: Exception, status: int, problems: Sequence[Problem] = ()) -> Response | tuple[str, int]:
    return failures.answer_to(error) if failures.is_for_programs() else _page(status, problems)


def _page(status: int, problems: Sequence[Problem] = ()) -> tuple[str, int]:
    title, advice = PAGES.get(status, FALLBACK)
    reasons = [problem.localised(gettext) for problem in problems]
    return render_template("errors/error.html", title=title, advice=advice, reasons=reasons), status


def _held_up(error: TooFast) -> tuple[str, int, dict[str, str]]:
    text, status = _page(429)
    return text, status, {"Retry-After": str(error.seconds)}
