"""Many who write at once: one wins, the others are told; nobody is refused because a file is locked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa

from registries import importing
from registries.db import TURN_SECONDS, Busy, Database
from registries.importing import Options
from registries.items import Conflict
from registries.records import Records
from tests import factories
from tests.own_code import ROOT

EDITORS = 50
PROCESSES = 2

#: Edits one version of one record from several threads, once it reads a line, and prints what became of each.
EDITOR = """
import json, sys, threading
from collections import Counter
from pathlib import Path
from uuid import UUID
from app import catalogue
from registries.access import console
from registries.crypto import Keys
from registries.db import Database
from tests.reliability.test_parallel import edit_at_once
data, url, keys, record_id, count = sys.argv[1:]
database = Database(Path(data), url, Keys.load(Path(keys)))
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps(edit_at_once(database, catalogue()["facility"], UUID(record_id), int(count), console("test"))))
"""


def outcome(step: Callable[[], object]) -> str:
    try:
        step()
    except Exception as error:  # noqa: BLE001 - whatever it is, its name is the answer
        return type(error).__name__
    return "done"


def edit_at_once(database: Database, facilities, record_id: UUID, count: int, actor) -> Counter[str]:
    """What becomes of so many edits of version 1, begun together."""
    barrier, outcomes = threading.Barrier(count), []

    def edit(number: int) -> None:
        def step() -> None:
            with database.writing("facilities") as session:
                facilities.update(session, record_id, {"note": f"note {number}"}, version=1, actor=actor)

        barrier.wait()
        outcomes.append(outcome(step))

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def stored(database: Database, facilities, record_id: UUID):
    with database.reading() as session:
        return facilities.load(session, [record_id])[0]


def test_of_fifty_threads_one_edits_and_the_others_are_told(any_database: Database, catalogue, records, actor):
    facilities, record_id = catalogue["facility"], records["facility"][0]
    found = edit_at_once(any_database, facilities, record_id, EDITORS, actor)
    assert found == {"done": 1, "Conflict": EDITORS - 1}
    assert stored(any_database, facilities, record_id).version == 2


def test_of_fifty_in_two_processes_one_edits_and_the_others_are_told(any_database: Database, catalogue, records):
    url = "" if any_database.is_sqlite else any_database.engine.url.set(drivername="postgresql").render_as_string(False)
    told = [str(any_database.folder), url, str(any_database.keys.path), str(records["facility"][0])]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", EDITOR, *told, str(EDITORS // PROCESSES)], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    found: Counter[str] = Counter()
    for process in processes:
        found.update(json.loads(process.communicate()[0]))
    assert found == {"done": 1, "Conflict": EDITORS - 1}


def test_without_the_version_all_would_win(
    any_database: Database, catalogue, records, actor, monkeypatch: pytest.MonkeyPatch
):
    """The tests above can fail: where the last one wins, the edits of all others are lost."""
    update = Records.update

    def last_wins(kind: Records, session, record_id: UUID, raw, *, version: int, **others):
        now = kind.load(session, [record_id])[0].version
        return update(kind, session, record_id, raw, version=now, **others)

    monkeypatch.setattr(Records, "update", last_wins)
    assert edit_at_once(any_database, catalogue["facility"], records["facility"][0], 8, actor) == {"done": 8}


@pytest.mark.parametrize("seconds", [3, pytest.param(30, marks=pytest.mark.full)])
def test_eight_writers_never_meet_a_locked_file(database: Database, catalogue, fill_records, actor, seconds: int):
    """Each save is one to three statements long; who waits gets a turn, and whoever reads is never held up."""
    made, facilities = fill_records(database), catalogue["facility"]
    outcomes: Counter[str] = Counter()
    end = time.monotonic() + seconds

    def write(number: int) -> None:
        while time.monotonic() < end:
            def step() -> None:
                record_id = made["facility"][number % 3]
                with database.reading() as session:
                    version = facilities.load(session, [record_id])[0].version
                with database.writing("facilities") as session:
                    note = {"note": f"{number} {time.monotonic()}"}
                    facilities.update(session, record_id, note, version=version, actor=actor)

            outcomes[outcome(step)] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"done", "Conflict", "Busy"}, outcomes
    assert outcomes["done"] > 20
    versions = sum(stored(database, facilities, record_id).version - 1 for record_id in made["facility"])
    assert versions == outcomes["done"]


@pytest.mark.full
def test_who_gets_no_turn_is_told_after_five_seconds(any_database: Database, catalogue, records, actor):
    facilities, record_id = catalogue["facility"], records["facility"][0]
    with any_database.writing("facilities") as session:
        facilities.update(session, record_id, {"note": "slow"}, version=1, actor=actor)
        before = time.monotonic()
        with pytest.raises(Busy), any_database.writing("facilities") as second:
            facilities.update(second, record_id, {"note": "late"}, version=1, actor=actor)
        assert TURN_SECONDS - 0.5 < time.monotonic() - before < TURN_SECONDS + 2
        assert stored(any_database, facilities, record_id).version == 1
        # Other databases are written meanwhile.
        with any_database.writing("organisations") as other:
            catalogue["organisation"].update(
                other, records["organisation"][0], {"note": "x"}, version=1, actor=actor, reason="x"
            )
    assert stored(any_database, facilities, record_id).values["note"] == "slow"


def test_a_batch_that_two_apply_at_once_is_applied_once(any_database: Database, catalogue, references, actor):
    facilities = catalogue["facility"]
    sheet = factories.sheet(facilities, range(700, 720), references)
    batch = importing.stage(any_database, facilities, sheet, Options("list.csv"), actor=actor, workers=0)
    barrier, outcomes = threading.Barrier(3), []

    def apply() -> None:
        barrier.wait()
        outcomes.append(outcome(lambda: importing.apply(any_database, facilities, batch.id, actor=actor)))

    threads = [threading.Thread(target=apply) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["done"] * 3
    with any_database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(facilities.kind.table)) == 20


def test_a_conflict_tells_how_the_record_stands(database: Database, catalogue, fill_records, actor):
    facilities, record_id = catalogue["facility"], fill_records(database)["facility"][0]
    with database.writing("facilities") as session:
        facilities.update(session, record_id, {"note": "first"}, version=1, actor=actor)
    with pytest.raises(Conflict) as conflict, database.writing("facilities") as session:
        facilities.update(session, record_id, {"note": "second"}, version=1, actor=actor)
    assert (conflict.value.item.version, conflict.value.item.values["note"]) == (2, "first")
