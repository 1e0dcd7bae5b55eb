"""The site of one test: see `tests.site`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

import app
from portal.accounts import passwords
from portal.settings import Settings
from portal.system import System
from registries import access
from registries.db import DATABASES, Database
from registries.keyring import Ring
from tests.conftest import fill
from tests.site import QUICK_HASHER, Site, Visitor


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashing that takes no time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", QUICK_HASHER)
        yield


def settings_in(folder: Path, ring: Ring, **more: object) -> Settings:
    """Settings of a site in a folder, with the keys of this test run."""
    keys = folder / "keys" / "keys.json"
    if not keys.exists():
        keys.parent.mkdir(mode=0o700)
        keys.touch(mode=0o600)
        keys.write_text(json.dumps(ring.as_json()))
    return Settings(data=folder / "data", keys=keys, index=folder / "index", synchronous="OFF", **more)


@pytest.fixture(scope="session")
def site_template(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, ring: Ring
) -> tuple[Path, dict[str, list[UUID]]]:
    """A folder with filled databases and their index, to be copied; and the ids of the records by kind."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(sqlite_template, folder / "data")
    system = System(settings_in(folder, ring), app.catalogue())
    ids = fill(system.database, system.catalogue, access.console("test"))
    system.feed.rebuild()
    _settle(system.database)
    return folder, ids


def _settle(database: Database) -> None:
    """Bring everything into the files themselves, so that they can be copied."""
    for name in DATABASES:
        with database.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA {name}.wal_checkpoint(TRUNCATE)")
    database.engine.dispose()


@pytest.fixture
def make_site(
    site_template: tuple[Path, dict[str, list[UUID]]], tmp_path: Path, ring: Ring
) -> Iterator[Callable[..., Site]]:
    """Makes the site with other settings than the usual ones, such as ``second_factor="sensitive"``."""
    folder, ids = site_template
    made: list[Site] = []

    def make(**more: object) -> Site:
        own = tmp_path / f"site{len(made)}"
        own.mkdir()
        for part in ("data", "index"):
            shutil.copytree(folder / part, own / part)
        made.append(Site(app.create_app(settings_in(own, ring, **more)), ids))
        return made[-1]

    yield make
    for one in made:
        one.system.database.engine.dispose()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """The site on the small district, with a few records of several kinds."""
    return make_site()


@pytest.fixture
def visitor(site: Site) -> Callable[..., Visitor]:
    """Makes visitors of `site`: ``visitor(role=None, area="000101", registry=None, language="zh")``."""
    return site.visitor
