"""The site: everything that knows a request."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_babel import Babel

from . import assets, errors, formats, health, public
from .language import translations_folder
from .system import System

LANGUAGES = ("zh", "en")

#: Nothing is loaded from another host, nothing inline runs, and no page can be framed.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
}


def init_app(app: Flask, system: System) -> None:
    """Make ``app`` the site of ``system``."""
    app.config.update(SECRET_KEY=system.settings.secret, MAX_CONTENT_LENGTH=1_000_000, BABEL_DEFAULT_LOCALE="zh")
    app.config["BABEL_DEFAULT_TIMEZONE"] = system.settings.timezone
    app.extensions["sanku"] = system
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations_folder())
    Babel(app, locale_selector=language)
    app.jinja_env.globals.update(language=language, other_address=other_address)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(public.pages)
    app.register_blueprint(public.pages, name="english", url_prefix="/en")
    app.register_blueprint(health.pages)
    errors.init_app(app)
    assets.init_app(app)
    formats.init_app(app)
    app.after_request(add_headers)


def language() -> str:
    """The language of this request: English below ``/en/``, otherwise Chinese."""
    if "language" not in g:
        g.language = "en" if request.path == "/en" or request.path.startswith("/en/") else "zh"
    return str(g.language)


def other_address() -> str:
    """The address of this page in the other language, with its query."""
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    path = request.path.removeprefix("/en") if language() == "en" else f"/en{request.path}"
    return f"{request.script_root}{path or '/'}{query}"


def add_headers(response: Response) -> Response:
    """Set the full header set, on errors and files too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
