"""A request that comes twice under one key has one effect and one answer, also when both come at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from registries import done
from registries.db import now
from registries.erasure import erase
from tests.portal.working import count

BODY = {"values": {"name": "一次够了", "area_id": "000101001001001"}}


def post(program, body=BODY, key="k1", path="/organisation"):
    return program("POST", path, body, Idempotency_Key=key)


def test_the_same_request_is_done_once(site, program):
    write, before = program(), count(site.system, "organisation")
    first, second = post(write), post(write)
    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert (first.headers["ETag"], first.headers["Location"]) == (second.headers["ETag"], second.headers["Location"])
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert count(site.system, "organisation") == before + 1


def test_another_request_under_the_key_is_refused(site, program):
    write = program()
    post(write)
    other = post(write, {"values": {**BODY["values"], "note": "x"}})
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json["detail"]


def test_the_key_of_somebody_else_is_another_key(site, program):
    before = count(site.system, "organisation")
    assert post(program()).status_code == post(program()).status_code == 201
    assert count(site.system, "organisation") == before + 2


def test_a_request_that_failed_may_be_mended_under_its_key(site, program):
    write = program()
    assert post(write, {"values": {"name": ""}}).status_code == 422
    assert post(write).status_code == 201


def test_ten_at_once_make_one_record(site, program):
    write, before = program(), count(site.system, "organisation")
    clients = [type(write)(site.app.test_client(), write.owner, write.token) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(post, clients))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert count(site.system, "organisation") == before + 1


def test_a_change_under_a_key_is_not_stale_when_repeated(site, program):
    write = program()
    made = post(write).json
    twice = [
        write("PATCH", f"/organisation/{made['id']}", {"values": {"note": "x"}}, version=1, Idempotency_Key="k2")
        for _ in range(2)
    ]  # fmt: skip
    assert [answer.status_code for answer in twice] == [200, 200]
    assert twice[0].json == twice[1].json


def test_a_key_is_forgotten_after_some_days(site, program):
    write, before = program(), count(site.system, "organisation")
    post(write)
    with time_machine.travel(now() + done.KEPT + timedelta(minutes=1), tick=False):
        post(write)
        assert count(site.system, "organisation") == before + 2
    later = time_machine.travel(now() + 3 * done.KEPT, tick=False)
    with later, site.system.database.writing("organisations") as session:
        assert done.purge(session) == 1
        assert done.purge(session) == 0


@pytest.mark.parametrize("key", ["", "x" * 201, "two words", "钥匙".encode().decode("latin-1")])
def test_a_key_that_is_none_is_refused(program, key):
    assert post(program(), key=key).status_code == 400


def test_nothing_of_a_person_stands_clear_beside_a_key_and_goes_when_erased(site, program):
    write = program()
    made = post(write, {"values": {
        "name": "赵安", "doc_type": "RIC", "id_number": "000101199003071115", "area_id": "000101001001001",
    }}, path="/resident")  # fmt: skip
    assert made.status_code == 201, made.json
    table = done.DONE_KEY["population"]
    with site.system.database.reading() as session:
        rows = session.execute(sa.select(table)).all()
    assert len(rows) == 1
    assert "赵安" not in repr(rows)
    assert "赵安".encode() not in rows[0].answer
    erase(site.system.database, site.system.catalogue["resident"], rows[0].record_id, "asked for", actor=site.console)
    with site.system.database.reading() as session:
        assert session.execute(sa.select(table)).all() == []
