"""A file from its arrival to its undo, as the pages go through it: every step asked for, done by a job, done once."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portal.imports import arriving, service
from portal.imports.models import Upload
from portal.jobs import Job
from portal.system import System
from registries import references as known
from registries.access import Actor, console
from registries.db import Database, new_id
from registries.importing import batches, reviewing
from registries.importing.mapping import learnt
from registries.messages import Problem, Refused
from registries.records import Invalid, NotFound
from tests import factories
from tests.portal.working import (
    applied,
    checked,
    count,
    jobs_of,
    look,
    make_system,
    make_user,
    run_all,
    send,
)
from tests.reliability.traces import Traces, traces_below

STREET, OTHER_STREET = "000101001", "000101002"
ORGANISATIONS = "单位名称,单位类型,地址,联系电话\n临河面馆,个体工商户,临河路1号,13800001111\n望海书店,企业,望海路2号,\n"


@pytest.fixture
def system(any_database: Database, tmp_path: Path, catalogue) -> System:
    return make_system(any_database, tmp_path, catalogue)


@pytest.fixture
def clerk(system: System) -> Actor:
    return make_user(system.database, "clerk", "clerk", STREET)


@pytest.fixture
def stranger(system: System) -> Actor:
    return make_user(system.database, "stranger", "clerk", OTHER_STREET)


def residents(references, numbers: list[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["姓名", "性别", "证件类型", "公民身份号码", "联系电话"])
    for serial, number in enumerate(numbers):
        writer.writerow([factories.name(serial), "男", "居民身份证", number, factories.phone(serial)])
    return out.getvalue()


def test_a_file_goes_in_and_comes_out_again(system: System, clerk: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS, "单位.csv")
    assert look(system, import_id, clerk).state == "columns"
    found = checked(system, clerk, import_id)
    assert (found.state, found.batch.counts["new"], found.batch.counts["error"]) == ("staged", 2, 0)
    assert count(system, "organisation") == 0
    assert applied(system, clerk, import_id).state == "applied"
    assert count(system, "organisation") == 2
    service.ask(system, import_id, service.UNDO, actor=clerk)
    run_all(system)
    assert look(system, import_id, clerk).state == "undone"
    assert count(system, "organisation") == 0


def test_a_form_sent_twice_brings_one_file(system: System, clerk: Actor):
    token = str(new_id())
    first = send(system, clerk, "organisation", ORGANISATIONS, token=token)
    second = send(system, clerk, "organisation", ORGANISATIONS, token=token)
    assert str(first) == str(second) == token
    with system.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 1


def test_the_token_of_somebody_else_gives_nothing_of_his(system: System, clerk: Actor, stranger: Actor):
    token = str(new_id())
    send(system, clerk, "organisation", ORGANISATIONS, token=token)
    assert str(send(system, stranger, "organisation", ORGANISATIONS, token=token)) != token


def test_apply_asked_for_twice_and_done_twice_writes_once(system: System, clerk: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS)
    checked(system, clerk, import_id)
    first = service.ask(system, import_id, service.APPLY, actor=clerk)
    assert service.ask(system, import_id, service.APPLY, actor=clerk).id == first.id
    run_all(system)
    again(system, first.id)
    run_all(system)
    assert count(system, "organisation") == 2
    assert jobs_of(system)[-1].state == "done"


def again(system: System, job_id) -> None:
    """As if the worker had been killed after the work and before it could tell."""
    with system.database.writing("system") as session:
        job = session.get_one(Job, job_id)
        job.state, job.finished_at = "waiting", None


def test_a_check_that_was_cut_off_is_begun_anew_and_leaves_no_second_batch(system: System, clerk, monkeypatch):
    import_id = send(system, clerk, "organisation", ORGANISATIONS)
    finish = batches.set_state

    def die(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batches, "set_state", die)
    with pytest.raises(KeyboardInterrupt):
        checked(system, clerk, import_id)
    monkeypatch.setattr(batches, "set_state", finish)
    job = jobs_of(system)[0]
    again(system, job.id)
    run_all(system)
    assert look(system, import_id, clerk).state == "staged"
    with system.database.reading() as session:
        assert len(reviewing.listed(session, reviewing.Search(), actor=clerk)) == 1


def test_a_check_that_was_done_but_not_told_is_not_done_again(system: System, clerk: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS)
    before = checked(system, clerk, import_id).batch.id
    again(system, jobs_of(system)[0].id)
    run_all(system)
    assert look(system, import_id, clerk).batch.id == before


def test_columns_can_be_named_anew_after_the_check(system: System, clerk: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS.replace("地址", "在哪儿"))
    first = checked(system, clerk, import_id)
    assert first.batch.mapping["columns"]["在哪儿"] is None
    columns = {**first.batch.mapping["columns"], "在哪儿": "address"}
    service.check(system, import_id, columns, {}, [], True, actor=clerk)
    run_all(system)
    second = look(system, import_id, clerk)
    assert second.batch.mapping["columns"]["在哪儿"] == "address"
    with system.database.reading() as session:
        assert len(reviewing.listed(session, reviewing.Search(), actor=clerk)) == 1
        assert learnt(session, "list", "organisation") is None
    applied(system, clerk, import_id)
    with system.database.reading() as session:
        assert learnt(session, "list", "organisation").columns["在哪儿"] == "address"


def test_a_required_column_that_lacks_is_named_and_may_be_one_value(system: System, clerk: Actor):
    import_id = send(system, clerk, "facility", "位置,备注\n临河路1号,新\n")
    with pytest.raises(Invalid) as refused:
        checked(system, clerk, import_id)
    assert list(refused.value.errors) == ["constant-subclass"]
    assert checked(system, clerk, import_id, {"name": "消火栓", "subclass": "0101"}).batch.counts["new"] == 1


def test_a_value_of_all_rows_is_kept_sealed(system: System, clerk: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS)
    found = checked(system, clerk, import_id, {"phone": "13900007771"})
    assert found.batch.counts["error"] == 0
    with system.database.reading() as session:
        tables = Upload.__table__, batches.BATCH["organisations"]
        stored = repr([session.execute(sa.select(table)).all() for table in tables])
    assert "13900007771" not in stored


@pytest.mark.parametrize("name", ["nothing", "area_path", "created_at", "computed"])
def test_a_field_that_nobody_may_tell_is_refused(system: System, clerk: Actor, name: str):
    schema = system.catalogue["resident"].kind.schema(known.References())
    computed = next(field for field, item in schema.plan.items() if item.computed)
    import_id = send(system, clerk, "resident", "姓名,性别\n王安,男\n")
    told = computed if name == "computed" else name
    for columns, constants in (({"姓名": "name", "性别": told}, {}), ({"姓名": "name", "性别": "sex"}, {told: "1"})):
        with pytest.raises(Invalid) as refused:
            service.check(system, import_id, columns, constants, [], False, actor=clerk)
        assert "columns" in refused.value.errors


@pytest.mark.parametrize(
    ("told", "name"),
    [({"area": "nowhere"}, "area"), ({"area": OTHER_STREET}, "area"), ({"as_of": "next week"}, "as_of"),
     ({"as_of": "2999-01-01"}, "as_of")],
)  # fmt: skip
def test_what_is_wrong_in_the_form_is_told_at_its_field(system: System, clerk: Actor, told, name: str):
    with pytest.raises(Invalid) as refused:
        send(system, clerk, "organisation", ORGANISATIONS, **told)
    assert list(refused.value.errors) == [name]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(90), b"%PDF-1.7 nothing", b"<html><body>"])
def test_a_file_that_is_no_table_is_refused_and_not_kept(system: System, clerk: Actor, content: bytes):
    with pytest.raises(Invalid) as refused:
        send(system, clerk, "organisation", content, "list.xlsx")
    assert list(refused.value.errors) == ["file"]
    assert list(arriving.files(system).folder.iterdir()) == []


def test_a_kind_that_one_may_not_import_does_not_exist(system: System):
    leader = make_user(system.database, "leader", "leader", "000101")
    with pytest.raises(NotFound):
        send(system, leader, "organisation", ORGANISATIONS)
    with pytest.raises(NotFound):
        send(system, console("x"), "nothing", ORGANISATIONS)


def test_the_import_of_another_area_does_not_exist(system: System, clerk: Actor, stranger: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS)
    batch_id = checked(system, clerk, import_id).batch.id
    colleague = make_user(system.database, "colleague", "clerk", STREET)
    admin = make_user(system.database, "chief", "registry_admin", "000101")
    auditor = make_user(system.database, "auditor", "auditor", "000101")
    for address in (import_id, batch_id):
        for who in (stranger, auditor):
            with pytest.raises(NotFound):
                look(system, address, who)
            with pytest.raises(NotFound):
                service.ask(system, address, service.APPLY, actor=who)
        for who in (colleague, admin, clerk):
            assert look(system, address, who).batch.id == batch_id
    with system.database.reading() as session:
        with pytest.raises(NotFound):
            service.own(session, import_id, actor=colleague)
        assert reviewing.listed(session, reviewing.Search(), actor=stranger) == []
        assert len(reviewing.listed(session, reviewing.Search(), actor=colleague)) == 1


def test_before_it_is_checked_only_the_sender_sees_it(system: System, clerk: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS)
    admin = make_user(system.database, "chief", "registry_admin", "000101")
    with pytest.raises(NotFound):
        look(system, import_id, admin)


def test_what_was_taken_away_from_the_asker_meanwhile_is_not_done(system: System, clerk: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS)
    checked(system, clerk, import_id)
    service.ask(system, import_id, service.APPLY, actor=clerk)
    with system.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE system.role_grant SET role = 'leader'")
    run_all(system)
    job = jobs_of(system)[-1]
    assert job.state == "failed"
    assert "may not" in str(Problem.from_json(job.failure))
    assert count(system, "organisation") == 0


def test_failed_cells_are_told_with_row_column_and_remedy_and_show_no_number(system: System, references, clerk: Actor):
    good, bad = factories.id_number(1), factories.id_number(2)[:-1] + "?"
    import_id = send(system, clerk, "resident", residents(references, [good, bad]))
    found = checked(system, clerk, import_id)
    assert found.batch.counts["error"] == 1
    with system.database.reading() as session:
        faults = reviewing.faults(session, system.catalogue["resident"], found.batch)
    (fault,) = [fault for fault in faults if fault.name == "id_number"]
    assert (fault.number, fault.heading, fault.position) == (3, "公民身份号码", 3)
    assert fault.problem.remedy
    assert bad[3:14] not in fault.value + str(fault.problem)


def test_changed_rows_show_before_and_after_masked(system: System, references, clerk: Actor):
    number = factories.id_number(1)
    applied_file(system, clerk, residents(references, [number]))
    changed = residents(references, [number]).replace(factories.name(0), "新名").replace(factories.phone(0), "")
    changed = changed.rstrip("\r\n") + factories.phone(77) + "\r\n"
    import_id = send(system, clerk, "resident", changed)
    found = checked(system, clerk, import_id)
    assert found.batch.counts["changed"] == 1
    with system.database.reading() as session:
        known = service.references.load(session)
        (row,), more = reviewing.differences(
            session, system.catalogue["resident"], found.batch, known, actor=clerk
        )
    assert more is None
    told = {difference.label: (difference.before, difference.after) for difference in row.differences}
    assert told["Name"] == (factories.name(0), "新名")
    before, after = told["Phone"]
    assert "****" in before
    assert "****" in after
    assert before != after


def applied_file(system: System, clerk: Actor, content: str, kind: str = "resident") -> None:
    import_id = send(system, clerk, kind, content)
    checked(system, clerk, import_id)
    assert applied(system, clerk, import_id).state == "applied"


def test_no_number_of_a_file_stands_in_clear_at_any_step(system: System, references, clerk: Actor, tmp_path: Path):
    numbers = [factories.id_number(serial) for serial in range(12)]
    bad = factories.id_number(50)[:-1] + "?"
    traces = Traces([*numbers, *[factories.phone(serial) for serial in range(12)]])
    import_id = send(system, clerk, "resident", residents(references, [*numbers, bad]))
    assert traces_below(tmp_path, traces) == {}
    checked(system, clerk, import_id)
    assert traces_below(tmp_path, traces) == {}
    applied(system, clerk, import_id)
    assert traces_below(tmp_path, traces) == {}


def test_the_file_goes_when_it_was_applied_or_given_up_or_left_for_a_week(system: System, clerk, monkeypatch):
    kept = arriving.files(system)
    one, two, three = (send(system, clerk, "organisation", ORGANISATIONS) for _ in range(3))
    checked(system, clerk, one)
    assert kept.path(one).exists()
    applied(system, clerk, one)
    assert not kept.path(one).exists()
    service.give_up(system, two, actor=clerk)
    assert not kept.path(two).exists()
    with pytest.raises(NotFound):
        look(system, two, clerk)
    assert service.purge(system) == 0
    monkeypatch.setattr(service, "now", lambda: arriving.now() + timedelta(days=8))
    assert service.purge(system) == 1
    assert not kept.path(three).exists()


def test_an_import_under_way_or_applied_cannot_be_given_up_or_checked_again(system: System, clerk: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS)
    checked(system, clerk, import_id)
    service.ask(system, import_id, service.APPLY, actor=clerk)
    with pytest.raises(Refused):
        service.give_up(system, import_id, actor=clerk)
    run_all(system)
    with pytest.raises(Refused):
        service.give_up(system, import_id, actor=clerk)
    with pytest.raises(Refused):
        service.check(system, import_id, {"单位名称": "name"}, {}, [], False, actor=clerk)
    with pytest.raises(Refused):
        service.ask(system, import_id, service.APPLY, actor=clerk)


def test_undo_tells_how_many_were_edited_and_which_it_left(system: System, clerk: Actor):
    import_id = send(system, clerk, "organisation", ORGANISATIONS)
    checked(system, clerk, import_id)
    batch = applied(system, clerk, import_id).batch
    records = system.catalogue["organisation"]
    with system.database.reading() as session:
        record_id = session.scalars(sa.select(records.kind.table.c.id)).first()
        assert reviewing.edited(session, batch) == 0
    with system.database.writing("organisations") as session:
        records.update(session, record_id, {"note": "seen"}, version=1, actor=clerk, reason="x")
    with system.database.reading() as session:
        assert reviewing.edited(session, batch) == 1
    service.ask(system, import_id, service.UNDO, actor=clerk)
    run_all(system)
    assert jobs_of(system)[-1].result["conflicts"] == 1
    with system.database.reading() as session:
        assert reviewing.left_behind(session, batch) == [("organisation", record_id)]


def test_pages_of_the_history_follow_each_other_without_gaps(system: System, clerk: Actor):
    made = []
    for number in range(5):
        import_id = send(system, clerk, "organisation", ORGANISATIONS, f"{number}.csv")
        made.append(checked(system, clerk, import_id).batch.id)
    with system.database.reading() as session:
        first = reviewing.listed(session, reviewing.Search(limit=3), actor=clerk)
        rest = reviewing.listed(session, reviewing.Search(limit=3, before=first[-1].id), actor=clerk)
    assert [batch.id for batch in [*first, *rest]] == made[::-1]
