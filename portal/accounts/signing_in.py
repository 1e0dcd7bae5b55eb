"""Signing in: counted, checked at equal cost whoever is named, and logged.

Three steps of their own, for hashing a password takes a tenth of a second and must keep nobody from writing: the
attempt is counted, the password is looked at, the session begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

import sqlalchemy as sa

from registries import changes
from registries.changes import Entry
from registries.db import Database, now
from registries.messages import N_, Problem, Refused

from . import passwords, second_factor, sessions, throttle
from .models import SignIn, User
from .throttle import Key

WRONG = Problem(N_("Name and password do not belong together."), N_("Mind capital letters, and type both again."))
WRONG_CODE = Problem(
    N_("The code is wrong, was used before, or has run out."), N_("Wait for the next code and type that one.")
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where somebody signs in from."""

    address: str
    browser: str


class TooOften(Refused):
    """Too many attempts failed; ``seconds`` says for how long nothing is tried."""

    def __init__(self, until: datetime) -> None:
        self.seconds = max(1, ceil((until - now()).total_seconds()))
        super().__init__(Problem(
            N_("Too many attempts have failed."), N_("Try again in %(minutes)s minutes."),
            minutes=ceil(self.seconds / 60),
        ))  # fmt: skip


def check_password(database: Database, name: str, password: str, visitor: Visitor) -> User:
    """The user, if this is the password.

    :raises TooOften: nothing is tried for this name or from this address for now.
    :raises Refused: it is not, or there is no such account, or it is disabled: which of these is not told.
    """
    name = name.strip()[:200]
    by_account, by_address = Key("account", name), Key("address", visitor.address)
    _count(database, by_account, by_address)
    with database.reading() as session:
        user = session.scalar(sa.select(User).where(User.name == name))
    right = passwords.is_right(user.password_hash if user else None, password[:1000])
    if user is None or not right or user.disabled_at is not None:
        _log_failure(database, user, visitor)
        raise Refused(WRONG)
    anew = passwords.renewed(user.password_hash, password)
    with database.writing("system") as session:
        throttle.forgive(session, by_account)
        throttle.undo_last(session, by_address)
        if anew is not None:
            session.get_one(User, user.id).password_hash = anew
    return user


def check_code(database: Database, user_id: UUID, code: str) -> User:
    """The user, if the code of the second factor is right; it is used up.

    :raises TooOften: too many codes were wrong lately.
    :raises Refused: it is not.
    """
    with database.reading() as session:
        key = Key("code", session.get_one(User, user_id).name)
    _count(database, key)
    with database.writing("system") as session:
        user = session.get_one(User, user_id)
        if user.disabled_at is None and second_factor.take_code(session, user, code):
            throttle.forgive(session, key)
            return user
    raise Refused(WRONG_CODE)


def begin(database: Database, user_id: UUID, visitor: Visitor, *, with_code: bool, instead_of: UUID | None) -> str:
    """Begin the session of somebody who has proved who he is; the one that this browser had ends. Returns the token."""
    with database.writing("system") as session:
        user = session.get_one(User, user_id)
        old = session.get(SignIn, instead_of) if instead_of else None
        if old is not None:
            session.delete(old)
        return sessions.begin(
            session, user, address=visitor.address, browser=visitor.browser, with_code=with_code
        )


def prove_again(database: Database, sign_in_id: UUID, *, with_code: bool) -> None:
    """Note that who sits at a session has just proved who he is."""
    with database.writing("system") as session:
        row = session.get(SignIn, sign_in_id)
        if row is not None:
            row.proved_at, row.with_code = now(), row.with_code or with_code


def password_is_old(user: User, days: int) -> bool:
    """Whether a password has to be changed for its age; ``days`` of 0 never asks for it."""
    changed = user.password_changed_at or user.created_at
    return days > 0 and now() - changed >= timedelta(days=days)


def _count(database: Database, *keys: Key) -> None:
    with database.writing("system") as session:
        until = throttle.locked_until(session, *keys)
        if until is None:
            throttle.count(session, *keys)
    if until is not None:
        raise TooOften(until)


def _log_failure(database: Database, user: User | None, visitor: Visitor) -> None:
    """The log names the account but never what was typed: it may have been a password."""
    told = {"address": [None, visitor.address]}
    with database.writing("system") as session:
        changes.append(session, user.name if user else "unknown", [
            Entry("user", user.id if user else None, "sign_in_failed", told)
        ])  # fmt: skip
