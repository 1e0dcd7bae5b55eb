"""The interface for other programs: ``/api/v1/…``, described at ``/api/openapi.json`` and readable at ``/api/``."""

from __future__ import annotations

from flask import Flask

from . import describing, gate, imports, network, own_views, records, searching
from .blueprint import pages

__all__ = ["imports", "init_app", "network", "pages", "records", "searching"]


def init_app(app: Flask) -> None:
    """Set the interface up; the token is asked for before any other check of the request."""
    gate.init_app(app)
    app.register_blueprint(pages)
    app.register_blueprint(describing.pages)
    app.register_blueprint(own_views.pages)
