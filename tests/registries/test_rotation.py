"""New keys: everything stands under them at the end, and nothing is unreadable on the way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from registries import chain, checking, rotation
from registries.changes import CHANGE, stored_values
from registries.crypto import open_sealed
from registries.db import DATABASES, Database, new_id
from registries.importing import batches
from registries.importing.batches import STAGED_ROW, open_row, seal_row
from registries.storing import opened
from tests import factories


@pytest.fixture
def staged(any_database: Database, keys) -> tuple:
    """A staged row with contents, and its batch."""
    area = new_id()
    batch = batches.Batch(new_id(), "population", "resident", "staged", "test", "s", "f", area, None, False, [], {}, 0)
    with any_database.writing("population") as session:
        batches.add(session, batch)
        session.execute(STAGED_ROW["population"].insert().values(
            batch_id=batch.id, number=3, state="new", payload=seal_row(keys, batch.id, 3, '{"name": "王小明"}'),
        ))  # fmt: skip
    return batch.id, 3


def sealed_bytes(database: Database, catalogue) -> list[bytes]:
    """Every sealed value wherever it stands."""
    found: list[bytes] = []
    with database.reading() as session:
        for records in catalogue.values():
            for table in (records.kind.table, *(part.__table__ for part in records.kind.parts.values())):
                for column in table.columns:
                    if column.name.endswith("_sealed"):
                        found += session.scalars(sa.select(column).where(column.is_not(None)))
        for name in DATABASES:
            for text in session.scalars(sa.select(CHANGE[name].c.sealed).where(CHANGE[name].c.sealed.is_not(None))):
                found += [value for both in stored_values(text).values() for value in both if value]
            found += session.scalars(
                sa.select(STAGED_ROW[name].c.payload).where(STAGED_ROW[name].c.payload.is_not(None))
            )
    return found


def indexes(database: Database, catalogue) -> list[bytes]:
    found: list[bytes] = []
    with database.reading() as session:
        for records in catalogue.values():
            for table in (records.kind.table, *(part.__table__ for part in records.kind.parts.values())):
                for column in table.columns:
                    if column.name.endswith("_index") or column.name == "fingerprint":
                        found += session.scalars(sa.select(column).where(column.is_not(None)))
    return found


def clear(database: Database, catalogue) -> dict:
    with database.reading() as session:
        return {
            (kind, item.id): opened(database.keys, item.values)
            for kind, records in catalogue.items()
            for item in records.load(session, list(session.scalars(sa.select(records.kind.table.c.id))))
        }


def test_everything_sealed_stands_under_the_new_keys(any_database, catalogue, records, staged, keys):
    before = clear(any_database, catalogue)
    count = rotation.rotate(any_database, catalogue)
    assert count > 20
    assert all(keys.is_current(data) for data in sealed_bytes(any_database, catalogue))
    assert all(keys.index_is_current(index) for index in indexes(any_database, catalogue))
    assert clear(any_database, catalogue) == before
    assert not keys.rotating
    assert open_row(keys, *staged, row_payload(any_database)) == {"name": "王小明"}


def row_payload(database: Database) -> bytes:
    with database.reading() as session:
        return session.scalars(sa.select(STAGED_ROW["population"].c.payload)).one()


def test_logs_still_hold_and_people_are_found_by_number(any_database, catalogue, records, actor):
    rotation.rotate(any_database, catalogue)
    with any_database.reading() as session:
        assert [broken for name in DATABASES for broken in chain.verify(session, name)] == []
        phones = factories.holding(session, catalogue["resident"], "phone", "13900002001")
    assert [item.id for item in phones] == [records["resident"][1]]
    assert [one for one in checking.check(any_database, catalogue) if one.kind] == []


class Killed(BaseException):
    """Ends a rotation where a kill would."""


def test_nothing_is_unreadable_in_the_middle_and_the_rest_is_done_later(
    any_database, catalogue, records, actor, keys, monkeypatch
):
    monkeypatch.setattr(rotation, "CHUNK", 2)
    before = clear(any_database, catalogue)
    real, steps = any_database.writing, iter(range(100))

    def writing(name: str):
        if next(steps) == 4:
            raise Killed
        return real(name)

    monkeypatch.setattr(any_database, "writing", writing)
    with pytest.raises(Killed):
        rotation.rotate(any_database, catalogue)
    monkeypatch.undo()
    assert keys.rotating
    assert clear(any_database, catalogue) == before
    versions = {index[0] for index in indexes(any_database, catalogue)}
    assert len(versions) == 2, "the rotation was not stopped in its middle"
    with any_database.reading() as session:
        for number, person in enumerate(records["resident"]):
            found = factories.holding(session, catalogue["resident"], "phone", f"1390000200{number}")
            assert [item.id for item in found] == [person]
    version = keys.version
    rotation.rotate(any_database, catalogue)
    assert keys.version == version, "an unfinished rotation is finished, not begun anew"
    assert all(keys.is_current(data) for data in sealed_bytes(any_database, catalogue))


def test_an_unfinished_rotation_is_told(database, catalogue, keys):
    keys.rotate()
    assert any("not finished" in one.problem for one in checking.check(database, catalogue))


def test_old_backups_stay_readable(any_database, catalogue, records, keys):
    person, table = records["resident"][0], catalogue["resident"].kind.table
    with any_database.reading() as session:
        old = session.scalars(sa.select(table.c.phone_sealed).where(table.c.id == person)).one()
    rotation.rotate(any_database, catalogue)
    assert not keys.is_current(old)
    assert open_sealed(keys, "resident", "phone", person, old) == "13900002000"
