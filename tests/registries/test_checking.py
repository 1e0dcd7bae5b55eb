"""``sanku check`` finds damage in records and links, and gives their address."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from registries import checking, link_checks, record_checks
from registries.changes import CHANGE
from registries.crypto import Keys
from registries.db import Database


def found(database: Database, catalogue) -> list[tuple[str, str | None, object, str]]:
    """All that is graver than information, except that the tests write without care for power cuts."""
    return [
        (one.severity, one.kind, one.record_id, str(one.problem))
        for one in checking.check(database, catalogue)
        if one.severity != "info" and "synchronous" not in one.problem
    ]


def write(database: Database, statement: sa.Executable) -> None:
    with database.engine.begin() as connection:
        connection.execute(statement)


def test_nothing_is_found_where_nothing_is_wrong(any_database, catalogue, records):
    assert found(any_database, catalogue) == []


def test_the_keys_of_another_system_are_suspected_in_one_finding(any_database, catalogue, records):
    ours, any_database.keys = any_database.keys, Keys.temporary()
    try:
        said = [text for _, _, _, text in found(any_database, catalogue)]
    finally:
        any_database.keys = ours
    assert len(said) == 1
    assert "key file" in said[0]
    assert found(any_database, catalogue) == []


def test_one_log_altered_from_end_to_end_is_still_named_row_by_row(any_database, catalogue, records):
    log = CHANGE["facilities"]
    write(any_database, log.update().values(actor="somebody else"))
    with any_database.engine.connect() as connection:
        rows = connection.scalar(sa.select(sa.func.count()).select_from(log))
    altered = [text for _, _, _, text in found(any_database, catalogue) if "of the change log was altered" in text]
    assert len(altered) == rows


@pytest.mark.parametrize("kind", ["resident", "organisation", "facility"])
def test_a_record_changed_past_the_log_is_named(any_database, catalogue, records, kind):
    table, victim = catalogue[kind].kind.table, records[kind][1]
    write(any_database, table.update().where(table.c.id == victim).values(name="某某"))
    assert [(k, i) for _, k, i, text in found(any_database, catalogue) if "past the change log: name" in text] == [
        (kind, victim)
    ]


def test_every_field_changed_past_the_log_is_found(any_database, catalogue, records):
    table, dice = catalogue["resident"].kind.table, random.Random(7)
    with any_database.engine.connect() as connection:
        stood = dict(connection.execute(sa.select(table).where(table.c.id == records["resident"][0])).mappings().one())
    for column in ("name", "sex", "birth_date", "address", "note", "phone_sealed", "id_number_sealed"):
        other = bytes(dice.randrange(256) for _ in range(60)) if column.endswith("_sealed") else "9"
        write(any_database, table.update().where(table.c.id == records["resident"][0]).values({column: other}))
        assert [i for _, _, i, _ in found(any_database, catalogue)] == [records["resident"][0]], column
        write(
            any_database,
            table.update().where(table.c.id == records["resident"][0]).values({column: stood[column]}),
        )


def test_a_sealed_value_moved_from_another_record_is_named(any_database, catalogue, records):
    table, (one, other, *_) = catalogue["resident"].kind.table, records["resident"]
    with any_database.engine.begin() as connection:
        stolen = connection.scalar(sa.select(table.c.phone_sealed).where(table.c.id == other))
        connection.execute(table.update().where(table.c.id == one).values(phone_sealed=stolen))
    assert [i for _, _, i, text in found(any_database, catalogue) if "cannot be opened" in text] == [one]


def test_a_record_taken_out_or_put_in_past_the_log_is_named(any_database, catalogue, records):
    place = catalogue["facility"].kind
    with any_database.engine.begin() as connection:
        gone = records["facility"][2]
        for part in place.parts.values():
            connection.execute(part.__table__.delete().where(part.__table__.c.owner_id == gone))
        row = dict(connection.execute(sa.select(place.table).where(place.table.c.id == gone)).mappings().one())
        connection.execute(place.table.delete().where(place.table.c.id == gone))
        extra = sa.Uuid().python_type("01900000-0000-7000-8000-000000000001")
        connection.execute(place.table.insert().values(**{**row, "id": extra, "code": None}))
    said = {record_id: text for _, _, record_id, text in found(any_database, catalogue)}
    assert "taken out" in said[gone]
    assert "knows nothing" in said[extra]


def test_a_link_to_nothing_is_found_across_databases(any_database, catalogue, records):
    table = catalogue["facility"].kind.parts["links"].__table__
    nowhere = sa.Uuid().python_type("01900000-0000-7000-8000-000000000002")
    write(
        any_database,
        table.update().where(table.c.owner_id == records["facility"][0]).values(target_id=nowhere),
    )
    assert [
        (kind, record_id) for _, kind, record_id, text in found(any_database, catalogue) if str(nowhere) in text
    ] == [("facility", records["facility"][0])]


def test_a_link_to_what_is_out_of_use_is_found(any_database, catalogue, records, actor):
    organisations = catalogue["organisation"]
    with any_database.writing("organisations") as session:
        organisations.retire(session, records["organisation"][0], version=1, actor=actor, reason="closed")
    said = [record_id for _, _, record_id, text in found(any_database, catalogue) if "out of use" in text]
    assert sorted(said) == sorted(records["facility"])


def test_a_record_that_its_area_does_not_know_is_named(any_database, catalogue, records):
    table = catalogue["organisation"].kind.table
    write(
        any_database,
        table.update().where(table.c.id == records["organisation"][1]).values(area_path="0001ZZZZ"),
    )
    assert ("organisation", records["organisation"][1]) in {
        (kind, record_id) for _, kind, record_id, text in found(any_database, catalogue) if "area" in text
    }


def test_what_is_overdue_is_told_with_its_day(any_database, catalogue, records, actor):
    facilities, yesterday = catalogue["facility"], date.today() - timedelta(days=1)
    with any_database.writing("facilities") as session:
        facilities.update(
            session,
            records["facility"][0],
            {"next_check_on": yesterday.isoformat()},
            version=1,
            actor=actor,
            reason="x",
        )
    told = [one for one in checking.check(any_database, catalogue) if yesterday.isoformat() in one.problem]
    assert [(one.severity, one.record_id) for one in told] == [("info", records["facility"][0])]


def test_unsafe_writing_is_an_error(database, catalogue):
    assert any("synchronous" in one.problem for one in checking.check(database, catalogue) if one.severity == "error")


def test_a_damaged_page_is_found(database, catalogue, records):
    del records
    database.engine.dispose()
    path = database.file("facilities")
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    path.write_bytes(content)
    first = next(one for one in checking.check(database, {}) if "damaged" in one.problem)
    assert (first.severity, first.database) == ("error", "facilities")


def test_tables_of_another_version_are_told(database, catalogue):
    said = list(checking.check(database, catalogue, behind=lambda _: ["population"]))
    assert ("error", "population") in {(one.severity, one.database) for one in said}


def test_keys_in_the_data_folder_are_an_error(database, catalogue, keys):
    keys.path = database.folder / "keys.json"
    assert any("data folder" in one.problem for one in checking.check(database, catalogue) if one.severity == "error")


def test_findings_are_data(any_database, catalogue, records):
    one = next(checking.check(any_database, catalogue)).as_json()
    assert set(one) == {"severity", "database", "kind", "id", "row", "message", "problem"}


def test_a_sample_is_as_large_as_asked(any_database, catalogue, records):
    table = catalogue["organisation"].kind.table
    write(any_database, table.update().values(name="某某"))
    with any_database.reading() as session:
        assert len(list(record_checks.check(session, catalogue["organisation"], sample=2))) == 2


def test_what_is_overdue_is_so_by_the_calendar_of_the_district(any_database, catalogue, records, actor):
    organisations, one = catalogue["organisation"], records["organisation"][0]
    table = organisations.kind.table
    write(any_database, table.update().where(table.c.id == one).values(next_inspection_on=date(2026, 3, 5)))
    for moment, overdue in (("2026-03-05T15:59:00+00:00", []), ("2026-03-05T16:01:00+00:00", [one])):
        with time_machine.travel(moment, tick=False), any_database.reading() as session:
            told = link_checks.check(session, organisations, catalogue)
            assert [finding.record_id for finding in told if "overdue" in str(finding.problem)] == overdue
