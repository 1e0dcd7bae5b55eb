"""What holds for any file and any order of imports, edits and undoings."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import catalogue
from registries import access, importing, listing
from registries import references as known
from registries.access import Actor, Grant
from registries.db import Database
from registries.importing import Batch, Options
from tests import factories
from tests.factories import Sheet

KINDS = catalogue()
ACTOR = access.console("test")
STATES = ("new", "changed", "same", "duplicate", "transfer", "error")
INSIDE, OUTSIDE = "000101001001001", "000101002001001"
_serials = itertools.count(10_000, 10)
_examples = itertools.count()
#: A database takes its time, and one is shared by all examples; each has records of its own.
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def references(shared_database: Database) -> known.References:
    """The code lists and areas of this very database."""
    with shared_database.reading() as session:
        return known.load(session)


def staged(database: Database, kind: str, sheet: Sheet, actor: Actor, name: str) -> Batch:
    return importing.stage(database, KINDS[kind], sheet, Options(name), actor=actor, workers=0)


def counts(batch: Batch) -> dict[str, int]:
    return {state: batch.counts[state] for state in STATES if batch.counts[state]}


CELLS = st.sampled_from(
    ({}, {"note": "Anew."}, {"note": None}, {"area_id": "〇〇"}, {"area_id": OUTSIDE}, {"area_id": None})
)
ROWS = st.lists(st.tuples(st.integers(0, 5), CELLS), max_size=14)


@SLOW
@given(kind=st.sampled_from(sorted(KINDS)), before=ROWS, rows=ROWS)
def test_every_row_counts_once_and_a_second_time_as_nothing_new(shared_database, references, kind, before, rows):
    database, name = shared_database, f"list{next(_examples)}.csv"
    role = "editor" if KINDS[kind].kind.database == "network" else "clerk"
    clerk = Actor("clerk", (Grant(role, references.areas.find("000101001").path),))
    first = next(_serials)
    good = factories.sheet(KINDS[kind], range(first, first + 6), references)
    for serial in range(6):
        good = good.with_cells(serial, area_id=INSIDE)

    def sheet(told: list[tuple[int, dict[str, Any]]]) -> Sheet:
        return Sheet(good.headings, [good.with_cells(serial, **cells).rows[serial] for serial, cells in told])

    there = staged(database, kind, sheet(before), ACTOR, f"earlier {name}")
    importing.apply(database, KINDS[kind], there.id, actor=ACTOR)
    batch = staged(database, kind, sheet(rows), clerk, name)
    assert sum(counts(batch).values()) == len(rows)
    importing.apply(database, KINDS[kind], batch.id, actor=clerk)
    again = staged(database, kind, sheet(rows), clerk, name)
    assert sum(counts(again).values()) == len(rows)
    assert again.counts["new"] + again.counts["changed"] == 0, (counts(batch), counts(again))
    assert again.counts["error"] == batch.counts["error"]


NOTES = st.sampled_from(("one", "two", "three"))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("import"), st.dictionaries(st.integers(0, 3), NOTES, min_size=1)),
        st.tuples(st.just("edit"), st.tuples(st.integers(0, 3), NOTES)),
        st.tuples(st.just("undo"), st.integers(0, 8)),
    ),
    max_size=12,
)


class Model:
    """What a register of notes would do: for each record the changes that stand, each with what it laid over."""

    def __init__(self) -> None:
        self.notes: dict[int, str] = {}
        self.standing: dict[int, list[tuple[int | None, str | None]]] = {}

    def write(self, serial: int, note: str, batch: int | None) -> None:
        if self.notes.get(serial) != note:
            self.standing.setdefault(serial, []).append((batch, self.notes.get(serial)))
            self.notes[serial] = note

    def undo(self, batch: int) -> set[int]:
        """Takes a batch back; the records that stay because something later stands on them."""
        kept = set()
        for serial, standing in self.standing.items():
            if batch not in [told for told, _ in standing]:
                continue
            if standing[-1][0] != batch:
                kept.add(serial)
                continue
            before = standing.pop()[1]
            if before is None:
                del self.notes[serial]
            else:
                self.notes[serial] = before
        return kept


class Register:
    """The same with the real thing: places, known by their code."""

    def __init__(self, database: Database, references: known.References) -> None:
        self.database, self.records = database, KINDS["place"]
        self.name = f"places{next(_examples)}.csv"
        self.first = next(_serials)
        self.sheet = factories.sheet(self.records, range(self.first, self.first + 4), references)
        self.codes = {self.sheet.cell(serial, "code"): serial for serial in range(4)}

    def notes(self) -> dict[int, str]:
        return {serial: item.values["note"] for serial, item in self.items().items()}

    def items(self) -> dict[int, Any]:
        with self.database.reading() as session:
            page = listing.find(session, self.records, listing.Wish(limit=10_000), actor=ACTOR)
        return {self.codes[item.values["code"]]: item for item in page.items if item.values["code"] in self.codes}

    def load(self, notes: dict[int, str]) -> Batch:
        rows = [self.sheet.with_cells(serial, note=note).rows[serial] for serial, note in notes.items()]
        batch = staged(self.database, "place", Sheet(self.sheet.headings, rows), ACTOR, self.name)
        return importing.apply(self.database, self.records, batch.id, actor=ACTOR)

    def edit(self, serial: int, note: str) -> None:
        item = self.items()[serial]
        with self.database.writing("facilities") as session:
            self.records.update(session, item.id, {"note": note}, version=item.version, actor=ACTOR, reason="seen")

    def undo(self, batch: Batch) -> set[int]:
        serials = {item.id: serial for serial, item in self.items().items()}
        undone = importing.undo(self.database, KINDS, batch.id, actor=ACTOR)
        return {serials[record_id] for _kind, record_id in undone.conflicts}


@SLOW
@given(steps=STEPS)
def test_imports_edits_and_undoings_leave_what_a_simple_model_says(shared_database, references, steps):
    model, register = Model(), Register(shared_database, references)
    batches: list[Batch] = []
    undone: set[int] = set()
    for what, told in steps:
        if what == "import":
            for serial, note in told.items():
                model.write(serial, note, len(batches))
            batches.append(register.load(told))
        elif what == "edit" and told[0] in model.notes:
            model.write(*told, None)
            register.edit(*told)
        elif what == "undo" and told < len(batches) and told not in undone:
            undone.add(told)
            assert register.undo(batches[told]) == model.undo(told)
        assert register.notes() == model.notes
