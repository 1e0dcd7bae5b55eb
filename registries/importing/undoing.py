"""Putting records back to what they were before a change of the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import changes
from ..access import Actor
from ..areas import follow
from ..attachments import ATTACHMENT
from ..changes import CHANGE, NOTES, Entry
from ..crypto import open_sealed
from ..proposals import PROPOSAL
from ..records import Change, Records, in_chunks
from ..reference_fields import Link
from ..schemas import Parts
from .batches import Batch

#: How many ids one question to the database names.
CHUNK = 5_000
#: What a batch logs besides the records that it wrote.
NO_RECORDS = ("batch", "transfer_request")
COMMON = ("retired_at", "merged_into", "source", "source_key")


def edited_since(batch: Batch) -> sa.Select[UUID]:
    """The records of a batch with a later change that stands: not its own, nor one of a batch taken back there.

    That an area was moved or merged is nobody's edit of a record: what comes back lies where the area is now. Nor is a
    note: who proposed something, told two records apart or attached a file has changed nothing of what was imported.
    """
    table = CHANGE[batch.database]
    ours, later, back = table.alias("ours"), table.alias("later"), table.alias("back")
    taken_back = sa.exists().where(
        back.c.record_id == later.c.record_id, back.c.batch_id == later.c.batch_id, back.c.action == "undo",
    )
    return sa.select(later.c.record_id).distinct().join(
        ours, sa.and_(ours.c.record_id == later.c.record_id, later.c.id > ours.c.id),
    ).where(
        ours.c.batch_id == batch.id, ours.c.kind.not_in(NO_RECORDS), later.c.action.not_in({"area", *NOTES}),
        sa.or_(
            later.c.batch_id.is_(None), sa.and_(later.c.batch_id != batch.id, later.c.action != "undo", ~taken_back),
        ),
    )


def still_needed(session: Session, catalogue: Mapping[str, Records], batch: Batch, edited: set[UUID]) -> set[UUID]:
    """The records that a batch created and that others need which stay: strangers, and those edited since.

    A record that stays for the sake of another keeps what it needs itself. Records of the other databases are strangers
    always: no import writes two databases.
    """
    log = CHANGE[batch.database]
    made: dict[str, list[UUID]] = {}
    touched: set[UUID] = set()
    ours = log.c.batch_id == batch.id, log.c.action != "undo"
    rows = sa.select(log.c.kind, log.c.record_id, log.c.action).where(*ours)
    for row in session.execute(rows.execution_options(yield_per=CHUNK)):
        touched.add(row.record_id)
        if row.action == "create":
            made.setdefault(row.kind, []).append(row.record_id)
    needs: dict[UUID, list[UUID]] = {}
    for who, column, kind in _references(catalogue, batch.database):
        wanted = made.get(kind, ()) if kind else [record_id for ids in made.values() for record_id in ids]
        for chunk in in_chunks(wanted, CHUNK):
            for referrer, target in session.execute(sa.select(who, column).where(column.in_(chunk))):
                needs.setdefault(referrer, []).append(target)
    needed = _needed_elsewhere(session, catalogue, batch)
    ahead = [one for one in needs if one not in touched or one in edited or one in needed]
    while ahead:
        fresh = [target for target in needs.get(ahead.pop(), ()) if target not in needed]
        needed.update(fresh)
        ahead += fresh
    return needed


def _needed_elsewhere(session: Session, catalogue: Mapping[str, Records], batch: Batch) -> set[UUID]:
    """The records that a batch created and that records of other databases point at."""
    log = CHANGE[batch.database]
    needed: set[UUID] = set()
    for database in {records.kind.database for records in catalogue.values()} - {batch.database}:
        for _who, column, kind in _references(catalogue, database):
            if kind and (kind not in catalogue or catalogue[kind].kind.database != batch.database):
                continue
            # One statement for all: not every such column has an index.
            made = sa.select(log.c.record_id).where(
                log.c.batch_id == batch.id, log.c.action == "create", *([log.c.kind == kind] if kind else []),
            )
            needed.update(session.scalars(sa.select(column).distinct().where(column.in_(made))))
    return needed


def _references(catalogue: Mapping[str, Records], database: str) -> Iterator[tuple[Any, Any, str]]:
    """The columns of a database that point at records: who points, the column, the kind (empty: any)."""
    for records in catalogue.values():
        if records.kind.database != database:
            continue
        for name, item in records.storage.fields.items():
            if isinstance(item, Link):
                yield records.kind.table.c.id, records.kind.table.c[name], item.kind
            elif isinstance(item, Parts):
                table = records.kind.parts[name].__table__
                for column, part in item.nested.items():
                    if isinstance(part, Link):
                        yield table.c.owner_id, table.c[column], part.kind


def remove_many(session: Session, records: Records, created: Sequence[changes.Change], *, actor: Actor) -> None:
    """Take out records that a batch created, with their parts; the log keeps what they were.

    What somebody attached to them or proposed for them goes along: nobody could open it any more.
    """
    ids = [change.record_id for change in created if change.record_id]
    for chunk in in_chunks(ids):
        for model in records.kind.parts.values():
            session.execute(sa.delete(model.__table__).where(model.__table__.c.owner_id.in_(chunk)))
        for table in (ATTACHMENT[records.kind.database], PROPOSAL[records.kind.database]):
            session.execute(sa.delete(table).where(table.c.kind == records.name, table.c.record_id.in_(chunk)))
        session.execute(sa.delete(records.kind.table).where(records.kind.table.c.id.in_(chunk)))
    keys = session.info["keys"]
    changes.append(session, actor.name, [
        Entry(
            change.kind, change.record_id, "undo", {name: pair[::-1] for name, pair in change.changes.items()},
            {name: pair[::-1] for name, pair in change.sealed.items()},
            {name: [_clear(keys, change, name, value) for value in pair[::-1]] for name, pair in change.sealed.items()},
            batch_id=change.batch_id,
        )
        for change in created
    ])


def revert(session: Session, records: Records, change: changes.Change, *, actor: Actor) -> None:
    """Write back the values a record had before a change."""
    keys = session.info["keys"]
    item = records.load(session, [cast("UUID", change.record_id)])[0]
    fields = records.storage.fields
    values = {
        name: fields[name].from_json(pair[0]) for name, pair in change.changes.items() if name in fields
    }
    for name, pair in change.sealed.items():
        text = _clear(keys, change, name, pair[0])
        values[name] = None if text is None else fields[name].unseal_text(text)
    # Areas may have been moved or merged since.
    follow(session, [values, *(row for name in records.kind.parts for row in values.get(name) or ())])
    meta = {name: _common(name, change.changes[name][0]) for name in COMMON if name in change.changes}
    if "row_digest" in change.changes:
        digest, _, state = (change.changes["row_digest"][0] or "").partition(":")
        meta["row_digest"] = bytes.fromhex(digest) or None
        meta["row_version"] = item.version + 1 if state == "holds" else None
    records.change(session, [Change(item, values, meta, "undo")], actor=actor, batch_id=change.batch_id, derive=False)


def _clear(keys: Any, change: changes.Change, name: str, value: bytes | None) -> str | None:
    return None if value is None else open_sealed(keys, change.kind, name, cast("UUID", change.record_id), value)


def _common(name: str, value: Any) -> Any:
    if value is None:
        return None
    return datetime.fromisoformat(value) if name == "retired_at" else UUID(value) if name == "merged_into" else value
