"""Doing jobs: one at a time, under a lease that a thread of its own renews while the work goes on.

The work is told at every step whether it may go on. It ends by `Interrupted` when somebody stops the job, when the
worker is asked to end (then the job waits for another worker), or when the lease was lost: the transaction of the work
is undone by this exception like by any other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from sqlalchemy.orm import Session

from registries.access import ACTION_NAMES, Actor, NotAllowed, console
from registries.db import Busy, new_id
from registries.messages import N_, Problem, Refused
from registries.records import NotFound

from ..accounts import service as accounts
from ..system import System
from . import queue
from .models import Job
from .queue import LEASE, LeaseLost

log = logging.getLogger(__name__)

BEATS_PER_LEASE = 10
AGAIN = timedelta(seconds=5)
_CONSOLE = "console:"


class Interrupted(Exception):
    """The work may not go on; ``reason`` is ``stopped``, ``ending`` or ``lost``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Progress:
    """How far a job has come; calling it with the number of steps just done says whether to go on."""

    def __init__(self) -> None:
        self.done, self.total = 0, None  # type: int, int | None
        self.reason = ""

    def expect(self, total: int | None) -> None:
        """Say how many steps there are; those of an earlier part of the work are forgotten."""
        self.done, self.total = 0, total

    def __call__(self, steps: int = 0) -> None:
        self.done += steps
        if self.reason:
            raise Interrupted(self.reason)


@dataclass(frozen=True, slots=True)
class Work:
    """A job as the function that does it sees it: what was asked for, by whom, and whom to tell of the progress."""

    job_id: UUID
    payload: Mapping[str, Any]
    actor: Actor
    progress: Progress


Doer = Callable[[System, Work], dict[str, Any]]


class _Lease:
    """Renews the lease of a job until the work ends."""

    def __init__(self, runner: Runner, job: Job, progress: Progress) -> None:
        self.runner, self.job_id, self.progress = runner, job.id, progress
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, name=f"lease {job.id}", daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.thread.join()

    def _beat(self) -> None:
        lease = self.runner.lease.total_seconds()
        until = time.monotonic() + lease
        while not self.over.wait(lease / BEATS_PER_LEASE):
            begun = time.monotonic()
            try:
                with self.runner.system.database.writing("system") as session:
                    stop = queue.renew(
                        session, self.job_id, self.runner.holder, self.progress.done, self.progress.total,
                        self.runner.lease,
                    )
                until = begun + lease
                self.progress.reason = "stopped" if stop else "ending" if self.runner.ending.is_set() else ""
            except LeaseLost:
                self.progress.reason = "lost"
                return
            except Exception:
                log.warning("The lease of job %s could not be renewed.", self.job_id, exc_info=True)
                if time.monotonic() > until:
                    self.progress.reason = "lost"
                    return


class Runner:
    """Does the jobs of the queue, one after the other, until `ending` is set."""

    def __init__(self, system: System, doers: Mapping[str, Doer], lease: timedelta = LEASE) -> None:
        self.system, self.doers, self.lease = system, doers, lease
        self.holder = new_id()
        self.ending = threading.Event()

    def run(self, pause: float = 1.0) -> None:
        """Do jobs as they come; a moment without the database is waited for."""
        while not self.ending.is_set():
            try:
                done = self.turn()
            except Exception:
                log.exception("The queue of jobs could not be read and will be tried again.")
                done = False
            if not done:
                self.ending.wait(pause)

    def turn(self) -> bool:
        """Do the next job; ``False`` if there is none."""
        database = self.system.database
        with database.reading() as session:
            if not queue.claimable(session):
                return False
        try:
            with database.writing("system") as session:
                job = queue.claim(session, self.holder, self.lease)
                payload = queue.payload_of(session, job) if job else {}
        except Busy:
            return False
        if job is None:
            return False
        progress = Progress()
        with _Lease(self, job, progress):
            ended = self._done(job, payload, progress)
        try:
            with database.writing("system") as session:
                ended(session)
        except LeaseLost:
            log.warning("Job %s (%s) was taken over by another worker.", job.id, job.kind)
        return True

    def _done(self, job: Job, payload: Mapping[str, Any], progress: Progress) -> Callable[[Session], None]:
        """Do the work; gives what is to be written down of it."""

        def end(state: str, **told: Any) -> Callable[[Session], None]:
            return lambda session: queue.finish(
                session, job.id, self.holder, state, done=progress.done, total=progress.total, **told
            )

        try:
            with self.system.database.reading() as session:
                actor = actor_of(session, job)
            result = self.doers[job.kind](self.system, Work(job.id, payload, actor, progress))
        except Interrupted as interrupted:
            if interrupted.reason == "stopped":
                return end("stopped")
            return lambda session: queue.put_back(session, job.id, self.holder)
        except Busy:
            return lambda session: queue.put_back(session, job.id, self.holder, AGAIN, counts=True)
        except Exception as error:  # noqa: BLE001  Whatever it is, whoever asked is told, and the log has all of it.
            return end("failed", failure=told(error, job))
        return end("done", result=result)


def actor_of(session: Session, job: Job) -> Actor:
    """Who asked for a job, with the rights that he has by now.

    :raises NotFound: the account is gone or disabled.
    """
    if job.actor_id is None and job.actor.startswith(_CONSOLE):
        return console(job.actor.removeprefix(_CONSOLE))
    return accounts.actor_named(session, job.actor)


def told(error: Exception, job: Job) -> Problem:
    """Why a job failed, in words for whoever asked for it."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, NotAllowed):
        action = ACTION_NAMES.get(str(error), N_("do this"))
        return Problem(
            N_("You may not %(action)s here."), N_("Ask an administrator of the registries."), action=Problem(action),
        )
    if isinstance(error, NotFound):
        return Problem(
            N_("What this was about is not there any more, or you may not see it any more."),
            N_("Begin again, or ask an administrator."),
        )
    log.error("Job %s (%s) failed.", job.id, job.kind, exc_info=error)
    return Problem(
        N_("Something went wrong; the mistake is ours and has been noted."),
        N_("Nothing was changed by halves. Try again later, or tell whoever runs the system: job %(job)s."),
        job=str(job.id),
    )
