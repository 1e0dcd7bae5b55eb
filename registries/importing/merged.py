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

from ..records import Item, Records, in_chunks
from ..storing import gone as merged_away

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
    """Finds merged records of one kind."""

    def __init__(self, records: Records, source: str) -> None:
        self.records, self.source, self.table = records, source, records.kind.table

    def find(
        self, session: Session, ids: Collection[UUID], codes: set[tuple[str, str]], source_keys: Collection[str],
        prints: Collection[bytes], digests: Collection[bytes],
    ) -> Gone:
        """The merged records with these ids, codes, keys at the source, fingerprints or digests of rows."""
        gone, table = Gone(), self.table
        if session.scalar(sa.select(table.c.id).where(merged_away(self.table)).limit(1)) is None:
            return gone
        gone.ids = {row.id for row in self._rows(session, table.c.id, ids)}
        keys = self._rows(session, table.c.source_key, source_keys, table.c.source == self.source)
        gone.source_keys = {row.value: row.id for row in keys}
        for row in self._rows(session, table.c.fingerprint, prints):
            gone.prints.setdefault(row.value, []).append(row.id)
        gone.codes = self.records.holders(session, codes, merged_away)
        for chunk in in_chunks(digests):
            statement = sa.select(table.c.row_digest, table.c.id, table.c.area_path)
            survivors = sa.select(table.c.merged_into).where(merged_away(self.table))
            for row in session.execute(statement.where(
                table.c.row_digest.in_(chunk), table.c.retired_at.is_(None),
                sa.or_(table.c.merged_into.is_not(None), table.c.id.in_(survivors)),
            )):
                gone.digests[row.row_digest] = row.id, row.area_path
        self._follow(session, gone)
        return gone

    def _rows(self, session: Session, column: Any, values: Iterable[Any], *conditions: Any) -> Sequence[Any]:
        found: list[Any] = []
        for chunk in in_chunks(values):
            statement = sa.select(self.table.c.id, column.label("value")).order_by(self.table.c.id)
            found += session.execute(statement.where(column.in_(chunk), merged_away(self.table), *conditions))
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
