"""Whether the site is alive and ready, for whoever watches it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify

import migrations
from registries import changes
from registries.db import now
from registries.messages import Refused

from . import backups, running
from .security import allowed
from .system import System

pages = Blueprint("health", __name__)

LEAST_FREE_BYTES = 200_000_000
#: With more changes than these not yet in the index, searches are not to be relied on.
MOST_BEHIND = 10_000
#: Nor where a change has waited longer than this: whatever takes it in every second has stopped.
LONGEST_WAIT = timedelta(minutes=10)


@pages.get("/healthz")
@allowed("anyone")
def alive() -> Response:
    """Answers as long as the process does; asks nobody."""
    return _told(jsonify(status="ok"))


@pages.get("/readyz")
@allowed("anyone")
def ready() -> tuple[Response, int]:
    """Whether requests can be served: databases, migrations, writing, disk, index and, if they are watched, backups.

    Says what is wrong by the name of the check and no more: anybody may ask.
    """
    system = running.system()
    # One after the other: without databases nothing else can be asked.
    checks = {"database": _passes(_has_databases, system)}
    if checks["database"]:
        checks |= {name: _passes(check, system) for name, check in CHECKS.items()}
    checks["disk"] = shutil.disk_usage(system.settings.data).free > LEAST_FREE_BYTES
    if system.settings.backup_hours:
        checks["backup"] = _has_backup(system)
    ok = all(checks.values())
    answer = jsonify(status="ok" if ok else "not ready", checks=checks)
    return _told(answer), 200 if ok else 503


def _told(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _passes(check: Callable[[System], bool], system: System) -> bool:
    try:
        return check(system)
    except (sa.exc.SQLAlchemyError, OSError, Refused) as error:
        current_app.logger.warning("The site is not ready: %s", error)
        return False


def _has_databases(system: System) -> bool:
    """Asked anew each time: a file that was taken away stays open, and would seem to be there."""
    if "database" in vars(system):
        return not system.database.missing()
    database = system.connect()
    try:
        return not database.missing()
    finally:
        database.engine.dispose()


def _is_of_this_version(system: System) -> bool:
    return not migrations.heads_match(system.database)


def _can_write(system: System) -> bool:
    return not system.database.read_only()


def _index_is_near(system: System) -> bool:
    behind = [lag for lag in system.feed.lags() if lag.behind]
    if any(lag.behind > MOST_BEHIND for lag in behind):
        return False
    with system.database.reading() as session:
        waiting = [changes.moment_after(session, lag.database, lag.position) for lag in behind]
    return all(moment is None or now() - moment <= LONGEST_WAIT for moment in waiting)


def _has_backup(system: System) -> bool:
    made_at = backups.latest(system.settings.backups)
    return made_at is not None and now() - made_at <= timedelta(hours=system.settings.backup_hours)


CHECKS: dict[str, Callable[[System], bool]] = {
    "migrations": _is_of_this_version, "writing": _can_write, "index": _index_is_near,
}
