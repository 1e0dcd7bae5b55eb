"""The history of the tables ends where the models stand, on both engines."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.script import ScriptDirectory

import migrations
import portal
import registries
import search
from migrations.draft import comparison, load_models
from registries.db import DATABASES, Base, Database


@pytest.mark.parametrize("name", DATABASES)
def test_the_migrations_make_what_the_models_say(any_database: Database, name: str):
    with any_database.engine.connect() as connection:
        assert compare_metadata(comparison(connection, name), load_models()) == []


def test_indexes_for_some_rows_only_are_for_these_rows(any_database: Database):
    wanted = {
        (table.schema, index.name)
        for table in load_models().tables.values()
        for index in table.indexes
        if index.dialect_options[any_database.engine.dialect.name]["where"] is not None
    }
    assert partial_indexes(any_database) == wanted


def partial_indexes(database: Database) -> set[tuple[str, str]]:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            return {
                (schema, name)
                for schema in DATABASES
                for name, sql in connection.exec_driver_sql(
                    f"SELECT name, sql FROM {schema}.sqlite_master WHERE type = 'index'"
                )
                if sql and " WHERE " in sql
            }
        found = connection.exec_driver_sql("SELECT schemaname, indexname, indexdef FROM pg_indexes")
        return {(schema, name) for schema, name, sql in found if schema in DATABASES and " WHERE " in sql}


def test_foreign_keys_are_really_there(any_database: Database):
    inspector = sa.inspect(any_database.engine)
    for table in load_models().tables.values():
        wanted = {tuple(sorted(column.name for column in key.columns)) for key in table.foreign_key_constraints}
        found = {
            tuple(sorted(key["constrained_columns"])) for key in inspector.get_foreign_keys(table.name, table.schema)
        }
        assert found == wanted, table.fullname


def test_foreign_keys_are_enforced(any_database: Database):
    missing = "00000000-0000-7000-8000-000000000000".replace("-", "" if any_database.is_sqlite else "-")
    with (
        any_database.engine.connect() as connection,
        pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"),
    ):
        connection.exec_driver_sql(f"UPDATE network.area SET parent_id = '{missing}'")


def test_no_table_is_forgotten_by_the_drafts():
    known = set(load_models().tables)
    for package in (registries, search, portal):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    assert set(Base.metadata.tables) == known


def test_every_table_names_its_database():
    assert {table.schema for table in load_models().tables.values()} == set(DATABASES)


def test_revisions_are_one_line_numbered_without_gaps():
    script = ScriptDirectory.from_config(migrations.configuration())
    line = list(script.walk_revisions())[::-1]
    assert [revision.revision for revision in line] == [f"{number:04}" for number in range(1, len(line) + 1)]
    assert [revision.down_revision for revision in line] == [
        None,
        *(revision.revision for revision in line[:-1]),
    ]


def test_every_revision_names_its_database_and_its_file_its_number():
    for revision in ScriptDirectory.from_config(migrations.configuration()).walk_revisions():
        assert revision.module.database in DATABASES
        assert re.fullmatch(rf"{revision.revision}_[a-z0-9_]+\.py", Path(revision.path).name)
