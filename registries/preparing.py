"""A new record made ready: everything that can be worked out before the database is asked.

Sealing, blind indexes, computed columns and the words of the log need only the values, the keys and the references. So
this part of writing is a pure step that can run in another process while the rows before it are being written; the
same step serves one record from a form.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from . import changes
from .areas import UNKNOWN
from .bulk import row_maker, tuples
from .changes import Entry, Told
from .crypto import Keys, blind, seal
from .days import today
from .items import New
from .messages import Refused
from .references import References
from .storing import Context, Kind, Storage


class Prepared(NamedTuple):
    """The row of a new record, the rows of its parts by list, and what the log says of it."""

    row: tuple[Any, ...]
    parts: dict[str, list[tuple[Any, ...]]]
    told: Told


class Preparer:
    """Makes records of one kind ready for one dialect of SQL, as of one moment."""

    def __init__(
        self, storage: Storage, keys: Keys, known: References, dialect: sa.Dialect, at: datetime, as_of: date | None
    ) -> None:
        self.storage, self.kind = storage, storage.kind
        self.keys, self.known, self.dialect, self.at = keys, known, dialect, at
        self.context = Context(known, today(), as_of)
        self.as_tuple = row_maker(self.kind.table, dialect.name)

    def prepare(self, new: New) -> Prepared:
        """The record ready to be written; `Kind.derive` adds to its values what follows from them."""
        self.kind.derive(new.values, None, self.context)
        row = self._row(new)
        parts = {
            name: tuples(
                model.__table__, self.dialect,
                self.storage.part_rows(self.keys, new.id, row["area_path"], name, new.values[name]),
            )
            for name, model in self.kind.parts.items() if new.values.get(name)
        }
        told = changes.told(self.keys, self._entry(new, row))
        return Prepared(self.as_tuple(row), parts, told)

    @cached_property
    def _empty(self) -> dict[str, Any]:
        return {column.key: None for column in self.kind.table.columns}

    def _row(self, new: New) -> dict[str, Any]:
        area = self.known.areas.get(new.values["area_id"])
        if area is None:
            raise Refused(UNKNOWN)
        row = dict(self._empty)
        row.update(self.storage.columns(self.keys, new.id, new.values))
        row.update(self.kind.columns(new.values))
        row.update(
            id=new.id, area_path=area.path, version=1, created_at=self.at, updated_at=self.at,
            source=new.source, source_key=new.source_key, fingerprint=fingerprint(self.kind, self.keys, new.values),
            row_digest=new.row_digest, row_version=1 if new.row_digest else None,
        )
        return row

    def _entry(self, new: New, row: Mapping[str, Any]) -> Entry:
        plain, sealed, clear = {}, {}, {}
        storage = self.storage
        convert = storage.to_json_of
        for name, value in new.values.items():
            item = storage.fields.get(name)
            if item is None or value is None or (value.__class__ is list and not value):
                continue
            if not item.sealed:
                plain[name] = [None, convert[name](value) if name in convert else value]
            else:
                text = item.seal_text(value)
                data = row.get(f"{name}_sealed") or seal(self.keys, self.kind.name, name, new.id, text)
                sealed[name], clear[name] = [None, data], [None, text]
        if new.source:
            plain["source"], plain["source_key"] = [None, new.source], [None, new.source_key]
        return Entry(self.kind.name, new.id, "create", plain, sealed, clear)


def fingerprint(kind: Kind, keys: Keys, values: Mapping[str, Any]) -> bytes | None:
    """The keyed fingerprint that a record without a code is recognised by."""
    text = kind.fingerprint(values)
    return blind(keys, f"{kind.name}.fingerprint", text) if text else None


def parts_of(prepared: Sequence[Prepared], name: str) -> list[tuple[Any, ...]]:
    """The rows of one list of parts of all the records."""
    return [row for one in prepared for row in one.parts.get(name, ())]


def handed_back(prepared: Iterable[Prepared]) -> bytes:
    """Prepared records for the process that writes them, which is one of ours: bare tuples pickle fastest."""
    return pickle.dumps([(one.row, one.parts, tuple(one.told)) for one in prepared])


def taken_over(data: bytes) -> list[Prepared]:
    """The records that `handed_back` gave."""
    return [Prepared(row, parts, Told(*told)) for row, parts, told in pickle.loads(data)]  # noqa: S301


def packed(news: Sequence[New]) -> bytes:
    """New records as text for another process: a third of the work of pickling their ids and days."""
    return orjson.dumps([
        (new.id, new.values, new.source, new.source_key, new.row_digest and new.row_digest.hex()) for new in news
    ])


def unpacked(storage: Storage, text: bytes) -> list[New]:
    """The records that `packed` packed."""
    return [
        New(UUID(record_id), storage.from_json(values), source, source_key, digest and bytes.fromhex(digest))
        for record_id, values, source, source_key, digest in orjson.loads(text)
    ]
