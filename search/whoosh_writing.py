"""Writing Whoosh segments quickly.

Whoosh passes every posting alone through a sorting pool and asks the file system for a length that our
field has not got, 23 calls a posting in all. Here the postings of a term are collected in one array and
written as whole blocks, in Whoosh's own format: anything that reads Whoosh indexes reads these.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PostingsWriter
from whoosh.index import LockError
from whoosh.util.filelock import try_for

BLOCK = 1024
"""Postings in a block: larger than Whoosh's own 128, because whole lists are read here, never skipped
through.
"""

WORTH_COMPRESSING = 32
"""Postings from which on a block is compressed."""

WAIT_SECONDS = 20.0
"""How long an update waits for another process's update."""

ASKED_EVERY = 0.005
"""How often an update asks for its turn: a commit of one record takes 20 milliseconds, and somebody waits for it."""

TermPostings = tuple[str, bytes, Any]
"""Field, term, and its postings, each the document number times 256 plus the frequency."""


class TermPool:
    """Collects postings by term; takes the place of the writer's own pool."""

    def __init__(self) -> None:
        self.terms: dict[str, dict[bytes, Any]] = {}

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """Adds one posting; those of a term come in the order of their documents."""
        field, term, number, weight, _ = item
        known = self.terms.setdefault(field, {})
        postings = known.get(term)
        if postings is None:
            postings = known[term] = array("Q")
        postings.append(number << 8 | int(weight))

    def add_document(self, field: str, number: int, terms: Mapping[str, int]) -> None:
        """Adds the terms of a document with their frequency, without a call for each of them."""
        known = self.terms.setdefault(field, {})
        place = number << 8
        for text, times in terms.items():
            term = text.encode()
            postings = known.get(term)
            if postings is None:
                postings = known[term] = array("Q")
            postings.append(place | times)

    def iter_postings(self) -> Iterator[TermPostings]:
        """All terms in the order of their bytes."""
        for field in sorted(self.terms):
            known = self.terms.pop(field)
            for term in sorted(known):
                yield field, term, known.pop(term)

    def cleanup(self) -> None:
        """Forgets everything."""
        self.terms.clear()


class BlockWriter(W3PostingsWriter):
    """Writes all postings of a term at once."""

    def _write_block(self, last: bool = False) -> None:
        # Most terms stand in a few documents; compressing so little takes time and saves no room.
        self._compression = 1 if len(self._ids) >= WORTH_COMPRESSING else 0
        super()._write_block(last)

    def add_all(self, postings: Any) -> None:
        """Fills block after block; the last is left for ``finish_postings``, as Whoosh leaves it."""
        for start in range(0, len(postings), BLOCK):
            if start:
                self._write_block()
            block = postings[start : start + BLOCK]
            self._ids = array("I", [posting >> 8 for posting in block])
            self._weights = array("f", [posting & 255 for posting in block])
            self._maxweight = max(self._weights)
            self._values = list[bytes]()


class TermWriter(W3FieldWriter):
    """Writes the postings of a `TermPool`."""

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[TermPostings]) -> None:
        """Writes all terms of all fields, block by block."""
        last = None
        for field, term, postings in items:
            if field != last:
                if last is not None:
                    self.finish_field()
                self.start_field(field, schema[field])
                last = field
            self.start_term(term)
            self._postwriter.add_all(postings)
            self.finish_term()
        if last is not None:
            self.finish_field()


class TermCodec(W3Codec):
    """Whoosh's format with larger blocks, written by term."""

    length_stats = False

    def __init__(self) -> None:
        super().__init__(blocklimit=BLOCK, compression=1)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> BlockWriter:
        """The writer of blocks."""
        return BlockWriter(dbfile, blocklimit=BLOCK, byteids=byteids, compression=1)

    def field_writer(self, storage: Any, segment: Any) -> TermWriter:
        """The writer of terms and postings."""
        return TermWriter(self, storage, segment)


@contextmanager
def writer_of(whoosh_index: Any) -> Iterator[Any]:
    """A writer that holds the index's write lock, waiting for its turn; whoever uses it commits.

    Without a commit the index stays as it was. The lock is let go of in any case: Whoosh's own writer keeps it when it
    cannot be opened or when a commit fails half way, and nobody could write again until the process ended.
    """
    lock = whoosh_index.lock("WRITELOCK")
    if not try_for(lock.acquire, timeout=WAIT_SECONDS, delay=ASKED_EVERY):
        raise LockError
    try:
        writer = whoosh_index.writer(_lk=False, codec=TermCodec())
        try:
            writer.pool.cleanup()
            writer.pool = TermPool()
            yield writer
        finally:
            if not writer.is_closed:
                _abandon(writer)
    finally:
        lock.release()


def _abandon(writer: Any) -> None:
    # A full disk may fail the closing of a file as well; what is left of it is swept up by the next commit.
    for step in (writer.cancel, writer._tempstorage.destroy):  # noqa: SLF001 - no public way
        with suppress(Exception):
            step()
