"""The embedded engine: the index is a folder of Whoosh segments.

Whoosh stores terms, postings, deletions and what is shown of a document, and makes commits atomic between
processes; scoring is `search.ranking`. Of its readers only fresh ones are used: ``refresh()`` of its forks
brings deleted documents back. Whoosh never calls fsync, so after a power cut an older state or a torn file
is possible: the positions stand in the index itself (as a document without terms), an older state therefore
only makes the feed catch up again, and a torn file raises `IndexDamaged`. The table of contents is a
pickle: the folder must be ours alone (0700).

The index lives in a numbered folder below the one given; ``current`` names it. A rebuild makes the next
number and swaps the name.
"""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import index
from whoosh.filedb.filestore import FileStorage

from . import whoosh_sums
from .answer import answer
from .engine import Allowed, Document, IndexBusy, IndexDamaged, Key, Query, Result
from .facts import Ordinals, columns_of
from .snapshot import Posting, PostingCache, Segment, Snapshot
from .whoosh_fields import POSITIONS, Facts, add, add_positions, key_text, schema
from .whoosh_writing import writer_of

VERSION = "3"
"""Written into each index; raise it whenever terms or columns change, so that old indexes are rebuilt."""


NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE}
"""What the system says when the fault lies with the disk or the machine and not with the index."""


@contextmanager
def room_needed() -> Iterator[None]:
    """Turns what a disk says that takes no more into `IndexBusy`."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise IndexBusy(error.strerror) from error
        raise


@contextmanager
def damage_told(what: str) -> Iterator[None]:
    """Turns whatever an unreadable file makes Whoosh raise into `IndexDamaged`.

    Torn and overwritten files have been seen to raise nearly every built-in exception, bare `Exception`
    included, so there is no shorter list to catch.
    """
    try:
        yield
    except index.LockError as error:
        raise IndexBusy(what) from error
    except (IndexDamaged, IndexBusy):
        raise
    except Exception as error:
        raise IndexDamaged(f"{what}: {type(error).__name__}: {error}") from error


class WhooshSnapshot(Snapshot):
    """A snapshot over one Whoosh reader; the reader's files are read by one thread at a time."""

    def __init__(
        self, reader: Any, lock: Any, segments: Sequence[Segment], ordinals: Ordinals, cache: PostingCache
    ) -> None:
        super().__init__(segments, ordinals, cache)
        self.reader, self.lock = reader, lock

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Document frequencies from the term index."""
        plain = [term for term in terms if not term.endswith("*")]
        with self.lock, damage_told("reading the term index"):
            found = {term: int(self.reader.doc_frequency("terms", term.encode())) for term in plain}
        found.update(super().frequencies([term for term in terms if term.endswith("*")]))
        return found

    def expand(self, prefix: str, limit: int = 200) -> list[str]:
        """Terms that begin so, in the order of their bytes."""
        found: list[str] = []
        with self.lock, damage_told("reading the term index"):
            for term in self.reader.expand_prefix("terms", prefix):
                found.append(term.decode())
                if len(found) >= limit:
                    break
        return found

    def fetch(self, numbers: Sequence[int]) -> list[tuple[str, str, str, str]]:
        """What is shown, from the stored fields."""
        with self.lock, damage_told("reading stored fields"):
            return [tuple(self.reader.stored_fields(number)["shown"]) for number in numbers]


def read_postings(reader: Any, lock: Any, terms: Sequence[str]) -> dict[str, Posting]:
    """The postings of terms in one segment, block by block."""
    found = {}
    with lock, damage_told("reading postings"):
        for term in terms:
            btext = term.encode()
            if ("terms", btext) not in reader:
                continue
            found[term] = leaf_postings(reader.postings("terms", btext))
    return found


def leaf_postings(matcher: Any) -> Posting:
    """The postings of one term, deleted documents included: they are the snapshot's affair, so that what was
    read of a segment stays true for ever.

    Whoosh offers postings one by one only; its blocks are decoded here at once, which is 30 times as fast.
    """
    leaf = getattr(matcher, "child", matcher)
    leaf.reset()
    numbers, times = [], []
    while not leaf._atend:  # noqa: SLF001 - there is no public way, see above
        leaf._read_data()  # noqa: SLF001
        gaps, weights, _ = leaf._data  # noqa: SLF001
        numbers.append(np.cumsum(np.array(gaps, np.int32), dtype=np.int32))
        times.append(
            np.broadcast_to(np.array(1.0 if weights is None else weights), len(gaps)).astype(np.uint8)
        )
        leaf._next_block()  # noqa: SLF001
    return np.concatenate(numbers), np.concatenate(times)


class WhooshEngine:
    """See `search.engine.Engine`; one object may serve many threads, processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.ordinals, self.cache = Ordinals(), PostingCache()
        self.segments: dict[str, Segment] = {}
        self.opened: tuple[str, Any] | None = None
        self.snapshot: WhooshSnapshot | None = None
        self.generation: tuple[str, int] = ("", -1)
        self.reached: dict[str, int] = {}

    # Opening

    def _current(self) -> Path:
        try:
            name = (self.folder / "current").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged(f"there is no index in {self.folder}") from error
        return self.folder / (name or "missing")

    def _index(self) -> Any:
        path = self._current()
        if self.opened is None or self.opened[0] != str(path):
            with damage_told(f"opening {path}"):
                if not path.name.startswith(f"v{VERSION}-"):
                    raise IndexDamaged(f"{path} was written by another version")
                self.opened = (str(path), index.open_dir(str(path)))
        return self.opened[1]

    def _snapshot(self) -> WhooshSnapshot:
        with self.lock, damage_told("opening the index"):
            whoosh_index = self._index()
            latest = (self.opened or ("",))[0], whoosh_index.latest_generation()
            if latest[1] < 0:
                raise IndexDamaged(f"{latest[0]} has no table of contents")
            if self.snapshot is None or self.generation != latest:
                self.snapshot, self.reached = self._load(whoosh_index)
                self.generation = latest
            return self.snapshot

    def _load(self, whoosh_index: Any) -> tuple[WhooshSnapshot, dict[str, int]]:
        reader = whoosh_index.reader()
        parts = [part for part, _ in reader.leaf_readers()] if reader.doc_count_all() else []
        lock = threading.Lock()
        segments = {}
        reached: dict[str, int] = {}
        folder = Path(whoosh_index.storage.folder)
        sums = whoosh_sums.read(folder)
        for part in parts:
            whoosh_segment = part.segment()
            name = f"{folder}/{whoosh_segment.segment_id()}"
            old = self.segments.get(name)
            if old is None:
                # Once for each process and file; reading the columns takes eight times as long.
                whoosh_sums.require(folder, whoosh_segment.make_filename(".seg"), sums)
            dead = np.array(sorted(whoosh_segment.deleted_docs()), np.int32)
            segments[name] = self._segment(name, part, lock, dead, old)
        snapshot = WhooshSnapshot(reader, lock, list(segments.values()), self.ordinals, self.cache)
        number = reader.first_id("key", POSITIONS)
        reached = json.loads(reader.stored_fields(number)["shown"])
        snapshot.alive[number] = False
        snapshot.count -= 1
        self.segments = segments
        return snapshot, reached

    def _segment(self, name: str, part: Any, lock: Any, dead: Any, old: Segment | None) -> Segment:
        def read(terms: Sequence[str]) -> dict[str, Posting]:
            return read_postings(part, lock, terms)

        if old is None:
            values = part.column_reader("facts", Facts.column_type)
            rows = [json.loads(values[number]) for number in range(part.doc_count_all())]
            found = columns_of(rows, self.ordinals)
        else:
            found = old.columns
        return Segment(name, part.doc_count_all(), found, read, dead)

    # Writing

    def update(
        self, documents: Iterable[Document], removed: Iterable[Key], positions: Mapping[str, int]
    ) -> None:
        """Replaces and removes documents and stores positions, in one commit of Whoosh."""
        latest = {document.key: document for document in documents}
        with damage_told("writing the index"), room_needed():
            with self.lock:
                whoosh_index = self._index()
            with writer_of(whoosh_index) as writer:
                self._write(writer, latest, removed, positions)
                writer.commit()
                whoosh_sums.note(Path(whoosh_index.storage.folder))

    def _write(
        self,
        writer: Any,
        latest: Mapping[Key, Document],
        removed: Iterable[Key],
        positions: Mapping[str, int],
    ) -> None:
        reader = writer.reader()
        try:
            reached: dict[str, int] = {}
            for key in {*map(key_text, latest), *map(key_text, removed), POSITIONS}:
                if ("key", key) in reader:
                    for number in reader.postings("key", key).all_ids():
                        if key == POSITIONS:
                            reached = json.loads(reader.stored_fields(number)["shown"])
                        writer.delete_document(number)
        finally:
            reader.close()
        for document in latest.values():
            add(writer, document)
        add_positions(writer, {**reached, **positions})

    def rebuild(self, documents: Iterable[Document], positions: Mapping[str, int]) -> None:
        """Writes a new folder, then swaps the name in ``current``; old folders are removed afterwards.

        One process rebuilds at a time: it would remove the folder another is still filling.
        """
        with room_needed():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.chmod(0o700)
            turn = FileStorage(str(self.folder)).lock("rebuilding")
            turn.acquire(blocking=True)
            try:
                self._rebuild(documents, positions)
            finally:
                turn.release()

    def _rebuild(self, documents: Iterable[Document], positions: Mapping[str, int]) -> None:
        fresh = Path(tempfile.mkdtemp(prefix=f"v{VERSION}-", dir=self.folder))
        try:
            with writer_of(index.create_in(str(fresh), schema())) as writer:
                for document in documents:
                    add(writer, document)
                add_positions(writer, positions)
                writer.commit(optimize=True)
                whoosh_sums.note(fresh)
            swap = self.folder / "current.new"
            swap.write_text(fresh.name, encoding="utf-8")
            swap.replace(self.folder / "current")
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        for other in self.folder.iterdir():
            if other.is_dir() and other != fresh:
                shutil.rmtree(other, ignore_errors=True)

    # Reading

    def positions(self) -> dict[str, int]:
        """The log position reached in each database."""
        self._snapshot()
        return dict(self.reached)

    def search(self, query: Query, allowed: Allowed | None = None) -> Result:
        """Answers a query on the newest commit."""
        return answer(self._snapshot(), query, allowed)

    def count(self) -> int:
        """How many documents the index holds."""
        return self._snapshot().count

    def check(self) -> None:
        """Reads every posting and every stored field."""
        snapshot = self._snapshot()
        with damage_told("checking the index"):
            terms = [term.decode() for _, term in snapshot.reader.all_terms() if _ == "terms"]
            for segment in snapshot.segments:
                for at in range(0, len(terms), 500):
                    segment.read(terms[at : at + 500])
            snapshot.fetch([int(n) for n in np.flatnonzero(snapshot.alive)])

    def verify(self) -> None:
        """Compares the files with the checksums that were noted when they were written; without an index, nothing."""
        if not (self.folder / "current").exists():
            return
        folder = self._current()
        with damage_told("comparing checksums"):
            whoosh_sums.verify(folder)

    def close(self) -> None:
        """Lets go of the files."""
        with self.lock:
            if self.snapshot is not None:
                self.snapshot.reader.close()
            self.snapshot, self.opened, self.segments = None, None, {}
