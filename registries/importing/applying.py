"""Apply a staged batch in one transaction, and take an applied one back out.

A second `apply` does nothing. A kill at any moment leaves the batch undone or done. What changed in the registry since
the file was checked is noticed by the position of its log, and then every row is matched again before it is written.

`undo` puts back exactly what the batch did, apart from logs, serial counters, versions and times. A record that
somebody edited since, or that other records have come to need, is left as it is and reported as a conflict.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import changes, duplicates, references
from ..access import Actor, NotAllowed
from ..areas import successor, within
from ..bulk import dialect_named
from ..changes import CHANGE, Entry
from ..crypto import Keys
from ..db import Database, now
from ..messages import N_, Problem, Refused
from ..preparing import Preparer, handed_back, packed, taken_over, unpacked
from ..records import Change, New, Records, in_chunks
from ..references import References
from ..storing import Kind, Storage
from . import batches
from .batches import STAGED_ROW, Batch
from .checking import ROWS_WORTH_WORKERS
from .collector import collector_paused
from .pipeline import Pipeline
from .rechecking import Rechecker, Waiting
from .undoing import edited_since, remove_many, revert, still_needed

CHUNK = 1_000


def apply(
    database: Database, records: Records, batch_id: UUID, *, actor: Actor,
    progress: Callable[[int], None] = lambda rows: None,
) -> Batch:
    """Write the new and changed rows of a batch; does nothing if that was done already.

    :raises Refused: the batch was taken back, or was not checked to its end.
    :raises NotAllowed: a row concerns an area that the actor may not import for.
    """
    if actor.scopes("import", records.kind.database) == []:
        raise NotAllowed("import")
    with collector_paused(), database.writing(records.kind.database, large=True) as session:
        batch = batches.find(session, batch_id, (records.kind.database,), lock=True)
        if batch.state == "applied":
            return batch
        if batch.state != "staged":
            raise Refused(Problem(
                N_("Import %(batch)s cannot be applied: its state is “%(state)s”."), N_("Import the file again."),
                batch=str(batch_id), state=Problem(batches.STATE_NAMES[batch.state]),
            ))
        moved = changes.head(session, batch.database).last_id != batch.log_position
        _Applier(session, records, batch, actor, progress).run(moved)
        records.kind.ask(session, batch, actor)
        batches.set_state(session, batch, "applied", applied_at=now())
        changes.append(session, actor.name, [Entry("batch", batch.id, "apply", {
            "file_name": [None, batch.file_name], "counts": [None, batch.counts],
        }, batch_id=batch.id)])
    return batch


def _chunks(session: Session, batch: Batch, storage: Storage) -> Iterator[list[Waiting]]:
    table = STAGED_ROW[batch.database]
    columns: list[sa.ColumnElement[Any]] = [table.c[name] for name in (
        "number", "state", "record_id", "payload", "probable", "source_key", "row_digest", "incomplete",
    )]
    # What is wrong with a row that is to be written are warnings only.
    columns.append(table.c.problems.is_not(None).label("warned"))
    number = 0
    while True:
        rows = session.execute(
            sa.select(*columns).where(
                table.c.batch_id == batch.id, table.c.number > number, table.c.state.in_(("new", "changed")),
            ).order_by(table.c.number).limit(CHUNK)
        ).all()
        if not rows:
            return
        number = rows[-1].number
        keys = session.info["keys"]
        told = (batches.told(keys, batch.id, row.number, row.payload) for row in rows)
        yield [
            Waiting(
                row.number, row.state, row.record_id, storage.from_json(values), row.probable, row.source_key,
                row.row_digest, row.warned, row.incomplete is not None, cells,
            )
            for row, (values, cells) in zip(rows, told, strict=True)
        ]


class _Applier:
    """Writes the staged rows of a batch, a chunk at a time; new records are made ready by other processes meanwhile."""

    def __init__(
        self, session: Session, records: Records, batch: Batch, actor: Actor, progress: Callable[[int], None]
    ) -> None:
        self.session, self.records, self.batch, self.actor, self.progress = session, records, batch, actor, progress
        self.scopes = actor.scopes("import", batch.database)
        self.areas = references.load(session).areas

    def run(self, moved: bool) -> None:
        processes = max(1, (os.cpu_count() or 1) - 1) if self.batch.counts["new"] >= ROWS_WORTH_WORKERS else 0
        keys = self.session.info["keys"]
        dialect = self.session.connection().dialect.name
        recipe = (self.records.kind, keys.recipe(), references.load(self.session), dialect,
                  now(), self.batch.as_of)
        rechecker = Rechecker(self.session, self.records, self.batch, self.actor) if moved else None
        with Pipeline(record_preparer, recipe, processes) as preparers:
            for staged in _chunks(self.session, self.batch, self.records.storage):
                rows = rechecker.again(staged) if rechecker else staged
                for written, prepared in preparers.put(len(rows), packed(self._new(rows))):
                    self._write(written, prepared)
                self._change([row for row in rows if row.state == "changed"])
                self._queue(rows)
            for written, prepared in preparers.rest():
                self._write(written, prepared)

    def _new(self, rows: Sequence[Waiting]) -> list[New]:
        news = []
        for row in rows:
            if row.state == "new":
                row.values.setdefault("area_id", self.batch.area_id)
                self._follow_area(row)
                news.append(New(row.record_id, row.values, self.batch.source, row.source_key, row.row_digest))
        self._require_scope(new.values["area_id"] for new in news)
        if news:
            self.records.link(
                self.session, news, actor=self.actor, batch_id=self.batch.id, as_of=self.batch.as_of,
            )
        return news

    def _follow_area(self, row: Waiting) -> None:
        """The area may have been merged into another one since the file was checked."""
        area_id = row.values.get("area_id")
        if area_id is not None and self.areas.get(area_id) is None:
            row.values["area_id"] = successor(self.session, area_id).id

    def _require_scope(self, area_ids: Iterable[UUID | None]) -> None:
        """Whoever applies a batch need not be who staged it."""
        if self.scopes is None:
            return
        for area_id in set(filter(None, area_ids)):
            area = self.areas.get(area_id)
            if area is None or not any(area.path.startswith(scope) for scope in self.scopes):
                raise NotAllowed("import")

    def _write(self, count: int, handed: bytes) -> None:
        if prepared := taken_over(handed):
            self.records.write(self.session, prepared, actor=self.actor, batch_id=self.batch.id)
        self.progress(count)

    def _change(self, rows: Sequence[Waiting]) -> None:
        changed = {row.record_id: row for row in rows}
        for row in rows:
            self._follow_area(row)
        items = self.records.load(self.session, list(changed))
        areas = [(item.values["area_id"], changed[item.id].values.get("area_id")) for item in items]
        self._require_scope(area for both in areas for area in both)
        self.records.change(self.session, [
            Change(item, changed[item.id].values, {"row_digest": changed[item.id].row_digest}) for item in items
        ], actor=self.actor, batch_id=self.batch.id, as_of=self.batch.as_of)

    def _queue(self, rows: Sequence[Waiting]) -> None:
        pairs = [(row.probable, row.record_id) for row in rows if row.probable and row.state == "new"]
        if pairs:
            duplicates.queue(self.session, self.records.kind, pairs, "fingerprint", self.batch.id)


def record_preparer(
    kind: Kind, key_recipe: Any, known: References, dialect_name: str, at: datetime, as_of: date | None
) -> Callable[[bytes], bytes]:
    """What makes a `packed` chunk of new records ready; for a `Pipeline`."""
    storage = Storage(kind)
    preparer = Preparer(storage, Keys.made(key_recipe), known, dialect_named(dialect_name), at, as_of)
    return lambda news: handed_back(preparer.prepare(new) for new in unpacked(storage, news))


@dataclass(slots=True)
class Undone:
    """What an undo did: which records it put back, and which it left because they changed since."""

    batch: Batch
    put_back: set[UUID] = field(default_factory=set)
    conflicts: dict[tuple[str, UUID], None] = field(default_factory=dict)

    @property
    def restored(self) -> int:
        """How many records were put back, each counted once however often the batch wrote it."""
        return len(self.put_back)


def undo(
    database: Database, catalogue: dict[str, Records], batch_id: UUID, *, actor: Actor,
    after: Callable[[Session, Batch], None] | None = None,
) -> Undone:
    """Take back what a batch did.

    Whoever does it may undo imports where each record lies; the author of the batch may where he may still import.
    ``after`` is told of the batch in the same transaction, when all is put back.

    :raises NotAllowed: a record that would be put back lies elsewhere.
    :raises Refused: it was not applied, or was taken back already.
    """
    with database.reading() as session:
        name = batches.find(session, batch_id).database
    with collector_paused(), database.writing(name, large=True) as session:
        batch = batches.find(session, batch_id, (name,), lock=True)
        paths = _undo_paths(batch, actor)
        if batch.state != "applied":
            raise Refused(Problem(
                N_("Import %(batch)s cannot be undone: its state is “%(state)s”."),
                N_("Only an applied import can be undone."),
                batch=str(batch_id), state=Problem(batches.STATE_NAMES[batch.state]),
            ))
        undone = Undone(batch)
        edited = set(session.scalars(edited_since(batch)))
        edited |= still_needed(session, catalogue, batch, edited)
        _require_within(session, catalogue, batch, paths, edited)
        catalogue[batch.kind].kind.unask(session, batch, actor)
        for chunk in in_chunks(changes.of_batch(session, name, batch.id), CHUNK):
            _put_back(session, catalogue, chunk, edited, undone, actor)
        duplicates.forget(session, catalogue[batch.kind].kind, batch.id)
        # Nor may a record be put back where the actor has no right to it; nothing is written then.
        _require_within(session, catalogue, batch, paths, edited)
        if after is not None:
            after(session, batch)
        batches.set_state(session, batch, "undone", undone_at=now())
        changes.append(session, actor.name, [Entry("batch", batch.id, "undo", {
            "restored": [None, undone.restored], "conflicts": [None, len(undone.conflicts)],
        }, batch_id=None)])
    return undone


def _undo_paths(batch: Batch, actor: Actor) -> list[str] | None:
    """The areas in which the actor may take back what this batch did; ``None`` is everywhere."""
    allowed = [actor.scopes(action, batch.database) for action in (
        ("undo", "import") if actor.name == batch.actor else ("undo",)
    )]
    if None in allowed:
        return None
    paths = [path for scopes in allowed for path in scopes or ()]
    if not paths:
        raise NotAllowed("undo")
    return paths


def _require_within(
    session: Session, catalogue: dict[str, Records], batch: Batch, paths: list[str] | None, edited: set[UUID]
) -> None:
    """Refuse if a record that this batch wrote lies outside, but for those that are left as they are."""
    if paths is None:
        return
    log = CHANGE[batch.database]
    ours = sa.select(log.c.record_id).where(log.c.batch_id == batch.id, log.c.action != "undo")
    for records in catalogue.values():
        table = records.kind.table
        outside = sa.select(table.c.id).where(table.c.id.in_(ours), ~within(table.c.area_path, paths))
        if records.kind.database == batch.database and set(session.scalars(outside)) - edited:
            raise NotAllowed("undo")


def _put_back(
    session: Session, catalogue: dict[str, Records], chunk: Sequence[changes.Change], edited: set[UUID], undone: Undone,
    actor: Actor,
) -> None:
    """Put back changes, the newest first; those of one kind and action that follow each other at once."""
    run: list[changes.Change] = []
    for change in [*chunk, None]:
        if run and (change is None or (change.kind, change.action) != (run[0].kind, run[0].action)):
            _put_back_run(session, catalogue[run[0].kind], run, undone, actor)
            run = []
        if change is None or change.kind not in catalogue:
            continue
        if change.record_id in edited:
            undone.conflicts[change.kind, change.record_id] = None
            continue
        run.append(change)


def _put_back_run(
    session: Session, records: Records, run: Sequence[changes.Change], undone: Undone, actor: Actor
) -> None:
    if run[0].action == "create":
        remove_many(session, records, run, actor=actor)
    else:
        for change in run:
            revert(session, records, change, actor=actor)
    undone.put_back.update(change.record_id for change in run if change.record_id is not None)


def json_counts(batch: Batch, seconds: float) -> dict[str, Any]:
    """The answer of an import as the command line and the API give it."""
    counts = batch.counts
    rows = sum(counts[state] for state in batches.STATES)
    return {
        "batch": str(batch.id), "rows": rows,
        "new": counts["new"], "changed": counts["changed"], "same": counts["same"],
        "duplicates": counts["duplicate"], "transfer": counts["transfer"], "errors": counts["error"],
        "warnings": counts["warnings"], "incomplete": counts["incomplete"], "probable": counts["probable"],
        "seconds": round(seconds, 3),
    }


