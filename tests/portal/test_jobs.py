"""Jobs: claimed under a lease, taken over from the dead, stopped when asked, told of in words."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from portal import jobs
from portal.jobs import queue
from portal.jobs.models import Job
from portal.jobs.queue import LeaseLost
from portal.jobs.running import Runner
from portal.system import System
from registries.access import Actor, NotAllowed, console
from registries.db import Busy, Database, new_id
from registries.messages import Problem, Refused
from registries.records import NotFound
from tests.portal.working import jobs_of, make_system

GONE = timedelta(seconds=-1)


@pytest.fixture
def system(any_database: Database, tmp_path: Path, catalogue) -> System:
    return make_system(any_database, tmp_path, catalogue)


def enqueue(system: System, kind: str = "index", who: Actor | None = None, **told) -> Job:
    with system.database.writing("system") as session:
        return jobs.enqueue(session, kind, {"number": "00010119800101123X"}, actor=who or console("test"), **told)


def claim(system: System, holder, lease: timedelta = queue.LEASE) -> Job | None:
    with system.database.writing("system") as session:
        return queue.claim(session, holder, lease)


def run(system: System, doer) -> Job:
    job = enqueue(system)
    Runner(system, {"index": doer}).turn()
    return next(found for found in jobs_of(system) if found.id == job.id)


def test_a_job_is_done_and_tells_its_result(system: System):
    seen = {}

    def doer(_system, work):
        seen.update(work.payload, actor=work.actor.name)
        work.progress.expect(3)
        work.progress(3)
        return {"documents": 7}

    job = run(system, doer)
    assert (job.state, job.result, job.done, job.total) == ("done", {"documents": 7}, 3, 3)
    assert seen == {"number": "00010119800101123X", "actor": "console:test"}
    assert job.finished_at >= job.started_at


def test_what_a_job_was_asked_stands_sealed(system: System):
    assert b"000101" not in enqueue(system).payload


def test_two_workers_never_claim_one_job(system: System):
    job = enqueue(system)
    assert claim(system, new_id()).id == job.id
    assert claim(system, new_id()) is None


def test_a_job_whose_worker_died_is_taken_over_when_its_lease_ran_out(system: System):
    enqueue(system)
    dead, living = new_id(), new_id()
    claim(system, dead, GONE)
    taken = claim(system, living)
    assert (taken.holder, taken.attempts) == (living, 2)
    with pytest.raises(LeaseLost), system.database.writing("system") as session:
        queue.finish(session, taken.id, dead, "done")
    with pytest.raises(LeaseLost), system.database.writing("system") as session:
        queue.renew(session, taken.id, dead, 1, 2)


def test_a_job_that_kills_its_workers_is_failed_at_last(system: System):
    enqueue(system)
    for _ in range(queue.MOST_ATTEMPTS):
        assert claim(system, new_id(), GONE) is not None
    assert claim(system, new_id(), GONE) is None
    job = jobs_of(system)[0]
    assert (job.state, Problem.from_json(job.failure)) == ("failed", queue.LEFT)


def test_a_job_asked_for_twice_about_one_thing_is_one_job(system: System):
    subject = new_id()
    first = enqueue(system, subject_id=subject)
    assert enqueue(system, subject_id=subject).id == first.id
    assert enqueue(system, kind="backup", subject_id=subject).id != first.id
    Runner(system, {"index": lambda *_: {}, "backup": lambda *_: {}}).turn()
    assert enqueue(system, subject_id=subject).id != first.id


def test_a_job_that_waits_is_stopped_at_once(system: System):
    job = enqueue(system)
    with system.database.writing("system") as session:
        jobs.ask_to_stop(session, job.id, actor=console("test"))
    assert jobs_of(system)[0].state == "stopped"
    assert claim(system, new_id()) is None


def test_a_running_job_is_stopped_at_its_next_step(system: System):
    enqueue(system)
    begun = threading.Event()

    def doer(_system, work):
        begun.set()
        while True:
            work.progress(1)

    runner = Runner(system, {"index": doer}, lease=timedelta(seconds=2))
    thread = threading.Thread(target=runner.turn)
    thread.start()
    assert begun.wait(10)
    with system.database.writing("system") as session:
        jobs.ask_to_stop(session, jobs_of(system)[0].id, actor=console("test"))
    thread.join(10)
    assert not thread.is_alive()
    assert jobs_of(system)[0].state == "stopped"


def test_a_worker_that_ends_puts_its_job_back(system: System):
    enqueue(system)
    begun = threading.Event()

    def doer(_system, work):
        begun.set()
        while True:
            work.progress(1)

    runner = Runner(system, {"index": doer}, lease=timedelta(seconds=2))
    thread = threading.Thread(target=runner.run)
    thread.start()
    assert begun.wait(10)
    runner.ending.set()
    thread.join(10)
    assert not thread.is_alive()
    job = jobs_of(system)[0]
    assert (job.state, job.attempts) == ("waiting", 0)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Refused(Problem("The sheet is empty.")), "The sheet is empty"),
        (NotAllowed("import"), "import files"),
        (NotFound("x"), "not there any more"),
        (ZeroDivisionError("secret path"), "the mistake is ours"),
    ],
)
def test_a_job_that_fails_says_why_in_words(system: System, error: Exception, words: str):
    def doer(_system, _work):
        raise error

    job = run(system, doer)
    assert job.state == "failed"
    told = str(Problem.from_json(job.failure))
    assert words in told
    assert "secret path" not in told


def test_a_job_that_gets_no_turn_waits_for_another(system: System):
    def doer(_system, _work):
        raise Busy

    job = run(system, doer)
    assert (job.state, job.attempts) == ("waiting", 1)
    assert job.due_at > job.started_at


def test_the_job_of_somebody_else_does_not_exist(system: System):
    job = enqueue(system, who=console("one"))
    with system.database.reading() as session:
        assert jobs.find(session, job.id, actor=console("one")).id == job.id
        with pytest.raises(NotFound):
            jobs.find(session, job.id, actor=console("other"))
        assert [found.id for found in jobs.own(session, actor=console("one"))] == [job.id]
        assert jobs.own(session, actor=console("other")) == []


def test_health_tells_of_waiting_failed_and_abandoned_jobs(system: System):
    with system.database.reading() as session:
        empty = jobs.health(session)
    assert (empty.waiting, empty.running, empty.failed_today, empty.abandoned, empty.idle) == (0, 0, 0, 0, False)

    def doer(_system, _work):
        raise ZeroDivisionError

    run(system, doer)
    enqueue(system)
    claim(system, new_id(), GONE)
    enqueue(system)
    with system.database.reading() as session:
        told = jobs.health(session)
    assert (told.waiting, told.running, told.failed_today, told.abandoned, told.idle) == (1, 0, 1, 1, True)


def test_jobs_that_ended_long_ago_are_forgotten(system: System):
    run(system, lambda *_: {})
    enqueue(system)
    with system.database.writing("system") as session:
        assert jobs.purge(session) == 0
        assert jobs.purge(session, GONE) == 1
    assert [job.state for job in jobs_of(system)] == ["waiting"]
