"""Whoever is killed in the middle of a write leaves it undone or done; what was acknowledged is never lost."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from registries import checking, importing
from registries.changes import CHANGE
from registries.db import Database
from registries.importing.batches import BATCH
from registries.messages import Refused
from tests.own_code import ROOT

REGISTRIES = ("population", "organisations", "facilities")


class Killed:
    """A writer that is started and killed again and again, and all that it acknowledged meanwhile."""

    def __init__(self, database: Database) -> None:
        self.database = database
        url = "" if database.is_sqlite else database.engine.url.set(drivername="postgresql").render_as_string(False)
        command = [sys.executable, "-m", "tests.reliability.writer", str(database.folder), url, str(database.keys.path)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
        self.told: list[dict[str, Any]] = []
        self.wait_for("ready")

    def wait_for(self, what: str) -> dict[str, Any]:
        for line in self.process.stdout:
            said = json.loads(line)
            if said["did"] == what:
                return said
            self.told.append(said)
        raise AssertionError(f"The writer ended before it was {what}.")

    def kill(self, dice: random.Random, seed: int, mode: str) -> None:
        """Let a writer finish a few writes, and kill it in the middle of the next one."""
        self.process.stdin.write(f"{seed} {mode}\n")
        self.process.stdin.flush()
        pid = self.wait_for("born")["pid"]
        for _ in range(dice.randrange(5)):
            self.told.append(json.loads(self.process.stdout.readline()))
        time.sleep(dice.uniform(0, 0.15))
        os.kill(pid, 9)
        self.wait_for("dead")
        # A server goes on with what a client had already sent.
        while not self.database.is_sqlite and others(self.database):
            time.sleep(0.01)

    def acknowledged(self, did: str) -> list[dict[str, Any]]:
        return [said for said in self.told if said["did"] == did]


def others(database: Database) -> int:
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND application_name = ''"
        ).scalar() - database.engine.pool.checkedin()


@pytest.fixture
def killed(any_database: Database) -> Iterator[Killed]:
    made = Killed(any_database)
    yield made
    made.process.stdin.close()
    made.process.stdout.close()
    made.process.wait()


def faults(killed: Killed) -> list[str]:
    """What is lost, and what is neither done nor undone."""
    found = []
    with killed.database.reading() as session:
        states: dict[str, str] = {}
        for name in REGISTRIES:
            log = CHANGE[name]
            made = dict(session.execute(
                sa.select(log.c.batch_id, sa.func.count()).where(log.c.action == "create").group_by(log.c.batch_id)
            ).all())
            back = dict(session.execute(
                sa.select(log.c.record_id, sa.func.count()).where(log.c.kind == "batch").group_by(log.c.record_id)
            ).all())
            for batch in session.execute(sa.select(BATCH[name])):
                states[str(batch.id)] = batch.state
                wanted = json.loads(batch.counts)["new"] if batch.state in {"applied", "undone"} else 0
                # Households and the like are made on the way, so there may be more.
                if made.get(batch.id, 0) < wanted or (not wanted and made.get(batch.id)):
                    found.append(f"batch {batch.id} is {batch.state} and made {made.get(batch.id, 0)} of {wanted}")
                if back.get(batch.id, 0) != {"applied": 1, "undone": 2}.get(batch.state, 0):
                    found.append(f"batch {batch.id} is {batch.state} and the log tells otherwise")
            notes = {
                (row.record_id, json.loads(row.changes)["note"][1])
                for row in session.execute(sa.select(log.c.record_id, log.c.changes).where(log.c.action == "update"))
                if row.changes and "note" in row.changes
            }
            found += [
                f"the edit of {said['id']} is lost" for said in killed.acknowledged("edited")
                if killed_kind(said) == name and (UUID(said["id"]), said["note"]) not in notes
            ]
    later = ("staged", "applied", "undone")
    for did in later:
        allowed = later[later.index(did):]
        found += [
            f"batch {said['batch']} was {did} and is {states.get(said['batch'])}"
            for said in killed.acknowledged(did) if states.get(said["batch"]) not in allowed
        ]
    return found


def killed_kind(said: dict[str, Any]) -> str:
    return {"resident": "population", "organisation": "organisations", "facility": "facilities"}[said["kind"]]


def graver_findings(database: Database, catalogue: Any) -> list[str]:
    """What ``sanku check`` says of chains and records, but for what tests do on purpose."""
    found = checking.check(database, catalogue)
    return [str(one.problem) for one in found if one.severity == "error" and "synchronous" not in one.problem]


def finish(database: Database, catalogue: Any, actor: Any) -> None:
    """Apply what was staged; what was cut off while it was being read says so."""
    with database.reading() as session:
        left = [batch for name in REGISTRIES for batch in importing.recent(session, name, 10_000)]
    for batch in left:
        if batch.state == "staged":
            done = importing.apply(database, catalogue[batch.kind], batch.id, actor=actor)
            assert done.state == "applied"
        elif batch.state == "staging":
            with pytest.raises(Refused, match="Import the file again"):
                importing.apply(database, catalogue[batch.kind], batch.id, actor=actor)


@pytest.mark.parametrize("kills", [8, pytest.param(50, marks=pytest.mark.full)])
def test_kills_lose_nothing_and_leave_nothing_half_done(killed: Killed, catalogue, actor, kills: int):
    dice = random.Random(kills)
    for seed in range(1, kills + 1):
        killed.kill(dice, seed, "sound")
        assert faults(killed) == [], f"after kill {seed}"
    assert {said["did"] for said in killed.told} >= {"staged", "applied", "edited"}
    finish(killed.database, catalogue, actor)
    assert faults(killed) == []
    assert graver_findings(killed.database, catalogue) == []


@pytest.mark.parametrize("mode", ["half", "early"])
def test_a_writer_that_breaks_the_promise_is_caught(killed: Killed, mode: str):
    """The test above can fail: a batch committed half way, and a write told of too early, are both noticed."""
    dice = random.Random(1)
    for seed in range(1, 40):
        killed.kill(dice, seed, mode)
        if faults(killed):
            return
    pytest.fail("nothing was noticed")
