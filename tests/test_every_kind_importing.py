"""What holds for files of every kind on both engines: in, out, again, back; areas, blanks, duplicates, mending."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app import catalogue
from registries import changes, duplicates, importing, sheets
from registries import references as known
from registries.access import Actor, Grant, NotAllowed
from registries.db import Base, Database
from registries.importing import Batch, Options
from registries.importing.exporting import Wish, export
from registries.records import Records
from registries.storing import opened
from tests import factories
from tests.factories import Sheet

KINDS = catalogue()
STATES = ("new", "changed", "same", "duplicate", "transfer", "error")
#: What an undo leaves as it is: logs, counters of serials, batches, versions and times.
LOGS = {"change", "change_head", "batch", "staged_row", "serial"}
TIMES = {"version", "row_version", "created_at", "updated_at"}
INSIDE, OUTSIDE = "000101001001001", "000101002001001"
_serials = itertools.count(2_000, 20)
_sources = itertools.count()


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
def sheet(records: Records, references: known.References) -> Callable[..., Sheet]:
    """Makes a sheet of so many new records each time."""

    def make(count: int = 3) -> Sheet:
        first = next(_serials)
        return factories.sheet(records, range(first, first + count), references)

    return make


@pytest.fixture
def clerk(references: known.References) -> Actor:
    """Somebody whose area is the first of the two streets."""
    path = references.areas.find("000101001").path
    return Actor("clerk", (Grant("registry_admin", path), Grant("editor", path)))


def staged(database: Database, records: Records, table: Any, actor: Actor, **options: Any) -> Batch:
    options.setdefault("file_name", f"list{next(_sources)}.csv")
    return importing.stage(database, records, table, Options(**options), actor=actor, workers=0)


def imported(database: Database, records: Records, table: Any, actor: Actor, **options: Any) -> Batch:
    batch = staged(database, records, table, actor, **options)
    return importing.apply(database, records, batch.id, actor=actor)


def counts(batch: Batch) -> dict[str, int]:
    return {state: batch.counts[state] for state in STATES if batch.counts[state]}


def tables(database: Database, name: str) -> dict[str, list[Any]]:
    """All rows of a database but for what an undo leaves."""
    found = {}
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.schema == name and table.name not in LOGS:
                rows = session.execute(
                    sa.select(*(column for column in table.columns if column.name not in TIMES))
                ).all()
                found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def stored(database: Database, records: Records, batch: Batch) -> list[Any]:
    """The records of a kind that a batch made, in the order of the file."""
    with database.reading() as session:
        log = changes.CHANGE[records.kind.database]
        ids = session.scalars(
            sa.select(log.c.record_id)
            .where(
                log.c.batch_id == batch.id,
                log.c.kind == records.name,
                log.c.action == "create",
            )
            .order_by(log.c.id)
        ).all()
        return records.load(session, ids)


def errors(database: Database, batch: Batch) -> dict[int, dict[str, Any]]:
    with database.reading() as session:
        return {number: problems for number, _cells, problems in importing.failed_rows(session, batch)}


def exported(database: Database, records: Records, actor: Actor, ids: Sequence[UUID], **wish: Any) -> Sheet:
    headings, rows = export(database, records, Wish(**wish), actor=actor)
    wanted = set(map(str, ids))
    return Sheet(headings, [row for row in rows if row[0] in wanted])


def test_a_file_goes_in_and_reads_back_as_it_was_told(database, records, sheet, actor, references):
    table = sheet(4)
    batch = imported(database, records, table, actor)
    assert counts(batch) == {"new": 4}
    schema = records.kind.schema(references)
    for row, item in zip(table.rows, stored(database, records, batch), strict=True):
        told = schema.check(dict(zip(table.headings, row, strict=True))).values
        found = opened(database.keys, item.values)
        assert {name: found[name] for name in told if told[name]} == {name: told[name] for name in told if told[name]}


def test_staging_alone_writes_nothing_and_strict_means_not_to_apply(database, records, sheet, actor):
    before = tables(database, records.kind.database)
    batch = staged(database, records, sheet().with_cells(1, area_id="〇〇"), actor)
    assert counts(batch) == {"new": 2, "error": 1}
    assert tables(database, records.kind.database) == before


def test_a_second_apply_does_nothing(database, records, sheet, actor):
    batch = imported(database, records, sheet(), actor)
    with database.reading() as session:
        before = changes.head(session, records.kind.database)
    again = importing.apply(database, records, batch.id, actor=actor)
    with database.reading() as session:
        assert changes.head(session, records.kind.database) == before
    assert again.state == "applied"


def test_the_same_file_again_adds_nothing(database, records, sheet, actor):
    table = sheet(4)
    doubled = Sheet(table.headings, [*table.rows, table.with_cells(0, note="Said otherwise further down.").rows[0]])
    imported(database, records, doubled, actor)
    before = tables(database, records.kind.database)
    for _ in range(2):
        again = imported(database, records, doubled, actor)
        assert again.counts["new"] + again.counts["changed"] + again.counts["error"] == 0, counts(again)
    assert tables(database, records.kind.database) == before


def test_the_same_file_again_adds_nothing_though_its_rows_carry_no_code(database, records, sheet, actor):
    codes = {"id_number", "registrations", "code", "household_number", "relation_to_head"}
    table = sheet(4)
    table = table.only(*(heading for heading in table.headings if heading not in codes))
    first = imported(database, records, table, actor)
    assert first.counts["error"] == 0, errors(database, first)
    for name in ("same.csv", "copy of the same.csv"):
        assert counts(imported(database, records, table, actor, file_name=name)) == {"same": 4}


def test_two_batches_of_one_file_that_waited_side_by_side_add_it_once(database, records, sheet, actor):
    table = sheet()
    one, other = staged(database, records, table, actor), staged(database, records, table, actor)
    importing.apply(database, records, one.id, actor=actor)
    before = tables(database, records.kind.database)
    importing.apply(database, records, other.id, actor=actor)
    assert tables(database, records.kind.database) == before


def test_a_changed_row_changes_its_record_and_no_other(database, records, sheet, actor):
    table = sheet()
    first = imported(database, records, table, actor, source="office")
    again = exported(database, records, actor, [item.id for item in stored(database, records, first)])
    heading = next(h for h in again.headings if h in records.storage.fields["note"].headings or h == "Note")
    batch = imported(database, records, again.with_cells(1, **{heading: "Told better."}), actor)
    assert counts(batch) == {"changed": 1, "same": 2}
    items = stored(database, records, first)
    assert [item.values["note"] == "Told better." for item in items] == [False, True, False]
    assert [item.version for item in items] == [1, 2, 1]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("reveal", [False, True], ids=["masked", "revealed"])
def test_an_export_comes_back_without_a_change(database, records, sheet, actor, language, reveal):
    first = imported(database, records, sheet(4), actor)
    out = exported(
        database,
        records,
        actor,
        [item.id for item in stored(database, records, first)],
        language=language,
        reveal=reveal,
        reason="yearly check",
    )
    assert len(set(out.headings)) == len(out.headings)
    batch = staged(database, records, out, actor)
    assert counts(batch) == {"same": 4}, errors(database, batch)
    blank = staged(database, records, out, actor, clear_blanks=True)
    assert counts(blank) == {"same": 4}, errors(database, blank)


@pytest.mark.parametrize(("ending", "reveal", "language"), [("xlsx", False, "zh"), ("csv", True, "en")])
def test_an_exported_file_comes_back_without_a_change(
    database, records, sheet, actor, tmp_path, ending, reveal, language
):
    first = imported(database, records, sheet(4), actor)
    out = exported(
        database,
        records,
        actor,
        [item.id for item in stored(database, records, first)],
        language=language,
        reveal=reveal,
        reason="yearly check",
    )
    path = tmp_path / f"out.{ending}"
    (sheets.write_xlsx if ending == "xlsx" else sheets.write_csv)(path, out.headings, out.rows)
    with sheets.open_table(path) as table:
        batch = staged(database, records, table, actor)
    assert counts(batch) == {"same": 4}, errors(database, batch)


def test_a_mask_that_is_not_that_of_the_stored_value_is_an_error(database, records, sheet, actor):
    masks = [name for name, item in records.storage.sealed.items() if item.mask]
    first = imported(database, records, sheet(1), actor)
    out = exported(database, records, actor, [stored(database, records, first)[0].id], language="en")
    for name in masks:
        batch = staged(database, records, out.with_cells(0, **{records.storage.fields[name].label: "9******9"}), actor)
        assert list(errors(database, batch)[2]) == [name]


def test_exports_hold_what_the_actor_may_see(database, records, sheet, actor, clerk):
    table = sheet(2).with_cells(0, area_id=INSIDE).with_cells(1, area_id=OUTSIDE)
    inside, outside = stored(database, records, imported(database, records, table, actor))
    _headings, rows = export(database, records, Wish(), actor=clerk)
    ids = {row[0] for row in rows}
    assert str(inside.id) in ids
    assert str(outside.id) not in ids
    with pytest.raises(NotAllowed):
        export(database, records, Wish(), actor=Actor("stranger"))


def test_an_undo_restores_every_table_exactly(database, records, sheet, actor):
    table = sheet(5)
    kept = imported(database, records, Sheet(table.headings, table.rows[:3]), actor)
    before = tables(database, records.kind.database)
    out = exported(
        database,
        records,
        actor,
        [item.id for item in stored(database, records, kept)],
        language="en",
        reveal=True,
        reason="check",
    )
    changed = out.with_cells(0, Note="Other.", Area=INSIDE).with_cells(1, Note="Other, too.", Area=OUTSIDE)
    batch = imported(database, records, changed, actor)
    assert batch.counts["changed"] == 2
    more = imported(database, records, Sheet(table.headings, table.rows[3:]), actor)
    assert counts(more) == {"new": 2}
    for one in (more, batch):
        undone = importing.undo(database, KINDS, one.id, actor=actor)
        assert not undone.conflicts
    assert tables(database, records.kind.database) == before
    assert counts(staged(database, records, Sheet(table.headings, table.rows[:3]), actor)) == {"same": 3}


def test_imports_on_top_of_each_other_are_undone_in_turn(database, records, sheet, actor):
    empty = tables(database, records.kind.database)
    table = sheet(2)
    first = imported(database, records, table, actor)
    between = tables(database, records.kind.database)
    ids = [item.id for item in stored(database, records, first)]
    second = imported(
        database, records, exported(database, records, actor, ids, language="en").with_cells(0, Note="N."), actor
    )
    assert importing.undo(database, KINDS, first.id, actor=actor).conflicts
    importing.undo(database, KINDS, second.id, actor=actor)
    assert tables(database, records.kind.database)[records.kind.table.name] != empty[records.kind.table.name]
    third = imported(
        database, records, exported(database, records, actor, ids, language="en").with_cells(0, Note="N."), actor
    )
    importing.undo(database, KINDS, third.id, actor=actor)
    assert between


def test_what_was_undone_may_be_undone_below_it(database, records, sheet, actor):
    empty = tables(database, records.kind.database)
    first = imported(database, records, sheet(2), actor)
    ids = [item.id for item in stored(database, records, first)]
    second = imported(
        database, records, exported(database, records, actor, ids, language="en").with_cells(0, Note="N."), actor
    )
    importing.undo(database, KINDS, second.id, actor=actor)
    assert not importing.undo(database, KINDS, first.id, actor=actor).conflicts
    assert tables(database, records.kind.database) == empty


def test_an_undo_leaves_what_was_edited_since_and_says_so(database, records, sheet, actor):
    first = imported(database, records, sheet(3), actor)
    items = stored(database, records, first)
    with database.writing(records.kind.database) as session:
        records.update(session, items[1].id, {"note": "By hand."}, version=1, actor=actor, reason="seen")
    undone = importing.undo(database, KINDS, first.id, actor=actor)
    assert (records.name, items[1].id) in undone.conflicts
    with database.reading() as session:
        left = records.load(session, [item.id for item in items])
        assert [item.id for item in left] == [items[1].id]
        assert left[0].values["note"] == "By hand."
        for name, field in records.storage.fields.items():
            target = KINDS.get(getattr(field, "kind", ""))
            if target and left[0].values[name] and target.kind.database == records.kind.database:
                assert target.load(session, [left[0].values[name]]), f"{name} leads nowhere"
    with pytest.raises(importing.applying.Refused):
        importing.undo(database, KINDS, first.id, actor=actor)


def test_the_failed_rows_go_in_once_they_are_mended(database, records, sheet, actor, tmp_path):
    table = sheet(3)
    spoiled = table.with_cells(0, area_id="〇〇").with_cells(2, area_id="〇〇")
    first = imported(database, records, spoiled, actor)
    assert counts(first) == {"new": 1, "error": 2}
    with database.reading() as session:
        failed = list(importing.failed_rows(session, first))
    path = tmp_path / "errors.xlsx"
    sheets.write_errors(
        path,
        first.headings,
        [(number, cells, {0: "no such area"}) for number, cells, _problems in failed],
        reason_heading="Reason",
        row_heading="Row in the file",
    )
    with sheets.open_table(path) as back:
        rows = [cells for chunk in back.chunks() for _number, cells in chunk]
        mended = Sheet(back.headings, rows)
    for row in range(2):
        mended = mended.with_cells(row, area_id=INSIDE)
    batch = imported(database, records, mended, actor)
    assert counts(batch) == {"new": 2}, errors(database, batch)
    expected = Sheet(table.headings, [table.with_cells(0, area_id=INSIDE).rows[0], table.rows[1]])
    assert counts(staged(database, records, expected, actor)) == {"same": 2}


def test_a_good_row_after_a_failed_one_of_the_same_record_counts(database, records, sheet, actor):
    table = sheet(1)
    doubled = Sheet(table.headings, [table.with_cells(0, area_id="〇〇").rows[0], table.rows[0]])
    assert counts(imported(database, records, doubled, actor)) == {"error": 1, "new": 1}


def test_blank_cells_keep_or_clear_as_told(database, records, sheet, actor):
    table = sheet(1)
    first = imported(database, records, table, actor)
    out = exported(database, records, actor, [stored(database, records, first)[0].id], language="en").with_cells(
        0, Note=None
    )
    assert counts(staged(database, records, out, actor)) == {"same": 1}
    assert counts(imported(database, records, out, actor, clear_blanks=True)) == {"changed": 1}
    assert stored(database, records, first)[0].values["note"] is None


def test_a_blank_area_is_never_cleared(database, records, sheet, actor):
    first = imported(database, records, sheet(1).with_cells(0, area_id=INSIDE), actor)
    item = stored(database, records, first)[0]
    out = exported(database, records, actor, [item.id], language="en").with_cells(0, Area=None)
    assert counts(imported(database, records, out, actor, clear_blanks=True)) == {"same": 1}
    fresh = imported(database, records, sheet(1).with_cells(0, area_id=None), actor, clear_blanks=True)
    assert counts(fresh) == {"new": 1}


def test_a_file_with_some_of_the_columns_leaves_the_others_alone(database, records, sheet, actor):
    first = imported(database, records, sheet(2), actor)
    items = stored(database, records, first)
    out = exported(database, records, actor, [item.id for item in items], language="en").only("Record id", "Note")
    batch = imported(database, records, out.with_cells(0, Note="Only this."), actor)
    assert counts(batch) == {"changed": 1, "same": 1}
    after = stored(database, records, first)
    told = opened(database.keys, after[0].values)
    assert {**opened(database.keys, items[0].values), "note": "Only this."} == told


def test_a_record_id_that_nobody_has_is_an_error(database, records, sheet, actor):
    table = sheet(1)
    table = Sheet(["record_id", *table.headings], [[factories.unknown_id(), *table.rows[0]]])
    assert "record_id" in errors(database, staged(database, records, table, actor))[2]


def test_rows_without_area_go_where_they_are_told(database, records, sheet, actor, references):
    table = sheet(1).with_cells(0, area_id=None)
    place = references.areas.find("000101002002")
    item = stored(database, records, imported(database, records, table, actor, area_id=place.id))[0]
    assert item.area_path == place.path
    item = stored(database, records, imported(database, records, sheet(1).with_cells(0, area_id=None), actor))[0]
    assert item.area_path == references.areas.root().path


def test_rows_of_an_actor_with_a_smaller_area_stay_inside_it(database, records, sheet, clerk, references):
    table = sheet(3).with_cells(0, area_id=INSIDE).with_cells(1, area_id=OUTSIDE).with_cells(2, area_id=None)
    batch = imported(database, records, table, clerk)
    assert counts(batch) == {"new": 2, "error": 1}
    assert list(errors(database, batch)) == [3]
    own = clerk.grants[0].area_path
    assert all(item.area_path.startswith(own) for item in stored(database, records, batch))
    with pytest.raises(NotAllowed):
        staged(database, records, sheet(1), clerk, area_id=references.areas.find("000101002").id)
    with pytest.raises(NotAllowed):
        staged(database, records, sheet(1), Actor("stranger"))


def test_nobody_applies_what_they_could_not_import(database, records, sheet, actor, clerk):
    batch = staged(database, records, sheet(1).with_cells(0, area_id=OUTSIDE), actor)
    before = tables(database, records.kind.database)
    for other in (clerk, Actor("stranger")):
        with pytest.raises(NotAllowed):
            importing.apply(database, records, batch.id, actor=other)
    assert tables(database, records.kind.database) == before


def test_a_record_outside_the_area_is_a_transfer_by_its_code_and_unknown_otherwise(
    database, records, sheet, actor, clerk, references
):
    table = sheet(1).with_cells(0, area_id=OUTSIDE)
    item = stored(database, records, imported(database, records, table, actor))[0]
    inside = table.with_cells(0, area_id=INSIDE)
    has_code = bool(records.kind.codes(opened(database.keys, item.values))) and records.name != "household"
    assert counts(staged(database, records, inside, clerk)) == ({"transfer": 1} if has_code else {"new": 1})
    by_id = Sheet(["record_id", "note"], [[str(item.id), "Mine?"]])
    assert "record_id" in errors(database, staged(database, records, by_id, clerk))[2]
    again = staged(database, records, table, clerk)
    assert again.counts["same"] == 0


def test_a_row_is_known_by_its_key_at_the_source(database, records, sheet, actor):
    codes = {"id_number", "registrations", "code", "household_number", "relation_to_head", "number"}
    table = sheet(2)
    kept = [heading for heading in table.headings if heading not in codes or records.name == "household"]
    table = table.only(*kept)
    table = Sheet(["source_id", *table.headings], [[f"K{n}", *row] for n, row in enumerate(table.rows)])
    source = f"office{next(_sources)}"
    first = imported(database, records, table, actor, source=source)
    assert counts(first) == {"new": 2}
    changed = table.with_cells(0, note="Said anew.")
    assert counts(imported(database, records, changed, actor, source=source)) == {"changed": 1, "same": 1}
    assert stored(database, records, first)[0].values["note"] == "Said anew."


def test_rows_that_stand_twice_count_once(database, records, sheet, actor):
    table = sheet(1)
    batch = imported(database, records, Sheet(table.headings, [*table.rows, *table.rows]), actor)
    assert counts(batch) == {"new": 1, "duplicate": 1}


def test_rows_that_give_one_code_to_two_records_do_not_both_go_in(database, records, sheet, actor):
    first = imported(database, records, sheet(2), actor)
    items = stored(database, records, first)
    codes = records.kind.codes(opened(database.keys, items[0].values))
    if not codes:
        return
    out = exported(database, records, actor, [item.id for item in items], language="en", reveal=True, reason="x")
    heading = next(
        h
        for h in out.headings
        if any(
            item.label == h and name in ("id_number", "registrations", "code", "number")
            for name, item in records.storage.fields.items()
        )
    )
    swapped = out.with_cells(1, **{heading: out.cell(0, heading), "Area": out.cell(0, "Area")})
    batch = imported(database, records, swapped.only("Record id", heading, "Area"), actor)
    assert counts(batch) == {"same": 1, "error": 1}


def test_what_looks_like_a_record_is_added_and_queued_for_review(database, records, sheet, actor):
    codes = {"id_number", "registrations", "code", "household_number", "relation_to_head"}
    table = sheet(1)
    if records.name == "household":
        return
    table = table.only(*(heading for heading in table.headings if heading not in codes))
    item = stored(database, records, imported(database, records, table, actor))[0]
    batch = imported(database, records, table.with_cells(0, note="Looks the same."), actor)
    assert (counts(batch), batch.counts["probable"]) == ({"new": 1}, 1)
    other = stored(database, records, batch)[0]
    pair = {item.id, other.id}
    table = duplicates.DUPLICATE[records.kind.database]
    queued = sa.select(table.c.first_id, table.c.second_id).where(table.c.state == "open")
    with database.reading() as session:
        assert pair in [set(row) for row in session.execute(queued)]
    importing.undo(database, KINDS, batch.id, actor=actor)
    with database.reading() as session:
        assert pair not in [set(row) for row in session.execute(queued)]


def test_a_staged_payload_shows_nothing_to_who_has_no_keys(database, records, sheet, actor):
    batch = staged(database, records, sheet(2).with_cells(1, area_id="〇〇"), actor)
    with database.reading() as session:
        table = importing.batches.STAGED_ROW[records.kind.database]
        rows = repr(session.execute(sa.select(table).where(table.c.batch_id == batch.id)).all())
    for value in sheet(1).rows[0]:
        assert not isinstance(value, str) or len(value) < 8 or value not in rows
