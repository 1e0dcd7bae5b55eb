"""What holds for the records of every kind in the catalogue, on both engines: verbs, history, areas, secrecy."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app import catalogue
from registries import chain, changes, listing, person_fields
from registries import references as known
from registries.access import Actor, Grant, NotAllowed
from registries.db import Base, Database, new_id
from registries.fields import Day, Number, RecordField, Text, YesNo
from registries.records import Conflict, Doubtful, Invalid, NotFound, Records
from registries.reference_fields import Area, Code
from registries.schemas import Parts, fields_of
from registries.storing import Sealed, opened
from tests import factories

KINDS = catalogue()
#: Tables of the databases that an undo, or reading, does not put back.
LOGS = {"change", "change_head", "batch", "staged_row", "serial"}
_serials = itertools.count(1)


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
def raw(records: Records, references: known.References) -> Any:
    """Makes the values of another new record each time."""
    return lambda **told: {**factories.raw(records, next(_serials), references), **told}


@pytest.fixture
def clerk(references: known.References) -> Actor:
    """Somebody whose area is the first of the two streets."""
    path = references.areas.find("000101001").path
    return Actor("clerk", (Grant("registry_admin", path), Grant("editor", path)))


def create(database: Database, records: Records, values: dict[str, Any], actor: Actor) -> Any:
    with database.writing(records.kind.database) as session:
        return records.create(session, values, actor=actor, reason="seen")


def update(database: Database, records: Records, item: Any, values: dict[str, Any], actor: Actor) -> Any:
    with database.writing(records.kind.database) as session:
        return records.update(session, item.id, values, version=item.version, actor=actor, reason="seen")


def clear(database: Database, item: Any) -> dict[str, Any]:
    return opened(database.keys, item.values)

    """Another value for a field that nothing else follows from."""
    return {"note": f"Another note for {item.id}."}


def test_what_is_created_reads_back_the_same(database, records, raw, actor, references):
    values = raw()
    told = records.kind.schema(references).check(values).values
    item = create(database, records, values, actor)
    with database.reading() as session:
        read = records.get(session, item.id, actor=actor)
    found = clear(database, read)
    assert {name: found[name] for name in told if told[name]} == {name: told[name] for name in told if told[name]}
    assert read.version == 1
    assert read.area_path == references.areas.get(found["area_id"]).path


def wrong_value(item: RecordField) -> Any:
    """What no field of this class can be."""
    if isinstance(item, Parts):
        return [{}]
    if isinstance(item, person_fields.LenientCode):
        return None
    if isinstance(item, person_fields.PersonName):
        return "123"
    wrong = {Area: "〇〇〇", Code: "〇〇〇", Day: "31 February", Number: "many", YesNo: "perhaps"}
    for kind, value in wrong.items():
        if isinstance(item, kind):
            return value
    return "x" * (item.most + 1) if isinstance(item, Text) else None


def test_a_wrong_value_names_its_field(database, records, raw, actor, references):
    good = raw()
    for name, item in records.kind.schema(references).plan.items():
        value = wrong_value(item)
        if value is None or item.computed or item.virtual:
            continue
        with pytest.raises(Invalid) as refused:
            create(database, records, {**good, name: value}, actor)
        assert name in refused.value.errors, f"{name}: {refused.value.errors}"
        problem = refused.value.errors[name][0]
        assert problem.remedy or isinstance(item, Parts), f"{name} says nothing of what to do"


def test_doubtful_values_need_a_reason(database, records, raw, actor, monkeypatch):
    values = raw()
    schema = records.kind.schema
    rules = schema.rules

    def doubting(self: Any, record: Any, checked: Any) -> None:
        rules(self, record, checked)
        checked.warn("note", person_fields.Problem("Is that so?"))

    monkeypatch.setattr(schema, "rules", doubting)
    with pytest.raises(Doubtful, match="Is that so"), database.writing(records.kind.database) as session:
        records.create(session, values, actor=actor)
    item = create(database, records, values, actor)
    with pytest.raises(Doubtful), database.writing(records.kind.database) as session:
        records.update(session, item.id, {"note": "Other."}, version=1, actor=actor)
    assert update(database, records, item, {"note": "Other."}, actor).version == 2


def test_history_tells_who_changed_what_from_what(database, records, raw, actor):
    item = create(database, records, raw(note="Before."), actor)
    item = update(database, records, item, {"note": "After."}, Actor("editor", console=True))
    with database.reading() as session:
        last, first = changes.history(session, records.kind.database, item.id)
    assert (last.actor, last.action, last.changes, last.reason) == (
        "editor",
        "update",
        {"note": ["Before.", "After."]},
        "seen",
    )
    assert (first.actor, first.action, first.changes["note"]) == (actor.name, "create", [None, "Before."])


def test_an_edit_that_changes_nothing_is_not_written(database, records, raw, actor):
    values = raw()
    item = create(database, records, values, actor)
    again = update(database, records, item, {"note": values["note"]}, actor)
    with database.reading() as session:
        assert len(changes.history(session, records.kind.database, item.id)) == 1
    assert again.version == item.version


def test_a_stale_edit_is_a_conflict_and_writes_nothing(database, records, raw, actor):
    first = create(database, records, raw(), actor)
    update(database, records, first, {"note": "Somebody was faster."}, actor)
    before = tables(database, records.kind.database, logs=True)
    with pytest.raises(Conflict) as conflict:
        update(database, records, first, {"note": "Too late."}, actor)
    assert conflict.value.item.values["note"] == "Somebody was faster."
    assert tables(database, records.kind.database, logs=True) == before


def test_a_retired_record_leaves_the_lists_and_comes_back(database, records, raw, actor):
    item = create(database, records, raw(), actor)
    with database.writing(records.kind.database) as session:
        gone = records.retire(session, item.id, version=1, actor=actor, reason="torn down")
    with database.reading() as session:
        assert item.id not in listed(session, records, actor)
        assert item.id in listed(session, records, actor, retired=True)
        assert records.get(session, item.id, actor=actor).retired_at
    with database.writing(records.kind.database) as session:
        back = records.restore(session, item.id, version=gone.version, actor=actor, reason="was a mistake")
    with database.reading() as session:
        assert item.id in listed(session, records, actor)
        history = changes.history(session, records.kind.database, item.id)
    assert back.retired_at is None
    assert [entry.action for entry in history] == ["restore", "retire", "create"]


def test_a_record_whose_code_was_taken_meanwhile_cannot_be_restored(database, records, raw, actor):
    values = raw()
    item = create(database, records, values, actor)
    if not records.kind.codes(clear(database, item)):
        return
    with database.writing(records.kind.database) as session:
        gone = records.retire(session, item.id, version=1, actor=actor, reason="moved")
    create(database, records, values, actor)
    with pytest.raises(Invalid), database.writing(records.kind.database) as session:
        records.restore(session, item.id, version=gone.version, actor=actor, reason="came back")


def listed(session: Any, records: Records, actor: Actor, **wish: Any) -> list[UUID]:
    return [item.id for item in listing.find(session, records, listing.Wish(limit=10_000, **wish), actor=actor).items]


def test_what_lies_outside_the_area_looks_as_if_it_were_not_there(database, records, raw, actor, clerk):
    inside = create(database, records, raw(area_id="000101001001001"), actor)
    outside = create(database, records, raw(area_id="000101002001001"), actor)
    with database.reading() as session:
        assert records.get(session, inside.id, actor=clerk).id == inside.id
        with pytest.raises(NotFound) as hidden:
            records.get(session, outside.id, actor=clerk)
        unknown = new_id()
        with pytest.raises(NotFound) as missing:
            records.get(session, unknown, actor=clerk)
        assert str(hidden.value).replace(str(outside.id), "") == str(missing.value).replace(str(unknown), "")
        seen = listed(session, records, clerk)
        assert inside.id in seen
        assert outside.id not in seen
        assert listing.count(session, records, listing.Wish(), actor=clerk)[0] == len(seen)
    for verb in (update, retire):
        with pytest.raises(NotFound):
            verb(database, records, outside, {"note": "x"}, clerk)


def retire(database: Database, records: Records, item: Any, _values: Any, actor: Actor) -> Any:
    with database.writing(records.kind.database) as session:
        return records.retire(session, item.id, version=item.version, actor=actor, reason="x")


def test_nobody_writes_into_an_area_that_is_not_theirs(database, records, raw, clerk):
    with pytest.raises(NotAllowed):
        create(database, records, raw(area_id="000101002001001"), clerk)
    with pytest.raises(NotAllowed):
        create(database, records, raw(area_id=None), clerk)
    mine = create(database, records, raw(area_id="000101001001001"), clerk)
    with pytest.raises(NotAllowed):
        update(database, records, mine, {"area_id": "000101002001001"}, clerk)
    with pytest.raises(NotAllowed):
        update(database, records, mine, {"area_id": None}, clerk)


def test_a_record_without_area_belongs_to_the_district(database, records, raw, actor, references):
    item = create(database, records, raw(area_id=None), actor)
    assert item.area_path == references.areas.root().path
    moved = update(database, records, item, {"area_id": "000101001001001"}, actor)
    assert moved.area_path == references.areas.find("000101001001001").path
    assert update(database, records, moved, {"area_id": ""}, actor).area_path == references.areas.root().path


def test_nobody_reads_without_a_grant(database, records, raw, actor):
    item = create(database, records, raw(), actor)
    ended = Actor("former", (Grant("registry_admin", "", until=date.today() - timedelta(days=1)),))
    with database.reading() as session:
        for stranger in (Actor("stranger"), ended):
            with pytest.raises(NotFound):
                records.get(session, item.id, actor=stranger)
            assert listed(session, records, stranger) == []
            assert listing.count(session, records, listing.Wish(), actor=stranger) == (0, False)


def secrets_of(database: Database, item: Any) -> list[str]:
    """The clear texts of all sealed values of a record, those of its lists too; words that others use are left out."""
    cells = list(item.values.values())
    for rows in filter(None, (item.values[name] for name in KINDS[item.kind].storage.parts)):
        cells += [cell for row in rows for cell in row.values()]
    texts = [str(cell.open(database.keys)) for cell in cells if isinstance(cell, Sealed)]
    return [text for text in texts if len(text) > 6]


def test_no_sealed_value_stands_clear_in_any_table(database, records, raw, actor):
    item = create(database, records, raw(), actor)
    item = update(
        database,
        records,
        item,
        {
            name: factories.phone(next(_serials))
            for name, value in item.values.items()
            if name.endswith("phone") and value
        },
        actor,
    )
    secrets = secrets_of(database, item)
    assert secrets or not any(
        field.sealed and not isinstance(field, Parts) for field in records.storage.fields.values()
    )
    everything = repr(tables(database, records.kind.database, logs=True))
    assert [secret for secret in secrets if secret in everything] == []
    assert [secret for secret in secrets if secret in repr(item)] == []


def test_messages_and_objects_on_the_way_repeat_no_sealed_value(database, records, raw, actor, references):
    values = raw()
    item = create(database, records, values, actor)
    secrets = secrets_of(database, item)
    shown = [repr(Conflict(item)), str(Conflict(item))]
    with pytest.raises(Invalid) as refused:
        create(database, records, {**values, "area_id": "〇"}, actor)
    checked = records.kind.schema(references).check(values)
    shown += [str(refused.value), repr(refused.value), repr(checked)]
    if records.kind.codes(clear(database, item)):
        with pytest.raises(Invalid) as taken:
            create(database, records, values, actor)
        shown += [str(taken.value), repr(taken.value.errors)]
    for name, field in records.storage.plain.items() | records.storage.sealed.items():
        if field.sealed:
            wrong = records.kind.schema(references).check({**values, name: f"{values[name]}〇"})
            shown += [str(problem) for problem in wrong.errors.get(name, ())]
            secrets.append(str(values[name]))
    assert [secret for secret in secrets if any(secret in text for text in shown)] == []


def tables(
    database: Database, name: str, logs: bool = False, but: frozenset[str] = frozenset()
) -> dict[str, list[Any]]:
    """All rows of all tables of a database."""
    found = {}
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.schema == name and (logs or table.name not in LOGS):
                columns = [column for column in table.columns if column.name not in but]
                rows = session.execute(sa.select(*columns)).all()
                found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def test_the_log_holds_after_all_that(database, records):
    with database.reading() as session:
        assert list(chain.verify(session, records.kind.database)) == []


@pytest.mark.parametrize("kind", catalogue())
def test_every_field_that_somebody_fills_in_stands_in_one_section(kind):
    """Forms and record pages are drawn from the sections: a field left out could never be typed in or seen."""
    schema = catalogue()[kind].kind.schema
    fields = fields_of(schema)
    told = [name for _title, names in schema.sections for name in names]
    assert len(told) == len(set(told))
    # What a survey captured is kept as it came; the position is typed in as longitude and latitude.
    filled = {name for name, item in fields.items() if not item.virtual and not item.computed}
    assert filled - set(told) <= {"captured_x", "captured_y"}
    assert set(told) <= set(fields)
    assert set(schema.columns) <= set(fields)
