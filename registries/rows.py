"""The rows of one kind: read, written and logged, by the data layer and without asking for permission.

`Rows.insert_many` and `Rows.change` are the one way into the tables and into the log, for one record from a form as for
a million from a file. Values given to them have been checked, and who may write them has been asked, see
`registries.records`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes, references
from .access import Actor
from .areas import successor
from .bulk import insert_rows, insert_tuples
from .changes import Entry
from .crypto import blinds
from .days import today
from .db import now
from .items import Change, Conflict, Item, New, same
from .preparing import Prepared, Preparer, fingerprint, parts_of
from .storing import Context, Kind, Sealed, Storage, live, opened

CHUNK = 500


class Rows:
    """The rows of one kind, with their parts and their log."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    @cached_property
    def storage(self) -> Storage:
        """Where each field goes."""
        return Storage(self.kind)

    @property
    def name(self) -> str:
        """The name of the kind."""
        return self.kind.name


    def load(self, session: Session, ids: Sequence[UUID]) -> list[Item]:
        """The records with these ids in the order of the ids, without asking for permission: for the data layer."""
        if not ids:
            return []
        rows = session.execute(sa.select(self.kind.table).where(self.kind.table.c.id.in_(ids))).all()
        found = {item.id: item for item in self.items(session, rows)}
        return [found[record_id] for record_id in ids if record_id in found]

    def items(self, session: Session, rows: Sequence[Any]) -> list[Item]:
        """Items for rows of the kind's table, their parts read along."""
        parts: dict[str, dict[UUID, list[Any]]] = {
            name: self._parts_of(session, model, [row.id for row in rows]) for name, model in self.kind.parts.items()
        }
        return [
            Item(
                self.name, row.id, row.version, row.area_path,
                self.storage.values(row, {name: found.get(row.id, []) for name, found in parts.items()}),
                row.retired_at, row.merged_into, row.source, row.source_key, row.row_digest,
                row.row_version, row.updated_at,
            )
            for row in rows
        ]

    def _parts_of(self, session: Session, model: Any, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
        table = model.__table__
        found: dict[UUID, list[Any]] = {}
        for start in range(0, len(ids), CHUNK):
            statement = sa.select(table).where(table.c.owner_id.in_(ids[start:start + CHUNK]))
            for row in session.execute(statement.order_by(table.c.owner_id, table.c.position)):
                found.setdefault(row.owner_id, []).append(row)
        return found

    def holders(
        self, session: Session, codes: set[tuple[str, str]],
        which: Callable[[sa.FromClause], sa.ColumnElement[bool]] = live,
    ) -> dict[tuple[str, str], UUID]:
        """The records that hold official codes, given as `Kind.codes` gives them: those in use, or others."""
        if not codes:
            return {}
        keys, table = session.info["keys"], self.kind.table
        if self.kind.find_codes is not None:
            return self.kind.find_codes(session, codes, which(table))
        found: dict[tuple[str, str], UUID] = {}
        for name in {name for name, _text in codes}:
            sealed = name in self.storage.sealed
            column = table.c[f"{name}_index" if sealed else name]
            stored = {
                value: (name, text) for where, text in codes if where == name
                for value in (blinds(keys, f"{self.name}.{name}", text) if sealed else [text])
            }
            for chunk in in_chunks(stored):
                statement = sa.select(column.label("value"), table.c.id.label("record_id"))
                rows = session.execute(statement.where(column.in_(chunk), which(table)).order_by(table.c.id))
                found.update({stored[row.value]: row.record_id for row in rows})
        return found

    def insert_many(
        self, session: Session, news: Sequence[New], *, actor: Actor, reason: str | None = None,
        batch_id: UUID | None = None, as_of: date | None = None,
    ) -> None:
        """Write checked new records, their parts and their log rows."""
        self.link(session, news, actor=actor, batch_id=batch_id, as_of=as_of)
        preparer = self.preparer(session, as_of)
        self.write(session, [preparer.prepare(new) for new in news], actor=actor, reason=reason, batch_id=batch_id)

    def link(
        self, session: Session, news: Sequence[New], *, actor: Actor, batch_id: UUID | None = None,
        as_of: date | None = None,
    ) -> None:
        """Find or make the records of the same database that new ones point at; their ids join the values."""
        self.kind.link(session, [(new.id, new.values) for new in news], _Writer(actor, batch_id, as_of))

    def preparer(self, session: Session, as_of: date | None = None) -> Preparer:
        """What makes new records ready for this session's database."""
        dialect = session.connection().dialect
        return Preparer(self.storage, session.info["keys"], references.load(session), dialect, now(), as_of)

    def write(
        self, session: Session, prepared: Sequence[Prepared], *, actor: Actor, reason: str | None = None,
        batch_id: UUID | None = None,
    ) -> None:
        """Write records that were made ready, with their parts and their log."""
        insert_tuples(session, self.kind.table, [one.row for one in prepared])
        for name, model in self.kind.parts.items():
            insert_tuples(session, model.__table__, parts_of(prepared, name))
        changes.append_told(session, actor.name, [one.told for one in prepared], reason, batch_id)

    def change(
        self, session: Session, changed: Sequence[Change], *, actor: Actor, reason: str | None = None,
        batch_id: UUID | None = None, as_of: date | None = None, derive: bool = True,
    ) -> None:
        """Write checked values over stored records and log what really changed; what did not is left alone.

        ``derive=False`` puts back values that were complete already, so nothing follows from them.

        :raises Conflict: a record was changed since its item was read.
        """
        keys = session.info["keys"]
        known = references.load(session)
        context = Context(known, today(), as_of)
        entries = []
        for one in changed:
            stored = opened(keys, one.item.values)
            values = dict(one.values)
            if derive:
                self.kind.derive(values, stored, context)
                self.kind.link(session, [(one.item.id, {**stored, **values})], _Writer(actor, batch_id, as_of, values))
            values = {name: value for name, value in values.items() if not same(value, stored.get(name))}
            if not values and not one.told and not one.meta.keys() - {"row_digest"}:
                continue
            row = self._changed_row(keys, one, {**stored, **values}, values)
            if "area_id" in values:
                area = known.areas.get(values["area_id"]) or successor(session, values["area_id"])
                row["area_path"] = area.path
            self._write(session, one.item, row)
            path = row.get("area_path", one.item.area_path)
            for name in self.kind.parts.keys() & values.keys():
                self._replace_parts(session, keys, one.item.id, path, name, values[name])
            if path != one.item.area_path:
                self._move_parts(session, one.item.id, path)
            entries.append(self._changed_entry(keys, one, values, row, reason, batch_id, stored))
        changes.append(session, actor.name, entries)

    def _changed_row(
        self, keys: Any, one: Change, record: Mapping[str, Any], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        row = self.storage.columns(keys, one.item.id, values)
        row.update(self.kind.columns(record))
        version = one.item.version + 1
        row.update(fingerprint=fingerprint(self.kind, keys, record), version=version, updated_at=now())
        if one.meta.get("row_digest"):
            row["row_version"] = version
        row.update(one.meta)
        return row

    def _write(self, session: Session, item: Item, row: Mapping[str, Any]) -> None:
        table = self.kind.table
        statement = sa.update(table).where(table.c.id == item.id, table.c.version == item.version).values(**row)
        if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(next(iter(self.load(session, [item.id])), item))

    def _replace_parts(self, session: Session, keys: Any, owner: UUID, path: str, name: str, rows: Any) -> None:
        table = self.kind.parts[name].__table__
        session.execute(sa.delete(table).where(table.c.owner_id == owner))
        insert_rows(session, table, self.storage.part_rows(keys, owner, path, name, rows))

    def _move_parts(self, session: Session, owner: UUID, path: str) -> None:
        """Let the rows that repeat where their owner lies say so."""
        for table in self.storage.located.values():
            session.execute(sa.update(table).where(table.c.owner_id == owner).values(area_path=path))

    def _changed_entry(
        self, keys: Any, one: Change, values: Mapping[str, Any], row: Mapping[str, Any], reason: str | None,
        batch_id: UUID | None, stored: Mapping[str, Any],
    ) -> Entry:
        plain: dict[str, list[Any]] = dict(one.told)
        sealed: dict[str, list[bytes | None]] = {}
        clear: dict[str, list[Any]] = {}
        for name, value in values.items():
            item = self.storage.fields[name]
            if not item.sealed:
                plain[name] = [item.to_json(stored.get(name)), item.to_json(value)]
                continue
            both = [stored.get(name) or None, value or None]
            clear[name] = [None if v is None else item.seal_text(v) for v in both]
            after = row.get(f"{name}_sealed")
            if after is None and both[1] is not None:
                after = self.storage.seal(keys, one.item.id, name, both[1])
            sealed[name] = [self._sealed_before(keys, one.item, name, both[0]), after]
        for name, value in one.meta.items():
            if name in ("retired_at", "merged_into", "source", "source_key"):
                plain[name] = [_plain(getattr(one.item, name)), _plain(value)]
        if "row_digest" in one.meta:
            plain["row_digest"] = [digest_text(one.item), (one.meta["row_digest"] or b"").hex()]
        return Entry(self.name, one.item.id, one.action, plain, sealed, clear, reason, batch_id)

    def _sealed_before(self, keys: Any, item: Item, name: str, value: Any) -> bytes | None:
        stored = item.values.get(name)
        if isinstance(stored, Sealed):
            return stored.data
        return None if value is None else self.storage.seal(keys, item.id, name, value)


def digest_text(item: Item) -> str | None:
    """The digest of the sheet row a record was last written from, and whether it still holds, for the log."""
    if item.row_digest is None:
        return None
    return f"{item.row_digest.hex()}:{'holds' if item.row_version == item.version else 'stale'}"


@dataclass(frozen=True, slots=True)
class _Writer:
    """What `Kind.link` needs to write other records on the way: in whose name, in which batch, since when."""

    actor: Actor
    batch_id: UUID | None
    as_of: date | None
    changed: dict[str, Any] | None = None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else str(value) if isinstance(value, UUID) else value


def in_chunks(values: Iterable[Any], size: int = CHUNK) -> Iterable[list[Any]]:
    """The values in lists of at most ``size``, for conditions with many values."""
    chunk: list[Any] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
