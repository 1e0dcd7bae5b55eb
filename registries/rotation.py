"""New keys: everything sealed is sealed anew, and every blind index made anew, while the system goes on.

The keys change first: from then on new values use the new ones, old values still open, and searches ask for
both indexes. Then all rows are gone through in chunks, one transaction each; what stands under the new keys
already is left alone, so a rotation that was interrupted is finished by `resume`. At the end the search
under the old index stops. The old data key stays in the key file, because old backups need it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .attachments import ATTACHMENT
from .changes import CHANGE, stored_values
from .crypto import Keys, blind, open_sealed, reseal
from .db import DATABASES, Database
from .importing.batches import STAGED_ROW
from .importing.mapping import SEALED, LearntMapping, place
from .preparing import fingerprint
from .proposals import PROPOSAL
from .records import Records
from .storing import opened

CHUNK = 1000


def rotate(database: Database, catalogue: Mapping[str, Records], cipher: str | None = None) -> int:
    """Make new keys and seal everything with them; returns how many values were sealed anew."""
    if not database.keys.rotating:
        database.keys.rotate(cipher)
    return resume(database, catalogue)


def resume(database: Database, catalogue: Mapping[str, Records]) -> int:
    """Go through everything that may still stand under older keys, then end the search under the old index."""
    count = 0
    # A writer that began with the old keys may have come in behind the pass: one that finds nothing is the last.
    while done := _pass(database, catalogue):
        count += done
    database.keys.settle()
    return count


def _pass(database: Database, catalogue: Mapping[str, Records]) -> int:
    count = 0
    for records in catalogue.values():
        for renew in (_renew_records, *(_part_step(name) for name in records.storage.parts)):
            count += _in_chunks(database, records.kind.database, records, renew)
    for name in DATABASES:
        count += _in_chunks(database, name, name, _renew_log)
        count += _in_chunks(database, name, name, _renew_staged)
    for name in ATTACHMENT:
        count += _in_chunks(database, name, name, _renew_attachments)
        count += _in_chunks(database, name, name, _renew_proposals)
    return count + _in_chunks(database, "network", None, _renew_mappings)


Step = Callable[[Session, Any, Any], tuple[int, Any]]


def _in_chunks(database: Database, name: str, what: Any, step: Step) -> int:
    """Repeat a step, each in a transaction of its own, from where it stopped until it says that it is
    done.
    """
    count, position = 0, None
    while True:
        with database.writing(name) as session:
            done, position = step(session, what, position)
        count += done
        if position is None:
            return count


def _renew_records(session: Session, records: Records, position: UUID | None) -> tuple[int, UUID | None]:
    keys: Keys = session.info["keys"]
    table, storage = records.kind.table, records.storage
    statement = sa.select(table).order_by(table.c.id).limit(CHUNK).with_for_update()
    rows = session.execute(statement.where(table.c.id > position) if position else statement).mappings().all()
    fingerprints = _fingerprints(session, records, [row for row in rows if row["fingerprint"]])
    count = 0
    for row in rows:
        values: dict[str, Any] = {}
        for name in storage.sealed:
            values |= _renewed(keys, row, name, records.name, name, row["id"], f"{records.name}.{name}")
        if fingerprints.get(row["id"], row["fingerprint"]) != row["fingerprint"]:
            values["fingerprint"] = fingerprints[row["id"]]
        if values:
            session.execute(table.update().where(table.c.id == row["id"]).values(**values))
            count += len(values)
    return count, rows[-1]["id"] if rows else None


def _fingerprints(session: Session, records: Records, rows: list[Any]) -> dict[UUID, bytes | None]:
    keys: Keys = session.info["keys"]
    old = [row["id"] for row in rows if not keys.index_is_current(row["fingerprint"])]
    return {item.id: fingerprint(records.kind, keys, opened(keys, item.values)) for item in records.load(session, old)}


def _part_step(part: str) -> Step:
    """The step for one list of parts."""

    def renew(session: Session, records: Records, position: Any) -> tuple[int, Any]:
        keys: Keys = session.info["keys"]
        table = records.kind.parts[part].__table__
        names = [column.name.removesuffix("_sealed") for column in table.columns if column.name.endswith("_sealed")]
        if not names:
            return 0, None
        place = sa.tuple_(table.c.owner_id, table.c.position)
        statement = sa.select(table).order_by(table.c.owner_id, table.c.position).limit(CHUNK).with_for_update()
        rows = (
            session.execute(statement.where(place > sa.tuple_(*position)) if position else statement).mappings().all()
        )
        count = 0
        for row in rows:
            values: dict[str, Any] = {}
            for name in names:
                sealed_as = f"{part}.{row['position']}.{name}"
                indexed_as = f"{records.name}.{part}.{name}"
                values |= _renewed(keys, row, name, records.name, sealed_as, row["owner_id"], indexed_as)
            if values:
                here = sa.and_(table.c.owner_id == row["owner_id"], table.c.position == row["position"])
                session.execute(table.update().where(here).values(**values))
                count += len(values)
        return count, (rows[-1]["owner_id"], rows[-1]["position"]) if rows else None

    return renew


def _renewed(
    keys: Keys, row: Mapping[Any, Any], name: str, kind: str, sealed_as: str, record_id: UUID, indexed_as: str
) -> dict[str, bytes]:
    """The columns of a sealed field that stand under older keys, under the new ones."""
    data = row[f"{name}_sealed"]
    if not data:
        return {}
    values = {}
    renewed = reseal(keys, kind, sealed_as, record_id, data)
    if renewed is not None:
        values[f"{name}_sealed"] = renewed
    index = row.get(f"{name}_index")
    if index and not keys.index_is_current(index):
        values[f"{name}_index"] = blind(keys, indexed_as, open_sealed(keys, kind, sealed_as, record_id, data))
    return values


def _renew_log(session: Session, database: str, position: int | None) -> tuple[int, int | None]:
    keys: Keys = session.info["keys"]
    log = CHANGE[database]
    statement = sa.select(log.c.id, log.c.kind, log.c.record_id, log.c.sealed).where(
        log.c.id > (position or 0), log.c.sealed.is_not(None)
    )
    rows = session.execute(statement.order_by(log.c.id).limit(CHUNK)).all()
    count = 0
    for row in rows:
        values = stored_values(row.sealed)
        renewed = {
            name: [_anew(keys, row.kind, name, row.record_id, value) for value in both] for name, both in values.items()
        }
        if renewed != values:
            session.execute(log.update().where(log.c.id == row.id).values(sealed=_as_text(renewed)))
            count += len(renewed)
    return count, rows[-1].id if rows else None


def _anew(keys: Keys, kind: str, name: str, record_id: UUID, value: bytes | None) -> bytes | None:
    return value and (reseal(keys, kind, name, record_id, value) or value)


def _as_text(values: Mapping[str, Iterable[bytes | None]]) -> str:
    return json.dumps({
        name: [value and base64.b64encode(value).decode() for value in both] for name, both in values.items()
    })  # fmt: skip


def _renew_staged(session: Session, database: str, position: Any) -> tuple[int, Any]:
    keys: Keys = session.info["keys"]
    staged = STAGED_ROW[database]
    place = sa.tuple_(staged.c.batch_id, staged.c.number)
    statement = sa.select(staged.c.batch_id, staged.c.number, staged.c.payload, staged.c.cells, staged.c.problems)
    statement = statement.order_by(staged.c.batch_id, staged.c.number).limit(CHUNK)
    rows = session.execute(statement.where(place > sa.tuple_(*position)) if position else statement).all()
    count = 0
    for row in rows:
        values = {
            name: renewed
            for name in ("payload", "cells", "problems")
            if (data := getattr(row, name))
            and (renewed := reseal(keys, "staged_row", str(row.number), row.batch_id, data))
        }
        if values:
            here = sa.and_(staged.c.batch_id == row.batch_id, staged.c.number == row.number)
            session.execute(staged.update().where(here).values(**values))
            count += len(values)
    return count, (rows[-1].batch_id, rows[-1].number) if rows else None


def _renew_mappings(session: Session, _what: Any, _position: Any) -> tuple[int, None]:
    """The constants of remembered mappings; there are only a few."""
    keys: Keys = session.info["keys"]
    count = 0
    for row in session.scalars(sa.select(LearntMapping).with_for_update()):
        data = row.mapping.get(SEALED)
        renewed = data and reseal(keys, *place(row.source, row.kind), base64.b64decode(data))
        if renewed:
            row.mapping = {**row.mapping, SEALED: base64.b64encode(renewed).decode()}
            count += 1
    return count, None


def _renew_attachments(session: Session, database: str, position: Any) -> tuple[int, Any]:
    """The files of records, one at a time: a file is as large as many rows."""
    table = ATTACHMENT[database]
    statement = sa.select(table.c.id, table.c.kind, table.c.content).order_by(table.c.id).limit(1)
    row = session.execute(statement.where(table.c.id > position) if position else statement).first()
    if row is None:
        return 0, None
    renewed = reseal(session.info["keys"], "attachment", row.kind, row.id, row.content)
    if renewed:
        session.execute(table.update().where(table.c.id == row.id).values(content=renewed))
    return int(renewed is not None), row.id


def _renew_proposals(session: Session, database: str, position: Any) -> tuple[int, Any]:
    table = PROPOSAL[database]
    statement = sa.select(table.c.id, table.c.kind, table.c.payload).order_by(table.c.id).limit(CHUNK)
    rows = session.execute(statement.where(table.c.id > position) if position else statement).all()
    count = 0
    for row in rows:
        renewed = reseal(session.info["keys"], "proposal", row.kind, row.id, row.payload)
        if renewed:
            session.execute(table.update().where(table.c.id == row.id).values(payload=renewed))
            count += 1
    return count, rows[-1].id if rows else None
