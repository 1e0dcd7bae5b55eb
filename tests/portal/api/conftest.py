"""Programs that use the interface: each with an account, a role, and a token of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app
from portal.accounts.people import actor_named
from portal.api import tokens
from registries import references
from registries.access import Actor, console
from registries.keyring import Ring
from tests.portal.conftest import settings_in
from tests.site import Site


@dataclass(frozen=True, slots=True)
class Program:
    """A client that shows a token; answers are looked at as they come."""

    client: FlaskClient
    owner: Actor
    token: str
    prefix: str = "/api/v1"

    def __call__(
        self, method: str, path: str, body: Any = None, *, version: int | None = None, **headers: str
    ) -> TestResponse:
        """Ask; header names have low lines for hyphens."""
        told = {"Authorization": f"Bearer {self.token}"}
        told |= {"If-Match": f'"{version}"'} if version is not None else {}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        more = {} if body is None else {"json": body}
        return self.client.open(f"{self.prefix}{path}", method=method, headers=told, **more)

    def get(self, path: str, **headers: str) -> Any:
        """What an address answers, which must be there."""
        answer = self("GET", path, **headers)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json


def writer_of(kind: str) -> str:
    """The role that writes records of a kind wherever they lie."""
    records = app.catalogue().get(kind)
    return "editor" if records is not None and records.kind.database == "network" else "registry_admin"


@pytest.fixture(scope="module")
def live(
    site_template: tuple[Path, dict[str, list[UUID]]], tmp_path_factory: pytest.TempPathFactory, ring: Ring
) -> Iterator[Site]:
    """One site for all tests of a module, which make records of their own; nobody is held up on it."""
    template, ids = site_template
    folder = tmp_path_factory.mktemp("live")
    for part in ("data", "index"):
        shutil.copytree(template / part, folder / part)
    most = dict.fromkeys(("api_per_minute", "lookups_per_minute", "views_per_hour", "reveals_per_day"), 10**9)
    site = Site(app.create_app(settings_in(folder, ring, **most)), ids)
    yield site
    site.system.database.engine.dispose()


@pytest.fixture
def program(site: Site) -> Callable[..., Program]:
    """Makes programs: ``program(role="registry_admin", area="000101", registry=None, scopes=…, registries=…)``."""

    def make(
        role: str = "registry_admin", area: str = "000101", registry: str | None = None,
        scopes: tuple[str, ...] = tuple(tokens.SCOPES), registries: tuple[str, ...] = tokens.PLACES,
        narrowed: str | None = None,
    ) -> Program:  # fmt: skip
        return make_program(site, role, area, registry, scopes, registries, narrowed)

    return make


def make_program(
    site: Site, role: str = "registry_admin", area: str = "000101", registry: str | None = None,
    scopes: tuple[str, ...] = tuple(tokens.SCOPES), registries: tuple[str, ...] = tokens.PLACES,
    narrowed: str | None = None,
) -> Program:  # fmt: skip
    """See `program`."""
    system, user = site.system, site.account(role, area, registry)
    with system.database.writing("system") as session:
        area_id = references.load(session).areas.find(narrowed).id if narrowed else None
        wanted = tokens.Wanted("test", scopes, registries, area_id)
        _token, text = tokens.create(session, user, wanted, actor=console("test"))
    with system.database.reading() as session:
        owner = actor_named(session, user.name)
    return Program(site.app.test_client(), owner, text)
