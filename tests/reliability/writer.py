"""A process that writes without pause until it is killed, and tells of each write as soon as it is committed.

``python -m tests.reliability.writer DATA URL KEYS`` loads everything once. For each line ``SEED MODE`` on its input it
forks a child that imports, applies, edits and undoes in an order that follows from the seed. The child's lines on
standard output are the writes that were acknowledged; after its death the parent says ``dead``.

The modes other than ``sound`` break a promise on purpose, so that a test can show that it would notice: ``half``
commits in the middle of a batch, ``early`` tells of an edit before it is committed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from app import catalogue
from registries import importing, references
from registries.access import console
from registries.crypto import Keys
from registries.db import Database
from registries.importing import Options
from registries.importing.applying import _Applier
from registries.items import Conflict
from registries.messages import Refused
from tests import factories

KINDS = ("facility", "organisation", "resident")
ROWS = (3, 30)


class Writer:
    """Writes at random; what it says it has done is committed."""

    def __init__(self, database: Database, seed: int, mode: str) -> None:
        self.database, self.mode, self.dice = database, mode, random.Random(seed)
        self.catalogue = catalogue()
        self.actor = console("writer")
        self.serial = 10_000 + seed * 500
        with database.reading() as session:
            self.known = references.load(session)
        if mode == "half":
            self._break_batches()

    def run(self) -> None:
        """Write until killed."""
        ways: list[Callable[[], None]] = [self.bring_in, self.bring_in, self.edit, self.edit, self.edit, self.take_back]
        while True:
            self.dice.choice(ways)()

    def say(self, **what: object) -> None:
        """Acknowledge a write; one line is one write to the pipe and cannot be torn."""
        os.write(1, json.dumps(what, default=str).encode() + b"\n")

    def bring_in(self) -> None:
        """Stage a file and, mostly, apply it."""
        records = self.catalogue[self.dice.choice(KINDS)]
        count = self.dice.randint(*ROWS)
        sheet = factories.sheet(records, range(self.serial, self.serial + count), self.known)
        self.serial += count
        options = Options(f"list {self.serial}.csv")
        batch = importing.stage(self.database, records, sheet, options, actor=self.actor, workers=0)
        self.say(did="staged", batch=batch.id)
        if self.dice.random() < 0.8:
            importing.apply(self.database, records, batch.id, actor=self.actor)
            self.say(did="applied", batch=batch.id)

    def edit(self) -> None:
        """Change the note of some record."""
        records = self.catalogue[self.dice.choice(KINDS)]
        table = records.kind.table
        with self.database.reading() as session:
            found = session.execute(sa.select(table.c.id, table.c.version).order_by(table.c.id).limit(200)).all()
        if not found:
            return
        record_id, version = self.dice.choice(found)
        note = f"note {self.dice.random()}"
        told = {"did": "edited", "kind": records.name, "id": record_id, "note": note}
        try:
            with self.database.writing(records.kind.database) as session:
                records.update(session, record_id, {"note": note}, version=version, actor=self.actor, reason="x")
                if self.mode == "early":
                    self.say(**told)
                    time.sleep(0.1)
        except Conflict:
            return
        self.say(**told)

    def take_back(self) -> None:
        """Undo the latest batch of some registry."""
        records = self.catalogue[self.dice.choice(KINDS)]
        with self.database.reading() as session:
            found = importing.recent(session, records.kind.database, 5)
        applied = [batch.id for batch in found if batch.state == "applied"]
        if applied:
            batch_id: UUID = self.dice.choice(applied)
            try:
                importing.undo(self.database, self.catalogue, batch_id, actor=self.actor)
            except Refused:
                return
            self.say(did="undone", batch=batch_id)

    def _break_batches(self) -> None:
        whole = _Applier._write

        def torn(applier: _Applier, *arguments: object) -> None:
            whole(applier, *arguments)  # type: ignore[arg-type]
            connection = applier.session.connection()
            connection.exec_driver_sql("COMMIT")
            time.sleep(0.1)
            connection.exec_driver_sql("BEGIN")

        _Applier._write = torn  # type: ignore[method-assign]


def main(data: str, url: str, keys: str) -> None:
    """Fork a writer for each line of the input."""
    # Loads what every writer needs, once.
    Writer(Database(Path(data), url, Keys.load(Path(keys))), 0, "sound").database.engine.dispose()
    os.write(1, b'{"did": "ready"}\n')
    for line in sys.stdin:
        seed, mode = line.split()
        child = os.fork()
        if child == 0:
            Writer(Database(Path(data), url, Keys.load(Path(keys))), int(seed), mode).run()
        os.write(1, json.dumps({"did": "born", "pid": child}).encode() + b"\n")
        os.waitpid(child, 0)
        os.write(1, b'{"did": "dead"}\n')


if __name__ == "__main__":
    main(*sys.argv[1:])
