"""Files of the site under addresses that change with their content, so that browsers may keep them for good."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

#: A file asked for by its digest never changes: a year, the longest that RFC 9111 caches are used to.
FOREVER = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    """Give templates `asset`, and let browsers keep what they got through it."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(_keep)


def asset(filename: str) -> str:
    """The address of a file in ``static/``, with a digest of its content."""
    folder = current_app.static_folder or ""
    return url_for("static", filename=filename, v=_digest(Path(folder) / filename))


@lru_cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _keep(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code in (200, 304):
        response.headers["Cache-Control"] = FOREVER
    return response
