"""What a Whoosh index of ours holds of a document: terms, key, facts, and what is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from whoosh import columns, fields, formats

from .engine import Document, Key
from .facts import facts
from .words import document_terms

POSITIONS = "\0positions"
"""Key of the document without terms that carries the log positions: so they are in the same commit."""


class Times(formats.Format):
    """Postings that hold the frequency as weight and nothing else; the values come analysed."""

    posting_size = 0

    def word_values(
        self, value: Mapping[str, int], analyzer: Any, **options: Any
    ) -> Iterator[tuple[str, int, float, bytes]]:
        """Terms with their frequency, as Whoosh wants them."""
        return ((term, times, float(times), b"") for term, times in value.items())


class Terms(fields.FieldType):
    """A field whose value is a mapping of term to frequency."""

    analyzer = None
    scorable = False
    stored = False

    def __init__(self) -> None:
        self.format = Times()

    def index(self, value: Mapping[str, int], **options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The postings of one document."""
        return ((term.encode(), times, float(times), b"") for term, times in value.items())


class Facts(fields.FieldType):
    """A column of bytes: the facts of a document as JSON. Nothing of it is searched by Whoosh."""

    indexed = False
    stored = False
    column_type = columns.VarBytesColumn()

    def __init__(self) -> None:
        self.format = None

    def to_column_value(self, value: bytes) -> bytes:
        """Already bytes."""
        return value


def schema() -> fields.Schema:
    """Terms, the key by which a document is replaced, the facts, and what is shown."""
    return fields.Schema(terms=Terms(), key=fields.ID(unique=True), facts=Facts(), shown=fields.STORED())


def key_text(key: Key) -> str:
    """Kind and id as one term."""
    return f"{key[0]}\0{key[1]}"


def add(writer: Any, document: Document) -> None:
    """Adds one document to a Whoosh writer."""
    terms, length = document_terms(document)
    writer.pool.add_document("terms", writer.docnum, terms)
    writer.add_document(
        key=key_text(document.key),
        facts=json.dumps(facts(document, length), ensure_ascii=False).encode(),
        shown=[document.kind, str(document.id), document.title, document.text],
    )


def add_positions(writer: Any, positions: Mapping[str, int]) -> None:
    """Adds the document without terms that carries the positions."""
    nothing = Document(kind="", id=POSITIONS, title="", audience="")
    writer.add_document(
        key=POSITIONS, facts=json.dumps(facts(nothing, 1)).encode(), shown=json.dumps(dict(positions))
    )
