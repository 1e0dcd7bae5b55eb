"""Cells of residents that are wrong: what a person may insist on, and what costs a row no more than the cell."""

from __future__ import annotations

from typing import Any

import pytest

from registries import importing
from registries.access import Actor
from registries.db import Database
from registries.importing import Options
from registries.importing.exporting import Wish, export
from registries.population.service import residents
from registries.records import Doubtful, Invalid
from tests import factories
from tests.factories import Sheet

GOOD = factories.id_number(7)
WRONG = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")


def staged(database: Database, headings: list[str], rows: list[list[Any]], actor: Actor) -> Any:
    return importing.stage(database, residents, Sheet(headings, rows), Options("list.csv"), actor=actor, workers=0)


def test_a_number_with_a_wrong_check_digit_is_saved_with_a_reason_only(any_database, actor):
    raw = {"name": "张三", "id_number": WRONG, "sex": "1", "birth_date": "1990", "phone": ""}
    with any_database.writing("population") as session, pytest.raises(Doubtful) as doubtful:
        residents.create(session, raw, actor=actor)
    assert "id_number" in doubtful.value.errors
    with any_database.writing("population") as session:
        item = residents.create(session, raw, actor=actor, reason="It stands so in the passbook.")
        changed = residents.update(session, item.id, {"note": "Met."}, version=1, actor=actor)
    assert changed.values["id_number"].open(any_database.keys) == WRONG


def test_a_file_cannot_insist_on_a_wrong_number_but_brings_back_one_that_stands(any_database, actor):
    batch = staged(any_database, ["姓名", "身份证号"], [["张三", WRONG], ["李四", GOOD]], actor)
    assert (batch.counts["new"], batch.counts["error"]) == (1, 1)
    with any_database.reading() as session:
        assert [list(problems) for _, _, problems in importing.failed_rows(session, batch)] == [["id_number"]]
    with any_database.writing("population") as session:
        residents.create(
            session, {"name": "张三", "id_number": WRONG}, actor=actor, reason="It stands so in the passbook."
        )
    for reveal in (False, True):
        headings, rows = export(any_database, residents, Wish(reveal=reveal, reason="check"), actor=actor)
        again = staged(any_database, headings, [list(row) for row in rows], actor)
        assert again.counts["same"] == 1, again.counts


def test_a_phone_that_cannot_be_read_is_left_out_with_a_warning(any_database, actor):
    with any_database.writing("population") as session, pytest.raises(Invalid) as refused:
        residents.create(session, {"name": "张三", "id_number": GOOD, "phone": "ask his son"}, actor=actor)
    assert list(refused.value.errors) == ["phone"]
    batch = staged(any_database, ["姓名", "身份证号", "联系电话"], [["张三", GOOD, "ask his son"]], actor)
    assert (batch.counts["new"], batch.counts["warnings"]) == (1, 1)
    importing.apply(any_database, residents, batch.id, actor=actor)
    with any_database.reading() as session:
        item = factories.holding(session, residents, "id_number", GOOD)[0]
    assert item.values["phone"] is None
    assert (
        staged(any_database, ["姓名", "身份证号", "联系电话"], [["张三", GOOD, "at work"]], actor).counts["same"] == 1
    )


def test_a_phone_that_cannot_be_read_does_not_wipe_the_one_that_is_stored(any_database, actor):
    phone = factories.phone(1)
    for cell, state in ((phone, "new"), ("unknown number", "same")):
        batch = staged(any_database, ["姓名", "身份证号", "联系电话"], [["张三", GOOD, cell]], actor)
        assert batch.counts[state] == 1
        importing.apply(any_database, residents, batch.id, actor=actor)
    with any_database.reading() as session:
        assert factories.holding(session, residents, "phone", phone)


def test_a_number_that_arrives_takes_the_reason_for_its_absence_away(any_database, actor):
    with any_database.writing("population") as session:
        item = residents.create(
            session,
            {"name": "张三", "no_id_reason": "pending", "birth_date": "1990"},
            actor=actor,
            reason="seen",
        )
    rows = [[str(item.id), GOOD]]
    batch = staged(any_database, ["record_id", "身份证号"], rows, actor)
    assert batch.counts["changed"] == 1
    importing.apply(any_database, residents, batch.id, actor=actor)
    with any_database.reading() as session:
        assert residents.load(session, [item.id])[0].values["no_id_reason"] is None
