"""Stage a file: read it, check every row, compare it with the registry, and write down what would change.

Only the staging area is written, a chunk at a time. Rows that were written to a record before and would be read to the
same values again are known by the digest of their cells and are not even checked: that is what makes the second import
of a large file fast, and adds nothing when a file without any code is read twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import changes, references
from ..access import Actor, NotAllowed
from ..areas import outermost, within
from ..bulk import insert_rows
from ..days import guess_roc
from ..db import Database, new_id
from ..fields import Day
from ..messages import N_, Problem, Refused
from ..records import Records, in_chunks
from ..references import AreaEntry, References
from ..sheets import Table
from . import batches
from .batches import MARKS, STAGED_ROW, STATES, Batch
from .checking import ROWS_WORTH_WORKERS, Outcome, Row, RowReader, row_checker
from .collector import collector_paused
from .comparing import Comparer, Decision
from .mapping import ColumnMapping, complete, learn, learnt, with_constants
from .pipeline import Pipeline

CHUNK = 2_000

#: Changes whenever the reading of a cell changes, so that digests of earlier versions are not trusted.
READING_VERSION = 2


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be taken: where rows without an area go, since when it is true, what blank cells mean.

    ``constants`` are values of all rows of this one file; unlike ``mapping`` nobody remembers them for its source.
    """

    file_name: str
    source: str | None = None
    area_id: UUID | None = None
    as_of: date | None = None
    clear_blanks: bool = False
    mapping: ColumnMapping | None = None
    constants: Mapping[str, str] = field(default_factory=dict)


def stage(
    database: Database, records: Records, table: Table, options: Options, *, actor: Actor,
    progress: Callable[[int], None] = lambda rows: None, workers: int | None = None, batch_id: UUID | None = None,
) -> Batch:
    """Check a file against the registry; the batch that is returned waits to be applied.

    ``batch_id`` is for whoever must know it before, so as to find what a kill left behind.

    :raises Refused: the file cannot be read as records of this kind.
    :raises NotAllowed: the actor may not import into the area.
    """
    source = options.source or Path(options.file_name).stem[:100]
    with database.reading() as session:
        known = references.load(session)
        area_id = _area(known, options.area_id, records, actor)
        told = options.mapping or learnt(session, source, records.name)
        position = changes.head(session, records.kind.database).last_id
    schema = records.kind.schema(known)
    mapping = complete(schema, table.headings, with_constants(told, schema, options.constants))
    chunks = _with_first(table.chunks(CHUNK))
    first = next(chunks)
    if mapping.roc is None:
        mapping = replace(mapping, roc=_guess_roc(records, mapping, table.headings, first))
    reader = RowReader(records.kind, known, mapping, table.headings, options.clear_blanks)
    batch = Batch(
        batch_id or new_id(), records.kind.database, records.name, "staging", actor.name, source, options.file_name,
        area_id, options.as_of, options.clear_blanks, table.headings, mapping.as_json(), position,
        dict.fromkeys((*STATES, *MARKS), 0),
    )
    with database.writing(batch.database) as session:
        batches.add(session, batch)
    large = len(first) >= CHUNK and (table.total_hint or ROWS_WORTH_WORKERS) >= ROWS_WORTH_WORKERS
    count = (os.cpu_count() or 1) if workers is None else workers
    with collector_paused():
        _Stager(database, records, reader, batch, actor, known, progress).run(first, chunks, count if large else 0)
    _finish(database, batch, table)
    return batch


def _area(known: References, area_id: UUID | None, records: Records, actor: Actor) -> UUID:
    scopes = actor.scopes("import", records.kind.database)
    area = known.areas.get(area_id) if area_id else _home(known, scopes)
    if area is None:
        raise Refused(Problem(
            N_("There is no area to put the records in."), N_("Load the area tree first: sanku init --areas FILE."),
        ))
    if scopes is not None and not any(area.path.startswith(scope) for scope in scopes):
        raise NotAllowed("import")
    return area.id


def _home(known: References, scopes: list[str] | None) -> AreaEntry | None:
    """Where rows without an area belong if nobody says so: the district, or the one area the actor may import for."""
    widest = outermost(scopes) if scopes else []
    if len(widest) > 1:
        raise Refused(Problem(
            N_("You may import for several areas."), N_("Say in which of them rows without an area belong."),
        ))
    return next((area for area in known.areas if area.path == widest[0]), None) if widest else known.areas.root()


def _with_first(chunks: Iterable[Sequence[Row]]) -> Iterator[Sequence[Row]]:
    """The chunks of a file, with an empty one if it has no row."""
    empty = True
    for chunk in chunks:
        empty = False
        yield chunk
    if empty:
        yield []


def _guess_roc(records: Records, mapping: ColumnMapping, headings: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether the days of a file count their years from 1912, as its own cells show."""
    days = {name for name, item in records.storage.fields.items() if isinstance(item, Day)}
    positions = [index for index, heading in enumerate(headings) if mapping.columns.get(heading) in days]
    values = [cells[p] for _number, cells in rows for p in positions if p < len(cells) and cells[p] not in (None, "")]
    return bool(values) and guess_roc(values)


class _Stager:
    """The loop over the chunks of one file."""

    def __init__(
        self, database: Database, records: Records, reader: RowReader, batch: Batch, actor: Actor, known: References,
        progress: Callable[[int], None],
    ) -> None:
        self.database, self.records, self.batch, self.progress = database, records, batch, progress
        self.reader = reader
        self.comparer = Comparer(records, reader, batch.source, actor)
        self.scopes = self.comparer.scopes
        self.salt = hashlib.sha256("\x1f".join((
            records.name, str(READING_VERSION), known.stamp(), json.dumps(asdict(reader.mapping), sort_keys=True),
            json.dumps(list(reader.headings)), str(batch.clear_blanks), str(batch.area_id),
        )).encode()).digest()
        self.digested = False
        self.secret = any(item.sealed for item in records.storage.fields.values())

    def run(self, first: Sequence[Row], chunks: Iterator[Sequence[Row]], workers: int) -> None:
        with self.database.reading() as session:
            column = self.records.kind.table.c.row_digest
            self.digested = session.execute(sa.select(column).where(column.is_not(None)).limit(1)).first() is not None
        with Pipeline(row_checker, self.reader.recipe(), workers) as checkers:
            for rows in self._each(first, chunks):
                digests = self._digests(rows)
                known = self._known(digests)
                fresh = [row for row, digest in zip(rows, digests, strict=True) if digest not in known]
                for token, outcomes in checkers.put((rows, digests, known), fresh):
                    self._store(token, outcomes)
            for token, outcomes in checkers.rest():
                self._store(token, outcomes)

    @staticmethod
    def _each(first: Sequence[Row], chunks: Iterator[Sequence[Row]]) -> Iterator[Sequence[Row]]:
        yield first
        yield from chunks

    def _digests(self, rows: Sequence[Row]) -> list[bytes]:
        mac, salt = self.database.keys.mac, self.salt
        return [
            mac("row.digest", salt + "\x1f".join(["" if cell is None else str(cell) for cell in cells]).encode())[:16]
            for _number, cells in rows
        ]

    def _known(self, digests: Sequence[bytes]) -> dict[bytes, UUID]:
        """The records that these very rows were written to and that nobody has changed since."""
        if not self.digested:
            return {}
        table = self.records.kind.table
        found: dict[bytes, UUID] = {}
        with self.database.reading() as session:
            seen = [] if self.scopes is None else [within(table.c.area_path, self.scopes)]
            for chunk in in_chunks(digests):
                for row in session.execute(sa.select(table.c.row_digest, table.c.id).where(
                    table.c.row_digest.in_(chunk), table.c.row_version == table.c.version, table.c.retired_at.is_(None),
                    *seen,
                )):
                    found[row.row_digest] = row.id
        return found

    def _store(self, token: Any, outcomes: list[Any]) -> None:
        rows, digests, known = token
        outcomes = [self._with_hidden_key(outcome) for outcome in outcomes]
        fresh = [(row, digest) for row, digest in zip(rows, digests, strict=True) if digest not in known]
        # Rows known to the letter come first: another row that names the same record is then a repetition of theirs.
        decisions = [
            self._again(row[0], digest, known[digest])
            for row, digest in zip(rows, digests, strict=True) if digest in known
        ]
        with self.database.reading() as session:
            decisions += self.comparer.compare(session, [row for row, _ in fresh], outcomes, [d for _, d in fresh])
        cells = dict(rows)
        written = [row for decision in decisions if (row := self._row(decision, cells))]
        for decision in decisions:
            self._count(decision)
        if written:
            with self.database.writing(self.batch.database) as session:
                insert_rows(session, STAGED_ROW[self.batch.database], written)
        self.progress(len(rows))

    def _with_hidden_key(self, outcome: Outcome) -> Outcome:
        """The outcome with a MAC of its source key: a column “ID” may hold numbers sealed elsewhere."""
        if not self.secret or outcome.source_key is None:
            return outcome
        return outcome._replace(source_key=self.database.keys.mac("source.key", outcome.source_key.encode()).hex()[:32])

    def _again(self, number: int, digest: bytes, record_id: UUID) -> Decision:
        first = self.comparer.seen.setdefault(digest, number)
        if first != number:
            return Decision(number, "duplicate", record_id, first_row=first)
        self.comparer.seen.setdefault(record_id, number)
        return Decision(number, "same", record_id)

    def _count(self, decision: Decision) -> None:
        counts = self.batch.counts
        counts[decision.state] += 1
        counts["warnings"] += bool(decision.warnings and decision.state in ("new", "changed"))
        counts["incomplete"] += bool(decision.incomplete and decision.state == "new")
        counts["probable"] += decision.probable is not None

    def _ready(self, decision: Decision) -> str | None:
        fields = self.records.storage.fields
        values = {name: fields[name].to_json(value) for name, value in decision.values.items() if name in fields}
        return changes.json_text(values) if values else None

    def _row(self, decision: Decision, cells: dict[int, Sequence[Any]]) -> dict[str, Any] | None:
        """The staged row; a row that changes nothing is counted only."""
        if decision.state == "same":
            return None
        keys, number, batch_id = self.database.keys, decision.number, self.batch.id
        problems = {"errors": decision.problems, "warnings": decision.warnings}
        ready = decision.ready or self._ready(decision)
        return {
            "batch_id": batch_id, "number": number, "state": decision.state, "record_id": decision.record_id,
            "payload": batches.payload(keys, batch_id, number, ready, cells[number]) if ready else None,
            "cells": batches.seal_row(keys, batch_id, number, batches.cells_text(cells[number]))
            if decision.state in ("error", "transfer") else None,
            "problems": batches.seal_row(keys, batch_id, number, changes.json_text(problems))
            if decision.problems or decision.warnings else None,
            "incomplete": ",".join(decision.incomplete) or None, "probable": decision.probable,
            "source_key": decision.source_key, "row_digest": decision.row_digest, "first_row": decision.first_row,
        }


def _finish(database: Database, batch: Batch, table: Table) -> None:
    mapping = ColumnMapping(**batch.mapping)
    batch.notes = [note.as_json() for note in table.notes]
    unread = [heading for heading in mapping.unread(table.headings) if heading]
    if unread:
        batch.notes.append(Problem(
            N_("These columns are not read: %(headings)s."),
            N_("Tell which fields they are if they are needed."),
            headings=unread,
        ).as_json())
    with database.writing(batch.database) as session:
        batches.set_state(session, batch, "staged")


def remember(database: Database, kind: str, options: Options) -> None:
    """Keep the mapping that was told for a source, once a file of it went in that way."""
    if options.mapping is not None and options.source:
        with database.writing("network") as session:
            learn(session, options.source, kind, options.mapping)


def failed_rows(session: Session, batch: Batch) -> Iterator[tuple[int, list[Any], dict[str, Any]]]:
    """The rows of a batch that could not be read: number, cells as they came, problems by field."""
    table = STAGED_ROW[batch.database]
    statement = sa.select(table).where(table.c.batch_id == batch.id, table.c.state == "error").order_by(table.c.number)
    keys = session.info["keys"]
    for row in session.execute(statement):
        cells = batches.open_row(keys, batch.id, row.number, row.cells) if row.cells else []
        yield row.number, cells, batches.problems_of(keys, row)["errors"]
