"""The site: everything that knows a request."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, g, request
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from . import (
    api,
    assets,
    desk,
    errors,
    formats,
    health,
    leader,
    metrics,
    navigation,
    public,
    request_counts,
    running,
    security,
)
from .accounts import pages as account_pages
from .addresses import Asked, safe_path
from .admin import views as admin_views
from .editing import pages as editing_pages
from .exports import views as export_views
from .imports import views as import_views
from .jobs import views as job_views
from .language import translations_folder
from .media import views as media_views
from .mistakes import views as mistake_views
from .system import System

LANGUAGES = ("zh", "en")
#: The pages of residents, whose language stands in the address.
PUBLIC_PAGES = ("public", "english")

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
    app.request_class = Asked
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations_folder())
    Babel(app, locale_selector=language)
    app.jinja_env.globals.update(language=language, other_address=other_address)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    public.init_app(app, system)
    app.register_blueprint(health.pages)
    app.register_blueprint(metrics.pages)
    errors.init_app(app)
    assets.init_app(app)
    formats.init_app(app)
    navigation.init_app(app)
    api.init_app(app)
    security.init_app(app)
    app.register_blueprint(account_pages.pages)
    app.register_blueprint(desk.pages)
    app.register_blueprint(leader.pages)
    app.register_blueprint(import_views.pages)
    app.register_blueprint(export_views.pages)
    app.register_blueprint(job_views.pages)
    app.register_blueprint(admin_views.pages)
    app.register_blueprint(editing_pages)
    media_views.init_app(app)
    app.register_blueprint(mistake_views.pages)
    app.after_request(add_headers)
    _trust_proxies(app, system.settings.proxies)
    request_counts.init_app(app, system.settings)


def _trust_proxies(app: Flask, count: int) -> None:
    """Believe so many proxies what they tell of the reader, and where below their address the site lies."""
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_prefix=count
        )


def language() -> str:
    """The language of this request: of public pages by their address, of staff pages that of the account."""
    if "language" not in g:
        g.language = _language()
    return str(g.language)


def _language() -> str:
    if request.path.startswith("/api/"):
        chosen = request.args.get("language", "")
        return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "zh"
    if request.path == "/en" or request.path.startswith("/en/"):
        return "en"
    if request.endpoint is None or request.blueprint in (None, *PUBLIC_PAGES):
        return "zh"
    default = running.system().settings.language
    person = security.account()
    if person is not None:
        return person.language or default
    chosen = request.args.get("language", "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or default


def other_address() -> str:
    """The address of this page in the other language, with its query."""
    other = "zh" if language() == "en" else "en"
    if request.blueprint is not None and request.blueprint not in PUBLIC_PAGES:
        asked = [pair for pair in request.args.items(multi=True) if pair[0] != "language"]
        return f"{request.script_root}{request.path}?{urlencode([*asked, ('language', other)])}"
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    path = request.path.removeprefix("/en") if language() == "en" else f"/en{request.path}"
    return safe_path(f"{request.script_root}{path or '/'}{query}")


def add_headers(response: Response) -> Response:
    """Set the full header set, on errors and files too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
