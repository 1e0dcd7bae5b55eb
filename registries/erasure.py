"""Erasure on legal request: a person's row and all that the log says of them are blanked for good.

What the counts need stays: the area, the sex, the year of birth, from when to when somebody lived where.
Which columns these are, the models say (``COUNTED``); days of birth among them are cut down to the year.
The log keeps its rows and its chain: each row of the record loses its values, and an ``erase`` row at the
end says that this was lawful. Records that were merged into this one hold the same person and go with it.

The request is first noted beside the keys, outside of every backup, so that whoever restores an old backup
erases again what was erased since.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes
from .access import Actor
from .changes import CHANGE, Entry
from .crypto import Keys
from .db import Database, now
from .heads import write_private
from .importing.batches import STAGED_ROW
from .records import Records

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


def _note(keys: Keys, erased: Erased) -> None:
    path = file(keys)
    if path is not None:
        write_private(path, json.dumps([asdict(one) for one in [*noted(keys), erased]], indent=2, ensure_ascii=False))


def erase(database: Database, records: Records, record_id: UUID, reason: str, *, actor: Actor) -> None:
    """Blank a record, those merged into it, and what the log says of them.

    :raises NotFound: there is no such record in the actor's scope.
    :raises NotAllowed: the actor may not erase.
    """
    with database.reading() as session:
        records.writable(session, record_id, actor=actor, action="erase")
    _note(database.keys, Erased(records.name, str(record_id), now().isoformat(), actor.name, reason))
    _carry_out(database, records, record_id, reason, actor.name)


def erase_again(database: Database, catalogue: Mapping[str, Records]) -> int:
    """Carry out every noted erasure that a restored backup does not know of; returns how many."""
    count = 0
    for one in noted(database.keys):
        records = catalogue[one.kind]
        with database.reading() as session:
            record_id = UUID(one.record_id)
            wanted = record_id in pending(session, records, [record_id])
        if wanted:
            _carry_out(database, records, record_id, one.reason, one.actor)
            count += 1
    return count


def pending(session: Session, records: Records, ids: Sequence[UUID]) -> list[UUID]:
    """Which of these records are there and were never blanked."""
    log = CHANGE[records.kind.database]
    erased = sa.select(log.c.record_id).where(log.c.record_id.in_(ids), log.c.action == "erase")
    table = records.kind.table
    return list(session.scalars(sa.select(table.c.id).where(table.c.id.in_(ids), table.c.id.not_in(erased))))


def _carry_out(database: Database, records: Records, record_id: UUID, reason: str, actor: str) -> None:
    name = records.kind.database
    with database.writing(name) as session:
        ids = list(_same_person(session, records, record_id))
        for one in ids:
            _blank_record(session, records, one)
        _blank_log(session, name, ids)
        # Blanked before the erase rows are appended, which are the last of their records.
        changes.append(session, actor, [Entry(records.name, one, "erase", reason=reason) for one in ids])
    _leave_no_trace(database, name, [records.kind.table.name, "change", "staged_row"])


def _same_person(session: Session, records: Records, record_id: UUID) -> Iterator[UUID]:
    table = records.kind.table
    waiting = [record_id]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += session.scalars(sa.select(table.c.id).where(table.c.merged_into == found))


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


def _blank_log(session: Session, database: str, ids: Sequence[UUID]) -> None:
    log, staged = CHANGE[database], STAGED_ROW[database]
    session.execute(log.update().where(log.c.record_id.in_(ids)).values(changes=None, sealed=None))
    session.execute(staged.update().where(staged.c.record_id.in_(ids)).values(
        payload=None, cells=None, problems=None, source_key=None, row_digest=None,
    ))  # fmt: skip


def _leave_no_trace(database: Database, name: str, tables: Sequence[str]) -> None:
    """Old pages still stand in SQLite's write-ahead log, old rows in PostgreSQL's tables: let go of them."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA {name}.wal_checkpoint(TRUNCATE)")
        else:
            free = connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in tables:
                free.exec_driver_sql(f'VACUUM "{name}"."{table}"')
