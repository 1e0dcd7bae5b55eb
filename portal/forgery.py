"""Requests that another site had a browser send are refused.

Whoever changes something must come from a page of ours: browsers say where a request comes from (Sec-Fetch-Site,
Origin, Referer), and who is signed in also carries the token of his session. Programs with a bearer token send no
cookie and need neither. A form of ours whose token has grown old is not lost: a page asks whether to send it again.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request, session
from flask_wtf.csrf import CSRFProtect, validate_csrf
from werkzeug.exceptions import BadRequest, Forbidden
from wtforms import ValidationError

from . import kept_input

SAFE = ("GET", "HEAD", "OPTIONS")
#: A header that only a script of our own pages sets.
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105

protection = CSRFProtect()


def init_app(app: Flask) -> None:
    """Check every request that changes something, before anything of it is done."""
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    protection.init_app(app)
    app.before_request(check)


def is_program() -> bool:
    """Whether the request comes from a program that shows a token of its own; its cookies count for nothing."""
    return request.path.startswith("/api/") and request.headers.get("Authorization", "").lower().startswith("bearer ")


def check() -> Response | None:
    """Refuse what another site sent, and what lacks the token of the session.

    :raises Forbidden: the request does not come from a page of this site.
    """
    if request.method in SAFE or request.url_rule is None or is_program():
        return None
    if not comes_from_here():
        raise Forbidden
    if session.account is None:  # type: ignore[attr-defined]
        return None
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get(TOKEN_HEADER))
    except ValidationError:
        return _offer()
    return None


def comes_from_here() -> bool:
    """Whether the browser says that the request was sent by a page of this site."""
    fetched_from = request.headers.get("Sec-Fetch-Site")
    if fetched_from is not None:
        return fetched_from in ("same-origin", "none")
    source = request.headers.get("Origin") or request.headers.get("Referer")
    if not source:
        return False
    try:
        return urlsplit(source).netloc == request.host
    except ValueError:
        return False


def _offer() -> Response:
    kept = kept_input.opened(kept_input.keep())
    if kept is None:
        raise BadRequest
    return kept_input.ask_again(kept, 400)
