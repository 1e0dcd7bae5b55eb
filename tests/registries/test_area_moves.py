"""A moved or merged area takes everything in it along, also when it was interrupted."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from registries import area_moves, chain, changes, checking, references
from registries.access import Actor, Grant
from registries.areas import AreaMove
from registries.db import DATABASES, Database
from registries.messages import Refused
from registries.records import NotFound

DAY = date(2026, 7, 1)


def areas(database: Database) -> references.AreaIndex:
    with database.reading() as session:
        return references.load(session).areas


def paths(database: Database, catalogue, kind: str) -> dict:
    table = catalogue[kind].kind.table
    with database.reading() as session:
        return {row.id: row.area_path for row in session.execute(sa.select(table.c.id, table.c.area_path))}


def community_to_other_street(database: Database, catalogue, actor) -> None:
    known = areas(database)
    area_moves.move(
        database, catalogue, known.find("000101001001").id, known.find("000101002").id, on=DAY, actor=actor,
        reason="Decision 9",
    )  # fmt: skip


def all_is_well(database: Database, catalogue) -> None:
    with database.reading() as session:
        assert [broken for name in DATABASES for broken in chain.verify(session, name)] == []
    assert [one for one in checking.check(database, catalogue) if one.kind and one.severity != "info"] == []


def test_a_moved_area_takes_its_records_and_stays_along(any_database, catalogue, records, actor):
    community_to_other_street(any_database, catalogue, actor)
    new = areas(any_database).find("000101001001")
    assert new.path == "000100020003"
    assert set(paths(any_database, catalogue, "organisation").values()) == {"0001000200030001"}
    assert set(paths(any_database, catalogue, "resident").values()) == {"0001000200030002"}
    stay = catalogue["resident"].kind.parts["stays"].__table__
    with any_database.reading() as session:
        assert set(session.scalars(sa.select(stay.c.area_path))) == {"0001000200030002"}
    assert set(paths(any_database, catalogue, "facility").values()) == {"0001000200010001"}, "these did not move"
    all_is_well(any_database, catalogue)


def test_rights_follow_the_area(any_database, catalogue, records, actor):
    person = records["resident"][0]
    old_street, new_street = (
        Actor("a", (Grant("clerk", "00010001"),)),
        Actor("b", (Grant("clerk", "00010002"),)),
    )
    community_to_other_street(any_database, catalogue, actor)
    with any_database.reading() as session:
        assert catalogue["resident"].get(session, person, actor=new_street).id == person
        with pytest.raises(NotFound):
            catalogue["resident"].get(session, person, actor=old_street)


def test_every_record_that_moved_is_in_the_log_for_the_index(any_database, catalogue, records, actor):
    with any_database.reading() as session:
        before = changes.head(session, "population").last_id
    community_to_other_street(any_database, catalogue, actor)
    with any_database.reading() as session:
        told = changes.since(session, "population", before)
    assert {record_id for _, kind, record_id, _ in told if kind == "resident"} == set(records["resident"])


def test_a_merged_area_gives_its_records_and_areas_to_the_other(any_database, catalogue, records, actor):
    known = areas(any_database)
    one, other = known.find("000101001001"), known.find("000101002001")
    area_moves.merge(any_database, catalogue, one.id, other.id, on=DAY, actor=actor, reason="Decision 9")
    assert areas(any_database).find("000101001001") is None
    assert areas(any_database).find("000101001001001").path.startswith(other.path)
    assert all(path.startswith(other.path) for path in paths(any_database, catalogue, "organisation").values())
    all_is_well(any_database, catalogue)


def test_records_of_a_merged_grid_belong_to_the_other_one(any_database, catalogue, records, actor):
    known = areas(any_database)
    one, other = known.find("000101001001002"), known.find("000101001001001")
    area_moves.merge(any_database, catalogue, one.id, other.id, on=DAY, actor=actor, reason="Decision 9")
    with any_database.reading() as session:
        item = catalogue["resident"].get(session, records["resident"][0], actor=actor)
        told = changes.history(session, "population", item.id)[0]
    assert (item.values["area_id"], item.area_path, item.version) == (other.id, other.path, 2)
    assert told.changes == {"area_id": [str(one.id), str(other.id)]}
    all_is_well(any_database, catalogue)


class Killed(BaseException):
    """Ends a move where a kill would."""


@pytest.mark.parametrize("step", range(1, 7))
def test_a_move_that_was_killed_between_its_steps_is_finished_later(
    any_database, catalogue, records, actor, monkeypatch, step
):
    real, steps = any_database.writing, iter(range(100))

    def writing(name: str):
        if next(steps) == step:
            raise Killed
        return real(name)

    monkeypatch.setattr(any_database, "writing", writing)
    with pytest.raises(Killed):
        community_to_other_street(any_database, catalogue, actor)
    monkeypatch.undo()
    assert any("not finished" in one.problem for one in checking.check(any_database, catalogue))
    # Records lie in the old place or in the new one, where nobody else has a right.
    either = (areas(any_database).find("000101001001").path, "000100010001")
    assert all(path.startswith(either) for path in paths(any_database, catalogue, "resident").values())
    assert area_moves.finish(any_database, catalogue) == 1
    assert set(paths(any_database, catalogue, "resident").values()) == {"0001000200030002"}
    all_is_well(any_database, catalogue)
    assert area_moves.finish(any_database, catalogue) == 0


def test_a_new_move_finishes_the_old_one_first(any_database, catalogue, records, actor, monkeypatch):
    monkeypatch.setattr(area_moves, "finish", lambda *_: 0)
    community_to_other_street(any_database, catalogue, actor)
    monkeypatch.undo()
    known = areas(any_database)
    area_moves.move(
        any_database, catalogue, known.find("000101001001").id, known.find("000101001").id, on=DAY,
        actor=actor, reason="Back again",
    )  # fmt: skip
    assert set(paths(any_database, catalogue, "resident").values()) == {"0001000100030002"}
    with any_database.reading() as session:
        assert session.scalars(sa.select(AreaMove).where(AreaMove.finished_at.is_(None))).all() == []
    all_is_well(any_database, catalogue)


def test_an_area_cannot_be_put_into_itself(database, catalogue, actor):
    known = areas(database)
    with pytest.raises(Refused, match="itself"):
        area_moves.move(
            database,
            catalogue,
            known.find("000101001").id,
            known.find("000101001001").id,
            on=DAY,
            actor=actor,
            reason="x",
        )


def test_an_area_that_lies_there_already_is_not_moved(database, catalogue, actor):
    known = areas(database)
    with pytest.raises(Refused, match="already"):
        area_moves.move(
            database,
            catalogue,
            known.find("000101001001").id,
            known.find("000101001").id,
            on=DAY,
            actor=actor,
            reason="x",
        )


def test_households_are_known_by_their_new_community(any_database, catalogue, actor):
    households, residents = catalogue["household"], catalogue["resident"]
    with any_database.writing("population") as session:
        for area in ("000101001001001", "000101002001001"):
            households.create(session, {"number": "7", "area_id": area}, actor=actor, reason="seen")
    known = areas(any_database)
    one, other = known.find("000101001001"), known.find("000101002001")
    area_moves.merge(any_database, catalogue, one.id, other.id, on=DAY, actor=actor, reason="Decision 9")
    with any_database.reading() as session:
        (pair,) = households.kind.alike(session)
    assert pair[2] == "number", "two communities that were merged may each have had a household 7"
    with any_database.writing("population") as session:
        person = residents.create(session, {
            "name": "王小明", "no_id_reason": "lost", "area_id": "000101001001001", "household_number": "7",
        }, actor=actor, reason="seen")  # fmt: skip
    assert person.values["household_id"] in pair
    all_is_well(any_database, catalogue)
