"""Sessions kept at the server: begun by signing in, dead at once when they are ended here.

The browser holds a random token of 256 bits and the database its hash, so that neither a copy of the database nor a
cookie copied before signing out opens anything. Whatever changes what a person may do ends that person's sessions.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes
from registries.changes import Entry
from registries.db import new_id, now

from .models import SignIn, User

#: The time of the last request is noted no more often than this: reading a page should not write.
NOTED_EVERY = timedelta(minutes=1)
#: Dead sessions are kept for a while, so that what their forms held can be given back to the same person.
KEPT_DEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives without a request, and in all."""

    idle: timedelta
    whole: timedelta

    def ends_at(self, row: SignIn) -> datetime:
        """When the session ends if nothing more is asked for."""
        return min(row.seen_at + self.idle, row.began_at + self.whole)


def begin(
    session: Session, user: User, *, address: str, browser: str, with_code: bool, data: Mapping[str, Any] | None = None
) -> str:
    """Begin a session and return its token, which is stored nowhere."""
    token, moment = secrets.token_urlsafe(32), now()
    session.add(SignIn(
        id=new_id(), token_hash=hash_of(token), user_id=user.id, began_at=moment, seen_at=moment, proved_at=moment,
        with_code=with_code, address=address[:45], browser=browser[:200],
        data=json.dumps({"csrf_token": secrets.token_hex(32), **(data or {})}),
    ))  # fmt: skip
    changes.append(session, user.name, [Entry("user", user.id, "sign_in", {"address": [None, address]})])
    return token


def hash_of(token: str) -> bytes:
    """Under which a token is found; a random token needs no salt."""
    return hashlib.sha256(token.encode()).digest()


def find(session: Session, token: str) -> SignIn | None:
    """The session of a token, alive or dead."""
    return session.scalar(sa.select(SignIn).where(SignIn.token_hash == hash_of(token)))


def is_alive(row: SignIn, user: User, limits: Limits) -> bool:
    """Whether the session still stands for the user."""
    moment = now()
    # A clock that was put back must not make a session live longer.
    return user.disabled_at is None and row.began_at <= moment + NOTED_EVERY and moment < limits.ends_at(row)


def of_user(session: Session, user_id: UUID, limits: Limits) -> list[SignIn]:
    """The living sessions of a user, the latest first."""
    rows = session.scalars(sa.select(SignIn).where(SignIn.user_id == user_id).order_by(SignIn.seen_at.desc()))
    return [row for row in rows if now() < limits.ends_at(row)]


def number_alive(session: Session, limits: Limits) -> int:
    """How many sessions live."""
    alive = (SignIn.seen_at > now() - limits.idle, SignIn.began_at > now() - limits.whole)
    return session.scalar(sa.select(sa.func.count()).where(*alive)) or 0


def touch(session: Session, sign_in_id: UUID) -> None:
    """Note that the session was used just now."""
    row = session.get(SignIn, sign_in_id)
    if row is not None:
        row.seen_at = now()


def keep_data(session: Session, sign_in_id: UUID, data: Mapping[str, Any]) -> None:
    """Store what the pages of a session remember."""
    row = session.get(SignIn, sign_in_id)
    if row is not None:
        row.data = json.dumps(data)


def end(session: Session, sign_in_id: UUID, *, user_id: UUID) -> bool:
    """End one session of a user; says whether there was one."""
    row = session.get(SignIn, sign_in_id)
    if row is None or row.user_id != user_id:
        return False
    session.delete(row)
    return True


def end_all(session: Session, user_id: UUID, *, but: Iterable[UUID] = ()) -> int:
    """End the sessions of a user, all or all ``but`` some; returns how many."""
    kept = set(but)
    ended = [
        row for row in session.scalars(sa.select(SignIn).where(SignIn.user_id == user_id)) if row.id not in kept
    ]
    for row in ended:
        session.delete(row)
    return len(ended)


def purge(session: Session, limits: Limits) -> int:
    """Forget sessions that ended some days ago."""
    latest = now() - limits.idle - KEPT_DEAD
    rows = list(session.scalars(sa.select(SignIn).where(SignIn.seen_at < latest).limit(1000)))
    for row in rows:
        session.delete(row)
    return len(rows)
