"""The engine for a site on PostgreSQL: the index stands in the schema ``search`` of the same database.

PostgreSQL keeps the postings, one row a term and segment with the document numbers and frequencies packed,
and makes updates atomic; scoring is `search.ranking`, the same as with Whoosh. Its own ranking (`ts_rank`)
knows no document frequencies, and scoring in SQL reads every row of a frequent word: neither answers a
million documents in time.

An update adds a small segment and marks replaced documents dead; ten small segments become one by
concatenation, since document numbers run through all segments. A rebuild fills new tables and swaps them
in, in one transaction. Nothing here is worth keeping: the whole schema may be dropped at any time and is
rebuilt from the records.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
import sqlalchemy as sa

from .answer import answer
from .engine import Allowed, Document, IndexDamaged, Key, Query, Result
from .facts import COLUMNS, Ordinals
from .postgres_building import SEGMENT, add_segment, merge_small
from .postgres_tables import Tables, create_schema
from .snapshot import Posting, PostingCache, Segment, Snapshot

VERSION = 3
"""Stored with each index; raise it whenever terms or columns change, so that old indexes are rebuilt."""

MOST_FREQUENCIES = 50_000
"""Of so many terms the document frequency is kept with a snapshot; then it begins anew."""

MOST_BEGUN, MOST_FETCHED = 1_000, 2_000
"""Of so many beginnings the terms, and of so many documents what is shown, is kept with a snapshot."""


class PostgresSnapshot(Snapshot):
    """A snapshot whose look-ups run on the connection of the search at hand."""

    def __init__(
        self, engine: PostgresEngine, tables: Tables, segments: Sequence[Segment], ordinals: Ordinals
    ) -> None:
        super().__init__(segments, ordinals, engine.cache)
        self.engine, self.tables = engine, tables
        self.often: dict[str, int] = {}
        self.fetched: dict[int, tuple[str, str, str, str]] = {}
        self.begun: dict[tuple[str, int], list[str]] = {}

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Document frequencies as stored beside the postings; dead documents still count until a rebuild."""
        # Several threads share a snapshot: what is kept is complete, and nobody relies on its staying there.
        plain = [term for term in terms if not term.endswith("*")]
        found = {term: count for term in plain if (count := self.often.get(term)) is not None}
        missing = [term for term in plain if term not in found]
        if missing:
            read = {**dict.fromkeys(missing, 0), **dict(self.tables.frequencies(self.engine.connection, missing))}
            if len(self.often) > MOST_FREQUENCIES:
                self.often = {}
            self.often.update(read)
            found.update(read)
        found.update(super().frequencies([term for term in terms if term.endswith("*")]))
        return found

    def prefetch(self, terms: Sequence[str]) -> None:
        """Reads the postings of all segments in one query."""
        missing = [
            t for t in terms if any(self.cache.get(segment.name, t) is None for segment in self.segments)
        ]
        if not missing:
            return
        rows = {(segment, term): (numbers, times) for term, segment, numbers, times in self._rows(missing)}
        for segment, start in zip(self.segments, self.starts, strict=False):
            number = int(segment.name.rpartition("/")[2])
            for term in missing:
                packed = rows.get((number, term), (b"", b""))
                self.cache.put(segment.name, term, unpacked(*packed, int(start)))

    def _rows(self, terms: Sequence[str]) -> Sequence[Any]:
        return self.tables.postings(self.engine.connection, terms)

    def expand(self, prefix: str, limit: int = 200) -> list[str]:
        """Terms that begin so, in the order of their bytes; a query asks twice."""
        found = self.begun.get((prefix, limit))
        if found is None:
            found = self.tables.terms_from(self.engine.connection, prefix, limit)
            if len(self.begun) > MOST_BEGUN:
                self.begun = {}
            self.begun[prefix, limit] = found
        return found

    def fetch(self, numbers: Sequence[int]) -> list[tuple[str, str, str, str]]:
        """What is shown, from the table of documents; the page is asked for again once its hits are allowed."""
        wanted = [int(number) for number in numbers]
        known = self.fetched
        found = {number: row for number in wanted if (row := known.get(number)) is not None}
        missing = [number for number in wanted if number not in found]
        if missing:
            read = self.tables.shown(self.engine.connection, missing)
            if len(known) > MOST_FETCHED:
                known = self.fetched = {}
            known.update(read)
            found.update(read)
        try:
            return [found[number] for number in wanted]
        except KeyError as error:
            raise IndexDamaged(f"document {error} is missing") from error


def unpacked(numbers: bytes, times: bytes, start: int) -> Posting:
    """Postings of one row, numbered from 0 within their segment."""
    if len(numbers) != 4 * len(times):
        raise IndexDamaged("a posting list is truncated")
    return np.frombuffer(numbers, "<i4") - np.int32(start), np.frombuffer(times, np.uint8)


class PostgresEngine:
    """See `search.engine.Engine`; ``name`` tells several indexes of one database apart."""

    def __init__(self, database: sa.Engine, name: str = "documents") -> None:
        if not re.fullmatch("[a-z][a-z0-9_]{,39}", name):
            raise ValueError(f"an index cannot be called {name!r}")
        self.database, self.name = database, name
        self.local = threading.local()
        self.lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self.cache = PostingCache()
        self.ordinals = Ordinals()
        self.state: tuple[int, int] | None = None
        self.snapshot: PostgresSnapshot | None = None

    @property
    def connection(self) -> sa.Connection:
        """The connection of the search that runs in this thread."""
        connection: sa.Connection = self.local.connection
        return connection

    # Reading

    @contextmanager
    def _reading(self) -> Iterator[PostgresSnapshot]:
        """A snapshot, and a transaction that sees exactly its commit, however long the search takes."""
        with self.database.connect() as plain:
            self.local.connection = plain.execution_options(isolation_level="REPEATABLE READ")
            yield self._load()

    def _load(self) -> PostgresSnapshot:
        with self.lock:
            head = self._head(self.connection)
            state = (head.build, head.commit_number)
            if self.snapshot is None or self.state is None or self.state[0] != state[0]:
                self._forget()
                self.snapshot = self._loaded(Tables(self.name, head.build), {}, -1)
            elif self.state != state:
                known = {segment.name: segment for segment in self.snapshot.segments}
                self.snapshot = self._loaded(self.snapshot.tables, known, self.state[1])
            self.state = state
            return self.snapshot

    def _head(self, connection: sa.Connection, lock: bool = False) -> Any:
        head = Tables.head(connection, self.name, lock)
        if head is None or head.version != VERSION:
            raise IndexDamaged(f"there is no index {self.name} of this version in the database")
        return head

    def _loaded(self, tables: Tables, known: Mapping[str, Segment], since: int) -> PostgresSnapshot:
        """A snapshot of the newest commit; of known segments only what died since is read."""
        self._learn(self.connection, tables)
        segments = []
        dead = tables.dead(self.connection, since)
        for number, start, count in tables.segments(self.connection):
            name = f"{tables.build}/{number}"
            old = known.get(name)
            died = dead[(dead >= start) & (dead < start + count)] - np.int32(start)
            if old is None:
                found = checked_columns(tables.columns(self.connection, number), count)
                died = tables.dead(self.connection, -1, start, start + count) - np.int32(start)
            else:
                found = old.columns
                died = np.concatenate([old.dead, died])
            segments.append(Segment(name, count, found, lambda terms: {}, died.astype(np.int32)))
        snapshot = PostgresSnapshot(self, tables, segments, self.ordinals)
        for segment, start in zip(segments, snapshot.starts, strict=False):
            segment.read = self._reader(tables, segment, int(start))
        return snapshot

    def _reader(self, tables: Tables, segment: Segment, start: int) -> Any:
        number = int(segment.name.rpartition("/")[2])

        def read(terms: Sequence[str]) -> dict[str, Posting]:
            rows = tables.postings(self.connection, terms)
            return {term: unpacked(ids, times, start) for term, where, ids, times in rows if where == number}

        return read

    def _learn(self, connection: sa.Connection, tables: Tables) -> None:
        """Reads values numbered since the last time."""
        for number, value in tables.values_from(connection, len(self.ordinals.values)):
            if self.ordinals.number(value) != number:
                raise IndexDamaged(f"value {value!r} has two numbers")

    def search(self, query: Query, allowed: Allowed | None = None) -> Result:
        """Answers a query on the newest commit; once more if a rebuild swapped the tables meanwhile."""
        try:
            with self._reading() as snapshot:
                return answer(snapshot, query, allowed)
        except IndexDamaged:
            with self.lock:
                self._forget()
            with self._reading() as snapshot:
                return answer(snapshot, query, allowed)

    def positions(self) -> dict[str, int]:
        """The log position reached in each database."""
        with self.database.connect() as connection:
            return dict(self._head(connection).positions)

    def count(self) -> int:
        """How many documents the index holds."""
        with self._reading() as snapshot:
            return snapshot.count

    def check(self) -> None:
        """Compares the lengths of all packed columns and postings, and the documents with the segments."""
        with self.lock:
            self._forget()
        with self._reading() as snapshot:
            problem = snapshot.tables.problem(self.connection)
            if problem:
                raise IndexDamaged(problem)

    def verify(self) -> None:
        """The same as `check`, for the database has checksums of its own; without an index, nothing."""
        with self.database.connect() as connection:
            if not sa.inspect(connection).has_table("indexes", schema="search"):
                return
            if Tables.head(connection, self.name) is None:
                return
        self.check()

    def close(self) -> None:
        """Lets go of what is held in memory; the connections belong to whoever made the database engine."""
        with self.lock:
            self._forget()

    # Writing

    def update(
        self, documents: Iterable[Document], removed: Iterable[Key], positions: Mapping[str, int]
    ) -> None:
        """Replaces and removes documents and stores positions in one transaction; others wait their turn."""
        latest = {document.key: document for document in documents}
        gone = {*latest, *((kind, str(identity)) for kind, identity in removed)}
        try:
            with self.database.begin() as connection:
                head = self._head(connection, lock=True)
                tables = Tables(self.name, head.build)
                ordinals = Ordinals()
                for _, value in tables.values_from(connection, 1):
                    ordinals.number(value)
                tables.bury(connection, gone, head.commit_number + 1)
                if latest:
                    add_segment(connection, tables, list(latest.values()), ordinals)
                    merge_small(connection, tables)
                Tables.advance(connection, self.name, {**head.positions, **positions})
        except IndexDamaged:
            with self.lock:
                self._forget()
            raise

    def rebuild(self, documents: Iterable[Document], positions: Mapping[str, int]) -> None:
        """Fills new tables and swaps them in; updates made meanwhile are made again by whoever catches up."""
        with self.database.begin() as connection:
            create_schema(connection, self.name)
            tables = Tables(self.name, Tables.next_build())
            tables.create(connection)
            ordinals = Ordinals()
            rest = iter(documents)
            while part := list(islice(rest, SEGMENT)):
                add_segment(connection, tables, part, ordinals)
            tables.swap_in(connection, VERSION, dict(positions))


def checked_columns(packed: Mapping[str, bytes], count: int) -> dict[str, Any]:
    """The columns of a segment, unpacked."""
    try:
        found = {name: np.frombuffer(data, COLUMNS.get(name, "<i4")) for name, data in packed.items()}
    except ValueError as error:
        raise IndexDamaged("a column is truncated") from error
    if not found.keys() >= COLUMNS.keys() or any(len(values) != count for values in found.values()):
        raise IndexDamaged("a column is missing or truncated")
    return found
