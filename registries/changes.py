"""The change log: what happened to every record, who did it and when, in an order that cannot be bent unseen.

Each database carries its own log, written in the transaction that makes the change. It is at once the audit trail, the
history page, the list that an undo works from and the feed of the search index.

*Order.* A change gets the id after the last one in ``change_head``; the writer holds that row, so ids are in commit
order and a reader that remembers the last id it saw never skips one.

*Chain.* Each row carries a keyed digest of the values it tells of, and a MAC over the MAC before it and everything in
the row except the values themselves. So values can be sealed anew with another key, or blanked by a legal erasure that
a later ``erase`` row names, and the chain still holds; but no row can be edited, taken out, put in, moved or cut off
at the end without `registries.chain` naming it. ``change_head`` holds the last id and MAC under a MAC of its own.
Someone who puts back an old copy of both the rows and the head is found by the heads noted elsewhere (`Head`).

*Values.* ``changes`` holds ``{field: [before, after]}`` of plain fields as JSON; ``sealed`` the same for sealed fields,
each value sealed as it stands in the record (base64), so an undo can put it back to the letter.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from .bulk import converters, insert_tuples
from .crypto import Keys
from .db import DATABASES, Base, UtcDateTime, now, plain_text

FIRST_MAC = b"\0" * 32
#: The rows of the log that are browsed by time. Those of the records of an import are found by its batch: left out
#: here, they cost an import of a million rows nothing.
BY_HAND = "batch_id IS NULL OR kind = 'batch'"
#: What browsing is narrowed by; each has an index in the order of time.
BROWSED = ("actor", "action", "kind")


def _change_table(database: str) -> sa.Table:
    return sa.Table(
        "change", Base.metadata,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("record_id", sa.Uuid),
        sa.Column("action", plain_text(20), nullable=False),
        sa.Column("changes", sa.Text),
        sa.Column("sealed", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("batch_id", sa.Uuid),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.Index(f"ix_{database}_change_record", "record_id", "id"),
        sa.Index(f"ix_{database}_change_batch", "batch_id", "id"),
        *(_browsed(database, name) for name in ("at", *BROWSED)),
        schema=database,
    )


def _browsed(database: str, name: str) -> sa.Index:
    """An index in the order of time of what somebody did by hand, with one line for each import."""
    columns = ("at",) if name == "at" else (name, "at")
    where = sa.text(BY_HAND)
    return sa.Index(
        f"ix_{database}_change_{name}", *columns, "id", sqlite_where=where, postgresql_where=where,
    )


def _head_table(database: str) -> sa.Table:
    return sa.Table(
        "change_head", Base.metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_id", sa.BigInteger, nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.Column("head_mac", sa.LargeBinary(32), nullable=False),
        schema=database,
    )


CHANGE: Mapping[str, sa.Table] = {name: _change_table(name) for name in DATABASES}
CHANGE_HEAD: Mapping[str, sa.Table] = {name: _head_table(name) for name in DATABASES}


@dataclass(slots=True)
class Entry:
    """One change to be logged; values are clear and JSON-ready, sealed ones given also in their stored form."""

    kind: str
    record_id: UUID | None
    action: str
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    sealed: Mapping[str, Sequence[bytes | None]] = field(default_factory=dict)
    clear: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False)
    reason: str | None = None
    batch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log of a database has come; noted beside the keys and in backups so that a cut tail shows."""

    database: str
    last_id: int
    mac: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the log, as the history page reads it; sealed values stay sealed."""

    id: int
    at: datetime
    actor: str
    kind: str
    record_id: UUID | None
    action: str
    changes: dict[str, list[Any]]
    sealed: dict[str, list[bytes | None]]
    reason: str | None
    batch_id: UUID | None


def json_text(value: Any) -> str:
    """Canonical JSON: the same value always gives the same text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()



def digest(keys: Keys, plain: str | None, clear: Mapping[str, Any]) -> bytes:
    """The keyed digest of the clear values of a row: they can be sealed anew without changing it."""
    values = orjson.dumps(clear, option=orjson.OPT_SORT_KEYS) if clear else b""
    return keys.mac("change.digest", (plain or "").encode() + b"\0" + values)


def chain_mac(keys: Keys, before: bytes, row: Mapping[str, Any] | sa.RowMapping) -> bytes:
    """The MAC of a row that follows the row with the MAC ``before``."""
    at: datetime = row["at"]
    return _link(keys, before, row["digest"], (
        row["id"], _microseconds(at), row["actor"], row["kind"], row["record_id"], row["action"], row["reason"],
        row["batch_id"],
    ))


def _link(keys: Keys, before: bytes, digest_: bytes, told: tuple[Any, ...]) -> bytes:
    return keys.mac("change.chain", before + digest_ + orjson.dumps(told))


def _microseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


def head_mac(keys: Keys, database: str, last_id: int, mac: bytes) -> bytes:
    """The MAC under which the head of a log stands."""
    return keys.mac("change.head", f"{database}:{last_id}:".encode() + mac)


def start(session: Session, database: str) -> None:
    """Write the first head of an empty log."""
    keys = session.info["keys"]
    session.execute(CHANGE_HEAD[database].insert().values(
        id=1, last_id=0, mac=FIRST_MAC, head_mac=head_mac(keys, database, 0, FIRST_MAC),
    ))


class Told(NamedTuple):
    """A change in the words of the log, all but its place in it; cheap to send to another process."""

    kind: str
    record_id: str | None
    action: str
    changes: str | None
    sealed: str | None
    digest: bytes
    reason: str | None
    batch_id: UUID | None


def told(keys: Keys, entry: Entry) -> Told:
    """The words of the log for a change; needs no database."""
    plain = json_text(entry.changes) if entry.changes else None
    record_id = None if entry.record_id is None else str(entry.record_id)
    return Told(
        entry.kind, record_id, entry.action, plain, _sealed_text(entry.sealed),
        digest(keys, plain, entry.clear), entry.reason, entry.batch_id,
    )


def append(session: Session, actor: str, entries: Iterable[Entry]) -> None:
    """Log changes of the database that this transaction writes; the head follows just before the commit."""
    keys: Keys = session.info["keys"]
    append_told(session, actor, [told(keys, entry) for entry in entries])


def append_told(
    session: Session, actor: str, entries: Iterable[Told], reason: str | None = None, batch_id: UUID | None = None
) -> None:
    """Log changes that were put into words before, with the ``reason`` and batch they share if they name none."""
    database: str = session.info["writes"]
    keys: Keys = session.info["keys"]
    head = session.info.get("log_head")
    if head is None:
        head = session.info["log_head"] = list(_lock_head(session, database))
        session.info["before_commit"].append(_write_head)
    last_id, mac = head
    table, at = CHANGE[database], now()
    kept = converters(table, session.connection().dialect.name)
    at_kept, moment = kept["at"](at), _microseconds(at)
    rows = []
    for entry in entries:
        last_id += 1
        why, batch = entry.reason or reason, entry.batch_id or batch_id
        mac = _link(keys, mac, entry.digest, (
            last_id, moment, actor, entry.kind, entry.record_id, entry.action, why, batch,
        ))
        # In the order of the columns.
        rows.append((
            last_id, at_kept, actor, entry.kind, entry.record_id and kept["record_id"](entry.record_id), entry.action,
            entry.changes, entry.sealed, why, batch and kept["batch_id"](batch), entry.digest, mac,
        ))
    insert_tuples(session, table, rows)
    if rows:
        head[:] = last_id, mac


def _sealed_text(sealed: Mapping[str, Sequence[bytes | None]]) -> str | None:
    if not sealed:
        return None
    return json_text({
        name: [value and base64.b64encode(value).decode() for value in values] for name, values in sealed.items()
    })


def _lock_head(session: Session, database: str) -> tuple[int, bytes]:
    table = CHANGE_HEAD[database]
    row = session.execute(sa.select(table.c.last_id, table.c.mac).with_for_update()).one()
    return row.last_id, row.mac


def _write_head(session: Session) -> None:
    database: str = session.info["writes"]
    last_id, mac = session.info["log_head"]
    session.execute(CHANGE_HEAD[database].update().values(
        last_id=last_id, mac=mac, head_mac=head_mac(session.info["keys"], database, last_id, mac),
    ))


def head(session: Session, database: str) -> Head:
    """The head of a database's log as it stands."""
    table = CHANGE_HEAD[database]
    row = session.execute(sa.select(table.c.last_id, table.c.mac)).one()
    return Head(database, row.last_id, row.mac)


def since(
    session: Session, database: str, cursor: int, limit: int = 1000
) -> Sequence[tuple[int, str, UUID | None, str]]:
    """Changes after ``cursor`` in commit order as (id, kind, record id, action); without an id it is of no record.

    Those come too, or whoever reads the log to its end would never arrive there.
    """
    table = CHANGE[database]
    rows = session.execute(
        sa.select(table.c.id, table.c.kind, table.c.record_id, table.c.action)
        .where(table.c.id > cursor).order_by(table.c.id).limit(limit)
    )
    return [tuple(row) for row in rows]


def last_of(session: Session, database: str, kinds: Collection[str], after: int = 0) -> int | None:
    """The last change of records of some kinds, if there is one after ``after``."""
    table = CHANGE[database]
    statement = sa.select(table.c.id).where(table.c.id > after, table.c.kind.in_(kinds))
    return session.scalar(statement.order_by(table.c.id.desc()).limit(1))


def moment_after(session: Session, database: str, cursor: int) -> datetime | None:
    """When the first change after ``cursor`` was made; ``None`` where there is none."""
    table = CHANGE[database]
    return session.scalar(sa.select(table.c.at).where(table.c.id > cursor).order_by(table.c.id).limit(1))


def history(session: Session, database: str, record_id: UUID) -> list[Change]:
    """All that happened to a record, the latest first."""
    table = CHANGE[database]
    return [from_row(row) for row in session.execute(
        sa.select(table).where(table.c.record_id == record_id).order_by(table.c.id.desc())
    )]


#: Actions that say something of a record and change nothing in it.
NOTES = frozenset({"propose", "take", "return", "apart", "attach", "detach"})


def was_erased(session: Session, database: str, record_id: UUID) -> bool:
    """Whether a record was erased on legal request, so that its log tells nothing of it any more."""
    table = CHANGE[database]
    erased = sa.select(table.c.id).where(table.c.record_id == record_id, table.c.action == "erase").limit(1)
    return session.scalar(erased) is not None


def of_batch(session: Session, database: str, batch_id: UUID, newest_first: bool = True) -> Iterator[Change]:
    """The changes that an import made, streamed; what an undo of it did is left out."""
    table = CHANGE[database]
    order = table.c.id.desc() if newest_first else table.c.id
    statement = sa.select(table).where(table.c.batch_id == batch_id, table.c.action != "undo").order_by(order)
    for row in session.execute(statement.execution_options(yield_per=1000)):
        yield from_row(row)


def from_row(row: Any) -> Change:
    """The change that a row of the log tells of."""
    return Change(
        row.id, row.at, row.actor, row.kind, row.record_id, row.action, orjson.loads(row.changes or "{}"),
        stored_values(row.sealed), row.reason, row.batch_id,
    )


def stored_values(text: str | None) -> dict[str, list[bytes | None]]:
    """The sealed column of a log row as bytes."""
    return {
        name: [value and base64.b64decode(value) for value in values]
        for name, values in orjson.loads(text or "{}").items()
    }
