"""Whether records are what their history says: the values that the log told last must stand in the tables.

A record that somebody changed past the log shows here, and so does one that was put in or taken out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes
from .changes import CHANGE, Change, json_text
from .crypto import Keys, Tampered, open_sealed
from .findings import Finding
from .keyring import KeyMissing
from .messages import N_, Problem
from .records import Item, Records, in_chunks
from .storing import opened

#: Enough for a whole district; of more records than that, a random part is looked at each time.
SAMPLE = 25_000
_UNREADABLE = (Tampered, KeyMissing, ValueError, TypeError, KeyError, AttributeError)


def check(session: Session, records: Records, sample: int = SAMPLE) -> Iterator[Finding]:
    """Compare a random sample of the records of a kind with the log; all of them when there are no more."""
    table = records.kind.table
    ids = session.scalars(sa.select(table.c.id).order_by(sa.func.random()).limit(sample)).all()
    for chunk in in_chunks(ids):
        told = _told(session, records, chunk)
        items = _items(session, records, chunk)
        for record_id in chunk:
            yield from _check_one(session, records, record_id, items.get(record_id), told.get(record_id, []))
    yield from _taken_out(session, records)


def _items(session: Session, records: Records, ids: list[UUID]) -> dict[UUID, Item]:
    """The records that can be read; one that cannot must not hide the others."""
    try:
        return {item.id: item for item in records.load(session, ids)}
    except _UNREADABLE:
        if len(ids) == 1:
            return {}
        half = len(ids) // 2
        return _items(session, records, ids[:half]) | _items(session, records, ids[half:])


def _told(session: Session, records: Records, ids: list[UUID]) -> dict[UUID, list[Change]]:
    """What the log says of each record, the first first."""
    log = CHANGE[records.kind.database]
    found: dict[UUID, list[Change]] = {}
    statement = sa.select(log).where(log.c.record_id.in_(ids), log.c.kind == records.name).order_by(log.c.id)
    try:
        rows = [changes.from_row(row) for row in session.execute(statement)]
    except _UNREADABLE:
        if len(ids) == 1:
            return {}
        half = len(ids) // 2
        return _told(session, records, ids[:half]) | _told(session, records, ids[half:])
    for change in rows:
        if change.record_id is not None:
            found.setdefault(change.record_id, []).append(change)
    return found


def _check_one(
    session: Session, records: Records, record_id: UUID, item: Item | None, told: list[Change]
) -> Iterator[Finding]:
    if not told:
        yield _finding(records, record_id, Problem(
            N_("The change log knows nothing of this record, or cannot be read."),
            N_("Find out how it came here."),
        ))  # fmt: skip
        return
    if any(change.action == "erase" for change in told):
        return
    try:
        if item is None:
            raise ValueError(record_id)
        stood = _stored(session.info["keys"], records, item)
        expected = _expected(session.info["keys"], records, told)
    except _UNREADABLE:
        yield _finding(records, record_id, Problem(
            N_("A sealed value of this record cannot be opened: it was altered or moved here."),
            N_("Compare it with a backup."),
        ))  # fmt: skip
        return
    differing = [name for name, value in stood.items() if value != expected.get(name)]
    if differing:
        yield _finding(records, record_id, Problem(
            N_("This record was changed past the change log: %(fields)s."), N_("Compare it with a backup."),
            fields=differing,
        ))  # fmt: skip


def _finding(records: Records, record_id: UUID, problem: Problem) -> Finding:
    return Finding("error", problem, records.kind.database, records.name, record_id)


def _stored(keys: Keys, records: Records, item: Item) -> dict[str, str | None]:
    """The values that stand in the tables, as text that can be compared; empty ones are ``None``."""
    fields = records.storage.fields
    stored: dict[str, str | None] = {}
    for name, value in item.values.items():
        clear = opened(keys, value)
        if clear in (None, "", []):
            stored[name] = None
        else:
            stored[name] = fields[name].seal_text(clear) if fields[name].sealed else _text(fields[name].to_json(clear))
    return stored


def _expected(keys: Keys, records: Records, told: list[Change]) -> dict[str, str | None]:
    """The values that the log told last, in the same form."""
    last: dict[str, Any] = {}
    sealed: dict[str, bytes | None] = {}
    for change in told:
        last |= {name: both[1] for name, both in change.changes.items()}
        sealed |= {name: both[1] for name, both in change.sealed.items()}
    expected = {name: None if value in (None, "", []) else _text(value) for name, value in last.items()}
    return expected | {name: _open(keys, records.name, name, told[0].record_id, data) for name, data in sealed.items()}


def _text(value: Any) -> str:
    """A value as text; paths of areas follow the area without being logged, so they are left out of parts."""
    if isinstance(value, list):
        value = [
            {name: told for name, told in row.items() if name != "area_path"} if isinstance(row, dict) else row
            for row in value
        ]
    return json_text(value)


def _open(keys: Keys, kind: str, name: str, record_id: UUID | None, data: bytes | None) -> str | None:
    return None if data is None or record_id is None else open_sealed(keys, kind, name, record_id, data)


def _taken_out(session: Session, records: Records) -> Iterator[Finding]:
    """Records that the log tells of last and that are not there: only undoing an import takes a record
    out.
    """
    log, table = CHANGE[records.kind.database], records.kind.table
    last = sa.select(sa.func.max(log.c.id)).where(log.c.kind == records.name).group_by(log.c.record_id)
    gone = (
        sa.select(log.c.record_id)
        .outerjoin(table, table.c.id == log.c.record_id)
        .where(log.c.id.in_(last), log.c.action != "undo", table.c.id.is_(None), log.c.record_id.is_not(None))
    )
    for record_id in session.scalars(gone):
        yield _finding(records, record_id, Problem(
            N_("This record was taken out past the change log."), N_("Restore it from a backup."),
        ))  # fmt: skip
