"""Databases with the tables of the population registry in them, whether or not a migration makes them
already.
"""

from __future__ import annotations

import pytest

from registries.db import Base, Database
from registries.population import models

TABLES = [
    table
    for table in Base.metadata.tables.values()
    if table.schema == "population"
    and table.name
    in {
        model.__tablename__
        for model in vars(models).values()
        if isinstance(model, type) and hasattr(model, "__tablename__")
    }
]


@pytest.fixture
def register(database: Database) -> Database:
    """The databases of a test with empty tables of residents, households and dwellings."""
    Base.metadata.create_all(database.engine, tables=TABLES)
    return database


@pytest.fixture
def any_register(any_database: Database) -> Database:
    """The same, once with each engine."""
    Base.metadata.create_all(any_database.engine, tables=TABLES)
    return any_database
