"""The queue of jobs: who asked for what, who is doing it, how far it has come, what came of it.

A worker *claims* a job for the length of a lease and renews it while it works. A worker that was killed renews nothing:
when its lease has run out another takes the job over. What keeps a job from being done twice is not this table but the
database that the job changes: an import knows by the state of its batch, under a lock, that it was applied.

All writing here takes the turn of ``system``, so that two workers never claim one job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries.access import Actor
from registries.crypto import open_sealed, seal
from registries.db import new_id, now
from registries.messages import N_, Problem
from registries.records import NotFound

from .models import Job

LEASE = timedelta(seconds=30)
#: A job whose worker died so often is what kills it.
MOST_ATTEMPTS = 5
KEPT = timedelta(days=30)
#: A job that waits longer than this while none is being done says that no worker runs.
PATIENCE = timedelta(minutes=2)
OPEN_STATES = ("waiting", "running")

KIND_NAMES = {
    "import_stage": N_("check a file"), "import_apply": N_("apply an import"), "import_undo": N_("take back an import"),
    "export": N_("export records"), "index": N_("rebuild the search index"), "backup": N_("back up the databases"),
    "duplicates": N_("look for duplicates"), "verify": N_("verify the change logs"),
    "area_relocate": N_("move an area"), "erase_request": N_("erase on request"),
}
STATE_NAMES = {
    "waiting": N_("waiting"), "running": N_("running"), "done": N_("done"), "failed": N_("failed"),
    "stopped": N_("stopped"),
}
LEFT = Problem(
    N_("The worker that did this ended %(times)s times before it was done."),
    N_("Tell whoever runs the system; the log of the worker says more."), times=MOST_ATTEMPTS,
)


class LeaseLost(Exception):
    """Another worker has taken the job over: what this one was doing is not its business any more."""


def enqueue(
    session: Session, kind: str, payload: Mapping[str, Any], *, actor: Actor, subject_id: UUID | None = None,
    delay: timedelta = timedelta(),
) -> Job:
    """Ask for a job in a transaction on ``system``; the same that is asked for and not done yet is given instead."""
    if kind not in KIND_NAMES:
        raise ValueError(kind)
    if subject_id is not None:
        same = session.scalar(sa.select(Job).where(
            Job.subject_id == subject_id, Job.kind == kind, Job.state.in_(OPEN_STATES)
        ))
        if same is not None:
            return same
    job_id, user_id = new_id(), actor.details.get("id")
    text = orjson.dumps(payload).decode()
    job = Job(
        id=job_id, kind=kind, state="waiting", actor=actor.name, actor_id=UUID(user_id) if user_id else None,
        subject_id=subject_id, payload=seal(session.info["keys"], "job", "payload", job_id, text),
        created_at=now(), due_at=now() + delay, attempts=0, stop_wanted=False, done=0,
    )
    session.add(job)
    session.flush()
    return job


def payload_of(session: Session, job: Job) -> dict[str, Any]:
    """What a job was asked to do."""
    told: dict[str, Any] = orjson.loads(open_sealed(session.info["keys"], "job", "payload", job.id, job.payload))
    return told


def find(session: Session, job_id: UUID, *, actor: Actor) -> Job:
    """A job that the actor asked for.

    :raises NotFound: there is none, or somebody else asked for it.
    """
    job = session.get(Job, job_id)
    if job is None or job.actor != actor.name:
        raise NotFound(f"job {job_id}")
    return job


def latest(session: Session, subject_id: UUID, kinds: Sequence[str] = ()) -> Job | None:
    """The latest job about something, of one of the kinds if any are named; permission is that of the something."""
    conditions = [Job.subject_id == subject_id, *([Job.kind.in_(kinds)] if kinds else [])]
    return session.scalar(sa.select(Job).where(*conditions).order_by(Job.created_at.desc(), Job.id.desc()).limit(1))


def own(session: Session, *, actor: Actor, before: UUID | None = None, limit: int = 50) -> list[Job]:
    """The jobs that the actor asked for, the newest first, those before ``before`` if it is given."""
    conditions = [Job.actor == actor.name, *([Job.id < before] if before else [])]
    return list(session.scalars(sa.select(Job).where(*conditions).order_by(Job.id.desc()).limit(limit)))


def ask_to_stop(session: Session, job_id: UUID, *, actor: Actor) -> Job:
    """Stop a job: at once if nobody does it yet, otherwise as soon as its worker looks up; the finished one stays.

    :raises NotFound: there is none, or somebody else asked for it.
    """
    job = find(session, job_id, actor=actor)
    if job.state == "waiting":
        job.state, job.finished_at = "stopped", now()
    elif job.state == "running":
        job.stop_wanted = True
    return job


def claimable(session: Session) -> bool:
    """Whether there is a job to claim; asked before the turn of ``system`` is taken."""
    return session.scalar(sa.select(Job.id).where(_free()).limit(1)) is not None


def _free() -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(Job.state == "waiting", Job.due_at <= now()), sa.and_(Job.state == "running", Job.lease_until < now()),
    )


def claim(session: Session, holder: UUID, lease: timedelta = LEASE) -> Job | None:
    """The next job for a worker, which holds it for the length of the lease; ``None`` if there is nothing to do.

    One whose worker died again and again is failed instead.
    """
    for job in session.scalars(sa.select(Job).where(_free()).order_by(Job.due_at, Job.id).limit(20)).all():
        if job.stop_wanted:
            job.state, job.finished_at = "stopped", now()
        elif job.attempts >= MOST_ATTEMPTS:
            job.state, job.failure, job.finished_at = "failed", LEFT.as_json(), now()
        else:
            job.state, job.holder, job.lease_until = "running", holder, now() + lease
            job.attempts, job.started_at, job.done = job.attempts + 1, job.started_at or now(), 0
            return job
    return None


def _held(session: Session, job_id: UUID, holder: UUID) -> Job:
    job = session.get(Job, job_id, populate_existing=True)
    if job is None or job.state != "running" or job.holder != holder:
        raise LeaseLost(str(job_id))
    return job


def renew(
    session: Session, job_id: UUID, holder: UUID, done: int, total: int | None, lease: timedelta = LEASE
) -> bool:
    """Hold on to a job and tell how far it has come; gives whether it shall be stopped.

    :raises LeaseLost: it is another worker's by now.
    """
    job = _held(session, job_id, holder)
    job.lease_until, job.done, job.total = now() + lease, done, total
    return job.stop_wanted


def finish(
    session: Session, job_id: UUID, holder: UUID, state: str, *, done: int = 0, total: int | None = None,
    result: Mapping[str, Any] | None = None, failure: Problem | None = None,
) -> None:
    """Write down how a job ended.

    :raises LeaseLost: it is another worker's by now.
    """
    job = _held(session, job_id, holder)
    job.state, job.finished_at, job.holder, job.lease_until = state, now(), None, None
    job.done, job.total = done, total
    job.result = dict(result) if result is not None else None
    job.failure = failure.as_json() if failure else None


def put_back(
    session: Session, job_id: UUID, holder: UUID, delay: timedelta = timedelta(), counts: bool = False
) -> None:
    """Let a job wait for another turn; ``counts`` is whether this attempt is one of `MOST_ATTEMPTS`.

    :raises LeaseLost: it is another worker's by now.
    """
    job = _held(session, job_id, holder)
    job.state, job.due_at, job.holder, job.lease_until = "waiting", now() + delay, None, None
    job.attempts -= 0 if counts else 1


def purge(session: Session, kept: timedelta = KEPT) -> int:
    """Forget the jobs that ended longer ago than ``kept``; returns how many."""
    old = session.scalars(sa.select(Job).where(Job.finished_at < now() - kept).limit(1_000)).all()
    for job in old:
        session.delete(job)
    return len(old)


@dataclass(frozen=True, slots=True)
class Health:
    """How the queue does; ``idle`` says that jobs wait and nobody does any, so that no worker seems to run."""

    waiting: int
    running: int
    failed_today: int
    oldest_waiting: datetime | None
    abandoned: int
    idle: bool


def health(session: Session) -> Health:
    """The state of the queue for whoever runs the system; it names nobody and tells of no file."""
    rows = session.execute(sa.select(Job.state, sa.func.count().label("number")).group_by(Job.state))
    counts = {row.state: int(row.number) for row in rows}
    failed = session.scalar(
        sa.select(sa.func.count()).where(Job.state == "failed", Job.finished_at > now() - timedelta(days=1))
    )
    oldest = session.scalar(sa.select(sa.func.min(Job.due_at)).where(Job.state == "waiting", Job.due_at <= now()))
    left = session.scalar(sa.select(sa.func.count()).where(Job.state == "running", Job.lease_until < now())) or 0
    working = counts.get("running", 0) - left
    idle = not working and (bool(left) or (oldest is not None and oldest < now() - PATIENCE))
    return Health(counts.get("waiting", 0), working, failed or 0, oldest, left, idle)
