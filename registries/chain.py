"""Whether a change log is as it was written: walks its chain of MACs and names every row that does not hold.

Whoever tampers with a log may leave anything in it, so nothing here trusts a row to be readable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .changes import CHANGE, CHANGE_HEAD, FIRST_MAC, Head, chain_mac, digest, head_mac, stored_values
from .crypto import Keys, Tampered, open_sealed
from .keyring import KeyMissing

PAGE = 2000
#: What a row that was tampered with may raise on its way from the database to a comparison.
_NONSENSE = (
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    OverflowError,
    Tampered,
    KeyMissing,
    sa.exc.DBAPIError,
)

Row = Mapping[Any, Any]
#: Stands in a row of which a column cannot be read.
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where a log was tampered with.

    ``row`` is the id in the log; ``what`` is one word: *missing* (taken out), *inserted*, *altered*, *values* (what it
    tells was changed), *replaced* (another row stood here when the head was noted), *tail* (the end was cut off),
    *head*. Where several rows in a line are gone, ``last`` is the last of them. ``kind`` and ``record_id`` say of which
    record the row tells, as far as it can be read.
    """

    database: str
    row: int
    what: str
    kind: str | None = None
    record_id: UUID | None = None
    last: int | None = None


def verify(session: Session, database: str, noted: Head | None = None) -> Iterator[Broken]:
    """Tell every place of a log that was tampered with; nothing told means that nothing was.

    ``noted`` is a head that was written down elsewhere earlier: the log must still pass through it.
    """
    keys: Keys = session.info["keys"]
    expected, mac = 1, FIRST_MAC
    erased, end = _erased(session, database), _told_end(session, database)
    doubtful: list[Row] = []
    for row in _rows(session, database):
        what = _fault(keys, row, expected, mac)
        if what == "missing" and end is not None and row["id"] > end:
            what = "inserted"  # The log never came that far: one row was put there, or moved there from its place.
        if what == "missing":
            yield _gone(database, "missing", expected, row["id"] - 1)
        elif what:
            yield _broken(database, row, what)
        if what != "altered" and not _values_hold(keys, row):
            doubtful.append(row)
        if noted and row["id"] == noted.last_id and row["mac"] != noted.mac:
            yield _broken(database, row, "replaced")
        if what in {"altered", "inserted"} and row["action"] == "erase":
            erased.pop(row["record_id"], None)
        if what != "inserted":
            expected, mac = row["id"] + 1, row["mac"]
    for row in doubtful:
        if not _lawfully_blank(row, erased):
            yield _broken(database, row, "values")
    yield from _end(session, database, expected - 1, mac, noted)


def nothing_holds(session: Session, database: str) -> bool:
    """Whether neither the head nor a single row stands under these keys, as it is with the keys of another system."""
    keys: Keys = session.info["keys"]
    if _told_end(session, database) is not None:
        return False
    mac: Any = FIRST_MAC
    for row in _rows(session, database):
        if _fault(keys, row, row["id"], mac) is None:
            return False
        mac = row["mac"]
    return True


def _fault(keys: Keys, row: Row, expected: int, mac: Any) -> str | None:
    if row["id"] < expected:
        return "inserted"
    if row["id"] > expected:
        return "missing"
    if UNREADABLE in row:
        return "altered"
    try:
        return None if chain_mac(keys, mac, row) == row["mac"] else "altered"
    except _NONSENSE:
        return "altered"


def _broken(database: str, row: Row, what: str) -> Broken:
    kind, record_id = row["kind"], row["record_id"]
    return Broken(
        database, row["id"], what, kind if isinstance(kind, str) else None,
        record_id if isinstance(record_id, UUID) else None,
    )  # fmt: skip


def _gone(database: str, what: str, first: int, last: int) -> Broken:
    return Broken(database, first, what, last=last if last > first else None)


def _told_end(session: Session, database: str) -> int | None:
    """The id of the last row as an unforged head tells it."""
    try:
        told = session.execute(sa.select(CHANGE_HEAD[database])).mappings().one()
        sound = told["head_mac"] == head_mac(session.info["keys"], database, told["last_id"], told["mac"])
    except (*_NONSENSE, sa.exc.InvalidRequestError):
        return None
    return int(told["last_id"]) if sound else None


def _end(session: Session, database: str, last_id: int, mac: Any, noted: Head | None) -> Iterator[Broken]:
    try:
        told = session.execute(sa.select(CHANGE_HEAD[database])).mappings().one()
        forged = told["head_mac"] != head_mac(session.info["keys"], database, told["last_id"], told["mac"])
    except (*_NONSENSE, sa.exc.InvalidRequestError):
        yield Broken(database, last_id, "head")
        return
    if forged:
        yield Broken(database, last_id, "head")
    elif told["last_id"] > last_id:
        yield _gone(database, "tail", last_id + 1, told["last_id"])
    elif (told["last_id"], told["mac"]) != (last_id, mac):
        yield Broken(database, last_id, "tail")
    if noted and noted.last_id > last_id and (forged or noted.last_id > told["last_id"]):
        yield _gone(database, "tail", last_id + 1, noted.last_id)


def _rows(session: Session, database: str) -> Iterator[Row]:
    """All rows in the order of their ids; one that cannot be read comes with what can be."""
    table = CHANGE[database]
    position: int | None = None
    while True:
        after = sa.true() if position is None else table.c.id > position
        ids = session.scalars(sa.select(table.c.id).where(after).order_by(table.c.id).limit(PAGE)).all()
        if not ids:
            return
        page = sa.select(table).where(table.c.id.between(ids[0], ids[-1])).order_by(table.c.id)
        try:
            yield from session.execute(page).mappings().all()
        except _NONSENSE:
            yield from (_row(session, table, row_id) for row_id in ids)
        position = ids[-1]


def _row(session: Session, table: sa.Table, row_id: int) -> Row:
    here = table.c.id == row_id
    try:
        return session.execute(sa.select(table).where(here)).mappings().one()
    except _NONSENSE:
        return {UNREADABLE: True} | {column.name: _cell(session, column, here) for column in table.columns}


def _cell(session: Session, column: sa.Column[Any], here: sa.ColumnElement[bool]) -> Any:
    try:
        return session.scalar(sa.select(column).where(here))
    except _NONSENSE:
        return None


def _erased(session: Session, database: str) -> dict[UUID | None, int]:
    """Up to which row the values of a record may be blank; a forged ``erase`` row is taken out later."""
    table = CHANGE[database]
    last = sa.func.max(table.c.id).label("last")
    try:
        found = session.execute(
            sa.select(table.c.record_id, last).where(table.c.action == "erase").group_by(table.c.record_id)
        )
        return {row.record_id: row.last for row in found}
    except _NONSENSE:
        return {}


def _lawfully_blank(row: Row, erased: Mapping[UUID | None, int]) -> bool:
    return row["changes"] is None and row["sealed"] is None and erased.get(row["record_id"], 0) >= row["id"]


def _values_hold(keys: Keys, row: Row) -> bool:
    try:
        clear = {
            name: [value and open_sealed(keys, row["kind"], name, row["record_id"], value) for value in values]
            for name, values in stored_values(row["sealed"]).items()
        }
        held: bool = digest(keys, row["changes"], clear) == row["digest"]
    except _NONSENSE:
        return False
    return held
