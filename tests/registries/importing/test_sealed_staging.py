"""Rows that fail or are doubted: what waits of them, and what is said of them, shows no number and no diagnosis."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from registries import importing, rotation
from registries.db import Base, Database, now
from registries.importing import ColumnMapping, Options, batches, mapping
from registries.importing.mapping import read_file
from registries.messages import Problem, Refused
from registries.population.service import residents
from registries.storing import opened
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


@pytest.fixture
def told_file(tmp_path: Path, references: Any) -> ColumnMapping:
    """A mapping file that tells a phone and a diagnosis of everybody in a list."""
    path = tmp_path / "list.json"
    constants = {"phone": "13900002001", "groups": "精神障碍患者", "note": "From the list."}
    path.write_text(json.dumps({"constants": constants}), encoding="utf-8")
    return read_file(path, residents.kind.schema(references))


def test_what_a_mapping_says_of_everybody_stands_nowhere_in_clear(any_database, actor, told_file, catalogue):
    rows = [["张三", NUMBERS[0], "", "", ""]]
    options = Options("list.csv", "office", mapping=told_file)
    before = everything(any_database)  # The code list names the group too.
    batch = staged(any_database, rows, actor, told_file)
    importing.apply(any_database, residents, batch.id, actor=actor)
    importing.remember(any_database, "resident", options)
    stored = everything(any_database)
    secrets = ("13900002001", "精神障碍患者")
    assert [secret for secret in secrets if stored.count(secret) > before.count(secret)] == []
    assert "From the list." in stored
    for _before_and_after_new_keys in range(2):
        with any_database.reading() as session:
            learnt = mapping.learnt(session, "office", "resident")
        assert learnt is not None
        assert (learnt.constants, learnt.secret) == (told_file.constants, told_file.secret)
        rotation.rotate(any_database, catalogue)
    # Without being told the next file of the source is read the same way, and nothing is new in it.
    again = staged(any_database, rows, actor)
    assert again.counts["same"] == 1
    with any_database.reading() as session:
        (item,) = residents.items(session, session.execute(sa.select(residents.kind.table)).all())
        assert opened(any_database.keys, item.values["phone"]) == "13900002001"


def test_rows_read_with_another_constant_are_not_taken_for_the_same(any_database, actor):
    rows = [["张三", NUMBERS[0], "", "", ""]]
    first = ColumnMapping({"联系电话": None}, {"phone": "13900002001"})
    importing.apply(any_database, residents, staged(any_database, rows, actor, first).id, actor=actor)
    other = replace(first, constants={"phone": "13900002002"})
    assert staged(any_database, rows, actor, other).counts["changed"] == 1


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
