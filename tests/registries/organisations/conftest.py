"""The tables of this package in the databases that the tests copy."""

from __future__ import annotations

import pytest

from registries.db import Base, Database


@pytest.fixture(autouse=True)
def _tables(request: pytest.FixtureRequest) -> None:
    if "database" in request.fixturenames:
        made: Database = request.getfixturevalue("database")
        Base.metadata.create_all(made.engine, checkfirst=True)
