"""How many requests were answered, by route and status, and how long they took: counted here, shown at ``/metrics``.

Each server process counts for itself and leaves its counts in a file of its own, at most once a second; whoever asks
gets the sum, also of processes that have ended since the site was started. The time is that until an answer begins.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson
from flask import Flask, request

from .settings import Settings

log = logging.getLogger(__name__)

#: Upper bounds of the times that are told apart, in seconds; what is slower is counted in the total only.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
WRITTEN_EVERY = 1.0
#: The name of what was answered before a route was looked for: public pages that are kept in memory.
KEPT = "kept pages"
#: The key under which a request carries what is learnt about its route.
_ROUTE = "sanku.route"

#: By method, route and status: a count for each bound, then the number of all and the sum of their seconds.
Counts = dict[str, list[float]]


def folder(settings: Settings) -> Path:
    """Where processes leave their counts."""
    return settings.data / "requests"


def forget(settings: Settings) -> None:
    """Begin anew: what was counted before the site was started this time is not told any more."""
    for file in folder(settings).glob("*.json"):
        file.unlink(missing_ok=True)


class RequestCounts:
    """The counts of this process, around its application."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.inner: Callable[[dict[str, Any], Any], Iterable[bytes]] = app.wsgi_app
        self.folder = folder(settings)
        self.counts: Counts = {}
        self._lock = threading.Lock()
        self._written = 0.0
        self._begun = time.time_ns()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request and count it, whatever comes of it."""
        begun, status = time.perf_counter(), "500"
        route: list[str] = []
        environ[_ROUTE] = route

        def start(line: str, *rest: Any) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, *rest)

        try:
            return self.inner(environ, start)
        finally:
            method = environ["REQUEST_METHOD"]
            self.count(method, route[-1] if route else KEPT, status, time.perf_counter() - begun)

    def count(self, method: str, route: str, status: str, seconds: float) -> None:
        """Count one request."""
        # Anybody can make up methods; each would be kept for good.
        key = f"{method if method in ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE') else 'other'} {status} {route}"
        with self._lock:
            row = self.counts.setdefault(key, [0] * len(BOUNDS) + [0, 0.0])
            place = bisect_left(BOUNDS, seconds)
            if place < len(BOUNDS):
                row[place] += 1
            row[-2] += 1
            row[-1] += seconds
            due = time.monotonic() - self._written > WRITTEN_EVERY
            if due:
                self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self.folder / f"{self._name}.draft"
            draft.write_bytes(orjson.dumps(self.counts))
            draft.replace(self.folder / self._name)
        except OSError as error:
            log.warning("The counts of requests cannot be written: %s", error)

    @property
    def _name(self) -> str:
        # The number of a process may be used again; when it began may not.
        return f"{os.getpid()}-{self._begun}.json"

    def everybodys(self) -> Counts:
        """The counts of all processes since the site was started."""
        with self._lock:
            self._write()
            found = {key: list(row) for key, row in self.counts.items()}
        for file in self.folder.glob("*.json"):
            if file.name != self._name:
                for key, row in _read(file).items():
                    mine = found.setdefault(key, [0] * len(row))
                    found[key] = [one + other for one, other in zip(mine, row, strict=True)]
        return found


def _read(file: Path) -> Counts:
    try:
        counts: Counts = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return counts if all(len(row) == len(BOUNDS) + 2 for row in counts.values()) else {}


def init_app(app: Flask, settings: Settings) -> None:
    """Count the requests of an application; to be called when everything else stands around it."""
    app.before_request(_note_route)
    counts = RequestCounts(app, settings)
    app.wsgi_app = counts  # type: ignore[method-assign]
    app.extensions["sanku.requests"] = counts


def _note_route() -> None:
    """Note by which rule a request was found; addresses themselves hold ids and are without number."""
    request.environ.get(_ROUTE, []).append(request.url_rule.rule if request.url_rule else "no route")
