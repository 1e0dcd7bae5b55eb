"""Merging two records of any kind with a choice per field and parting them again; and that no write goes unlogged."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import catalogue
from registries import changes, duplicates, importing, merging
from registries import references as known
from registries.access import Actor, Grant
from registries.db import Database
from registries.importing import Options
from registries.messages import Refused
from registries.records import Conflict, Item, NotFound, Records
from registries.storing import opened
from tests import factories

KINDS = catalogue()
_serials = itertools.count(5_000)


@pytest.fixture(params=KINDS)
def records(request: pytest.FixtureRequest) -> Records:
    """Every kind of the catalogue in turn."""
    return KINDS[request.param]


@pytest.fixture
def database(shared_database: Database) -> Database:
    """One database for the module; each test makes its own records."""
    return shared_database


@pytest.fixture
def references(database: Database) -> known.References:
    """The code lists and areas of this very database."""
    with database.reading() as session:
        return known.load(session)


@pytest.fixture
def new(database: Database, records: Records, references: known.References, actor: Actor) -> Callable[..., Item]:
    """Makes another record each time."""

    def make(**told: Any) -> Item:
        with database.writing(records.kind.database) as session:
            raw = {**factories.raw(records, next(_serials), references), **told}
            return records.create(session, raw, actor=actor, reason="seen")

    return make


def clear(database: Database, item: Item) -> dict[str, Any]:
    return opened(database.keys, item.values)


def read(database: Database, records: Records, record_id: UUID) -> Item:
    with database.reading() as session:
        return records.load(session, [record_id])[0]


def merge(database: Database, records: Records, first: Item, second: Item, take: Any, actor: Actor) -> Item:
    with database.writing(records.kind.database) as session:
        return merging.merge(
            session,
            records,
            (first.id, first.version),
            (second.id, second.version),
            take,
            actor=actor,
            reason="one and the same",
        )


def unmerge(database: Database, records: Records, other: Item, actor: Actor) -> merging.Unmerged:
    with database.writing(records.kind.database) as session:
        return merging.unmerge(session, records, other.id, actor=actor, reason="they are two")


def row(database: Database, records: Records, record_id: UUID) -> list[Any]:
    """A record's row and those of its lists, to the letter, but for version and time."""
    table = records.kind.table
    with database.reading() as session:
        columns = [c for c in table.columns if c.name not in ("version", "row_version", "updated_at")]
        parts = [
            session.execute(sa.select(part.__table__).where(part.__table__.c.owner_id == record_id)).all()
            for part in records.kind.parts.values()
        ]
        return [session.execute(sa.select(*columns).where(table.c.id == record_id)).one(), *parts]


def test_a_merge_takes_the_chosen_fields_and_answers_for_both(database, records, new, actor):
    first, second = new(), new()
    chosen = [
        name
        for name in records.storage.fields
        if name in ("note", "phone", "groups", "licences", "attributes", "address")
    ]
    merged = merge(database, records, first, second, chosen, actor)
    mine, theirs, now = clear(database, first), clear(database, second), clear(database, merged)
    assert {name: now[name] for name in chosen} == {name: theirs[name] for name in chosen}
    assert {n: v for n, v in now.items() if n not in chosen} == {n: v for n, v in mine.items() if n not in chosen}
    with database.reading() as session:
        assert records.get(session, second.id, actor=actor).id == first.id
        assert records.get(session, second.id, actor=actor, follow=False).merged_into == first.id
        assert [changes.history(session, records.kind.database, item.id)[0].action for item in (first, second)] == [
            "merge"
        ] * 2


def test_a_merge_with_every_field_taken_and_an_unmerge_leave_both_as_they_were(database, records, new, actor):
    first, second = new(), new()
    before = [row(database, records, item.id) for item in (first, second)]
    merge(database, records, first, second, list(records.storage.fields), actor)
    parted = unmerge(database, records, second, actor)
    assert parted.kept == []
    assert [row(database, records, item.id) for item in (first, second)] == before
    with database.reading() as session:
        for item in (first, second):
            assert changes.history(session, records.kind.database, item.id)[0].action == "unmerge"


def test_an_unmerge_leaves_what_was_changed_since_the_merge_and_says_so(database, records, new, actor):
    first, second = new(), new()
    merged = merge(database, records, first, second, ["note"], actor)
    with database.writing(records.kind.database) as session:
        records.update(session, first.id, {"note": "Since."}, version=merged.version, actor=actor, reason="seen")
    parted = unmerge(database, records, second, actor)
    assert parted.kept == ["note"]
    assert parted.survivor.values["note"] == "Since."


def test_a_merge_on_a_stale_version_writes_nothing(database, records, new, actor):
    first, second = new(), new()
    with database.writing(records.kind.database) as session:
        records.update(session, second.id, {"note": "Faster."}, version=1, actor=actor, reason="seen")
    before = [row(database, records, item.id) for item in (first, second)]
    with pytest.raises(Conflict):
        merge(database, records, first, second, [], actor)
    assert [row(database, records, item.id) for item in (first, second)] == before


def test_what_is_one_already_is_not_merged_again_nor_parted_twice(database, records, new, actor):
    first, second = new(), new()
    with pytest.raises(Refused):
        merge(database, records, first, first, [], actor)
    merge(database, records, first, second, [], actor)
    with pytest.raises(Refused):
        merge(database, records, read(database, records, first.id), read(database, records, second.id), [], actor)
    unmerge(database, records, second, actor)
    with pytest.raises(Refused):
        unmerge(database, records, second, actor)


def test_a_record_outside_the_area_is_not_there_to_be_merged(database, records, new, actor, references):
    path = references.areas.find("000101001").path
    clerk = Actor("clerk", (Grant("registry_admin", path), Grant("editor", path)))
    inside, outside = new(area_id="000101001001001"), new(area_id="000101002001001")
    for pair in ((inside, outside), (outside, inside)):
        with pytest.raises(NotFound):
            merge(database, records, *pair, [], clerk)


def test_the_review_list_remembers_what_was_decided(database, records, new, actor):
    first, second, third = new(), new(), new()
    with database.writing(records.kind.database) as session:
        assert duplicates.queue(session, records.kind, [(first.id, second.id), (second.id, first.id)], "name") == 1
        assert duplicates.queue(session, records.kind, [(third.id, first.id)], "name") == 1
        merging.apart(session, records, first.id, third.id, actor=actor)
    ours = {frozenset((first.id, second.id)), frozenset((first.id, third.id))}
    assert pairs(database, records) & ours == {frozenset((first.id, second.id))}
    merge(database, records, first, second, [], actor)
    with database.writing(records.kind.database) as session:
        assert duplicates.queue(session, records.kind, [(first.id, second.id), (first.id, third.id)], "name") == 0
    assert pairs(database, records) & ours == set()


def pairs(database: Database, records: Records) -> set[frozenset[UUID]]:
    table = duplicates.DUPLICATE[records.kind.database]
    statement = sa.select(table.c.first_id, table.c.second_id).where(
        table.c.state == "open", table.c.kind == records.name
    )
    with database.reading() as session:
        return {frozenset(row) for row in session.execute(statement)}


# Every change of a row has its row in the log.


@contextmanager
def watched(database: Database, name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fails a transaction that changes a row of a kind, or of one of its lists, and does not log the record."""
    seen: list[str] = []
    writing = Database.writing

    @contextmanager
    def watching(self: Database, target: str, *args: Any, **more: Any) -> Iterator[Session]:
        with writing(self, target, *args, **more) as session:
            before, head = _rows(session, target), changes.head(session, target).last_id
            yield session
            session.flush()
            after = _rows(session, target)
            log = changes.CHANGE[target]
            logged = set(session.scalars(sa.select(log.c.record_id).where(log.c.id > head)))
            touched = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
            assert {record_id for record_id in touched if record_id not in logged} == set(), "a change was not logged"
            seen.extend(map(str, touched))

    monkeypatch.setattr(Database, "writing", watching)
    yield seen
    monkeypatch.undo()


def _rows(session: Session, database: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for records in KINDS.values():
        if records.kind.database == database:
            for row in session.execute(sa.select(records.kind.table)):
                found.setdefault(row.id, []).append(tuple(row))
            for part in records.kind.parts.values():
                for row in session.execute(sa.select(part.__table__)):
                    found.setdefault(row.owner_id, []).append(tuple(row))
    return {record_id: sorted(rows, key=repr) for record_id, rows in found.items()}


def test_every_write_is_logged(database, records, new, actor, references, monkeypatch):
    with watched(database, records.kind.database, monkeypatch) as seen:
        first, second = new(), new()
        with database.writing(records.kind.database) as session:
            first = records.update(session, first.id, {"note": "N."}, version=1, actor=actor, reason="seen")
            first = records.retire(session, first.id, version=first.version, actor=actor, reason="gone")
            first = records.restore(session, first.id, version=first.version, actor=actor, reason="back")
        merge(database, records, first, second, ["note"], actor)
        unmerge(database, records, second, actor)
        table = factories.sheet(records, [next(_serials), next(_serials)], references)
        for sheet in (table, table.with_cells(0, note="Anew.")):
            batch = importing.stage(database, records, sheet, Options("list.csv"), actor=actor, workers=0)
            importing.apply(database, records, batch.id, actor=actor)
        importing.undo(database, KINDS, batch.id, actor=actor)
    assert len(seen) >= 8


def test_a_write_that_is_not_logged_is_seen(database, records, new, monkeypatch):
    item = new()
    table = records.kind.table
    unlogged = sa.update(table).where(table.c.id == item.id).values(area_path="0")
    name = records.kind.database
    with pytest.raises(AssertionError, match="not logged"), watched(database, name, monkeypatch):
        write(database, name, unlogged)


def write(database: Database, name: str, statement: Any) -> None:
    with database.writing(name) as session:
        session.execute(statement)
