"""The description of the interface is sound, complete, and true: its examples are taken as they stand."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app import catalogue
from tests.portal.api.conftest import writer_of

KINDS = catalogue()


@pytest.fixture
def site(live: Any) -> Any:
    """One site for all: each test makes records of its own."""
    return live


@pytest.fixture
def spec(site):
    """The description as a program without a token gets it."""
    answer = site.app.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.json


def test_every_route_is_described_and_nothing_else(site, spec):
    described = {
        (path, verb.upper()) for path, verbs in spec["paths"].items() for verb in verbs
    }  # fmt: skip
    routes = set()
    for rule in site.app.url_map.iter_rules():
        if str(rule).startswith("/api/v1/"):
            path = re.sub("<(?:uuid:)?(record_id|import_id|scheme)>", r"{\1}", str(rule))
            for kind in KINDS if "<kind>" in path else ("",):
                routes |= {(path.replace("<kind>", kind), verb) for verb in rule.methods - {"HEAD", "OPTIONS"}}
    sealed = {kind for kind, one in KINDS.items() if any(item.sealed for item in one.storage.fields.values())}
    indexed = {kind for kind, one in KINDS.items() if any(item.indexed for item in one.storage.sealed.values())}
    expected = {
        (path, verb) for path, verb in routes
        if not (path.endswith("/reveal") and path.split("/")[3] not in sealed)
        and not (path.endswith("/find") and path.split("/")[3] not in indexed)
    }  # fmt: skip
    assert described == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_new_record_is_taken(spec, program, kind):
    content = spec["paths"][f"/api/v1/{kind}"]["post"]["requestBody"]["content"]["application/json"]
    example = content["examples"]["usual"]["value"]
    assert len(example["values"]) >= 2, example
    made = program(writer_of(kind))("POST", f"/{kind}", example)
    assert made.status_code == 201, made.json


def test_every_field_is_described_with_its_name_in_both_languages(site):
    client = site.app.test_client()
    for language, word in (("zh", "姓名"), ("en", "Name")):
        spec = client.get("/api/openapi.json", headers={"Accept-Language": language}).json
        for kind, records in KINDS.items():
            schema = spec["components"]["schemas"][f"{kind.capitalize()}New"]["properties"]
            assert set(schema) == {n for n in records.kind.fields() if n in records.storage.fields}
            assert all(told.get("title") for told in schema.values())
        assert spec["components"]["schemas"]["ResidentNew"]["properties"]["name"]["title"] == word


def test_what_is_sealed_says_so(spec):
    for kind, records in KINDS.items():
        shown = spec["components"]["schemas"][kind.capitalize()]["properties"]["values"]["properties"]
        for name, item in records.storage.fields.items():
            if item.sealed:
                assert "reveal" in shown[name]["description"]
            assert shown[name].get("readOnly", False) == item.computed


def test_the_description_is_kept_until_codes_or_areas_change(site):
    client = site.app.test_client()
    first = client.get("/api/openapi.json")
    assert client.get("/api/openapi.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    english = client.get("/api/openapi.json", headers={"Accept-Language": "en"})
    assert english.headers["ETag"] != first.headers["ETag"]
    assert json.dumps(english.json) != json.dumps(first.json)


def test_the_page_for_people_is_sound_and_shows_every_operation(site, spec):
    for language, word in (("zh", "程序接口"), ("en", "Interface for programs")):
        page = site.visitor(language=language).page("/api/")
        assert page.headings[0] == (1, word)
        assert "Set-Cookie" not in site.app.test_client().get("/api/").headers
    text = site.app.test_client().get("/api/").text
    for path, verbs in spec["paths"].items():
        for operation in verbs.values():
            assert operation["summary"] in text
        assert path in text


def test_nothing_below_the_address_is_ever_answered_by_a_page(site):
    client = site.app.test_client()
    for method, path, status in (
        ("GET", "/api/nowhere", 404), ("GET", "/api/v1", 404), ("GET", "/api/v1/place/no-id", 404),
        ("PUT", "/api/v1/place", 405), ("POST", "/api/openapi.json", 405), ("DELETE", "/api/v1/place", 405),
    ):  # fmt: skip
        for language, word in (("zh", "这"), ("en", "This address")):
            answer = client.open(path, method=method, headers={"Accept-Language": language})
            assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), path
            assert answer.json["status"] == status
            if status == 405:
                assert word in answer.json["title"]
                assert answer.headers["Allow"]


def test_a_mistake_of_the_program_tells_nothing_of_its_inside(site, program, monkeypatch):
    monkeypatch.setattr("portal.api.lists.page", lambda *_, **__: 1 / 0)
    monkeypatch.setitem(site.app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = program()("GET", "/organisation")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "ZeroDivision" not in answer.text
