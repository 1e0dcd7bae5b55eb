"""Rows that fail or are doubted: what waits of them, and what is said of them, shows no number and no diagnosis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from registries import importing
from registries.db import Base, Database, now
from registries.importing import ColumnMapping, Options, batches
from registries.messages import Problem, Refused
from registries.population.service import residents
from tests import factories
from tests.factories import Sheet

HEADINGS = ["姓名", "身份证号", "联系电话", "特殊人群", "ID"]
PHONE = "139 0000 2O01"
NUMBERS = [factories.id_number(serial) for serial in range(1, 5)]
DIAGNOSIS = "精神分裂症三级"
BAD = NUMBERS[0][:-1] + ("0" if NUMBERS[0][-1] != "0" else "1")
LOST = NUMBERS[1][:9] + "\ufffd" + NUMBERS[1][10:]
ROWS: list[list[Any]] = [
    ["张三", BAD, "", "", NUMBERS[0]],
    ["李四", LOST, "", "", "2"],
    ["王五", 1.10101199001011e17, "", "", 1.10101199001012e17],
    ["赵六", NUMBERS[2], PHONE, DIAGNOSIS, "4"],
    ["钱七", NUMBERS[3], PHONE, "残疾人", NUMBERS[3]],
]
SECRETS = (BAD, LOST, *NUMBERS, PHONE, "110101199001011", "110101199001012", "1.10101199001011", DIAGNOSIS)


def everything(database: Database) -> str:
    """All that stands in the tables."""
    with database.reading() as session:
        return "\n".join(repr(session.execute(sa.select(table)).all()) for table in Base.metadata.tables.values())


def staged(database: Database, rows: list[list[Any]], actor: Any, mapping: ColumnMapping | None = None) -> Any:
    options = Options("list.csv", "office", mapping=mapping)
    return importing.stage(database, residents, Sheet(HEADINGS, rows), options, actor=actor, workers=0)


def test_failed_and_doubted_rows_show_no_number_and_no_diagnosis(any_database, actor):
    batch = staged(any_database, ROWS, actor)
    assert (batch.counts["error"], batch.counts["new"], batch.counts["warnings"]) == (4, 1, 1)
    importing.apply(any_database, residents, batch.id, actor=actor)
    stored = everything(any_database)
    with any_database.reading() as session:
        said = "\n".join(
            Problem.from_json(told)
            for _number, _cells, problems in importing.failed_rows(session, batch)
            for found in problems.values() for told in found
        )
    assert said
    assert [secret for secret in SECRETS if secret in stored] == []
    assert [secret for secret in SECRETS if secret in said] == []


def test_a_list_that_is_not_kept_is_not_repeated_where_it_is_left_out(any_database, actor):
    batch = staged(any_database, [["张三", NUMBERS[0], "", "吸毒人员；残疾人", ""]], actor)
    assert batch.counts["warnings"] == 1
    table = batches.STAGED_ROW["population"]
    with any_database.reading() as session:
        row = session.execute(sa.select(table).where(table.c.batch_id == batch.id)).one()
        told = batches.problems_of(any_database.keys, row)["warnings"]["groups"]
    assert "吸毒" not in str(told)


def test_a_column_of_keys_finds_the_record_again_though_only_its_mac_is_kept(any_database, actor):
    told = ColumnMapping({"ID": None}, source_key=("ID",))
    rows = [["张三", "", "", "", NUMBERS[0]], ["李四", "", "", "", NUMBERS[1]]]
    importing.apply(any_database, residents, staged(any_database, rows, actor, told).id, actor=actor)
    renamed = [[f"{name}丰", *rest] for name, *rest in rows]
    batch = staged(any_database, renamed, actor, told)
    assert (batch.counts["changed"], batch.counts["new"]) == (2, 0)
    assert [number for number in NUMBERS if number in everything(any_database)] == []


def aged(database: Database, batch: Any, days: int) -> Any:
    """The batch after so many days and a purge."""
    table = batches.BATCH[batch.database]
    with database.writing(batch.database) as session:
        at = now() - timedelta(days=days)
        session.execute(table.update().where(table.c.id == batch.id).values(created_at=at))
        importing.purge(session, batch.database)
    with database.reading() as session:
        return importing.find(session, batch.id)


def test_a_file_that_waited_too_long_is_refused_and_one_that_went_in_can_still_be_taken_back(any_database, actor):
    waiting, done = staged(any_database, ROWS, actor), staged(any_database, ROWS, actor)
    importing.apply(any_database, residents, done.id, actor=actor)
    assert [aged(any_database, batch, 31).state for batch in (waiting, done)] == ["expired", "applied"]
    with pytest.raises(Refused, match="cannot be applied"):
        importing.apply(any_database, residents, waiting.id, actor=actor)
    assert importing.undo(any_database, {"resident": residents}, done.id, actor=actor).restored


def test_the_cells_of_failed_rows_are_forgotten_after_a_week_and_what_was_wrong_later(any_database, actor):
    batch = staged(any_database, ROWS, actor)
    for days, kept in ((6, True), (8, False)):
        assert aged(any_database, batch, days).state == "staged"
        with any_database.reading() as session:
            failed = list(importing.failed_rows(session, batch))
        assert len(failed) == batch.counts["error"]
        assert all(bool(cells) is kept and problems for _number, cells, problems in failed)
