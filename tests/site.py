"""The site for tests: an application on the small district, and visitors who check every page that they open."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from argon2 import PasswordHasher
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from portal import HEADERS
from portal.accounts import passwords, service, sessions
from portal.accounts.models import User
from portal.accounts.passwords import NewPassword
from portal.api import tokens
from portal.server_session import PLAIN_COOKIE
from portal.system import System
from registries.access import Actor
from registries.items import Item
from registries.storing import opened
from tests.own_code import ROOT

ORIGIN = "http://localhost"
#: What passwords are hashed with outside of tests, and what takes no time: what it costs to guess is not their affair.
USUAL_HASHER, QUICK_HASHER = passwords.HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "four odd words at once"
#: Elements whose text is no text for readers.
SILENT = {"script", "style", "code", "kbd", "pre"}
#: Fields that need no label: nobody sees them, or they say themselves what they do.
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "path", "use"}


class Page(HTMLParser):
    """What a page is made of, as far as the tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        #: Every piece of text with the language it is in and the element it stands in.
        self.texts: list[tuple[str, str, str]] = []
        self.title = ""
        self.headings: list[tuple[int, str]] = []
        self._open: list[tuple[str, str]] = [("", "")]
        self._labels: list[int] = []
        self._wrapped: set[int] = set()
        self.feed(text)

    @classmethod
    def of(cls, answer: TestResponse) -> Page:
        """The page that an answer holds."""
        return cls(answer.get_data(as_text=True))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        language = attributes.get("lang") or self._open[-1][1]
        if tag in {"input", "select", "textarea"} and any(name == "label" for name, _ in self._open):
            self._wrapped.add(len(self.tags) - 1)
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append((int(tag[1]), ""))
        for name in ("alt", "placeholder", "aria-label", "title"):
            if attributes.get(name):
                self.texts.append((str(attributes[name]), language, f"{tag}[{name}]"))
        if tag not in VOID:
            self._open.append((tag, language))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at][0] == tag:
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        names = [name for name, _ in self._open]
        if names[-1] == "title" and "svg" not in names:
            self.title += data
        if any(name in {"h1", "h2", "h3", "h4", "h5", "h6"} for name in names) and self.headings:
            level, text = self.headings[-1]
            self.headings[-1] = level, text + data
        if data.strip() and not SILENT.intersection(names):
            self.texts.append((data.strip(), self._open[-1][1], names[-1]))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements with this name."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        """All text for readers, pieces parted by a blank."""
        return " ".join(text for text, _, _ in self.texts)

    def form_values(self, action: str = "") -> dict[str, str]:
        """What the hidden fields and inputs of the page hold; with ``action``, those of the form that goes there."""
        found: dict[str, str] = {}
        inside, select = not action, ""
        for name, attributes in self.tags:
            if name == "form" and action:
                inside = attributes.get("action") == action
            if name in {"input", "select", "textarea"}:
                select = str(attributes.get("name") or "") if name == "select" else ""
            if inside and select and name == "option" and (select not in found or "selected" in attributes):
                found[select] = attributes.get("value") or ""
            if inside and name == "input" and attributes.get("name"):
                if attributes.get("type") in {"checkbox", "radio"} and "checked" not in attributes:
                    continue
                found[str(attributes["name"])] = attributes.get("value") or ""
        return found

    def problems(self) -> list[str]:
        """What is wrong with the page, for anybody and in any language."""
        wrong = []
        headings = [text.strip() for level, text in self.headings if level == 1]
        if len(headings) != 1:
            wrong.append(f"{len(headings)} level-1 headings: {headings}")
        elif not headings[0] or headings[0] not in self.title:
            wrong.append(f"the title “{self.title}” does not contain the heading “{headings[0]}”")
        levels = [level for level, _ in self.headings]
        wrong += [f"a level-{two} heading follows a level-{one} one" for one, two in pairwise(levels) if two - one > 1]
        ids = Counter(attributes["id"] for _, attributes in self.tags if "id" in attributes)
        wrong += [f"the id {name} stands {count} times" for name, count in ids.items() if count > 1]
        wrong += [f"{tag} {attributes}: no label" for tag, attributes in self._unlabelled()]
        wrong += [f"picture without alt: {image}" for image in self.all("img") if "alt" not in image]
        return wrong + self._references(set(ids)) + self._inline() + self._foreign()

    def _unlabelled(self) -> list[tuple[str, dict[str, str | None]]]:
        labelled = {label.get("for") for label in self.all("label")}
        return [
            (tag, attributes)
            for at, (tag, attributes) in enumerate(self.tags)
            if tag in {"input", "select", "textarea"}
            and attributes.get("type") not in UNLABELLED
            and attributes.get("id") not in labelled
            and at not in self._wrapped
            and not attributes.get("aria-label")
            and not attributes.get("aria-labelledby")
        ]

    def _references(self, ids: set[str | None]) -> list[str]:
        """Labels and descriptions that point at nothing, and links into the page that lead nowhere."""
        wrong = []
        for tag, attributes in self.tags:
            for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
                missing = set((attributes.get(name) or "").split()) - ids
                wrong += [f"{tag} {name}={target}: there is no such id" for target in missing]
            link = attributes.get("href") or ""
            if tag == "a" and link.startswith("#") and link[1:] not in ids | {""}:
                wrong.append(f"the link {link} leads nowhere")
        return wrong

    def _inline(self) -> list[str]:
        wrong = ["an inline style sheet"] * len(self.all("style"))
        wrong += [f"inline script {script}" for script in self.all("script") if not _is_file_or_data(script)]
        for tag, attributes in self.tags:
            wrong += [f"{tag} {name}=…" for name in attributes if name == "style" or name.startswith("on")]
        return wrong

    def _foreign(self) -> list[str]:
        return [
            f"{tag} {name}={attributes[name]}"
            for tag, attributes in self.tags
            for name in ("src", "href", "action", "srcset", "formaction", "hx-get", "hx-post")
            if (attributes.get(name) or "").strip().lower().startswith(("http:", "https:", "//", "javascript:"))
            # An outside source may be named, as long as nothing is loaded from it.
            and not (tag == "a" and "noreferrer" in (attributes.get("rel") or ""))
            # Search engines want the page's own addresses whole; browsers load nothing from them.
            and not (tag == "link" and attributes.get("rel") in ("canonical", "alternate"))
        ]

    def untranslated(self) -> list[str]:
        """The texts of a Chinese page that stand in English although they are ours."""
        english = message_ids()
        return [
            f"“{text}” in {where} is not in Chinese"
            for text, language, where in self.texts
            if not language.startswith("en") and " ".join(text.split()) in english
        ]


def _is_file_or_data(script: Mapping[str, str | None]) -> bool:
    return bool(script.get("src")) or script.get("type") == "application/json"


@cache
def message_ids() -> frozenset[str]:
    """Our texts in English: what a Chinese page must not contain. Words that Chinese takes over are left out."""
    with (ROOT / "translations" / "zh" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="zh")
    ids: set[str] = set()
    for message in catalogue:
        both = (message.id,) if isinstance(message.id, str) else message.id
        ids.update(text for text in both if any(c.isalpha() for c in text) and text != message.string)
    return frozenset(ids)


def check(answer: TestResponse, language: str) -> Page | None:
    """Check an answer as every answer must be; returns the page if it is one."""
    for name, value in HEADERS.items():
        assert answer.headers.get(name), f"{answer.request.path}: the header {name} is missing"
        if name == "Content-Security-Policy":
            assert answer.headers[name] == value
    if answer.mimetype != "text/html" or not answer.data or answer.status_code in {301, 302, 303, 304, 308}:
        return None
    text = answer.get_data(as_text=True)
    if "<html" not in text:
        return None
    page = Page(text)
    # The front page is greeted, not named.
    wrong = [told for told in page.problems() if answer.request.path not in {"/", "/en/"} or "the title" not in told]
    shown_in = page.all("html")[0].get("lang") or ""
    if shown_in.startswith("zh"):
        wrong += page.untranslated()
    if not shown_in.startswith(language):
        wrong.append(f"the page is in {shown_in}, not in {language}")
    assert not wrong, f"{answer.request.method} {answer.request.path}:\n" + "\n".join(wrong)
    return page


class Visitor:
    """Somebody with a browser; every page opened is checked. Signed in unless made without a role."""

    def __init__(self, site: Site, client: FlaskClient, language: str, user: User | None = None) -> None:
        self.site, self.client, self.language, self.user = site, client, language, user
        self._bearer = ""

    def open(self, path: str, *, method: str = "GET", check_page: bool = True, **request: Any) -> TestResponse:
        """Send a request as a browser does, and check the answer; see `get` and `post`."""
        headers = {"Origin": ORIGIN} if method != "GET" else {}
        headers["Accept-Language"] = self.language
        headers.update(request.pop("headers", {}))
        answer = self.client.open(path, method=method, headers=headers, **request)
        # The server, unlike this client, refuses to send a header that Latin-1 cannot hold.
        assert all(value.isascii() for _name, value in answer.headers), answer.headers
        if check_page:
            language = "en" if path == "/en" or path.startswith("/en/") else self._language(path)
            check(answer, language)
        return answer

    def _language(self, path: str) -> str:
        if path.startswith("/api/"):
            return ""  # Who reads the interface for programs chooses its language in the address.
        view = self.view_of(path)
        return "zh" if view is not None and view[0].startswith("public.") else self.language

    def get(self, path: str, **request: Any) -> TestResponse:
        """Open an address."""
        return self.open(path, **request)

    def page(self, path: str, status: int = 200, **request: Any) -> Page:
        """Open an address and take the page apart."""
        answer = self.get(path, **request)
        assert answer.status_code == status, f"{path}: {answer.status_code}, Location {answer.headers.get('Location')}"
        return Page(answer.get_data(as_text=True))

    def post(self, path: str, data: Any = None, *, token: bool = True, **request: Any) -> TestResponse:
        """Send a form; the token of the session goes with it, unless told not to."""
        if token and self.user is not None:
            request["headers"] = {"X-CSRF-Token": self.token(), **request.get("headers", {})}
        return self.open(path, method="POST", data=data, **request)

    def view_of(self, path: str) -> tuple[str, str] | None:
        """The view that answers an address, and for which kind; nothing for what is no page of ours."""
        adapter = self.site.app.url_map.bind("localhost")
        try:
            endpoint, values = adapter.match(urlsplit(path).path, method="GET")
        except HTTPException:
            return None
        return None if endpoint == "static" else (endpoint, str(values.get("kind", "")))

    def token(self) -> str:
        """The token of the session, as a page would carry it."""
        cookie = self.client.get_cookie(PLAIN_COOKIE)
        if cookie is None:
            return ""
        with self.site.system.database.reading() as session:
            row = sessions.find(session, cookie.value)
            secret = json.loads(row.data)["csrf_token"] if row is not None else ""
        return str(URLSafeTimedSerializer(self.site.app.secret_key, salt="wtf-csrf-token").dumps(secret))  # type: ignore[arg-type]

    def bearer(self) -> str:
        """A token for the interface for programs that lends all that the account may do."""
        if not self._bearer and self.user is not None:
            with self.site.system.database.writing("system") as session:
                owner = session.get_one(User, self.user.id)
                wanted = tokens.Wanted("test", tuple(tokens.SCOPES))
                self._bearer = tokens.create(session, owner, wanted, actor=self.site.console)[1]
        return self._bearer


class Site:
    """An application on databases of its own, with the records of ``tests.conftest.fill``."""

    def __init__(self, app: Flask, records: dict[str, list[UUID]]) -> None:
        self.app, self.records = app, records
        self.system: System = app.extensions["sanku"]
        self._made = 0

    def stored(self, kind: str, record_id: UUID) -> tuple[Item, dict[str, Any]]:
        """A record as it is stored, and its values in clear."""
        with self.system.database.reading() as session:
            item = self.system.catalogue[kind].load(session, [record_id])[0]
            return item, opened(self.system.keys, item.values)

    def account(
        self, role: str, area: str = "000101", registry: str | None = None, language: str = "zh", name: str = ""
    ) -> User:
        """An account with the password `PASSWORD`, which need not be changed."""
        self._made += 1
        with self.system.database.writing("system") as session:
            user = service.create_user(
                session, name or f"{role}{self._made}", _hashed(), role, area, registry, actor=self.console,
                language=language,
            )  # fmt: skip
            user.must_change_password = False
        return user

    @property
    def console(self) -> Actor:
        """Somebody who may do everything."""
        return self.system.console()

    def visitor(
        self, role: str | None = None, area: str = "000101", registry: str | None = None, language: str = "zh",
        user: User | None = None,
    ) -> Visitor:
        """Somebody with a browser: signed in with a new account of the role, or as ``user``, or nobody at all."""
        client = self.app.test_client()
        if user is None and role is not None:
            user = self.account(role, area, registry, language)
        if user is not None:
            client.set_cookie(PLAIN_COOKIE, self.sign_in(user))
        return Visitor(self, client, language, user)

    def sign_in(self, user: User, *, with_code: bool = False) -> str:
        """Begin a session, past the sign-in page; returns its token."""
        with self.system.database.writing("system") as session:
            kept = session.get_one(User, user.id)
            return sessions.begin(session, kept, address="127.0.0.1", browser="test", with_code=with_code)


@cache
def _hashed() -> NewPassword:
    return NewPassword(passwords.HASHER.hash(PASSWORD))


#: So many pages are opened by one crawl.
MOST_PAGES = 150


def crawl(
    visitor: Visitor, starts: Sequence[str] = ("/account/", "/"), *, alike: int = 4, check_page: bool = False
) -> dict[str, str]:
    """The pages that links lead to, their text by address; of one view at most ``alike``."""
    waiting, seen = deque(starts), {}
    views: Counter[tuple[str, str]] = Counter()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.popleft()
        view = visitor.view_of(path)
        if path in seen or view is None or views[view] >= alike:
            continue
        views[view] += 1
        answer = visitor.get(path, check_page=check_page)
        assert answer.status_code < 500, path
        if answer.mimetype != "text/html":
            continue
        seen[path] = answer.get_data(as_text=True)
        links = [urljoin(path, link.get("href") or "").partition("#")[0] for link in Page(seen[path]).all("a")]
        waiting.extend(link for link in links if link.startswith("/"))
    return seen
