"""Guessing is slowed down: after some failures for one account, or from one address, nothing is tried for a while.

The counts stand in the database, so that they hold for all processes. An attempt is counted before the password is
looked at: many at the same moment are not more than their number. A name that belongs to nobody is counted like any
other, so that the answer does not tell whether there is an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries.db import now

from .models import Throttle

WINDOW = timedelta(minutes=5)
LOCK = timedelta(minutes=15)
MOST = {"account": 5, "address": 20, "code": 5, "report": 5}


@dataclass(frozen=True, slots=True)
class Key:
    """What is counted: an account by the name that was typed, an address, the codes of an account, or reports."""

    kind: str
    name: str

    def digest(self, session: Session) -> bytes:
        """A keyed digest: a password typed in place of the name must not stand anywhere."""
        mac: bytes = session.info["keys"].mac("throttle", f"{self.kind}|{self.name.strip().casefold()}".encode())
        return mac[:16]


def locked_until(session: Session, *keys: Key) -> datetime | None:
    """Until when nothing is tried for one of the keys; ``None`` if it is not locked."""
    rows = [session.get(Throttle, key.digest(session)) for key in keys]
    ends = [row.locked_until for row in rows if row and row.locked_until and row.locked_until > now()]
    return max(ends, default=None)


def count(session: Session, *keys: Key) -> None:
    """Count an attempt for each key; the one that reaches the limit locks it."""
    moment = now()
    for key in keys:
        row = session.get(Throttle, key.digest(session))
        if row is None:
            row = Throttle(key=key.digest(session), since=moment, failures=0)
            session.add(row)
        elif row.since + WINDOW <= moment or (row.locked_until and row.locked_until <= moment):
            row.since, row.failures, row.locked_until = moment, 0, None
        row.failures += 1
        if row.failures >= MOST[key.kind]:
            row.locked_until = moment + LOCK


def forgive(session: Session, *keys: Key) -> None:
    """Forget the attempts of an account that has signed in."""
    for key in keys:
        row = session.get(Throttle, key.digest(session))
        if row is not None:
            session.delete(row)


def undo_last(session: Session, key: Key) -> None:
    """Take one attempt back: it turned out to be no failure."""
    row = session.get(Throttle, key.digest(session))
    if row is not None and row.failures > 0:
        row.failures -= 1
        if row.failures < MOST[key.kind]:
            row.locked_until = None


def purge(session: Session) -> int:
    """Forget counts that count no more."""
    rows = list(session.scalars(sa.select(Throttle).where(Throttle.since < now() - WINDOW - LOCK).limit(1000)))
    for row in rows:
        session.delete(row)
    return len(rows)
