"""How many requests a token may make: so that one program that runs wild leaves room for everybody else.

Counted in each server process by itself, because the count guards the process: a site with two processes answers up to
twice the number. What must hold exactly, such as failed sign-ins, is counted in the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from uuid import UUID

SECONDS = 60


class Throttle:
    """Windows of a minute: so many requests in each, then none until it ends."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self._clock = most, clock
        self._window = -1
        self._counts: dict[UUID, int] = {}
        self._lock = threading.Lock()

    def wait(self, token_id: UUID) -> int:
        """Count a request; 0 if it may go on, else the seconds until the next one may."""
        at = self._clock()
        window = int(at // SECONDS)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            count = self._counts[token_id] = self._counts.get(token_id, 0) + 1
        return 0 if count <= self.most else max(1, round((window + 1) * SECONDS - at))
