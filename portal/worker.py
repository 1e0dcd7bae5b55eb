"""What has to be done while the site runs: again and again the index, what is old, the heads of the logs; and jobs.

Jobs are done by a thread of their own, so that a long import keeps nothing else waiting.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import FrameType

from registries import done, heads, importing
from registries.db import DATABASES, Busy
from registries.messages import N_

from . import jobs
from .accounts import sessions, throttle
from .exports import service as exports
from .imports import service as imports
from .jobs.kinds import DOERS
from .jobs.running import Runner
from .server_session import limits_of
from .system import System

log = logging.getLogger(__name__)

SECOND, HOUR, DAY = 1.0, 3600.0, 86_400.0


#: What the tasks are called for people.
TASKS = {
    "index": N_("search index"), "purge": N_("old staged rows"), "heads": N_("heads of the change logs"),
    "figures": N_("figures for the overview"),
}


class Worker:
    """Does each of its tasks when it is due. A task that fails is logged and tried again when it is next due."""

    def __init__(self, system: System, clock: Callable[[], float] = time.monotonic) -> None:
        self.system, self.clock = system, clock
        self.stop = threading.Event()
        self._running = False
        self._counting: threading.Thread | None = None
        self.tasks: dict[str, tuple[float, Callable[[], object]]] = {
            "index": (SECOND, system.feed.catch_up),
            "purge": (HOUR, self.purge),
            "heads": (DAY, lambda: heads.note(system.database)),
            "figures": (HOUR, self.count),
        }
        self._due = dict.fromkeys(self.tasks, clock())
        self.runner = Runner(system, DOERS)

    def run(self, parent: int | None = None) -> None:
        """Work until the process is asked to end, or the process ``parent`` that began it is gone.

        A task that is under way is finished first; a job is put back for the next worker.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        doing = threading.Thread(target=self.runner.run, name="jobs", daemon=True)
        doing.start()
        self._running = True
        while not self.stop.is_set() and parent in (None, os.getppid()):
            self.turn()
            self.stop.wait(SECOND)
        self.runner.ending.set()
        doing.join()

    def turn(self) -> list[str]:
        """Do what is due now and return the names of what was done."""
        done = []
        for name, (every, task) in self.tasks.items():
            if self._due[name] > self.clock():
                continue
            self._due[name] = self.clock() + every
            try:
                task()
                done.append(name)
            except Busy:
                # Somebody imports a large file: nothing is lost by waiting.
                self._due[name] = self.clock() + SECOND
            except Exception:
                log.exception("The task “%s” failed and will be tried again.", name)
        return done

    def count(self) -> None:
        """Count for the overview; while the worker runs on, in a thread: of a million people it takes a minute."""
        if self._counting is not None and self._counting.is_alive():
            return
        if self._running:
            self._counting = threading.Thread(target=self._count, name="figures", daemon=True)
            self._counting.start()
        else:
            self.system.figures.refresh()

    def _count(self) -> None:
        try:
            self.system.figures.refresh()
        except Exception:
            log.exception("The figures for the overview could not be counted and will be tried again.")

    def purge(self) -> int:
        """Forget the rows of files that were checked long ago, files nobody went on with, jobs that ended, old keys."""
        kept = timedelta(days=self.system.settings.staged_days)
        emptied = 0
        for database in DATABASES:
            with self.system.database.writing(database) as session:
                emptied += importing.purge(session, database, kept)
                done.purge(session)
        with self.system.database.writing("system") as session:
            jobs.purge(session)
            sessions.purge(session, limits_of(self.system.settings))
            throttle.purge(session)
        imports.purge(self.system)
        exports.purge(self.system)
        return emptied

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.stop.set()
