"""“Find an error on this page”: a form for everybody, without an account, a cookie or a riddle."""

from __future__ import annotations

from flask import current_app, render_template, request
from flask_babel import gettext

from registries.messages import Refused

from ..addresses import safe_path
from ..mistakes import service
from ..running import system
from ..security import allowed
from .blueprint import pages


@pages.get("/mistake")
@allowed("anyone")
def mistake() -> str:
    """The form, with the page that the reader came from."""
    return _form(safe_path(request.args.get("page"))[:300])


@pages.post("/mistake")
@allowed("anyone")
def report_mistake() -> str | tuple[str, int]:
    """Keep the report; what was typed is not lost where it cannot be taken."""
    page = safe_path(request.form.get("page"))
    subject, words = request.form.get("subject", ""), request.form.get("words", "")
    try:
        with system().database.writing("system") as session:
            service.take(session, page, subject, words, address=request.remote_addr or "")
    except Refused as refused:
        problem = refused.problem.localised(gettext)
        return _form(page, subject, words, [problem]), 400
    return render_template("public/mistake_done.html", page=page)


def _form(page: str, subject: str = "wrong", words: str = "", problems: list[str] | None = None) -> str:
    return render_template(
        "public/mistake.html", page=page, subject=subject, words=words, problems=problems or [],
        subjects=[(key, gettext(text)) for key, text in service.SUBJECTS.items()], most=service.MOST,
    )


def mistake_page() -> str:
    """The page that a reader is on, as its report names it; a report of the form itself is one of the front page."""
    rule = request.url_rule
    if rule is None or rule.endpoint.endswith(("mistake", "set_display")) or request.endpoint not in (
        current_app.view_functions
    ):
        return "/"
    return safe_path(request.path)[:300]
