"""Keeps the index in step with the change logs, and asks the database again before anything found is shown.

The index stores, in the same commit as its documents, how far in each log it has come. Catching up reads the records
that changed since as they are now and replaces their documents; whatever goes wrong with the index, it is thrown away
and built anew in another folder. Personal records have no documents: people are searched in the database
(`registries.population.lookup`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes, references
from registries.access import Actor
from registries.areas import SEGMENT
from registries.days import CHINA_TIME, today
from registries.db import Database, now
from registries.findable import PUBLIC, Findable
from registries.marks import FRESH_DAYS, lacking
from registries.messages import N_, Problem, Refused
from registries.records import Item, Records
from registries.references import AreaIndex
from registries.storing import live

from .engine import Document, Engine, Hit, IndexBusy, IndexDamaged, Key, Query, Result
from .postgres_engine import PostgresEngine
from .whoosh_engine import WhooshEngine

log = logging.getLogger(__name__)
CHUNK = 500
#: How many changes go into one commit of the index: each commit writes every term of its documents, and while it
#: lasts, a few seconds, other processes wait for their turn.
AT_ONCE = 8_000
#: Under which facet the areas of a kind are counted; a zone of the site's own stands beside the streets.
AREA_FACETS = {"street": "street", "zone": "street", "community": "community"}


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind a database's log the index is, in changes."""

    database: str
    position: int
    last: int

    @property
    def behind(self) -> int:
        """The number of changes not yet in the index."""
        return self.last - self.position


class Feed:
    """The index of the kinds in ``catalogue`` that have documents: in ``folder``, or in the PostgreSQL database."""

    def __init__(self, database: Database, catalogue: Mapping[str, Records], folder: Path) -> None:
        self.database = database
        self.catalogue = catalogue
        self.findable = {name: records for name, records in catalogue.items() if records.kind.documents is not None}
        self.databases = sorted({records.kind.database for records in self.findable.values()})
        self.engine: Engine = WhooshEngine(folder) if database.is_sqlite else PostgresEngine(database.engine)
        self._mending = threading.Lock()

    def lags(self) -> list[Lag]:
        """How far the index is behind each log; one that is missing or cannot be read is behind by everything."""
        try:
            positions = self.engine.positions()
        except IndexDamaged:
            positions = {}
        with self.database.reading() as session:
            return [
                Lag(name, positions.get(name, 0), changes.head(session, name).last_id) for name in self.databases
            ]

    def is_behind(self, session: Session, databases: Iterable[str]) -> bool:
        """Whether one of these databases has changes that the index does not know, as the session sees them."""
        try:
            positions = self.engine.positions()
        except IndexDamaged:
            return True
        return any(changes.head(session, name).last_id > positions.get(name, 0) for name in databases)

    def damage(self) -> str | None:
        """What is wrong with the index as it lies there, in words for the log, or ``None``; it may be in use."""
        try:
            self.engine.verify()
        except IndexDamaged as damage:
            return str(damage)
        return None

    def count(self) -> int:
        """How many documents the index holds."""
        try:
            return self.engine.count()
        except IndexDamaged:
            return 0

    def catch_up(self) -> int:
        """Bring the index up to the logs and return how many changes it took in; a damaged one is built anew.

        Where the index cannot be written just now it is left as it is: the change that it is to tell of stands in the
        database already, and the next call takes in what this one left.
        """
        try:
            return self._catch_up()
        except IndexDamaged as damage:
            return self._mend_or_leave(damage)
        except IndexBusy as busy:
            log.warning("The search index is left for later: %s", busy)
            return 0

    def _mend_or_leave(self, damage: IndexDamaged) -> int:
        with self._mending:
            try:
                # Another thread or process may have mended it meanwhile.
                return self._catch_up()
            except IndexDamaged:
                log.warning("The search index is built anew: %s", damage)
                try:
                    self._rebuild()
                except IndexBusy as busy:
                    log.warning("The search index is left for later: %s", busy)
            except IndexBusy as busy:
                log.warning("The search index is left for later: %s", busy)
        return 0

    def _catch_up(self) -> int:
        taken = 0
        positions = self.engine.positions()
        for name in self.databases:
            while True:
                with self.database.reading() as session:
                    rows = changes.since(session, name, positions.get(name, 0), AT_ONCE)
                    if not rows:
                        break
                    documents, removed = self._documents_of(session, rows)
                self.engine.update(documents, removed, {name: rows[-1][0]})
                positions[name] = rows[-1][0]
                taken += len(rows)
        return taken

    def _documents_of(
        self, session: Session, rows: Sequence[tuple[int, str, UUID | None, str]]
    ) -> tuple[list[Document], list[Key]]:
        wanted: dict[str, set[UUID]] = {}
        for _id, kind, record_id, _action in rows:
            if kind in self.findable and record_id is not None:
                wanted.setdefault(kind, set()).add(record_id)
        documents: list[Document] = []
        for kind, ids in wanted.items():
            for chunk in _chunks(sorted(ids)):
                documents += self._documents(session, self.findable[kind], self.findable[kind].load(session, chunk))
        found = {document.key for document in documents}
        removed = [(kind, str(i)) for kind, ids in wanted.items() for i in ids if (kind, str(i)) not in found]
        return documents, removed

    @staticmethod
    def _documents(session: Session, records: Records, items: Iterable[Item]) -> Iterator[Document]:
        live = [item for item in items if item.retired_at is None and item.merged_into is None]
        make: Callable[..., Iterable[Findable]] = records.kind.documents  # type: ignore[assignment]
        known = references.load(session)
        items_by_id = {item.id: item for item in live}
        for told in make(live, known):
            yield document(told, known.areas, marks_of(records, items_by_id[told.id]))

    def rebuild(self, progress: Callable[[int], None] = lambda documents: None) -> int:
        """Build the index anew beside the old one and swap it in; returns the number of documents.

        :raises Refused: there is no room for it, or another process keeps it.
        """
        try:
            self._rebuild(progress)
        except IndexBusy as busy:
            raise Refused(Problem(
                N_("The search index cannot be written just now: %(reason)s."),
                N_("See that its folder can be written and has room, then try again."), reason=str(busy),
            )) from busy
        return self.engine.count()

    def _rebuild(self, progress: Callable[[int], None] = lambda documents: None) -> None:
        with self.database.reading() as session:
            # The positions are read first: a change that comes in meanwhile is taken in again by the next catch-up.
            positions = {name: changes.head(session, name).last_id for name in self.databases}
            self.engine.rebuild(_counted(self._all(session), progress), positions)

    def _all(self, session: Session) -> Iterator[Document]:
        for records in self.findable.values():
            table = records.kind.table
            last: UUID | None = None
            while True:
                condition = [] if last is None else [table.c.id > last]
                statement = sa.select(table).where(live(table), *condition).order_by(table.c.id)
                rows = session.execute(statement.limit(CHUNK)).all()
                if not rows:
                    break
                yield from self._documents(session, records, records.items(session, rows))
                last = rows[-1].id

    def search(self, query: Query, allowed: Callable[[Sequence[Hit]], Collection[Key]]) -> Result:
        """Answer a query from the index, built anew first if it is missing or damaged.

        :raises Refused: it is, and cannot be built just now.
        """
        try:
            return self.engine.search(query, allowed)
        except IndexDamaged as damage:
            with self._mending:
                try:
                    # Another thread or process may have mended it, or swapped it while this one was reading.
                    return self.engine.search(query, allowed)
                except IndexDamaged:
                    log.warning("The search index is built anew: %s", damage)
                    self.rebuild()
            return self.engine.search(query, allowed)

    def overdue(self, session: Session, item: Item) -> list[str]:
        """The deadlines of a record that have passed, by name, as searches count them."""
        told = self._documents(session, self.findable[item.kind], [item])
        return [name for document in told for name, day in document.deadlines.items() if day < today()]

    def still_there(self, session: Session, actor: Actor, public: bool) -> Callable[[Sequence[Hit]], Collection[Key]]:
        """The check of hits against the database: they exist, are in use, and the actor may see them now."""
        moment = now()

        def allowed(hits: Sequence[Hit]) -> Collection[Key]:
            keys: set[Key] = set()
            # An index built by another version may know kinds that this one does not.
            for kind in {hit.kind for hit in hits} & self.findable.keys():
                records = self.findable[kind]
                items = records.load(session, [UUID(hit.id) for hit in hits if hit.kind == kind])
                told = {document.key: document for document in self._documents(session, records, items)}
                keys |= {
                    key for item in items if (key := (kind, str(item.id))) in told and (
                        _is_public(told[key], moment)
                        or (not public and actor.may("read", records.kind.database, item.area_path))
                    )
                }
            return keys

        return allowed


def _is_public(told: Document, moment: datetime) -> bool:
    begun = told.visible_from is None or told.visible_from <= moment
    return told.audience == PUBLIC and begun and (told.visible_to is None or moment < told.visible_to)


def _counted(documents: Iterable[Document], progress: Callable[[int], None]) -> Iterator[Document]:
    for found in documents:
        progress(1)
        yield found


@dataclass(frozen=True, slots=True)
class Marks:
    """What is the matter with a record: the wanted fields that it lacks, and after which day it is out of date."""

    lacks: tuple[str, ...] = ()
    stale_after: date | None = None


def marks_of(records: Records, item: Item) -> Marks:
    """The marks of a record, by the rules of `registries.marks`."""
    changed = item.updated_at.astimezone(CHINA_TIME).date() if item.updated_at else None
    seen = item.values.get(records.kind.seen) if records.kind.seen else None
    last = max((day for day in (changed, seen) if day is not None), default=None)
    return Marks(tuple(lacking(records, item)), last + timedelta(days=FRESH_DAYS) if last else None)


def document(told: Findable, areas: AreaIndex, marks: Marks = Marks()) -> Document:
    """A findable record as the engine takes it: the area path in parted segments, street and community as facets."""
    facets = {**told.facets, **_area_facets(told.area_path, areas), "lacks": marks.lacks}
    deadlines = {**told.deadlines, **({"stale": marks.stale_after} if marks.stale_after else {})}
    return Document(
        told.kind, str(told.id), told.title, told.text, tuple(told.names), tuple(told.codes),
        area_token(told.area_path), told.audience, told.visible_from, told.visible_to, told.date, facets,
        deadlines=deadlines,
    )


def _area_facets(path: str, areas: AreaIndex) -> dict[str, str]:
    found = {}
    for end in range(SEGMENT, len(path) + 1, SEGMENT):
        area = areas.at(path[:end])
        if area is not None and area.kind in AREA_FACETS:
            found[AREA_FACETS[area.kind]] = str(area.id)
    return found


def area_token(path: str) -> str:
    """An area path as the engine takes it, each segment ended by a point."""
    return "".join(f"{path[start:start + SEGMENT]}." for start in range(0, len(path), SEGMENT))


def _chunks(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start:start + CHUNK]
