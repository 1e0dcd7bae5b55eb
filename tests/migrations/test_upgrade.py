"""Bringing databases to the newest revision."""

from __future__ import annotations

import stat
import textwrap
from pathlib import Path

import pytest
import sqlalchemy as sa

import migrations
from registries.db import DATABASES, Database, TwoDatabases
from registries.messages import Refused


def test_a_new_database_is_at_the_head_everywhere(any_database: Database):
    assert set(migrations.current(any_database)) == set(DATABASES)
    assert migrations.heads_match(any_database) == []


def test_upgrading_again_changes_nothing(any_database: Database):
    migrations.upgrade(any_database)
    assert migrations.heads_match(any_database) == []


def test_a_database_that_fell_behind_is_named_and_brought_up(database: Database):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE system.alembic_version SET version_num = '0004'")
        connection.exec_driver_sql("DROP TABLE system.change_head")
        connection.exec_driver_sql("DROP TABLE system.change")
        for table in set(sa.inspect(connection).get_table_names("system")) - {"alembic_version"}:
            connection.exec_driver_sql(f"DROP TABLE system.{table}")
    assert migrations.heads_match(database) == ["system"]
    migrations.upgrade(database)
    assert migrations.heads_match(database) == []


class Killed(BaseException):
    """Ends an upgrade where a kill would."""


@pytest.mark.parametrize("done", range(5))
def test_an_upgrade_that_was_killed_between_two_databases_goes_on(tmp_path: Path, monkeypatch, done: int):
    database = Database(tmp_path / "new", synchronous="OFF")
    migrations.create_empty(database)
    real = migrations.one_pass

    def one_pass(database: Database, name: str):
        if name == DATABASES[done]:
            raise Killed
        return real(database, name)

    monkeypatch.setattr(migrations, "one_pass", one_pass)
    with pytest.raises(Killed):
        migrations.upgrade(database)
    monkeypatch.undo()
    assert migrations.heads_match(database) == list(DATABASES[done:])
    migrations.upgrade(database)
    assert migrations.heads_match(database) == []
    database.engine.dispose()


def test_a_database_of_a_newer_sanku_is_refused(database: Database):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE network.alembic_version SET version_num = '9999'")
    with pytest.raises(Refused, match="newer version"):
        migrations.upgrade(database)


def test_the_files_are_for_their_owner_only(tmp_path: Path):
    database = Database(tmp_path / "new")
    migrations.create_empty(database)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert {stat.S_IMODE(database.file(name).stat().st_mode) for name in DATABASES} == {0o600}


def test_a_pass_may_write_its_own_database_only(any_database: Database):
    with pytest.raises(TwoDatabases), migrations.one_pass(any_database, "network") as connection:
        connection.exec_driver_sql("DELETE FROM population.change")


def run(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def test_a_broken_pass_leaves_nothing_behind(any_database: Database):
    with pytest.raises(sa.exc.DBAPIError), migrations.one_pass(any_database, "network") as connection:
        run(connection, "CREATE TABLE network.half (id INTEGER)", "SELECT no_such_column FROM network.half")
    assert "half" not in sa.inspect(any_database.engine).get_table_names("network")


def test_changing_a_parent_table_keeps_the_links_of_its_children(database: Database):
    with migrations.one_pass(database, "network") as connection:
        connection.exec_driver_sql("CREATE TABLE network.parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(
            "CREATE TABLE network.child (id INTEGER, parent_id INTEGER REFERENCES parent ON DELETE SET NULL)"
        )
        connection.exec_driver_sql("INSERT INTO network.parent VALUES (1)")
        connection.exec_driver_sql("INSERT INTO network.child VALUES (1, 1)")
    with migrations.one_pass(database, "network") as connection:
        for statement in textwrap.dedent("""\
            CREATE TABLE network.parent_new (id INTEGER PRIMARY KEY, name TEXT)
            INSERT INTO network.parent_new SELECT id, NULL FROM network.parent
            DROP TABLE network.parent
            ALTER TABLE network.parent_new RENAME TO parent""").splitlines():
            connection.exec_driver_sql(statement)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT parent_id FROM network.child").scalars().all() == [1]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_pass_that_leaves_a_link_to_nothing_is_undone(database: Database):
    with pytest.raises(sa.exc.IntegrityError), migrations.one_pass(database, "network") as connection:
        connection.exec_driver_sql("UPDATE network.area SET parent_id = '00' WHERE code = '000101001'")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM network.area WHERE parent_id = '00'").scalar() == 0
