"""One transaction writes one database, however the statement is worded; a reading session writes none."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import bulk, guard
from registries.access import Actor
from registries.changes import CHANGE
from registries.db import DATABASES, Database, TwoDatabases, new_id, now

#: Each writes facilities; none has a place in a transaction of organisations.
WORDINGS = {
    "plain": "DELETE FROM facilities.facility",
    "lower case": "delete from facilities.facility",
    "odd case": "uPdAtE Facilities.facility SET note = 'x'",
    "new lines": "UPDATE\n\tfacilities\n.\nfacility\nSET note = 'x'",
    "quoted names": 'UPDATE "facilities"."facility" SET note = \'x\'',
    "quoted without a space": 'UPDATE"facilities"."facility" SET note = \'x\'',
    "comment first": "/* tidy up */DELETE FROM facilities.facility",
    "comment between": "DELETE /* all */ FROM/**/facilities/**/./**/facility",
    "comment at the end of a line": "DELETE FROM -- all of them\n facilities.facility",
    "comment marks in a string": "UPDATE facilities.facility SET note = '/*' WHERE note <> '*/'",
    "common table expression": "WITH o AS (SELECT 1 AS a) DELETE FROM facilities.facility WHERE 1 IN (SELECT a FROM o)",
    "into a select": "INSERT INTO facilities.change_head SELECT * FROM facilities.change_head",
    "table": "CREATE TABLE facilities.mine (a INTEGER)",
    "table to go": "DROP TABLE facilities.change",
    "column": "ALTER TABLE facilities.facility ADD COLUMN mine INTEGER",
}
#: What only one engine understands.
SQLITE = {
    "index": "CREATE INDEX facilities.mine ON facility (note)",
    "brackets": "UPDATE [facilities].[facility] SET note = 'x'",
    "backquotes": "UPDATE `facilities`.`facility` SET note = 'x'",
    "or ignore": "UPDATE OR IGNORE facilities.facility SET note = 'x'",
    "or replace": "INSERT OR REPLACE INTO facilities.change_head SELECT * FROM facilities.change_head",
    "replace": "REPLACE INTO facilities.change_head SELECT * FROM facilities.change_head",
    "no schema": "UPDATE facility SET note = 'x'",
    "header": "PRAGMA facilities.user_version = 7",
    "another file": "ATTACH DATABASE ':memory:' AS other",
}
POSTGRES = {
    "index": "CREATE INDEX mine ON facilities.facility (note)",
    "only": "UPDATE ONLY facilities.facility SET note = 'x'",
    "expression that writes": "WITH gone AS (DELETE FROM facilities.facility RETURNING id) SELECT count(*) FROM gone",
    "truncate": "TRUNCATE facilities.facility CASCADE",
    "block": "DO $$BEGIN EXECUTE 'UPDATE facilit' || 'ies.facility SET note = null'; END$$",
    "search path": "SET LOCAL search_path = facilities; UPDATE facility SET note = 'x'",
}


def wordings(database: Database) -> dict[str, str]:
    return WORDINGS | (SQLITE if database.is_sqlite else POSTGRES)


def as_text(session: Session, statement: str) -> None:
    session.execute(sa.text(statement.replace(":memory:", "\\:memory\\:")))


def as_driver_text(session: Session, statement: str) -> None:
    session.connection().exec_driver_sql(statement)


def past_sqlalchemy(session: Session, statement: str) -> None:
    cursor = session.connection().connection.cursor()
    try:
        cursor.execute(statement)
    finally:
        cursor.close()


def state(database: Database) -> list[tuple]:
    with database.engine.connect() as connection:
        return sorted(connection.exec_driver_sql("SELECT id, version, note FROM facilities.facility").all(), key=repr)


#: Also what the drivers say when a statement did not pass through SQLAlchemy.
REFUSALS = (TwoDatabases, sqlite3.DatabaseError, psycopg.IntegrityError)


@pytest.mark.parametrize("way", [as_text, as_driver_text, past_sqlalchemy])
def test_another_database_is_refused_however_the_statement_is_worded(
    any_database: Database, records: dict[str, list[UUID]], way: Callable[[Session, str], None]
):
    before = state(any_database)
    for wording, statement in wordings(any_database).items():
        with pytest.raises(REFUSALS), any_database.writing("organisations") as session:
            way(session, statement)
        assert state(any_database) == before, wording


def test_a_reading_session_writes_nothing(any_database: Database, records: dict[str, list[UUID]]):
    before = state(any_database)
    for wording, statement in wordings(any_database).items():
        if wording == "another file":
            continue  # Opening a file writes nothing.
        with pytest.raises((TwoDatabases, sa.exc.DBAPIError, sqlite3.DatabaseError)), any_database.reading() as session:
            as_driver_text(session, statement)
        assert state(any_database) == before, wording


def test_every_database_is_refused_in_the_transaction_of_every_other(any_database: Database):
    for own in DATABASES:
        for other in DATABASES:
            statement = f"UPDATE {other}.change_head SET last_id = last_id"
            if own == other:
                with any_database.writing(own) as session:
                    session.execute(sa.text(statement))
                continue
            with pytest.raises(TwoDatabases), any_database.writing(own) as session:
                session.execute(sa.text(statement))


def test_core_orm_and_bulk_are_refused(any_database: Database, catalogue, records, actor: Actor):
    facility = catalogue["facility"].kind
    row = {column.name: None for column in CHANGE["facilities"].columns}
    row.update(id=10_000, at=now(), actor="x", kind="facility", action="x", digest=b"", mac=b"")

    def orm(session: Session) -> None:
        item = session.get(facility.model, records["facility"][0])
        item.note = "other"
        session.flush()

    ways: list[Callable[[Session], object]] = [
        lambda session: session.execute(facility.table.update().values(note="other")),
        lambda session: session.execute(facility.table.delete()),
        lambda session: bulk.insert_rows(session, CHANGE["facilities"], [row]),
        lambda session: session.connection().execute(CHANGE["facilities"].insert(), [row]),
        lambda session: catalogue["facility"].retire(
            session, records["facility"][0], version=1, actor=actor, reason="x"
        ),
        orm,
    ]
    before = state(any_database)
    for way in ways:
        with pytest.raises(TwoDatabases), any_database.writing("organisations") as session:
            way(session)
        with pytest.raises(TwoDatabases), any_database.reading() as session:
            way(session)
    assert state(any_database) == before


def copy_batch(session: Session) -> None:
    columns = "id, kind, state, actor, source, file_name, area_id, clear_blanks, headings, mapping, counts, notes"
    cursor = session.connection().connection.cursor()
    with cursor.copy(f"COPY facilities.batch ({columns}, log_position, created_at) FROM STDIN") as copy:
        copy.write_row((new_id(), "x", "x", "x", "x", "x", new_id(), False, "", "", "", "", 0, now()))


@pytest.mark.postgres
def test_copy_past_everything_is_refused_before_the_commit(postgres_database: Database):
    with pytest.raises(TwoDatabases), postgres_database.writing("organisations") as session:
        copy_batch(session)
    with postgres_database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM facilities.batch").scalar() == 0


def test_a_trigger_that_writes_elsewhere_is_refused(database: Database, records):
    """SQLite asks about what a trigger does as well; its text is never seen."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TEMP TRIGGER spy AFTER UPDATE ON organisations.organisation BEGIN"
            " UPDATE facility SET note = 'spied'; END"
        )
        raw = connection.connection.dbapi_connection
    refused = []
    for _ in range(20):  # Whichever connection of the pool carries the trigger.
        try:
            with database.writing("organisations") as session:
                carries = session.connection().connection.dbapi_connection is raw
                session.execute(sa.text("UPDATE organisations.organisation SET note = 'x'"))
        except TwoDatabases:
            refused.append(carries)
    assert refused
    assert all(refused)


@pytest.fixture
def without_guard(any_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The same databases behind an engine that nobody watches."""
    monkeypatch.setattr(guard, "watch", lambda engine: None)
    monkeypatch.setattr(guard, "ask_before_commit", lambda connection: None)
    url = "" if any_database.is_sqlite else any_database.engine.url.set(drivername="postgresql").render_as_string(False)
    bare = Database(any_database.folder, url, any_database.keys, synchronous="OFF")
    yield bare
    bare.engine.dispose()


def test_without_the_guard_these_statements_do_write(without_guard: Database, records):
    """The tests above would notice if the guard were gone."""
    before = state(without_guard)
    with without_guard.writing("organisations") as session:
        as_text(session, WORDINGS["odd case"])
    assert state(without_guard) != before


@pytest.fixture
def statements(any_database: Database) -> Iterator[list[str]]:
    """What is sent to the server, each transaction beginning with BEGIN."""
    seen: list[str] = []
    engine = any_database.engine
    if any_database.is_sqlite:
        sa.event.listen(engine, "before_cursor_execute", lambda _c, _k, text, *_: seen.append(text))
    else:
        sa.event.listen(engine, "begin", lambda _c: seen.append("BEGIN"))
        sa.event.listen(engine, "before_cursor_execute", lambda _c, _k, text, *_: seen.append(text))
    return seen


def test_a_save_takes_its_turn_before_it_reads(any_database: Database, catalogue, records, actor, statements):
    with any_database.writing("facilities") as session:
        facilities = catalogue["facility"]
        facilities.update(session, records["facility"][0], {"note": "x"}, version=1, actor=actor)
    assert statements[0] == "BEGIN"
    head = "facilities.change_head"
    turn = f"UPDATE {head} SET id = id" if any_database.is_sqlite else f"SELECT id FROM {head} FOR UPDATE"
    assert statements[1] == turn


def test_every_connection_of_the_pool_writes_safely(tmp_path, sqlite_template, keys):
    database = Database(sqlite_template, keys=keys)  # As the program makes it: nothing said about synchronous.
    barrier, found = threading.Barrier(8), []

    def look() -> None:
        with database.engine.connect() as connection:
            barrier.wait()
            ask = lambda text: connection.exec_driver_sql(f"PRAGMA {text}").scalar()  # noqa: E731
            asked = ("journal_mode", "synchronous", "secure_delete")
            found.extend(tuple(ask(f"{name}.{what}") for what in asked) for name in DATABASES)
            found.append((ask("foreign_keys"), ask("busy_timeout")))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.engine.dispose()
    assert len(found) == 8 * 6
    assert set(found) == {("wal", 2, 1), (1, 5000)}  # 2 is FULL.


def test_a_connection_that_read_writes_afterwards_and_the_other_way_round(any_database, catalogue, records, actor):
    facilities, organisations = catalogue["facility"], catalogue["organisation"]
    for number in range(3):
        for records_of in (facilities, organisations):
            with any_database.reading() as session:
                item = records_of.load(session, [records[records_of.name][0]])[0]
            with any_database.writing(records_of.kind.database) as session:
                note = {"note": str(number)}
                records_of.update(session, item.id, note, version=item.version, actor=actor, reason="x")
    with any_database.reading() as session:
        assert facilities.load(session, [records["facility"][0]])[0].version == 4


def test_a_reading_session_sees_one_state(any_database: Database, catalogue, records, actor):
    facilities = catalogue["facility"]
    with any_database.reading() as session:
        before = facilities.load(session, [records["facility"][0]])[0].version
        with any_database.writing("facilities") as writer:
            facilities.update(writer, records["facility"][0], {"note": "x"}, version=before, actor=actor)
        assert facilities.load(session, [records["facility"][0]])[0].version == before
    with any_database.reading() as session:
        assert facilities.load(session, [records["facility"][0]])[0].version == before + 1
