"""A served demo district and a real browser; skipped where there is none, but never where all must run."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

import app
from portal import setup
from portal.accounts import passwords
from portal.accounts.models import User
from portal.demo import Sizes, load_demo
from portal.server_session import PLAIN_COOKIE
from portal.settings import Settings
from portal.system import System
from tests.browser.prepared import one_of_each, prepare
from tests.portal.working import run_all
from tests.site import QUICK_HASHER, Site, Visitor

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
NO_BROWSER = "Pages are not tried in a browser: there is no Chromium; install it with: sudo apt install chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--disable-dev-shm-usage",
]  # fmt: skip
TODAY = date(2026, 11, 23)
#: Who has had work to do in the served district.
ROLES = ("clerk", "registry_admin", "grid_worker", "leader")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder but the list of addresses needs the browser, and is left out where there is none."""
    here, without = Path(__file__).parent, not CHROMIUM and os.environ.get("CI") != "true"
    for item in items:
        if here in item.path.parents and item.path.name != "test_addresses.py":
            item.add_marker(pytest.mark.browser)
            if without:
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM:
        pytest.fail(NO_BROWSER)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@dataclass
class Served:
    """A site that answers at ``address``; one account of each role, and what is put for a name in an address."""

    site: Site
    address: str
    ids: dict[str, Any]
    users: dict[str, User] = field(default_factory=dict)

    def user(self, role: str) -> User:
        """The account of a role, made at the first call."""
        if role not in self.users:
            self.users[role] = self.site.account(role, "000101", name=f"browser-{role}")
        return self.users[role]

    def token(self, role: str, language: str) -> str:
        """A new session of the account of a role, which reads its pages in a language from now on."""
        user = self.user(role)
        with self.site.system.database.writing("system") as session:
            session.get_one(User, user.id).language = language
        return self.site.sign_in(user)

    def visitor(self, role: str) -> Visitor:
        """Somebody with a role, without a browser."""
        return self.site.visitor(user=self.user(role))

    def work(self) -> None:
        """Do the jobs that wait, as the worker beside the site does."""
        run_all(self.site.system)
        self.site.system.feed.catch_up()


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashing that takes no time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", QUICK_HASHER)
        yield


def _serve(folder: Path, sizes: Sizes) -> Iterator[Served]:
    settings = Settings(data=folder / "data", keys=folder / "keys.json", index=folder / "index", synchronous="OFF")
    system = System(settings, app.catalogue())
    database = setup.make_ready(system)
    load_demo(system, sizes, lambda rows: None)
    application = app.create_app(settings)
    system = application.extensions["sanku"]
    server = make_server("127.0.0.1", 0, application, threaded=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # One line for each file of each page tells nothing.
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made = Served(Site(application, {}), f"http://127.0.0.1:{server.server_port}", dict(one_of_each(system)))
    if sizes.residents:
        made.ids.update(prepare(system, {role: made.visitor(role) for role in ROLES}, made.ids))
    yield made
    server.shutdown()
    thread.join()
    database.engine.dispose()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small demo district with work under way, served."""
    yield from _serve(tmp_path_factory.mktemp("served"), Sizes(120, 30, 80, 1, TODAY))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site with an area tree and nothing in it, served."""
    folder = tmp_path_factory.mktemp("bare")
    yield from _serve(folder, Sizes(0, 0, 0, 1, TODAY))


@dataclass
class Tab:
    """A page in the browser with what it said on its console."""

    page: Page
    address: str
    said: list[str]

    def open(self, path: str) -> int:
        """Open an address of the site; returns the status."""
        self.said.clear()
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status


@pytest.fixture
def tab(browser: Browser) -> Iterator[Any]:
    """Makes tabs: ``tab(served, role, language, width, script=True)``."""
    contexts: list[BrowserContext] = []

    def make(at: Served, role: str | None = None, language: str = "zh", width: int = 1280, script: bool = True) -> Tab:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN" if language == "zh" else "en-GB",
            java_script_enabled=script,
        )  # fmt: skip
        contexts.append(context)
        if role is not None:
            token = at.token(role, language)
            context.add_cookies([{"name": PLAIN_COOKIE, "value": token, "url": at.address}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        made = Tab(page, at.address, [])
        page.on("console", lambda message: made.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: made.said.append(str(error)))
        return made

    yield make
    for context in contexts:
        context.close()
