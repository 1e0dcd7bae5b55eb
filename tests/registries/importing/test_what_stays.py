"""What somebody did with imported records since, and what of it an undo leaves, takes along or counts."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import sqlalchemy as sa

from app import catalogue
from registries import attachments, duplicates, importing, merging, proposals
from registries.access import Actor, Grant
from registries.attachments import ATTACHMENT, Upload
from registries.importing import reviewing
from registries.importing.going_public import make_public
from registries.organisations.service import organisations
from registries.population.service import residents
from registries.proposals import PROPOSAL
from tests.factories import Sheet

KINDS = catalogue()
news = KINDS["news"]
HERE = "000101001001001"
FIRM = {"单位名称": "己厂", "单位类型": "企业", "地址": "临河路77号", "网格编码": HERE}
PERSON = {"姓名": "赵大", "性别": "1", "网格编码": HERE, "出生日期": "1950-01-01", "地址": "临河路5号"}
_names = itertools.count()


@pytest.fixture
def imported(any_database, actor):
    """Imports one row and gives the batch."""

    def run(records: Any, **row: str) -> importing.Batch:
        table, told = Sheet(list(row), [list(row.values())]), importing.Options(f"list{next(_names)}.csv")
        batch = importing.stage(any_database, records, table, told, actor=actor, workers=0)
        return importing.apply(any_database, records, batch.id, actor=actor)

    return run


@pytest.fixture
def undo(any_database, actor):
    """Takes a batch back and gives how many records were put back and left, having told it before."""

    def run(batch: importing.Batch) -> tuple[int, int]:
        with any_database.reading() as session:
            told = reviewing.edited(session, batch)
        undone = importing.undo(any_database, KINDS, batch.id, actor=actor)
        assert told == len(undone.conflicts)
        return undone.restored, len(undone.conflicts)

    return run


def items(database, records) -> list[Any]:
    with database.reading() as session:
        return records.items(session, session.execute(sa.select(records.kind.table)).all())


def edit(database, records, actor, **raw: Any) -> None:
    (item,) = items(database, records)
    with database.writing(records.kind.database) as session:
        records.update(session, item.id, raw, version=item.version, actor=actor, reason="seen")


def test_a_note_does_not_keep_a_record_whose_import_is_taken_back(any_database, references, actor, imported, undo):
    batch = imported(organisations, **FIRM)
    (item,) = items(any_database, organisations)
    worker = Actor("worker", (Grant("grid_worker", references.areas.root().path),))
    with any_database.writing("organisations") as session:
        proposals.propose(session, organisations, item.id, {}, actor=worker, note="closed?")
        attachments.add(session, organisations, item, [Upload("a.png", "image/png", b"x")], actor=actor)
    assert undo(batch) == (1, 0)
    with any_database.reading() as session:
        for table in (PROPOSAL["organisations"], ATTACHMENT["organisations"]):
            assert session.execute(sa.select(table.c.id)).all() == []


def test_an_edit_keeps_its_record_and_one_that_was_taken_back_does_not(any_database, actor, imported, undo):
    first = imported(organisations, **FIRM)
    second = imported(organisations, 记录号=str(items(any_database, organisations)[0].id), 备注="x")
    assert undo(second) == (1, 0)
    assert undo(first) == (1, 0)
    first = imported(organisations, **FIRM)
    edit(any_database, organisations, actor, note="By hand.")
    assert undo(first) == (0, 1)


def test_a_record_that_a_batch_wrote_twice_is_counted_once(any_database, actor, imported, undo):
    batch = imported(news, title="甲题", body="内容一二三", published_at="2026-01-02", category="work")
    assert make_public(any_database, news, batch, lambda _session, _item: [], actor=actor, progress=id) == (1, 0)
    assert undo(batch) == (1, 0)


@pytest.mark.parametrize(("stays", "pairs"), [(True, 1), (False, 0)])
def test_a_decision_about_two_records_stands_as_long_as_both_do(any_database, actor, imported, undo, stays, pairs):
    imported(residents, **PERSON)
    batch = imported(residents, **PERSON, 联系电话="13900000001")
    with any_database.writing("population") as session:
        (pair,) = duplicates.review_list(session, residents, actor=actor)
        merging.apart(session, residents, pair.first_id, pair.second_id, actor=actor)
        if stays:
            new = max(pair.first_id, pair.second_id)
            residents.update(session, new, {"note": "x"}, version=1, actor=actor, reason="seen")
    assert undo(batch) == ((0, 1) if stays else (1, 0))
    table = duplicates.DUPLICATE["population"]
    with any_database.reading() as session:
        assert session.scalars(sa.select(table.c.state)).all() == ["apart"] * pairs
