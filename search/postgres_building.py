"""Segments of the PostgreSQL engine as they are written: documents become columns and packed postings.

An update adds a small segment; ten small ones of a size become one by concatenation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from .engine import Document
from .facts import Ordinals, columns_of, facts
from .postgres_tables import Tables
from .words import document_terms

SEGMENT = 100_000
"""Documents in one segment of a rebuild: what fits in memory while it is built."""

TIER = 10
"""So many segments of one size at the end become one of the next size."""


def add_segment(
    connection: sa.Connection, tables: Tables, documents: Sequence[Document], ordinals: Ordinals
) -> None:
    """Adds documents as one segment."""
    start = tables.next_number(connection)
    rows = []
    postings: dict[str, tuple[bytearray, bytearray]] = {}
    for number, document in enumerate(documents, start):
        terms, length = document_terms(document)
        rows.append(facts(document, length))
        for term, times in terms.items():
            posting = postings.get(term)
            if posting is None:
                posting = postings[term] = (bytearray(), bytearray())
            posting[0].extend(number.to_bytes(4, "little"))
            posting[1].append(times)
    before = len(ordinals.values)
    columns = {name: values.tobytes() for name, values in columns_of(rows, ordinals).items()}
    tables.add_values(connection, list(enumerate(ordinals.values))[before:])
    segment = tables.add_segment(connection, start, len(documents))
    tables.add_columns(connection, segment, columns)
    tables.add_documents(
        connection, ((n, d.kind, str(d.id), d.title, d.text) for n, d in enumerate(documents, start))
    )
    tables.add_postings(
        connection,
        ((term, segment, len(p[1]), bytes(p[0]), bytes(p[1])) for term, p in sorted(postings.items())),
    )


def merge_small(connection: sa.Connection, tables: Tables) -> None:
    """Joins the last segments while ten or more of one order of magnitude stand at the end."""
    while True:
        segments = tables.segments(connection)
        run: list[Any] = []
        size = 1
        for segment in reversed(segments):
            if segment.count >= SEGMENT or segment.count >= size * TIER:
                if len(run) >= TIER or segment.count >= SEGMENT:
                    break
                size = 10 ** (len(str(segment.count)) - 1)
            run.insert(0, segment)
        if len(run) < TIER:
            return
        tables.merge(
            connection, run, padded([tables.columns(connection, s.id) for s in run], [s.count for s in run])
        )


def padded(columns: Sequence[Mapping[str, bytes]], counts: Sequence[int]) -> dict[str, bytes]:
    """Columns of several segments put together; a facet that a segment has not got is empty there."""
    names = dict.fromkeys(name for part in columns for name in part)
    return {
        name: b"".join(part.get(name, bytes(4 * count)) for part, count in zip(columns, counts, strict=True))
        for name in names
    }
