"""Putting records back to what they were before a change of the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import changes
from ..access import Actor
from ..changes import Entry
from ..crypto import open_sealed
from ..db import Base
from ..records import Change, Records, in_chunks

COMMON = ("retired_at", "merged_into", "source", "source_key")


def needed(session: Session, records: Records, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the records that other records of the database point at by a foreign key."""
    table = records.kind.table
    own = {model.__table__ for model in records.kind.parts.values()}
    found: set[UUID] = set()
    for other in Base.metadata.tables.values():
        for column in other.columns if other not in own else ():
            if any(key.column is table.c.id for key in column.foreign_keys):
                for chunk in in_chunks(ids):
                    found.update(session.scalars(sa.select(column).where(column.in_(chunk)).distinct()))
    return found


def remove_many(session: Session, records: Records, created: Sequence[changes.Change], *, actor: Actor) -> None:
    """Take out records that a batch created, with their parts; the log keeps what they were."""
    ids = [change.record_id for change in created if change.record_id]
    for chunk in in_chunks(ids):
        for model in records.kind.parts.values():
            session.execute(sa.delete(model.__table__).where(model.__table__.c.owner_id.in_(chunk)))
        session.execute(sa.delete(records.kind.table).where(records.kind.table.c.id.in_(chunk)))
    keys = session.info["keys"]
    changes.append(session, actor.name, [
        Entry(
            change.kind, change.record_id, "undo", {name: pair[::-1] for name, pair in change.changes.items()},
            {name: pair[::-1] for name, pair in change.sealed.items()},
            {name: [_clear(keys, change, name, value) for value in pair[::-1]] for name, pair in change.sealed.items()},
        )
        for change in created
    ])


def revert(session: Session, records: Records, change: changes.Change, *, actor: Actor) -> None:
    """Write back the values a record had before a change."""
    assert change.record_id is not None
    keys = session.info["keys"]
    item = records.load(session, [change.record_id])[0]
    fields = records.storage.fields
    values = {
        name: fields[name].from_json(pair[0]) for name, pair in change.changes.items() if name in fields
    }
    for name, pair in change.sealed.items():
        text = _clear(keys, change, name, pair[0])
        values[name] = None if text is None else fields[name].unseal_text(text)
    meta = {name: _common(name, change.changes[name][0]) for name in COMMON if name in change.changes}
    if "row_digest" in change.changes:
        digest, _, state = (change.changes["row_digest"][0] or "").partition(":")
        meta["row_digest"] = bytes.fromhex(digest) or None
        meta["row_version"] = item.version + 1 if state == "holds" else None
    records.change(session, [Change(item, values, meta, "undo")], actor=actor, derive=False)


def _clear(keys: Any, change: changes.Change, name: str, value: bytes | None) -> str | None:
    assert change.record_id is not None
    return None if value is None else open_sealed(keys, change.kind, name, change.record_id, value)


def _common(name: str, value: Any) -> Any:
    if value is None:
        return None
    return datetime.fromisoformat(value) if name == "retired_at" else UUID(value) if name == "merged_into" else value
