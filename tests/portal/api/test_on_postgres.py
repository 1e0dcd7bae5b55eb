"""The interface over PostgreSQL: the life of a record of every registry, a key used by two at once, odd letters."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import app
from portal.settings import Settings
from tests.conftest import fill
from tests.portal.api.conftest import Program, make_program
from tests.site import Site

pytestmark = pytest.mark.postgres


@pytest.fixture
def write(postgres_database, tmp_path, catalogue, actor) -> Iterator[Program]:
    """A program of somebody who may do everything in the registries of a filled site."""
    ids = fill(postgres_database, catalogue, actor)
    url = postgres_database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    settings = Settings(
        data=tmp_path / "site", database_url=url, keys=postgres_database.keys.path, index=tmp_path / "index"
    )  # fmt: skip
    site = Site(app.create_app(settings), ids)
    yield make_program(site)
    site.system.database.engine.dispose()


def test_the_life_of_a_record(write):
    for kind, values in (
        ("organisation", {"name": "锦安商贸"}), ("facility", {"name": "消火栓", "subclass": "0101"}),
        ("resident", {"name": "张三", "id_number": "000101199003071115", "phone": "13800138000"}),
    ):  # fmt: skip
        made = write("POST", f"/{kind}", {"values": {**values, "area_id": "000101001001"}, "reason": "seen"})
        assert made.status_code == 201, made.json
        address = f"/{kind}/{made.json['id']}"
        changed = write("PATCH", address, {"values": {"note": "x"}, "reason": "seen"}, version=1)
        assert changed.json["version"] == 2
        assert write("PATCH", address, {"values": {"note": "y"}}, version=1).status_code == 412
        assert write("DELETE", f"{address}?reason=gone", version=2).json["state"] == "retired"
        assert [one["action"] for one in write.get(f"{address}/history")["items"]] == ["retire", "update", "create"]
        page = write.get(f"/{kind}?limit=2&sort=name")
        assert len(page["items"]) == 2
        assert write("GET", f"/{kind}?limit=2&sort=name&cursor={page['next']}").status_code == 200
    assert write.get("/changes?limit=1000")["items"]
    found = write("POST", "/resident/find", {"phone": "13900002001"})
    assert len(found.json["items"]) == 1


def test_ten_at_once_make_one_record(write):
    body = {"values": {"name": "一次够了", "area_id": "000101001001"}}
    clients = [Program(write.client.application.test_client(), write.owner, write.token) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(lambda one: one("POST", "/organisation", body, Idempotency_Key="k"), clients))
    assert {answer.status_code for answer in told} == {201}
    assert len({answer.json["id"] for answer in told}) == 1


@pytest.mark.parametrize("text", ["\x00", "\ud83d", "𠮷", "'; --", "%", "_", "\\"])
def test_letters_that_a_database_may_not_like_are_taken_or_refused(write, text):
    sent = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for answer in (
        write.client.get("/api/v1/organisation", query_string={"name": sent},
                         headers={"Authorization": f"Bearer {write.token}"}),
        write("POST", "/organisation", {"values": {"name": f"x{sent}"}, "reason": f"y{sent}"}),
        write("POST", "/facility", {"values": {"name": "x", "attributes": {f"a{sent}": sent}}, "reason": "y"}),
    ):  # fmt: skip
        assert answer.status_code in (200, 201, 422), answer.json
