"""Keys of work already done: a request that comes twice under one key has one effect and one answer.

Whoever does work gives it a key. The key is kept in the database that the work changes and commits with it, so there
is no moment at which the one is there without the other. With the key stand a keyed digest of what was asked, which
tells a repetition from another request under the same key, and the answer, sealed because it may name people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from .crypto import Keys, open_sealed, seal
from .db import DATABASES, Base, UtcDateTime, new_id, now

#: How long a key is known. Whoever repeats a request later than this makes a new one.
KEPT = timedelta(days=3)


def _table(database: str) -> sa.Table:
    return sa.Table(
        "done_key", Base.metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("key_mac", sa.LargeBinary(32), nullable=False),
        sa.Column("request_mac", sa.LargeBinary(32), nullable=False),
        sa.Column("record_id", sa.Uuid),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=False),
        sa.Index(f"ix_{database}_done_key_key_mac", "key_mac", unique=True),
        sa.Index(f"ix_{database}_done_key_record_id", "record_id"),
        sa.Index(f"ix_{database}_done_key_done_at", "done_at"),
        schema=database,
    )  # fmt: skip


DONE_KEY: Mapping[str, sa.Table] = {name: _table(name) for name in DATABASES}


class OtherRequest(Exception):
    """The key belongs to another request than this one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a key: who asks, the key they chose, and all that makes the request what it is."""

    who: str
    key: str
    request: bytes

    def key_mac(self, keys: Keys) -> bytes:
        """What the key is looked up by; the same key of somebody else is another key."""
        return keys.mac("done.key", f"{self.who}\n{self.key}".encode())

    def request_mac(self, keys: Keys) -> bytes:
        """What the request is recognised by; keyed, because the values in it could be guessed."""
        return keys.mac("done.request", self.request)


def answer(session: Session, asked: Asked) -> dict[str, Any] | None:
    """The answer given when this was asked before; ``None`` if it has still to be done.

    Asked first in the transaction that does the work: whoever comes second has waited for the turn of the first.

    :raises OtherRequest: something else was asked under this key.
    """
    keys: Keys = session.info["keys"]
    table = DONE_KEY[session.info["writes"]]
    row = session.execute(
        sa.select(table).where(table.c.key_mac == asked.key_mac(keys), table.c.done_at > now() - KEPT)
    ).one_or_none()
    if row is None:
        return None
    if row.request_mac != asked.request_mac(keys):
        raise OtherRequest(asked.key)
    told: dict[str, Any] = orjson.loads(open_sealed(keys, "done_key", "answer", row.id, row.answer))
    return told


def keep(session: Session, asked: Asked, told: Mapping[str, Any], record_id: UUID | None = None) -> None:
    """Keep the answer to what was asked, in the transaction that did it.

    ``record_id`` is the record that the answer tells of; when that is erased the answer goes with it.
    """
    keys: Keys = session.info["keys"]
    table, row_id = DONE_KEY[session.info["writes"]], new_id()
    session.execute(sa.delete(table).where(table.c.key_mac == asked.key_mac(keys)))
    session.execute(table.insert().values(
        id=row_id, key_mac=asked.key_mac(keys), request_mac=asked.request_mac(keys), record_id=record_id,
        answer=seal(keys, "done_key", "answer", row_id, orjson.dumps(told).decode()), done_at=now(),
    ))  # fmt: skip


def purge(session: Session, kept: timedelta = KEPT) -> int:
    """Forget the keys of the database that this transaction writes that are older than ``kept``; returns how many."""
    table = DONE_KEY[session.info["writes"]]
    old = session.scalars(sa.select(table.c.id).where(table.c.done_at <= now() - kept)).all()
    if old:
        session.execute(sa.delete(table).where(table.c.done_at <= now() - kept))
    return len(old)
