"""An exception becomes a page, in one place; nothing of the program's inside is shown."""

from __future__ import annotations

from flask import Flask, render_template
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import HTTPException, InternalServerError

from registries.access import NotAllowed
from registries.db import Busy
from registries.records import NotFound

PAGES = {
    400: (_("The request cannot be read"), _("Go back and try again.")),
    401: (_("Signing in is needed"), _("Sign in and try again.")),
    403: (_("This request did not come from a page of this site"), _("Open the page here and use its buttons.")),
    404: (_("Page not found"), _("Check the address, or search for what you need.")),
    405: (_("This address does not take that request"), _("Go back and use the buttons of the page.")),
    413: (_("Too large"), _("Send less at once.")),
    503: (_("Please try again in a moment"), _("Somebody else is writing just now; nothing of yours is lost.")),
}
FALLBACK = (_("Something went wrong"), _("The mistake is ours and has been noted. Try again later."))


def init_app(app: Flask) -> None:
    """Answer every error with a page of the site."""
    for error in (NotFound, NotAllowed):
        app.register_error_handler(error, lambda error: _page(404))
    app.register_error_handler(Busy, lambda error: _page(503))
    app.register_error_handler(HTTPException, lambda error: _page(error.code or 500))
    app.register_error_handler(InternalServerError, lambda error: _page(500))


def _page(status: int) -> tuple[str, int]:
    title, advice = PAGES.get(status, FALLBACK)
    return render_template("errors/error.html", title=title, advice=advice), status
