"""Erasure on legal request: a person's row and all that the log says of them are blanked for good.

What the counts need stays: the area, the sex, the year of birth, from when to when somebody lived where.
Which columns these are, the models say (``COUNTED``); days of birth among them are cut down to the year.
The log keeps its rows and its chain: each row of the record loses its values, and an ``erase`` row at the
end says that this was lawful. All records that were merged into one hold the same person and go together.

Every record erased is noted beside the keys, outside of every backup, so that whoever restores an old backup,
in which they may not be merged yet, erases again what was erased since.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes
from .access import Actor
from .attachments import ATTACHMENT
from .changes import CHANGE, Entry
from .crypto import Keys
from .db import Database, now
from .done import DONE_KEY
from .heads import write_private
from .importing.batches import BATCH, STAGED_ROW
from .merging import with_merged
from .proposals import PROPOSAL
from .records import Records, in_chunks

#: Columns that every record keeps, and those of which only the year is kept.
COMMON = frozenset({"id", "area_id", "area_path", "version", "created_at", "updated_at", "merged_into", "retired_at"})
YEAR_ONLY = frozenset({"birth_date", "birth_sort", "born_on", "counted_from"})


@dataclass(frozen=True, slots=True)
class Erased:
    """A request that was met: which record, when, in whose name and why."""

    kind: str
    record_id: str
    at: str
    actor: str
    reason: str


def file(keys: Keys) -> Path | None:
    """Where erasures are noted; keys that end with the process have no such place."""
    return None if keys.path is None else keys.path.with_name(f"{keys.path.stem}.erased.json")


def noted(keys: Keys) -> list[Erased]:
    """All erasures there ever were, in order."""
    path = file(keys)
    if path is None or not path.exists():
        return []
    return [Erased(**told) for told in json.loads(path.read_text(encoding="utf-8"))]


def _note(keys: Keys, erased: Sequence[Erased]) -> None:
    """Note what is not noted yet; one process at a time, because the file is replaced whole."""
    path = file(keys)
    if path is None:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        before = noted(keys)
        known = {(one.kind, one.record_id) for one in before}
        new = [one for one in erased if (one.kind, one.record_id) not in known]
        if new:
            write_private(path, json.dumps([asdict(one) for one in [*before, *new]], indent=2, ensure_ascii=False))
    finally:
        os.close(folder)


def erase(database: Database, records: Records, record_id: UUID, reason: str, *, actor: Actor) -> None:
    """Blank a record, all that are merged with it in either direction, and what the log says of them.

    :raises NotFound: there is no such record in the actor's scope, or its survivor lies outside of it.
    :raises NotAllowed: the actor may not erase.
    """
    with database.writing(records.kind.database) as session:
        item = records.writable(session, record_id, actor=actor, action="erase")
        while item.merged_into is not None:
            item = records.writable(session, item.merged_into, actor=actor, action="erase")
        ids = with_merged(session, records.kind, item.id)
        at = now().isoformat()
        # Noted before it is saved: what a kill leaves noted and not done, `erase_again` does.
        _note(database.keys, [Erased(records.name, str(one), at, actor.name, reason) for one in ids])
        _blank(session, records, ids, reason, actor.name)
    _leave_no_trace(database, records)


def erase_again(database: Database, catalogue: Mapping[str, Records]) -> int:
    """Carry out every noted erasure that the databases do not know of, such as those of a restored backup.

    Only what is noted itself goes: an old backup may hold others as merged who were told apart since. Returns how
    many records were erased.
    """
    count = 0
    for records in catalogue.values():
        told = {UUID(one.record_id): one for one in noted(database.keys) if one.kind == records.name}
        with database.reading() as session:
            wanted = pending(session, records, list(told))
        if not wanted:
            continue
        with database.writing(records.kind.database) as session:
            for record_id in pending(session, records, wanted):
                _blank(session, records, [record_id], told[record_id].reason, told[record_id].actor)
                count += 1
        _leave_no_trace(database, records)
    return count


def unmet(session: Session, records: Records) -> list[UUID]:
    """The records that were erased on request and stand in the register all the same."""
    wanted = [UUID(one.record_id) for one in noted(session.info["keys"]) if one.kind == records.name]
    return pending(session, records, wanted)


def pending(session: Session, records: Records, ids: Sequence[UUID]) -> list[UUID]:
    """Which of these records are there and were never blanked."""
    log, table = CHANGE[records.kind.database], records.kind.table
    found: list[UUID] = []
    for chunk in in_chunks(ids):
        erased = sa.select(log.c.record_id).where(log.c.record_id.in_(chunk), log.c.action == "erase")
        found += session.scalars(sa.select(table.c.id).where(table.c.id.in_(chunk), table.c.id.not_in(erased)))
    return found


def _blank(session: Session, records: Records, ids: Sequence[UUID], reason: str, actor: str) -> None:
    for one in ids:
        _blank_record(session, records, one)
    _blank_log(session, records, ids)
    records.kind.forget(session, ids)
    # Blanked before the erase rows are appended, which are the last of their records.
    changes.append(session, actor, [Entry(records.name, one, "erase", reason=reason) for one in ids])


def _blank_record(session: Session, records: Records, record_id: UUID) -> None:
    table, counted = records.kind.table, COMMON | records.kind.model.COUNTED
    row = session.execute(sa.select(table).where(table.c.id == record_id)).mappings().one()
    values = _blanked(table, row, counted)
    values.update(version=row["version"] + 1, updated_at=now(), retired_at=row["retired_at"] or now())
    session.execute(table.update().where(table.c.id == record_id).values(**values))
    for model in records.kind.parts.values():
        _blank_parts(session, model, record_id)


def _blank_parts(session: Session, model: Any, owner: UUID) -> None:
    table = model.__table__
    if not model.COUNTED:
        session.execute(table.delete().where(table.c.owner_id == owner))
        return
    for row in session.execute(sa.select(table).where(table.c.owner_id == owner)).mappings().all():
        values = _blanked(table, row, model.COUNTED | {"owner_id", "position"})
        here = sa.and_(table.c.owner_id == owner, table.c.position == row["position"])
        session.execute(table.update().where(here).values(**values))


def _blanked(table: sa.Table, row: Mapping[Any, Any], counted: frozenset[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name in counted:
            if column.name in YEAR_ONLY:
                values[column.name] = _year(row[column.name])
        else:
            values[column.name] = None if column.nullable else _empty(column)
    return values


def _year(value: Any) -> Any:
    """The middle of the year for a day that is counted with, the year alone for a day as it was told."""
    if isinstance(value, date):
        return date(value.year, 7, 1)
    return value[:4] if value else value


def _empty(column: sa.Column[Any]) -> Any:
    kind = column.type.python_type
    if kind in {str, bytes, int, float, bool}:
        return kind()
    raise TypeError(f"{column} can neither be blanked nor is it counted.")


def _blank_log(session: Session, records: Records, ids: Sequence[UUID]) -> None:
    name = records.kind.database
    log, staged, batch = CHANGE[name], STAGED_ROW[name], BATCH[name]
    session.execute(log.update().where(log.c.record_id.in_(ids)).values(changes=None, sealed=None))
    session.execute(sa.delete(staged).where(staged.c.record_id.in_(ids)))
    for table in (DONE_KEY[name], ATTACHMENT[name], PROPOSAL[name]):
        session.execute(sa.delete(table).where(table.c.record_id.in_(ids)))
    # Whom a row names that could not be read, nobody knows: the cells of all of them go.
    of_kind = sa.select(batch.c.id).where(batch.c.kind == records.name)
    session.execute(staged.update().where(staged.c.record_id.is_(None), staged.c.batch_id.in_(of_kind)).values(
        payload=None, cells=None, problems=None, source_key=None, row_digest=None,
    ))  # fmt: skip


def _leave_no_trace(database: Database, records: Records) -> None:
    """Old pages still stand in SQLite's write-ahead log, old rows in PostgreSQL's tables: let go of them."""
    name = records.kind.database
    parts = [model.__table__.name for model in records.kind.parts.values()]
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA {name}.wal_checkpoint(TRUNCATE)")
            return
        free = connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in (records.kind.table.name, *parts, "change", "staged_row", "done_key", "attachment", "proposal"):
            free.exec_driver_sql(f'VACUUM "{name}"."{table}"')
