"""Programs that use the interface: each with an account, a role, and a token of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts.people import actor_named
from portal.api import tokens
from registries import references
from registries.access import REGISTRIES, Actor, console
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


@pytest.fixture
def program(site: Site) -> Callable[..., Program]:
    """Makes programs: ``program(role="registry_admin", area="000101", registry=None, scopes=…, registries=…)``."""

    def make(
        role: str = "registry_admin", area: str = "000101", registry: str | None = None,
        scopes: tuple[str, ...] = tuple(tokens.SCOPES), registries: tuple[str, ...] = REGISTRIES,
        narrowed: str | None = None,
    ) -> Program:  # fmt: skip
        return make_program(site, role, area, registry, scopes, registries, narrowed)

    return make


def make_program(
    site: Site, role: str = "registry_admin", area: str = "000101", registry: str | None = None,
    scopes: tuple[str, ...] = tuple(tokens.SCOPES), registries: tuple[str, ...] = REGISTRIES,
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
