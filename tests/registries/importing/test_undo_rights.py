"""Who may take an import back, and where records lie that come back after their areas were merged."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
import sqlalchemy as sa

from registries import area_moves, importing
from registries.access import Actor, Grant, NotAllowed
from registries.demo.numbers import credit_code
from registries.organisations.service import organisations
from tests.factories import Sheet

HEADINGS = ["单位名称", "统一社会信用代码", "地址", "从业人数", "网格编码"]
INSIDE, NEXT, OUTSIDE = "000101001001001", "000101001001002", "000101002001001"
FIRM = ["望海商贸", credit_code("91", 4_351), "临河路8号", "30", INSIDE]
OTHER = ["望海商行", credit_code("91", 4_352), "临河路9号", "3", OUTSIDE]
KINDS = {organisations.name: organisations}
TABLE = organisations.kind.table
_names = itertools.count()


@pytest.fixture
def somebody(references):
    """Makes an actor with a role in the first street, or in the area with a code."""

    def make(name: str, role: str, code: str = "000101001") -> Actor:
        return Actor(name, (Grant(role, references.areas.find(code).path),))

    return make


@pytest.fixture
def staged(database, actor):
    """Checks rows and gives the batch."""

    def run(*rows: list[str], by: Actor = actor) -> importing.Batch:
        told = importing.Options(f"units{next(_names)}.csv")
        return importing.stage(database, organisations, Sheet(HEADINGS, rows), told, actor=by, workers=0)

    return run


@pytest.fixture
def imported(database, staged, actor):
    """Imports rows and gives the batch."""

    def run(*rows: list[str], by: Actor = actor) -> importing.Batch:
        return importing.apply(database, organisations, staged(*rows, by=by).id, actor=by)

    return run


@pytest.fixture
def merged(database, references, catalogue, actor):
    """Merges the grid inside into its neighbour, and gives the path of that."""

    def run() -> str:
        inside, other = (references.areas.find(code) for code in (INSIDE, NEXT))
        area_moves.merge(
            database, catalogue, inside.id, other.id, on=date(2026, 1, 1), actor=actor, reason="one grid"
        )  # fmt: skip
        return other.path

    return run


def paths(database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(sa.select(TABLE.c.area_path)))


def test_nobody_takes_back_an_import_that_reaches_beyond_his_area(database, imported, somebody):
    batch, before = imported(FIRM, OTHER), paths(database)
    with pytest.raises(NotAllowed):
        importing.undo(database, KINDS, batch.id, actor=somebody("admin", "registry_admin"))
    assert paths(database) == before
    importing.undo(database, KINDS, batch.id, actor=somebody("admin", "registry_admin", "000101"))
    assert paths(database) == []


def test_a_record_is_not_put_back_where_the_actor_has_no_right(database, imported, somebody, references):
    imported(FIRM)
    batch = imported([*FIRM[:4], OUTSIDE])
    with pytest.raises(NotAllowed):
        importing.undo(database, KINDS, batch.id, actor=somebody("admin", "registry_admin", "000101002"))
    assert paths(database) == [references.areas.find(OUTSIDE).path]


def test_the_author_takes_an_import_back_as_long_as_he_may_import(database, imported, somebody):
    batch = imported(FIRM, by=somebody("clerk", "clerk"))
    for stranger in (somebody("clerk 2", "clerk"), somebody("clerk", "grid_worker"), Actor("clerk")):
        with pytest.raises(NotAllowed):
            importing.undo(database, KINDS, batch.id, actor=stranger)
    importing.undo(database, KINDS, batch.id, actor=somebody("clerk", "clerk"))
    assert paths(database) == []


def test_what_comes_back_after_its_area_was_merged_lies_in_the_other_one(database, imported, merged, actor):
    imported(FIRM)
    batch = imported([*FIRM[:4], OUTSIDE])
    path = merged()
    assert importing.undo(database, KINDS, batch.id, actor=actor).conflicts == {}
    assert paths(database) == [path]


def test_an_import_can_be_taken_back_though_areas_were_merged_since(database, imported, merged, actor):
    batch = imported(FIRM)
    merged()
    assert importing.undo(database, KINDS, batch.id, actor=actor).conflicts == {}
    assert paths(database) == []


def test_a_file_that_waited_while_its_area_was_merged_goes_into_the_other_one(database, staged, merged, actor):
    batch = staged(FIRM)
    path = merged()
    importing.apply(database, organisations, batch.id, actor=actor)
    assert paths(database) == [path]


def test_a_unit_that_a_record_of_another_database_points_at_stays(any_database, catalogue, actor):
    table = Sheet(HEADINGS, [FIRM, OTHER])
    batch = importing.stage(any_database, organisations, table, importing.Options("u.csv"), actor=actor, workers=0)
    importing.apply(any_database, organisations, batch.id, actor=actor)
    with any_database.reading() as session:
        kept = session.scalar(sa.select(TABLE.c.id).where(TABLE.c.name == FIRM[0]))
    with any_database.writing("facilities") as session:
        catalogue["facility"].create(session, {
            "name": "消火栓", "subclass": "0101", "area_id": INSIDE,
            "links": [{"role": "kept_by", "target_id": str(kept)}],
        }, actor=actor, reason="seen")  # fmt: skip
    undone = importing.undo(any_database, catalogue, batch.id, actor=actor)
    assert list(undone.conflicts) == [("organisation", kept)]
    with any_database.reading() as session:
        assert session.scalars(sa.select(TABLE.c.id).where(TABLE.c.merged_into.is_(None))).all() == [kept]
