"""Workers killed at random moments of their jobs: every effect is there exactly once in the end."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import jobs
from portal.imports import service
from portal.system import System
from registries import checking
from registries.access import console
from registries.changes import CHANGE
from registries.db import Database
from registries.importing.batches import BATCH
from tests import factories
from tests.own_code import ROOT
from tests.portal.working import count, jobs_of, look, make_system, run_all, send

ROWS = 60
ACTOR = console("test")


@pytest.fixture
def system(any_database: Database, tmp_path: Path, catalogue) -> System:
    return make_system(any_database, tmp_path, catalogue)


class Workers:
    """Workers that are started and killed one after the other."""

    def __init__(self, system: System) -> None:
        database = system.database
        url = "" if database.is_sqlite else database.engine.url.set(drivername="postgresql").render_as_string(False)
        told = [str(database.folder), str(system.settings.index), url, str(database.keys.path)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.job_worker", *told], cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
        self.heard("ready")

    def heard(self, what: str) -> dict:
        said = json.loads(self.process.stdout.readline())
        assert said["did"] == what
        return said

    def live_for(self, seconds: float) -> None:
        """Let one work for so long, and kill it wherever it is."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        pid = self.heard("born")["pid"]
        time.sleep(seconds)
        os.kill(pid, 9)
        self.heard("dead")


@pytest.fixture
def workers(system: System) -> Iterator[Workers]:
    made = Workers(system)
    yield made
    made.process.stdin.close()
    made.process.stdout.close()
    made.process.wait()


def sheet(first: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["姓名", "性别", "证件类型", "公民身份号码", "联系电话"])
    for serial in range(first, first + ROWS):
        writer.writerow([
            factories.name(serial), "男", "居民身份证", factories.id_number(serial), factories.phone(serial),
        ])  # fmt: skip
    return out.getvalue()


def finished(system: System, workers: Workers, dice: random.Random) -> None:
    """Kill worker after worker until no job is left; they live longer and longer, so that it ends on any machine."""
    for turn in range(100):
        if all(job.state not in ("waiting", "running") for job in jobs_of(system)):
            return
        workers.live_for(dice.uniform(0.05, 1.2 + turn / 10))
    pytest.fail("The jobs never came to their end.")


@pytest.mark.parametrize("rounds", [2, pytest.param(12, marks=pytest.mark.full)])
def test_kills_do_every_job_exactly_once(system: System, workers: Workers, rounds: int):
    dice = random.Random(rounds)
    made = []
    for turn in range(rounds):
        import_id = send(system, ACTOR, "resident", sheet(turn * ROWS), f"{turn}.csv")
        made.append(import_id)
        with system.database.reading() as session:
            columns = service.proposed(system, session, import_id, actor=ACTOR).columns
        service.check(system, import_id, columns, {}, [], False, actor=ACTOR)
        finished(system, workers, dice)
        assert jobs_of(system)[-1].state == "done", jobs_of(system)[-1].failure
        service.ask(system, import_id, service.APPLY, actor=ACTOR)
        with system.database.writing("system") as session:
            jobs.enqueue(session, "duplicates", {"kind": "resident"}, actor=ACTOR)
        finished(system, workers, dice)
        assert count(system, "resident") == ROWS * (turn + 1)
    service.ask(system, made[0], service.UNDO, actor=ACTOR)
    finished(system, workers, dice)
    assert {job.state for job in jobs_of(system)} == {"done"}
    assert count(system, "resident") == ROWS * (rounds - 1)
    assert [look(system, import_id, ACTOR).state for import_id in made] == ["undone"] + ["applied"] * (rounds - 1)
    told_once(system, made)
    found = checking.check(system.database, system.catalogue)
    assert [str(one.problem) for one in found if one.severity == "error" and "synchronous" not in one.problem] == []


def told_once(system: System, made: list) -> None:
    """The log tells of each batch applied once and of the first taken back once; no half-checked batch is left."""
    log = CHANGE["population"]
    with system.database.reading() as session:
        told = session.execute(
            sa.select(log.c.action, sa.func.count()).where(log.c.kind == "batch").group_by(log.c.action)
        ).all()
        states = session.scalars(sa.select(BATCH["population"].c.state)).all()
    assert dict(map(tuple, told)) == {"apply": len(made), "undo": 1}
    assert sorted(states) == ["applied"] * (len(made) - 1) + ["undone"]


def test_a_job_that_is_done_again_by_mistake_is_noticed(system: System):
    """The test above can fail: without the state of the batch an apply would write its rows twice."""
    import_id = send(system, ACTOR, "organisation", "单位名称,单位类型\n临河面馆,个体工商户\n")
    with system.database.reading() as session:
        columns = service.proposed(system, session, import_id, actor=ACTOR).columns
    service.check(system, import_id, columns, {}, [], False, actor=ACTOR)
    run_all(system)
    batch = look(system, import_id, ACTOR).batch
    for _ in range(2):
        service.ask(system, import_id, service.APPLY, actor=ACTOR)
        run_all(system)
        with system.database.writing("organisations") as session:
            session.execute(BATCH["organisations"].update().values(state="staged").where(
                BATCH["organisations"].c.id == batch.id
            ))  # fmt: skip
    log = CHANGE["organisations"]
    with system.database.reading() as session:
        applied = session.scalar(sa.select(sa.func.count()).where(log.c.kind == "batch", log.c.action == "apply"))
    assert applied == 2
