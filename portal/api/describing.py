"""The description of the interface: for programs as OpenAPI, for people as a page made of the same."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("api_description", __name__, url_prefix="/api")
