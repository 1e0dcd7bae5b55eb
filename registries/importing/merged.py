"""The records that were merged into others, as the rows of a file still name them.

Whoever delivers a file does not know of the merger: the row of a merged record comes again with the next delivery. It
is about the survivor then, and what it says as the merged record said it is nothing new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..crypto import blinds
from ..records import Item, Records, in_chunks
from ..storing import opened

Codes = dict[tuple[str, str], UUID]


@dataclass(slots=True)
class Gone:
    """The merged records that a chunk of rows may name; ``survivors`` leads from each to the one that stands for it.

    ``digests`` are those of rows that were written to merged records or survivors, with the id and the area's path.
    """

    ids: set[UUID] = field(default_factory=set)
    codes: Codes = field(default_factory=dict)
    source_keys: dict[str, UUID] = field(default_factory=dict)
    prints: dict[bytes, list[UUID]] = field(default_factory=dict)
    digests: dict[bytes, tuple[UUID, str]] = field(default_factory=dict)
    survivors: dict[UUID, UUID] = field(default_factory=dict)
    items: dict[UUID, Item] = field(default_factory=dict)


class Merged:
    """Finds merged records of one kind; the codes of kinds that keep them in lists are read once."""

    def __init__(self, records: Records, source: str) -> None:
        self.records, self.source, self.table = records, source, records.kind.table
        self._listed: Codes | None = None

    def find(
        self, session: Session, ids: Collection[UUID], codes: set[tuple[str, str]], source_keys: Collection[str],
        prints: Collection[bytes], digests: Collection[bytes],
    ) -> Gone:
        """The merged records with these ids, codes, keys at the source, fingerprints or digests of rows."""
        gone, table = Gone(), self.table
        if session.scalar(sa.select(table.c.id).where(self._merged()).limit(1)) is None:
            return gone
        gone.ids = {row.id for row in self._rows(session, table.c.id, ids)}
        keys = self._rows(session, table.c.source_key, source_keys, table.c.source == self.source)
        gone.source_keys = {row.value: row.id for row in keys}
        for row in self._rows(session, table.c.fingerprint, prints):
            gone.prints.setdefault(row.value, []).append(row.id)
        gone.codes = self._codes(session, codes)
        for chunk in in_chunks(digests):
            statement = sa.select(table.c.row_digest, table.c.id, table.c.area_path)
            survivors = sa.select(table.c.merged_into).where(self._merged())
            for row in session.execute(statement.where(
                table.c.row_digest.in_(chunk), table.c.retired_at.is_(None),
                sa.or_(table.c.merged_into.is_not(None), table.c.id.in_(survivors)),
            )):
                gone.digests[row.row_digest] = row.id, row.area_path
        self._follow(session, gone)
        return gone

    def _merged(self) -> sa.ColumnElement[bool]:
        return sa.and_(self.table.c.merged_into.is_not(None), self.table.c.retired_at.is_(None))

    def _rows(self, session: Session, column: Any, values: Iterable[Any], *conditions: Any) -> Sequence[Any]:
        found: list[Any] = []
        for chunk in in_chunks(values):
            statement = sa.select(self.table.c.id, column.label("value")).order_by(self.table.c.id)
            found += session.execute(statement.where(column.in_(chunk), self._merged(), *conditions))
        return found

    def _codes(self, session: Session, codes: set[tuple[str, str]]) -> Codes:
        records = self.records
        if records.kind.find_codes is not None:
            if self._listed is None:
                self._listed = self._all_codes(session)
            return {code: self._listed[code] for code in codes if code in self._listed}
        found: Codes = {}
        for name in {name for name, _text in codes}:
            sealed = name in records.storage.sealed
            stored = {
                value: (name, text) for where, text in codes if where == name for value in (
                    blinds(session.info["keys"], f"{records.name}.{name}", text) if sealed else [text]
                )
            }
            column = self.table.c[f"{name}_index" if sealed else name]
            found.update({stored[row.value]: row.id for row in self._rows(session, column, stored)})
        return found

    def _all_codes(self, session: Session) -> Codes:
        found: Codes = {}
        ids = session.scalars(sa.select(self.table.c.id).where(self._merged())).all()
        for chunk in in_chunks(ids):
            for item in self.records.load(session, chunk):
                values = opened(session.info["keys"], item.values)
                found.update(dict.fromkeys(self.records.kind.codes(values), item.id))
        return found

    def _follow(self, session: Session, gone: Gone) -> None:
        """Read the merged records and those that stand for them; one whose survivor is out of use is left out."""
        alike = (record_id for ids in gone.prints.values() for record_id in ids)
        named = {*gone.ids, *gone.codes.values(), *gone.source_keys.values(), *alike}
        ahead = named
        while ahead:
            for chunk in in_chunks(ahead):
                gone.items.update({item.id: item for item in self.records.load(session, chunk)})
            ahead = {item.merged_into for item in gone.items.values() if item.merged_into} - gone.items.keys()
        for record_id in named:
            item = gone.items[record_id]
            while item.merged_into is not None:
                item = gone.items[item.merged_into]
            if item.retired_at is None:
                gone.survivors[record_id] = item.id
        kept = gone.survivors
        gone.ids &= kept.keys()
        gone.codes = {code: i for code, i in gone.codes.items() if i in kept}
        gone.source_keys = {key: i for key, i in gone.source_keys.items() if i in kept}
        gone.prints = {value: [i for i in ids if i in kept] for value, ids in gone.prints.items()}
