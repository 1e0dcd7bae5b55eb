"""Flask's session, kept in the database: the cookie holds a token and nothing else.

It is read from the database only when somebody asks for it, so that pages for everybody cost nothing and set no cookie.
Without a session what is put in is forgotten at the end of the request: only signing in begins one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

from registries.db import Busy, now

from .accounts import sessions
from .accounts.models import SignIn, User
from .accounts.people import Account, account_of
from .accounts.sessions import Limits
from .settings import Settings
from .system import System

#: The prefix lets a browser take the cookie from this host over TLS only, for all of the site (RFC 6265bis, 4.1.3.2).
SECURE_COOKIE, PLAIN_COOKIE = "__Host-sanku", "sanku"
#: Flask-Login asks for these; they are what the row says and are not stored a second time.
_OF_THE_ROW = ("_user_id", "_fresh", "_id")
#: A page that asks again by itself says so with this header: it must not keep a session alive.
QUIET = "X-Quiet"


def limits_of(settings: Settings) -> Limits:
    """How long sessions live."""
    return Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


class ServerSession(SessionMixin):
    """One browser's session; loaded when first asked for."""

    modified = False

    def __init__(self, system: System, token: str | None, quiet: bool = False) -> None:
        self.system, self.token, self.quiet = system, token, quiet
        self.sent_token = token
        self._loaded = False
        self._data: dict[str, Any] = {}
        self.row: SignIn | None = None
        self.person: Account | None = None
        # Whose session it was, where it is dead: what its forms held may go back to nobody else.
        self.former_user: UUID | None = None

    def _load(self) -> dict[str, Any]:
        if not self._loaded:
            self._loaded = True
            if self.token is not None:
                self._read(self.token)
        return self._data

    def _read(self, token: str) -> None:
        with self.system.database.reading() as session:
            row = sessions.find(session, token)
            user = session.get(User, row.user_id) if row is not None else None
            if row is None or user is None:
                return
            if not sessions.is_alive(row, user, limits_of(self.system.settings)):
                self.former_user = row.user_id
                return
            self.row, self.person = row, account_of(session, user)
            self._data = {"_user_id": str(user.id), "_fresh": True, **json.loads(row.data)}

    @property
    def account(self) -> Account | None:
        """Who is signed in."""
        self._load()
        return self.person

    @property
    def sign_in(self) -> SignIn | None:
        """The row of the session while it lives."""
        self._load()
        return self.row

    @property
    def ends_at(self) -> datetime | None:
        """When the session ends unless something is asked for."""
        row = self.sign_in
        return limits_of(self.system.settings).ends_at(row) if row is not None else None

    @property
    def seconds_left(self) -> int:
        """For how long the session lives on unless something is asked for."""
        ends = self.ends_at
        return 0 if ends is None else max(0, int((ends - now()).total_seconds()))

    @property
    def is_fresh(self) -> bool:
        """Whether the second factor was given, and who sits there was asked for a proof not long ago."""
        row = self.sign_in
        longest = timedelta(minutes=self.system.settings.step_up_minutes)
        return row is not None and row.with_code and now() - row.proved_at < longest

    def begin(self, token: str) -> None:
        """Go on with the session of a new token."""
        self.token, self._loaded, self._data, self.row, self.person = token, False, {}, None, None
        self._load()

    def leave(self) -> None:
        """Go on without a session, which somebody has ended."""
        self.token, self._loaded, self._data, self.row, self.person = None, True, {}, None, None

    def reload(self) -> None:
        """Read the account anew after it was changed in this request."""
        self._loaded = False

    def stored(self) -> dict[str, Any]:
        """What is to stand in the database."""
        return {name: value for name, value in self._data.items() if name not in _OF_THE_ROW}

    def __getitem__(self, name: str) -> Any:
        return self._load()[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._load()
        if name not in _OF_THE_ROW:
            self._data[name] = value
            self.modified = True

    def __delitem__(self, name: str) -> None:
        del self._load()[name]
        self.modified = self.modified or name not in _OF_THE_ROW

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())


class ServerSessions(SessionInterface):
    """Opens and saves the sessions of a system."""

    def __init__(self, system: System) -> None:
        self.system = system

    def get_cookie_name(self, app: Flask) -> str:
        return SECURE_COOKIE if self.system.settings.is_production else PLAIN_COOKIE

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        token = request.cookies.get(self.get_cookie_name(app)) or None
        return ServerSession(self.system, token, QUIET in request.headers)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, ServerSession)  # noqa: S101  Made by `open_session`.
        name, secure = self.get_cookie_name(app), self.system.settings.is_production
        row = session.row
        if row is not None:
            response.vary.add("Cookie")
            self._note(session, row)
            if session.token and session.token != session.sent_token:
                response.set_cookie(name, session.token, path="/", secure=secure, httponly=True, samesite="Lax")
        elif session.sent_token is not None and session.token is None:
            response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")

    def _note(self, session: ServerSession, row: SignIn) -> None:
        """Write what the session remembers and, now and then, that it was used."""
        used = not session.quiet and now() - row.seen_at >= sessions.NOTED_EVERY
        if not (used or session.modified):
            return
        try:
            with self.system.database.writing("system") as writing:
                if used:
                    sessions.touch(writing, row.id)
                if session.modified:
                    sessions.keep_data(writing, row.id, session.stored())
        except Busy:
            # The page was made already; the next request notes it.
            pass
