"""Backups hold everything of one moment, tell of any damage, and come back as they were."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

import migrations
from portal import setup
from registries import backup, chain, checking, copies, erasure, heads, merging
from registries.access import Actor
from registries.crypto import Keys
from registries.db import DATABASES, Database
from registries.messages import Refused


@pytest.fixture
def empty(any_database: Database, tmp_path: Path, keys: Keys):
    """Databases of the same engine with nothing in them."""
    if any_database.is_sqlite:
        made = Database(tmp_path / "restored", keys=keys, synchronous="OFF")
        yield made
        made.engine.dispose()
        return
    with any_database.engine.connect() as connection:
        free = connection.execution_options(isolation_level="AUTOCOMMIT")
        name = f"{any_database.engine.url.database}_restored"
        free.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
    url = any_database.engine.url.set(database=name, drivername="postgresql")
    made = Database(tmp_path, url.render_as_string(hide_password=False), keys)
    yield made
    made.engine.dispose()
    with any_database.engine.connect() as connection:
        free = connection.execution_options(isolation_level="AUTOCOMMIT")
        free.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def contents(database: Database) -> dict[str, list]:
    found = {}
    with database.engine.connect() as connection:
        for name in DATABASES:
            for table in copies.tables(connection, name):
                rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"."{table}"').all()
                found[f"{name}.{table}"] = sorted(map(repr, rows))
    return found


def test_what_is_restored_is_what_was_backed_up(any_database, records, catalogue, empty, tmp_path):
    before = contents(any_database)
    manifest = backup.backup(any_database, tmp_path / "copy")
    setup.restore(empty, tmp_path / "copy", catalogue, "test")
    assert contents(empty) == before
    assert manifest["rows"]["population.resident"] == 4
    with empty.reading() as session:
        assert [found for name in DATABASES for found in chain.verify(session, name)] == []


def test_restored_databases_can_be_written(any_database, records, catalogue, empty, tmp_path, actor):
    backup.backup(any_database, tmp_path / "copy")
    setup.restore(empty, tmp_path / "copy", catalogue, "test")
    with empty.writing("organisations") as session:
        organisations = catalogue["organisation"]
        item = organisations.get(session, records["organisation"][0], actor=actor)
        organisations.retire(session, item.id, version=item.version, actor=actor, reason="closed")


def test_what_was_saved_before_is_in_a_backup_made_while_others_write(
    any_database, records, catalogue, tmp_path, actor
):
    facilities, stop, saved = catalogue["facility"], threading.Event(), [0]

    def write() -> None:
        while not stop.is_set():
            with any_database.writing("facilities") as session:
                raw = {
                    "name": "井盖",
                    "subclass": "0101",
                    "area_id": "000101002001001",
                    "location": str(saved[0]),
                }
                facilities.create(session, raw, actor=actor, reason="test")
            saved[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while saved[0] < 5:
            pass
        before = saved[0]
        manifest = backup.backup(any_database, tmp_path / "copy")
    finally:
        stop.set()
        writer.join()
    count = manifest["rows"]["facilities.facility"] - 3
    assert before <= count <= saved[0]
    # Rows, log and head of the copy are of one moment.
    assert manifest["heads"]["facilities"]["last_id"] == manifest["rows"]["facilities.change"]


def test_a_backup_holds_no_key_and_is_for_its_owner_only(any_database, records, tmp_path, keys):
    backup.backup(any_database, tmp_path / "copy")
    secrets = [
        secret for versions in json.loads(keys.path.read_text())["secrets"].values() for secret in versions.values()
    ]
    for path in (tmp_path / "copy").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not any(secret.encode() in path.read_bytes() for secret in secrets)


def test_one_flipped_byte_is_found_and_the_file_named(any_database, records, catalogue, empty, tmp_path):
    manifest = backup.backup(any_database, tmp_path / "copy")
    for name in [*manifest["files"], backup.MANIFEST]:
        path = tmp_path / "copy" / name
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(Refused) as refused:
            setup.restore(empty, tmp_path / "copy", catalogue, "test")
        assert refused.value.problem.params.get("file", backup.MANIFEST) == name
        path.write_bytes(whole)
    assert copies.is_empty(empty)


def test_a_lost_file_is_named(database, catalogue, tmp_path, keys):
    backup.backup(database, tmp_path / "copy")
    (tmp_path / "copy" / "facilities.sqlite3").unlink()
    with pytest.raises(Refused, match=r"facilities\.sqlite3"):
        backup.verified(tmp_path / "copy", keys)


def test_a_backup_that_was_cut_short_is_refused(database, tmp_path, keys):
    backup.backup(database, tmp_path / "copy")
    (tmp_path / "copy" / backup.MANIFEST).unlink()
    with pytest.raises(Refused, match="no complete backup"):
        backup.verified(tmp_path / "copy", keys)


def test_a_manifest_written_by_someone_else_is_refused(database, tmp_path, keys):
    backup.backup(database, tmp_path / "copy")
    path = tmp_path / "copy" / backup.MANIFEST
    manifest = json.loads(path.read_text())
    manifest["rows"]["population.resident"] = 99
    path.write_text(json.dumps(manifest))
    with pytest.raises(Refused, match="damaged"):
        backup.verified(tmp_path / "copy", keys)


def test_other_keys_are_refused_by_name(database, tmp_path):
    backup.backup(database, tmp_path / "copy")
    with pytest.raises(Refused, match="other keys"):
        backup.verified(tmp_path / "copy", Keys.temporary())


def test_databases_that_exist_are_never_overwritten(any_database, records, catalogue, tmp_path):
    backup.backup(any_database, tmp_path / "copy")
    before = contents(any_database)
    with pytest.raises(Refused, match="already"):
        setup.restore(any_database, tmp_path / "copy", catalogue, "test")
    assert contents(any_database) == before


def test_a_folder_in_use_is_no_place_for_a_backup(database, tmp_path):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "letter.txt").touch()
    with pytest.raises(Refused, match="not empty"):
        backup.backup(database, tmp_path / "copy")


def test_a_backup_notes_the_heads_beside_the_keys(any_database, records, tmp_path, keys):
    backup.backup(any_database, tmp_path / "copy")
    with any_database.reading() as session:
        assert list(chain.verify(session, "population", heads.noted(keys)["population"])) == []
    assert heads.noted(keys)["population"].last_id >= 4


def test_a_restore_erases_again_whoever_was_erased_since(
    any_database, records, catalogue, empty, tmp_path, actor: Actor
):
    person = records["resident"][0]
    backup.backup(any_database, tmp_path / "copy")
    erasure.erase(any_database, catalogue["resident"], person, "request 7", actor=actor)
    setup.restore(empty, tmp_path / "copy", catalogue, "test")
    with empty.reading() as session:
        table = catalogue["resident"].kind.table
        row = session.execute(sa.select(table).where(table.c.id == person)).one()
    assert (row.name, row.id_number_sealed, row.phone_index) == ("", None, None)


def test_whoever_was_merged_and_erased_since_does_not_come_back(
    any_database, records, catalogue, empty, tmp_path, actor: Actor
):
    residents, (first, second) = catalogue["resident"], records["resident"][:2]
    backup.backup(any_database, tmp_path / "copy")
    with any_database.writing("population") as session:
        merging.merge(session, residents, (first, 1), (second, 1), actor=actor, reason="one person")
    # Asked for by the record that was merged away.
    erasure.erase(any_database, residents, second, "request 8", actor=actor)
    setup.restore(empty, tmp_path / "copy", catalogue, "test")
    with empty.reading() as session:
        table = residents.kind.table
        names = dict(session.execute(sa.select(table.c.id, table.c.name)).all())
    assert (names[first], names[second]) == ("", "")
    assert all(name for record_id, name in names.items() if record_id not in (first, second))


def test_an_interrupted_restore_is_reported_and_an_upgrade_finishes_it(
    any_database, records, catalogue, empty, tmp_path, actor: Actor
):
    person = records["resident"][0]
    backup.backup(any_database, tmp_path / "copy")
    erasure.erase(any_database, catalogue["resident"], person, "request 9", actor=actor)
    backup.restore(empty, tmp_path / "copy", lambda revision: migrations.upgrade(empty, revision))

    def back() -> list:
        found = checking.check(empty, catalogue)
        return [one.record_id for one in found if "erased on legal request" in str(one.problem)]

    assert back() == [person]
    setup.upgrade(empty, "test", catalogue)
    assert back() == []
