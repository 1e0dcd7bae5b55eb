"""What a monitoring system collects at ``/metrics``: requests, jobs, index, change logs, sessions, disk, backups.

In the text format of Prometheus, which others read too. Nothing in it tells of a person or a record. It is for this
machine, or for whoever shows the token of the settings; for everybody else the page does not exist.
"""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, request

from registries import changes
from registries.db import DATABASES, now
from registries.records import NotFound

from . import backups, jobs, running
from .accounts import sessions
from .request_counts import BOUNDS, RequestCounts
from .security import allowed
from .server_session import limits_of
from .system import System

pages = Blueprint("metrics", __name__)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@pages.get("/metrics")
@allowed("anyone")
def show() -> Response:
    """The figures, for this machine or whoever shows the token."""
    system = running.system()
    if not _may_ask(system.settings.metrics_token):
        raise NotFound("metrics")
    lines = [*_of_requests(current_app.extensions["sanku.requests"]), *_of_state(system)]
    answer = Response("\n".join(lines) + "\n", content_type=CONTENT_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _may_ask(token: str) -> bool:
    told = request.headers.get("Authorization", "")
    if token:
        return hmac.compare_digest(told.encode(), f"Bearer {token}".encode())
    # Through a proxy that nobody told us of everything comes from this machine.
    return "X-Forwarded-For" not in request.headers and _is_here(request.remote_addr or "")


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _of_requests(counts: RequestCounts) -> Iterator[str]:
    rows = sorted((*key.split(" ", 2), row) for key, row in counts.everybodys().items())
    yield "# HELP sanku_request_seconds Time until an answer begins."
    yield "# TYPE sanku_request_seconds histogram"
    for method, status, route, row in rows:
        labels = f'method="{method}",status="{status}",route="{_escaped(str(route))}"'
        so_far = 0
        for bound, number in zip(BOUNDS, row[: len(BOUNDS)], strict=True):
            so_far += int(number)
            yield f'sanku_request_seconds_bucket{{{labels},le="{bound:g}"}} {so_far}'
        yield f'sanku_request_seconds_bucket{{{labels},le="+Inf"}} {int(row[-2])}'
        yield f"sanku_request_seconds_sum{{{labels}}} {row[-1]:.6f}"
        yield f"sanku_request_seconds_count{{{labels}}} {int(row[-2])}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"")


def _of_state(system: System) -> Iterator[str]:
    """What the databases and the disk say; where a database does not answer only that is told."""
    try:
        with system.database.reading() as session:
            queue = jobs.health(session)
            heads = {name: changes.head(session, name).last_id for name in DATABASES}
            alive = sessions.number_alive(session, limits_of(system.settings))
        lags = {lag.database: lag.behind for lag in system.feed.lags()}
    except sa.exc.SQLAlchemyError:
        yield from _gauge("sanku_up", "Whether the databases answer.", 0)
        return
    yield from _gauge("sanku_up", "Whether the databases answer.", 1)
    states = {
        "waiting": queue.waiting, "running": queue.running, "abandoned": queue.abandoned, "failed": queue.failed_today,
    }
    yield from _gauges("sanku_jobs", "Jobs by state; failed: in the last 24 hours.", "state", states.items())
    oldest = (now() - queue.oldest_waiting).total_seconds() if queue.oldest_waiting else 0
    yield from _gauge("sanku_job_oldest_seconds", "For how long the oldest job has been due.", round(oldest))
    yield from _gauges("sanku_index_behind", "Changes that are not in the index yet.", "database", lags.items())
    yield from _gauges("sanku_change_head", "The number of the last change.", "database", heads.items())
    yield from _gauge("sanku_sessions", "People who are signed in.", alive)
    free = shutil.disk_usage(system.settings.data).free
    yield from _gauge("sanku_disk_free_bytes", "Room where the data are.", free)
    made_at = backups.latest(system.settings.backups)
    if made_at is not None:
        age = round((now() - made_at).total_seconds())
        yield from _gauge("sanku_backup_age_seconds", "Age of the latest backup.", age)


def _gauge(name: str, meaning: str, value: float) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    yield f"{name} {value}"


def _gauges(name: str, meaning: str, label: str, values: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    for told, value in values:
        yield f'{name}{{{label}="{told}"}} {value}'
