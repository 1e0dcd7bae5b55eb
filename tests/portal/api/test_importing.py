"""A file through the interface, from its arrival to its end; what is wrong with it is named by row and column."""

from __future__ import annotations

import io
from dataclasses import replace
from uuid import UUID

import pytest

from portal.accounts.models import User
from portal.api import tokens
from tests.factories import unknown_id
from tests.portal.working import count, run_all

GOOD = "单位名称,单位类型,地址\n临河面馆,个体工商户,临河路11号\n望海书店,企业,临河路12号\n"
BAD = "单位名称,单位类型,成立日期\n临河茶馆,企业,2026-13-45\n"


def send(program, content: str = GOOD, name: str = "units.csv", key: str | None = None, **form: str):
    headers = {"Authorization": f"Bearer {program.token}"} | ({"Idempotency-Key": key} if key else {})
    data = {"kind": "organisation", "file": (io.BytesIO(content.encode("utf-8-sig")), name), **form}
    return program.client.post(
        "/api/v1/imports", data=data, headers=headers, content_type="multipart/form-data"
    )  # fmt: skip


def test_a_file_goes_in_and_comes_out_again(site, program):
    clerk, before = program("registry_admin"), count(site.system, "organisation")
    sent = send(clerk)
    assert sent.status_code == 201, sent.json
    path = f"/imports/{sent.json['id']}"
    assert sent.headers["Location"] == f"/api/v1{path}"
    assert sent.json["state"] == "columns"
    assert sent.json["columns"]["单位名称"] == "name"
    assert clerk("POST", f"{path}/apply").status_code == 409

    asked = clerk("POST", f"{path}/check", {})
    assert (asked.status_code, asked.json["state"]) == (202, "checking")
    run_all(site.system)
    told = clerk.get(path)
    assert (told["state"], told["counts"]["new"], told["errors"]) == ("staged", 2, [])
    assert count(site.system, "organisation") == before

    assert clerk("POST", f"{path}/apply").status_code == 202
    assert clerk("POST", f"{path}/apply").status_code == 202
    run_all(site.system)
    assert clerk.get(path)["state"] == "applied"
    assert count(site.system, "organisation") == before + 2
    assert clerk.get("/imports")["items"][0]["state"] == "applied"

    assert clerk("POST", f"{path}/undo").status_code == 202
    run_all(site.system)
    assert clerk.get(path)["state"] == "undone"
    assert count(site.system, "organisation") == before


def test_a_failed_row_is_named_by_row_and_column(site, program):
    clerk = program("clerk")
    path = f"/imports/{send(clerk, BAD).json['id']}"
    clerk("POST", f"{path}/check", {})
    run_all(site.system)
    told = clerk.get(path)
    assert told["counts"]["error"] == 1
    assert [(one["row"], one["field"], one["heading"]) for one in told["errors"]] == [(2, "opened_on", "成立日期")]
    assert clerk("DELETE", path).status_code == 204
    assert clerk("GET", path).status_code == 404


def test_a_file_sent_twice_under_one_key_is_one_import(program):
    clerk = program("clerk")
    first, second = send(clerk, key="k"), send(clerk, key="k")
    assert first.json["id"] == second.json["id"]
    assert send(program("clerk"), key="k").json["id"] != first.json["id"]


@pytest.mark.parametrize(("form", "pointer"), [
    ({"kind": "nothing"}, "/kind"), ({"area": "nowhere"}, "/area"), ({"as_of": "2026-13-01"}, "/as_of"),
    ({"blank": "perhaps"}, "/blank"), ({"colour": "red"}, "/colour"), ({"file": "no file"}, "/file"),
])  # fmt: skip
def test_what_is_wrong_in_the_form_is_named(program, form, pointer):
    answer = send(program("clerk"), **form)
    assert answer.status_code == 422, answer.json
    assert pointer in [error["pointer"] for error in answer.json["errors"]]


def test_columns_that_are_no_fields_are_named(program):
    clerk = program("clerk")
    path = f"/imports/{send(clerk).json['id']}"
    answer = clerk("POST", f"{path}/check", {"columns": {"地址": "password_hash"}})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/columns")
    assert clerk("POST", f"{path}/check", {"columns": {"地址": ["x"]}}).status_code == 422


def test_nobody_imports_without_the_scope_or_sees_the_imports_of_others(program):
    reader = program("clerk", scopes=("read",))
    assert send(reader).status_code == 403
    one, other = program("clerk", area="000101001"), program("clerk", area="000101002")
    path = f"/imports/{send(one).json['id']}"
    hidden, missing = other("GET", path), other("GET", f"/imports/{unknown_id()}")
    assert (hidden.status_code, hidden.data) == (404, missing.data)
    people = program("clerk", registries=("population",))
    refused = send(people)
    assert (refused.status_code, refused.mimetype) == (404, "application/problem+json")


def test_a_token_narrowed_to_an_area_sends_no_files(program):
    narrow = program("registry_admin", narrowed="000101001")
    refused = send(narrow)
    assert refused.status_code == 403
    assert refused.mimetype == "application/problem+json"


def test_a_token_for_one_registry_reaches_no_import_of_its_owner_into_another(site, program):
    whole = program("clerk")
    path = f"/imports/{send(whole).json['id']}"
    with site.system.database.writing("system") as session:
        owner = session.get_one(User, UUID(whole.owner.details["id"]))
        wanted = tokens.Wanted("taps", ("read", "import"), ("facilities",))
        narrow = replace(whole, token=tokens.create(session, owner, wanted, actor=site.console)[1])
    missing = narrow("GET", f"/imports/{unknown_id()}")
    for method, address in (
        ("GET", path), ("POST", f"{path}/check"), ("POST", f"{path}/apply"), ("POST", f"{path}/undo"), ("DELETE", path),
    ):  # fmt: skip
        answer = narrow(method, address, {} if address.endswith("check") else None)
        assert (answer.status_code, answer.data) == (404, missing.data), address
    assert whole.get(path)["state"] == "columns"
