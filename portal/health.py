"""Whether the site is alive and ready, for whoever watches it."""

from __future__ import annotations

import shutil

from flask import Blueprint, Response, current_app, jsonify

import migrations

from .security import allowed
from .system import System

pages = Blueprint("health", __name__)

LEAST_FREE_BYTES = 200_000_000
#: With more changes than these not yet in the index, searches are not to be relied on.
MOST_BEHIND = 10_000


@pages.get("/healthz")
@allowed("anyone")
def alive() -> Response:
    """Answers as long as the process does; asks nobody."""
    return jsonify(status="ok")


@pages.get("/readyz")
@allowed("anyone")
def ready() -> tuple[Response, int]:
    """Whether requests can be served: databases, migrations, disk and index."""
    system: System = current_app.extensions["sanku"]
    missing = system.connect().missing() if "database" not in vars(system) else []
    checks = {"database": not missing}
    if not missing:
        checks["migrations"] = not migrations.heads_match(system.database)
        checks["disk"] = shutil.disk_usage(system.settings.data).free > LEAST_FREE_BYTES
        checks["index"] = all(lag.behind <= MOST_BEHIND for lag in system.feed.lags())
    ok = all(checks.values())
    return jsonify(status="ok" if ok else "not ready", checks=checks), 200 if ok else 503
