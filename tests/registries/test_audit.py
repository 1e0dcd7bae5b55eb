"""Who saw or changed what can be found by every filter, and shows nobody's data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa

from registries import audit, changes, readings, references
from registries.access import Actor, Grant
from registries.audit import Question
from registries.changes import CHANGE, Entry
from registries.db import DATABASES, Database, new_id, now

AUDITOR = Actor("auditor", (Grant("auditor", "0001"),))


def person(role: str, area: str = "0001", registry: str | None = None, name: str = "somebody") -> Actor:
    return Actor(name, (Grant(role, area, registry),))


@pytest.fixture
def ask(any_database: Database, catalogue):
    def answer(viewer: Actor = AUDITOR, /, **question):
        with any_database.reading() as session:
            known = references.load(session)
            return audit.find(session, catalogue, known, Question(**question), actor=viewer)

    return answer


def log_import(database: Database, count: int) -> object:
    batch = new_id()
    with database.writing("population") as session:
        changes.append(session, "clerk", [
            *(Entry("resident", new_id(), "create", batch_id=batch) for _ in range(count)),
            Entry("batch", batch, "apply", {"counts": [None, {"new": count}]}, batch_id=batch),
        ])  # fmt: skip
    return batch


def test_pages_of_all_logs_follow_each_other_without_a_gap_or_a_repeat(any_database, records, ask):
    seen, after = [], None
    while True:
        page = ask(after=after, limit=3)
        seen += page.lines
        after = page.after
        if after is None:
            break
    with any_database.reading() as session:
        wanted = {(name, row) for name in DATABASES for row in session.scalars(sa.select(CHANGE[name].c.id))}
    assert {(line.database, line.id) for line in seen} == wanted
    assert len(seen) == len(wanted)
    assert [line.at for line in seen] == sorted((line.at for line in seen), reverse=True)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ({"kind": "resident"}, {"create"}),
        ({"action": "load", "kind": "code"}, {"load"}),
        ({"actor": "nobody"}, set()),
        ({"database": "network", "kind": "area"}, {"create"}),
    ],
)
def test_filters_narrow_the_answer(records, ask, question, wanted):
    lines = ask(**question).lines
    assert {line.action for line in lines} == wanted
    for name, value in question.items():
        assert {getattr(line, name) for line in lines} <= {value}


def test_an_import_is_one_line_until_it_is_asked_for(any_database, ask):
    batch = log_import(any_database, 20)
    assert [line.action for line in ask(database="population").lines] == ["apply"]
    assert len(ask(batch_id=batch).lines) == 21


def test_days_are_told_by_moments(any_database, ask):
    log_import(any_database, 1)
    assert ask(database="population", since=now() - timedelta(minutes=1)).lines
    assert not ask(database="population", since=now() + timedelta(minutes=1)).lines
    assert not ask(database="population", before=now() - timedelta(days=1)).lines


def test_nobody_reads_what_personal_fields_held(any_database, catalogue, records, ask, actor):
    person_id, unit = records["resident"][0], records["organisation"][0]
    with any_database.writing("organisations") as session:
        item = catalogue["organisation"].load(session, [unit])[0]
        catalogue["organisation"].update(
            session, unit, {"phone": "13800009999", "address": "临河路9号"}, version=item.version, actor=actor,
            reason="asked by 000101198003050012",
        )  # fmt: skip
    shown = json.dumps([repr(line) for line in ask(limit=500).lines], ensure_ascii=False)
    assert "临河路9号" in shown, "what is nobody's own may be seen"
    for private in ("王小明", "李晓红", "13900002000", "13800009999", "000101198003050012", "1980"):
        assert private not in shown
    assert {told.name for line in ask(record_id=person_id).lines for told in line.told} >= {"name", "id_number"}


def test_an_administrator_of_a_registry_sees_its_log_without_values(any_database, records, ask, actor):
    readings.note(any_database, actor, "reveal", "resident", record_ids=[records["resident"][0]], fields=["phone"])
    readings.note(any_database, actor, "view", "organisation", record_ids=[records["organisation"][0]])
    lines = ask(person("registry_admin", registry="population"), limit=500).lines
    assert {line.database for line in lines} == {"population", "system"}
    assert {line.kind for line in lines} <= {"resident", "household", "dwelling"}
    assert all(told.hidden for line in lines for told in line.told)


@pytest.mark.parametrize(
    "stranger",
    [
        person("system_admin"), person("leader"), person("clerk"), person("registry_admin", area="00010001"),
        Actor("ended", (Grant("auditor", "0001", until=now().date() - timedelta(days=2)),)), Actor("nobody"),
    ],
    ids=lambda one: one.grants[0].role if one.grants else "none",
)  # fmt: skip
def test_everybody_else_sees_only_what_they_did_themselves(any_database, records, ask, stranger):
    assert ask(stranger, limit=500).lines == []
    readings.note(any_database, stranger, "view", "organisation")
    assert [line.actor for line in ask(stranger, limit=500).lines] == [stranger.name]
    assert ask(stranger, actor="test").lines == []
    assert ask(stranger, record_id=records["resident"][0]).lines == []


def test_what_can_be_chosen_is_what_there_is(any_database, catalogue, records):
    with any_database.reading() as session:
        found = audit.choices(session, catalogue, references.load(session), actor=AUDITOR)
    assert {"resident", "area", "code"} <= set(found.kinds)
    assert {"create", "load"} <= set(found.actions)
    assert "test" in found.actors


def test_every_question_is_answered_by_an_index(database, catalogue):
    """Not by going through the log, nor by sorting what was found."""
    parts = {"actor": "x", "kind": "area", "action": "update", "record_id": new_id(), "batch_id": new_id()}
    for chosen in product((False, True), repeat=len(parts)):
        question = Question(**{name: value for (name, value), on in zip(parts.items(), chosen, strict=True) if on})
        for one in (question, replace(question, since=now(), before=now(), after=(now(), "organisations", 9))):
            with database.reading() as session:
                for name in DATABASES:
                    statement = audit._statement(session, name, audit.Scope(DATABASES), one)
                    text = statement.compile(session.connection(), compile_kwargs={"render_postcompile": True})
                    values = tuple(str(text.params[key]) for key in text.positiontup)
                    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
                    told = " ".join(row[3] for row in plan)
                    assert "INDEX ix_" in told, (one, told)
                    if not one.record_id:
                        assert "TEMP B-TREE" not in told, (one, told)


def test_of_a_reading_the_fields_and_the_number_of_records_are_told(any_database, ask, actor):
    readings.note(
        any_database, actor, "export", "resident", fields=["phone", "masked"], count=7, reason="request 2026-00001"
    )
    line = ask(kind="resident", action="export").lines[0]
    assert [(told.name, told.after) for told in line.told] == [("masked", None), ("phone", None), ("count", 7)]
    assert line.reason == "request 2026-00001"
