"""What most tests need: databases that the migrations built, keys, an actor, code lists, an area tree."""

from __future__ import annotations

import importlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from portal import setup
from registries import access
from registries import references as known
from registries.area_tree import AreaRow
from registries.crypto import Keys
from registries.db import DATABASES, Database
from registries.keyring import Ring
from registries.records import Records

Catalogue = Mapping[str, Records]
SERVER = os.environ.get("SANKU_TEST_POSTGRES", "")
NO_SERVER = "PostgreSQL is not tested: name a server in SANKU_TEST_POSTGRES, for example postgresql:///postgres"


#: A district with two streets, each with two communities of two grids; its code was never assigned.
SMALL_DISTRICT = [
    AreaRow("000101", "district", "安澜区", "Anlan District", "000101"),
    *(
        AreaRow(code, kind, name, english, code, code[:-3])
        for street, street_name, street_english in (("001", "临河", "Linhe"), ("002", "望海", "Wanghai"))
        for code, kind, name, english in (
            (f"000101{street}", "street", f"{street_name}街道", f"{street_english} Street"),
            (f"000101{street}001", "community", f"{street_name}东社区", f"{street_english} East Community"),
            (f"000101{street}001001", "grid", f"{street_name}东一网格", f"{street_english} East Grid 1"),
            (f"000101{street}001002", "grid", f"{street_name}东二网格", f"{street_english} East Grid 2"),
            (f"000101{street}002", "community", f"{street_name}西社区", f"{street_english} West Community"),
            (f"000101{street}002001", "grid", f"{street_name}西一网格", f"{street_english} West Grid 1"),
            (f"000101{street}002002", "grid", f"{street_name}西二网格", f"{street_english} West Grid 2"),
        )
    ),
]


@pytest.fixture(scope="session")
def ring() -> Ring:
    """The secrets of this test run."""
    return Ring.new("aes-256-gcm")


@pytest.fixture
def keys(ring: Ring, tmp_path: Path) -> Keys:
    """A key file of the test's own, so that it may rotate the keys; all begin with the same secrets."""
    path = tmp_path / "keys" / "keys.json"
    path.parent.mkdir(mode=0o700)
    path.touch(mode=0o600)
    path.write_text(json.dumps(ring.as_json()))
    return Keys.load(path)


@pytest.fixture
def actor() -> access.Actor:
    """Somebody who may do everything."""
    return access.console("test")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, ring: Ring) -> Path:
    """A folder with the five files as ``sanku init`` leaves them, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    database = Database(folder, keys=Keys(ring), synchronous="OFF")
    setup.initialise(database, "test", areas=SMALL_DISTRICT)
    for name in DATABASES:
        with database.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA {name}.wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def references(sqlite_template: Path, ring: Ring) -> known.References:
    """The shipped code lists and the areas of `SMALL_DISTRICT`."""
    database = Database(sqlite_template, keys=Keys(ring))
    with database.reading() as session:
        found = known.load(session)
    database.engine.dispose()
    return found


@pytest.fixture
def database(tmp_path: Path, sqlite_template: Path, keys: Keys) -> Iterator[Database]:
    """The five SQLite files in a folder of the test's own, with code lists and `SMALL_DISTRICT`."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    made = Database(folder, keys=keys, synchronous="OFF")
    for name in DATABASES:
        shutil.copy(sqlite_template / made.file(name).name, made.file(name))
    yield made
    made.engine.dispose()


@contextmanager
def _server() -> Iterator[tuple[sa.Engine, sa.URL]]:
    """A connection to the test server; without one these tests are skipped, but never where all must run."""
    unreachable = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    if not SERVER:
        unreachable(NO_SERVER)
    url = sa.make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    try:
        engine.connect().close()
    except sa.exc.OperationalError as error:
        unreachable(f"{NO_SERVER} ({str(error.orig).splitlines()[0]})")
    yield engine, url


@contextmanager
def _postgres(engine: sa.Engine, url: sa.URL, template: str | None = "template0") -> Iterator[None]:
    """A database of the test server for as long as it is needed."""
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{url.database}" TEMPLATE "{template}"')
    try:
        yield
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{url.database}" WITH (FORCE)')


def _text(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_template(ring: Ring) -> Iterator[tuple[sa.Engine, sa.URL]]:
    """A connection to the test server, and a database there as ``sanku init`` leaves it, to be copied."""
    with _server() as (engine, url):
        name = f"sanku_test_{os.getpid()}_template"
        with _postgres(engine, url.set(database=name)):
            made = Database(Path(), _text(url.set(database=name)), Keys(ring))
            setup.initialise(made, "test", areas=SMALL_DISTRICT)
            made.engine.dispose()
            yield engine, url.set(database=name)


@pytest.fixture
def postgres_database(tmp_path: Path, postgres_template: tuple[sa.Engine, sa.URL], keys: Keys) -> Iterator[Database]:
    """The same five databases as schemas of a PostgreSQL database of the test's own."""
    engine, template = postgres_template
    url = template.set(database=f"sanku_test_{os.getpid()}_{uuid4().hex[:8]}")
    with _postgres(engine, url, template.database):
        made = Database(tmp_path, _text(url), keys)
        yield made
        made.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest) -> Database:
    """Once each engine."""
    return request.getfixturevalue("database" if request.param == "sqlite" else "postgres_database")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Every kind of record."""
    kinds = [kind for name in access.REGISTRIES for kind in importlib.import_module(f"registries.{name}").KINDS]
    return {kind.name: Records(kind) for kind in kinds}


@pytest.fixture
def records(any_database: Database, catalogue: Catalogue, actor: access.Actor) -> dict[str, list[UUID]]:
    """A few records of several kinds in ``any_database``, by kind: people with numbers, phones and groups
    at risk, organisations, facilities kept by the first of them. Their ids."""
    return fill(any_database, catalogue, actor)


@pytest.fixture
def fill_records(catalogue: Catalogue, actor: access.Actor) -> Callable[[Database], dict[str, list[UUID]]]:
    """Makes the same records in the database it is called with."""
    return lambda database: fill(database, catalogue, actor)


def fill(database: Database, catalogue: Catalogue, actor: access.Actor) -> dict[str, list[UUID]]:
    """See `records`."""
    made: dict[str, list[UUID]] = {}

    def create(kind: str, raw: dict[str, Any]) -> UUID:
        with database.writing(catalogue[kind].kind.database) as session:
            item = catalogue[kind].create(session, raw, actor=actor, reason="test")
        made.setdefault(kind, []).append(item.id)
        return item.id

    for number, name in enumerate(("临河机械厂", "望海超市", "安澜小学")):
        create("organisation", {
            "name": name, "org_type": "enterprise", "address": f"临河路{number + 1}号",
            "area_id": "000101001001001", "phone": f"1380000100{number}",
            "licences": [{"kind": "营业执照", "number": f"L{number}"}],
        })  # fmt: skip
    for number in range(3):
        create("facility", {
            "name": f"消火栓{number}", "subclass": "0101", "area_id": "000101002001001",
            "location": f"望海路{number}号",
            "links": [{"role": "kept_by", "target_id": str(made["organisation"][0])}],
        })  # fmt: skip
    for number, (name, sex) in enumerate((("王小明", "1"), ("李晓红", "2"), ("张建国", "1"), ("陈静", "2"))):
        create("resident", {
            "name": name, "sex": sex, "doc_type": "居民身份证", "id_number": demo_number(number, sex),
            "area_id": "000101001001002", "phone": f"1390000200{number}", "birth_date": f"198{number}-03-05",
            "groups": [{"group": "残疾人"}],
        })  # fmt: skip
    return made


def demo_number(serial: int, sex: str) -> str:
    """An identity number that belongs to nobody: its division code was never assigned."""
    body = f"000101198{serial}0305{serial:02}{1 if sex == '1' else 2}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shared_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, ring: Ring
) -> Iterator[Database]:
    """Once each engine, for all tests of a module: they may only look at the records that they made."""
    folder = tmp_path_factory.mktemp("shared")
    if request.param == "sqlite":
        made = Database(folder, keys=Keys(ring), synchronous="OFF")
        template: Path = request.getfixturevalue("sqlite_template")
        for name in DATABASES:
            shutil.copy(template / made.file(name).name, made.file(name))
        yield made
        made.engine.dispose()
        return
    engine, original = request.getfixturevalue("postgres_template")
    url = original.set(database=f"sanku_test_{os.getpid()}_{uuid4().hex[:8]}")
    with _postgres(engine, url, original.database):
        made = Database(folder, _text(url), Keys(ring))
        yield made
        made.engine.dispose()
