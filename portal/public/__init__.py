"""What residents see, without an account and without a cookie."""

from __future__ import annotations

from flask import Flask

from ..system import System
from . import (
    about,
    articles,
    display,
    facility_views,
    feeds,
    frame,
    home,
    keeping,
    mistake_views,
    pages_of_the_site,
    project_views,
    searching,
)
from .blueprint import pages

__all__ = [
    "about", "articles", "facility_views", "feeds", "home", "init_app", "mistake_views", "pages", "pages_of_the_site",
    "project_views", "searching",
]


def init_app(app: Flask, system: System) -> None:
    """Add the public pages in both languages, and keep them in memory while they are true."""
    app.register_blueprint(pages)
    app.register_blueprint(pages, name="english", url_prefix="/en")
    display.init_app(app)
    frame.init_app(app)
    app.extensions["sanku-pages"] = app.wsgi_app = keeping.PageCache(app, system)  # type: ignore[method-assign]
