"""Public pages are kept in memory as they were sent, and served again as long as they are still true.

A page is true while the change logs of the databases that it was read from stand where they stood, until the next text
becomes public or ceases to be, and until the day ends. It is looked up by its address before anything of Flask runs:
the path, the part of the query that its view asks for, the language (which stands in the path), the display mode and
the host. Whatever else a request carries is taken away before the view sees it, so that nothing can get into a page
that is not in its key. Who has a session gets nothing from here and puts nothing in.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask
from werkzeug.datastructures import Headers

from registries.days import CHINA_TIME, today
from registries.db import now
from registries.publishing import next_turn
from registries.watching import Watch

from ..assets import FOREVER
from ..server_session import PLAIN_COOKIE, SECURE_COOKIE
from ..system import System
from .display import COOKIE, MODES

Environ = dict[str, Any]
View = Callable[..., Any]

#: The kinds whose texts come and go by the clock.
PUBLISHED = ("news", "notice", "page", "project")
#: So many bytes of pages each process keeps.
ROOM = 48_000_000
#: Of a longer query only so many parts are looked at.
MOST_FIELDS = 100
#: Files of the site that are kept packed, as long as the process lives.
_STATIC = (".css", ".js", ".svg")
#: What is smaller is sent as it is.
WORTH_PACKING = 600
_PACKED = ("text/", "application/xml", "application/atom+xml", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a view says of its pages: the databases that they are read from, and the names of its query."""

    databases: tuple[str, ...]
    query: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A page as it was sent, plain and packed, with what it was true of."""

    heads: tuple[int, ...]
    until: datetime
    tag: str
    headers: tuple[tuple[str, str], ...]
    plain: bytes
    packed: bytes | None

    @property
    def room(self) -> int:
        """About how many bytes it takes."""
        return len(self.plain) + len(self.packed or b"") + 2_000


def kept(*databases: str, query: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Let the pages of a view be kept; stands below `allowed`."""

    def note(view: View) -> View:
        view.kept = Kept(databases, query)  # type: ignore[attr-defined]
        return view

    return note


class PageCache:
    """The pages of one process, around its application."""

    def __init__(self, app: Flask, system: System) -> None:
        self.app, self.system = app, system
        self.inner = app.wsgi_app
        self._pages: OrderedDict[tuple[str, ...], Sent] = OrderedDict()
        self._room = 0
        self._lock = threading.Lock()
        self._watch: Watch | None = None
        self._turn: tuple[tuple[int, ...], datetime] | None = None

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve a page from memory if it is there and true, else through the application."""
        rule = self._rule(environ) if environ["REQUEST_METHOD"] in ("GET", "HEAD") else None
        cookies = _cookies(environ.get("HTTP_COOKIE", ""))
        if rule is None or PLAIN_COOKIE in cookies or SECURE_COOKIE in cookies:
            return self.inner(environ, start_response)
        mode = cookies.get(COOKIE, "")
        mode = mode if mode in MODES else ""
        query = _cleaned(environ.get("QUERY_STRING", ""), rule.query)
        key = (
            environ["PATH_INFO"], query, mode, environ.get("SCRIPT_NAME", ""), environ["wsgi.url_scheme"],
            environ.get("HTTP_HOST") or environ["SERVER_NAME"],
        )
        # Asked before the page is made: what changes meanwhile makes it untrue at once.
        heads = self._heads(rule.databases)
        page = self._pages.get(key)
        if page is not None and page.heads == heads and now() < page.until:
            self._touch(key)
            return _answer(page, environ, start_response)
        until = self._until(rule.databases)
        status, headers, body = _run(self.inner, _bare(environ, query, mode))
        if not status.startswith("200") or "Set-Cookie" in headers or headers.get("Cache-Control") == "no-store":
            start_response(status, headers.to_wsgi_list())
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        page = _sent(heads, until, headers, body, environ["PATH_INFO"].startswith("/static/"))
        self._keep(key, page)
        return _answer(page, environ, start_response)

    @cached_property
    def _rules(self) -> tuple[dict[str, Kept], dict[str, Kept]]:
        """What the views say, by whole address, and by address up to its last part."""
        whole, begun = {}, {}
        for rule in self.app.url_map.iter_rules():
            told = getattr(self.app.view_functions.get(rule.endpoint), "kept", None)
            if told is not None and "<" in rule.rule:
                begun[rule.rule.partition("<")[0]] = told
            elif told is not None:
                whole[rule.rule] = told
        return whole, begun

    def _rule(self, environ: Environ) -> Kept | None:
        path: str = environ["PATH_INFO"]
        whole, begun = self._rules
        found = whole.get(path) or begun.get(path[:path.rfind("/") + 1])
        if found is None and path.startswith("/static/") and path.endswith(_STATIC):
            return Kept((), ("v",)) if environ.get("QUERY_STRING", "").startswith("v=") else None
        return found

    def _heads(self, databases: tuple[str, ...]) -> tuple[int, ...]:
        if self._watch is None:
            self._watch = Watch(self.system.database)
        return self._watch.heads(databases)

    def _until(self, databases: tuple[str, ...]) -> datetime:
        """Until when what is read now stays as it is, should nobody change anything."""
        midnight = datetime.combine(today() + timedelta(days=1), time(), CHINA_TIME)
        if "network" not in databases:
            return midnight
        head, moment = self._heads(("network",)), now()
        known = self._turn
        if known is None or known[0] != head or known[1] <= moment:
            with self.system.database.reading() as session:
                kinds = [self.system.catalogue[name] for name in PUBLISHED]
                turns = [next_turn(session, records, moment) for records in kinds]
            known = self._turn = (head, min([turn for turn in turns if turn], default=datetime.max.replace(tzinfo=UTC)))
        return min(known[1], midnight)

    def _touch(self, key: tuple[str, ...]) -> None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)

    def _keep(self, key: tuple[str, ...], page: Sent) -> None:
        with self._lock:
            before = self._pages.pop(key, None)
            self._room += page.room - (before.room if before else 0)
            self._pages[key] = page
            while self._room > ROOM:
                _key, oldest = self._pages.popitem(last=False)
                self._room -= oldest.room


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.split(";")) if header else ()
    return {name.strip(): value.strip() for name, _, value in pairs}


def _cleaned(query: str, names: tuple[str, ...]) -> str:
    """The part of a query that a view asks for, in one order."""
    if not query or not names:
        return ""
    # WSGI hands bytes on as Latin-1 (PEP 3333); an address typed by hand may hold Chinese that is not encoded.
    sent = query.encode("latin-1", "replace").decode("utf-8", "replace")
    asked = parse_qsl(sent, keep_blank_values=False, max_num_fields=None)[:MOST_FIELDS]
    told = [(name, value) for name, value in asked if name in names]
    return urlencode(sorted(told, key=lambda pair: names.index(pair[0])))


def _bare(environ: Environ, query: str, mode: str) -> Environ:
    """The request with nothing in it that is not in the key of its page."""
    bare = {
        name: value for name, value in environ.items()
        if not name.startswith("HTTP_") or name == "HTTP_HOST"
    }
    bare.update(QUERY_STRING=query, REQUEST_METHOD="GET")
    # Flask asks for the whole address as it was sent.
    bare.pop("REQUEST_URI", None)
    bare.pop("RAW_URI", None)
    if mode:
        bare["HTTP_COOKIE"] = f"{COOKIE}={mode}"
    return bare


def _run(application: Any, environ: Environ) -> tuple[str, Headers, bytes]:
    told: list[Any] = []

    def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        told[:] = [status, headers]
        return lambda data: None

    parts = application(environ, begin)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return told[0], Headers(told[1]), body


def _sent(heads: tuple[int, ...], until: datetime, headers: Headers, body: bytes, forever: bool) -> Sent:
    """What is kept of an answer; a file under the digest of its content is all that stays as it is ``forever``."""
    packs = len(body) >= WORTH_PACKING and headers.get("Content-Type", "").startswith(_PACKED)
    for name in ("Content-Length", "ETag", "Last-Modified", "Content-Encoding"):
        headers.remove(name)
    headers["Vary"] = "Accept-Encoding" if forever else "Accept-Encoding, Cookie"
    headers["Cache-Control"] = FOREVER if forever else "no-cache"
    tag = hashlib.blake2b(body, digest_size=12).hexdigest()
    packed = gzip.compress(body, 6, mtime=0) if packs else None
    return Sent(heads, until, tag, tuple(headers.to_wsgi_list()), body, packed)


def _answer(page: Sent, environ: Environ, start_response: Any) -> Iterable[bytes]:
    packed = page.packed if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") else None
    tag = f'"{page.tag}-gz"' if packed is not None else f'"{page.tag}"'
    headers = [*page.headers, ("ETag", tag)]
    if page.tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", [pair for pair in headers if pair[0] != "Content-Type"])
        return []
    body = page.plain if packed is None else packed
    headers.append(("Content-Length", str(len(body))))
    if packed is not None:
        headers.append(("Content-Encoding", "gzip"))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
