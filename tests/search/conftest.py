"""Both engines, empty."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from search.engine import Engine
from search.postgres_engine import PostgresEngine
from search.whoosh_engine import WhooshEngine


@pytest.fixture(scope="session")
def search_database(postgres_template: tuple[sa.Engine, sa.URL]) -> Iterator[sa.Engine]:
    """A PostgreSQL database for indexes only; each test takes another name in it."""
    server, url = postgres_template
    name = f"sanku_search_{os.getpid()}"
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine = sa.create_engine(url.set(database=name))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["whoosh", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine without an index."""
    made: Engine
    if request.param == "whoosh":
        made = WhooshEngine(tmp_path / "index")
    else:
        made = PostgresEngine(request.getfixturevalue("search_database"), f"test_{uuid4().hex}")
    yield made
    made.close()


@pytest.fixture
def another(engine: Engine) -> Iterator[Engine]:
    """A second process's view of the same index."""
    made: Engine
    if isinstance(engine, WhooshEngine):
        made = WhooshEngine(engine.folder)
    else:
        assert isinstance(engine, PostgresEngine)
        made = PostgresEngine(engine.database, engine.name)
    yield made
    made.close()
