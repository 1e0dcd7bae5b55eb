"""Whoever tampers with a change log is found, and the row is named."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import chain, changes, checking, heads
from registries.changes import CHANGE, CHANGE_HEAD, Entry
from registries.db import Database, new_id

LOG, HEAD = CHANGE["network"], CHANGE_HEAD["network"]
ROWS = 60
COLUMNS = ("at", "actor", "kind", "record_id", "action", "changes", "reason", "batch_id", "digest", "mac")


@pytest.fixture
def log(any_database: Database, actor) -> Database:
    """A log of ``ROWS`` rows after those of the set-up, its head noted."""
    with any_database.writing("network") as session:
        for number in range(ROWS):
            told = {"name": [None, f"name {number}"], "number": [number, number + 1]}
            changes.append(session, actor.name, [Entry("area", new_id(), "update", told, reason=f"reason {number}")])
    heads.note(any_database)
    return any_database


def rows(connection: sa.Connection) -> list[dict]:
    return [dict(row) for row in connection.execute(sa.select(LOG).order_by(LOG.c.id)).mappings()]


def edit(connection: sa.Connection, dice: random.Random) -> set[int]:
    row = dice.choice(rows(connection))
    other = dice.choice([one for one in rows(connection) if one["id"] != row["id"]])
    column = dice.choice([name for name in COLUMNS if other[name] != row[name]])
    connection.execute(LOG.update().where(LOG.c.id == row["id"]).values({column: other[column]}))
    return {row["id"]}


def edit_bytes(connection: sa.Connection, dice: random.Random) -> set[int]:
    row = dice.choice(rows(connection))
    column = dice.choice(["digest", "mac"])
    bent = bytearray(row[column])
    bent[dice.randrange(32)] ^= 1 << dice.randrange(8)
    connection.execute(LOG.update().where(LOG.c.id == row["id"]).values({column: bytes(bent)}))
    return {row["id"]}


def blank(connection: sa.Connection, dice: random.Random) -> set[int]:
    row = dice.choice([row for row in rows(connection) if row["changes"]])
    connection.execute(LOG.update().where(LOG.c.id == row["id"]).values(changes=None, sealed=None))
    return {row["id"]}


def delete(connection: sa.Connection, dice: random.Random) -> set[int]:
    row = dice.choice(rows(connection)[:-1])
    connection.execute(LOG.delete().where(LOG.c.id == row["id"]))
    return {row["id"]}


def insert(connection: sa.Connection, dice: random.Random) -> set[int]:
    """A copied row at the end, or in the middle with all later rows moved up."""
    found = rows(connection)
    place = dice.randrange(1, len(found) + 1)
    for row in reversed(found[place:]):
        connection.execute(LOG.update().where(LOG.c.id == row["id"]).values(id=row["id"] + 1))
    new = {**dice.choice(found), "id": found[place - 1]["id"] + 1}
    connection.execute(LOG.insert().values(**new))
    return {new["id"]}


def insert_before(connection: sa.Connection, dice: random.Random) -> set[int]:
    new = {**dice.choice(rows(connection)), "id": -dice.randrange(5)}
    connection.execute(LOG.insert().values(**new))
    return {new["id"]}


def reorder(connection: sa.Connection, dice: random.Random) -> set[int]:
    one, other = dice.sample([row["id"] for row in rows(connection)], 2)
    for old, new in ((one, -999), (other, one), (-999, other)):
        connection.execute(LOG.update().where(LOG.c.id == old).values(id=new))
    return {one, other}


def truncate(connection: sa.Connection, dice: random.Random) -> set[int]:
    last = rows(connection)[-1]["id"]
    first = last - dice.randrange(ROWS - 1)
    connection.execute(LOG.delete().where(LOG.c.id >= first))
    return set(range(first, last + 1))


def truncate_with_old_head(connection: sa.Connection, dice: random.Random) -> set[int]:
    """The end cut off and the head of that time put back: only the noted head shows it."""
    cut = truncate(connection, dice)
    before = OLD_HEADS[min(cut) - 1]
    connection.execute(HEAD.update().values(**before))
    return cut


def forge_erasure(connection: sa.Connection, dice: random.Random) -> set[int]:
    """Values blanked as if a legal erasure had asked for it."""
    cut = blank(connection, dice)
    row = next(row for row in rows(connection) if row["id"] in cut)
    last = rows(connection)[-1]
    forged = {**row, "id": last["id"] + 1, "action": "erase", "changes": None}
    connection.execute(LOG.insert().values(**forged))
    return {*cut, last["id"] + 1}


OLD_HEADS: dict[int, dict] = {}
WAYS: tuple[Callable[[sa.Connection, random.Random], set[int]], ...] = (
    edit, edit_bytes, blank, delete, insert, insert_before, reorder, truncate, truncate_with_old_head,
    forge_erasure,
)  # fmt: skip


@dataclass
class Tampering:
    """Which rows were named, and which were tampered with."""

    named: set[int]
    wanted: set[int]


def tampered(database: Database, way: Callable[[sa.Connection, random.Random], set[int]], seed: int) -> Tampering:
    """Tamper in a transaction that is then undone, and tell what was found meanwhile."""
    with Session(database.engine) as session:
        session.info["keys"] = database.keys
        wanted = way(session.connection(), random.Random(seed))
        broken = chain.verify(session, "network", heads.noted(database.keys)["network"])
        named = {row for one in broken for row in range(one.row, (one.last or one.row) + 1)}
        return Tampering(named, wanted)  # The session ends without a commit.


def test_a_log_that_nobody_touched_holds(log: Database):
    with log.reading() as session:
        assert list(chain.verify(session, "network", heads.noted(log.keys)["network"])) == []


def test_every_one_of_a_hundred_tamperings_is_found_and_the_row_named(log: Database):
    with log.reading() as session:
        keys = log.keys
        for row in session.execute(sa.select(LOG.c.id, LOG.c.mac)):
            mac = changes.head_mac(keys, "network", row.id, row.mac)
            OLD_HEADS[row.id] = {"last_id": row.id, "mac": row.mac, "head_mac": mac}
    for seed in range(100):
        way = WAYS[seed % len(WAYS)]
        found = tampered(log, way, seed)
        assert found.named & found.wanted, (way.__name__, seed, found)
        if way in {edit, edit_bytes, blank, delete, insert, insert_before, truncate, forge_erasure}:
            assert found.wanted <= found.named, (way.__name__, seed, found)


@pytest.mark.parametrize("column", ["last_id", "mac", "head_mac"])
def test_a_forged_head_is_found(log: Database, column: str):
    value = 3 if column == "last_id" else b"\1" * 32
    found = tampered(log, lambda connection, _: connection.execute(HEAD.update().values({column: value})) and {0}, 0)
    assert found.named


def test_a_lost_head_is_found(log: Database):
    assert tampered(log, lambda connection, _: connection.execute(HEAD.delete()) and {0}, 0).named


@pytest.mark.parametrize("column", ["at", "record_id", "batch_id", "changes", "sealed", "digest", "mac"])
def test_nonsense_in_a_row_is_named_and_stops_nothing(database: Database, column: str):
    with database.writing("network") as session:
        changes.append(session, "test", [Entry("area", new_id(), "update", {"a": [1, 2]}) for _ in range(9)])
    with database.engine.begin() as connection:
        last = connection.scalar(sa.select(sa.func.max(LOG.c.id)))
        connection.exec_driver_sql(f"UPDATE network.change SET {column} = 'nonsense' WHERE id = {last - 4}")
    found = [finding for finding in checking.check(database, {}) if finding.row is not None]
    assert last - 4 in {finding.row for finding in found}
    assert {finding.row for finding in found} <= {last - 4, last - 3}


def test_a_note_is_never_moved_to_another_chain(log: Database):
    noted = heads.noted(log.keys)["network"]
    with log.engine.begin() as connection:
        connection.execute(LOG.delete().where(LOG.c.id == noted.last_id))
    heads.note(log)
    assert heads.noted(log.keys)["network"] == noted


def test_a_note_follows_its_own_chain(log: Database):
    before = heads.noted(log.keys)["network"]
    with log.writing("network") as session:
        changes.append(session, "test", [Entry("area", new_id(), "update", {"a": [1, 2]})])
    heads.note(log)
    assert heads.noted(log.keys)["network"].last_id == before.last_id + 1


def test_a_row_moved_far_away_is_named_and_does_not_make_a_finding_of_every_id_between(log: Database):
    with log.engine.begin() as connection:
        last = rows(connection)[-1]["id"]
        connection.execute(LOG.update().where(LOG.c.id == last - 9).values(id=10**15))
    found = [one for one in checking.check(log, {}) if one.row is not None]
    assert [(one.row, one.problem.msgid[:3]) for one in found] == [(last - 9, "Row"), (10**15, "Row")]


@pytest.mark.parametrize("forged", [False, True])
def test_rows_in_a_line_that_are_gone_are_one_finding(log: Database, forged: bool):
    with log.engine.begin() as connection:
        last = rows(connection)[-1]["id"]
        connection.execute(LOG.delete().where(LOG.c.id.between(last - 9, last - 5)))
        if forged:
            connection.execute(LOG.update().where(LOG.c.id == last).values(id=10**15))
            connection.execute(HEAD.update().values(last_id=10**15))
    with log.reading() as session:
        found = list(chain.verify(session, "network"))
    assert (found[0].what, found[0].row, found[0].last) == ("missing", last - 9, last - 5)
    assert len(found) == (3 if forged else 1)
    assert not forged or found[-1].row == 10**15
