"""Rows go in by the driver's own means and fail by SQLAlchemy's own errors."""

import threading

import pytest
import sqlalchemy as sa

from registries import bulk, changes
from registries.db import Busy, now


def _row(number, digest=b"d" * 32):
    return {
        "id": number, "at": now(), "actor": "a secret name", "kind": "code", "record_id": None, "action": "load",
        "changes": None, "sealed": None, "reason": None, "batch_id": None, "digest": digest, "mac": b"m" * 32,
    }


def test_a_row_that_breaks_a_rule_fails_as_any_other_statement_and_tells_no_value(any_database):
    table = changes.CHANGE["network"]
    with pytest.raises(sa.exc.IntegrityError) as caught, any_database.writing("network") as session:
        bulk.insert_rows(session, table, [_row(9_000_001), _row(9_000_001)])
    assert "secret" not in str(caught.value)
    with any_database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.id > 9_000_000)) == 0


def test_whoever_comes_second_waits_for_the_turn_before_reading(any_database):
    order = []
    inside = threading.Event()

    def second():
        inside.wait(5)
        with any_database.writing("facilities"):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with any_database.writing("facilities"):
        inside.set()
        thread.join(0.5)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_whoever_gets_no_turn_is_told_so(any_database, monkeypatch):
    with any_database.writing("facilities"):
        if any_database.is_sqlite:
            sa.event.listen(any_database.engine, "connect", _impatient)
            any_database.engine.dispose(close=False)
        with pytest.raises(Busy), any_database.writing("facilities") as session:
            session.connection()
    if any_database.is_sqlite:
        sa.event.remove(any_database.engine, "connect", _impatient)


def _impatient(connection, _record):
    connection.execute("PRAGMA busy_timeout = 100")
