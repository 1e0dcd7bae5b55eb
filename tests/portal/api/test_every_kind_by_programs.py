"""What holds for the records of every kind through the interface: the whole life of one, masks, areas, strictness."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

import pytest

from app import catalogue
from portal.api import tokens
from registries import merging, person_fields, showing
from registries import references as known
from registries.access import console
from registries.schemas import Parts
from registries.storing import Sealed
from tests import factories
from tests.portal.api.conftest import writer_of

KINDS = catalogue()
_serials = itertools.count(500)
#: Fields that only the console of `tests.factories` can fill in: sheets word them, programs send codes.
REASON = "confirmed by the test"


@pytest.fixture
def site(live: Any) -> Any:
    """One site for all: each test makes records of its own."""
    return live


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Every kind of the catalogue in turn."""
    return request.param


@pytest.fixture
def values(site, kind) -> Any:
    """Makes the values of another new record each time, as a program would send them."""
    with site.system.database.reading() as session:
        references = known.load(session)

    def make(area: str = "000101001001001", **told: Any) -> dict[str, Any]:
        records = KINDS[kind]
        raw = {**factories.raw(records, next(_serials), references), "area_id": area}
        checked = records.kind.schema(references).check(raw)
        assert not checked.errors, checked.errors
        fields = {name: item for name, item in records.storage.fields.items() if not item.computed}
        sent = {
            name: showing._json(item, checked.values[name]) for name, item in fields.items()
            if checked.values.get(name) is not None and name not in ("captured_x", "captured_y", "datum", "stays")
        }  # fmt: skip
        return {**sent, **told}

    return make


def create(program, kind: str, values: dict[str, Any]) -> Any:
    answer = program("POST", f"/{kind}", {"values": values, "reason": REASON})
    assert answer.status_code == 201, answer.json
    return answer


def test_the_life_of_a_record(site, program, kind, values):
    write = program(writer_of(kind))
    sent = values(note="Before.")
    made = create(write, kind, sent)
    told = made.json
    address = f"/{kind}/{told['id']}"
    assert made.headers["Location"] == f"/api/v1{address}"
    assert (told["version"], told["state"], made.headers["ETag"]) == (1, "in_use", '"1"')

    read = write("GET", address)
    assert read.json == told
    assert write("GET", address, If_None_Match='"1"').status_code == 304
    listed = write.get(f"/{kind}?sort=-id&limit=1")
    assert listed["items"][0] == told

    changed = write("PATCH", address, {"values": {"note": "After."}, "reason": REASON}, version=1)
    assert (changed.status_code, changed.json["version"], changed.json["values"]["note"]) == (200, 2, "After.")
    stale = write("PATCH", address, {"values": {"note": "Too late."}, "reason": REASON}, version=1)
    assert (stale.status_code, stale.json["current_version"]) == (412, 2)
    assert stale.json["current"] == changed.json

    gone = write("DELETE", f"{address}?reason=torn%20down", version=2)
    assert (gone.status_code, gone.json["state"]) == (200, "retired")
    assert told["id"] not in [item["id"] for item in write.get(f"/{kind}?limit=200")["items"]]
    assert told["id"] in [item["id"] for item in write.get(f"/{kind}?limit=200&retired=true")["items"]]
    assert write("DELETE", f"{address}?reason=again", version=3).status_code == 409
    back = write("POST", f"{address}/restore", {"reason": "was a mistake"}, version=3)
    assert (back.status_code, back.json["state"]) == (200, "in_use")

    history = write.get(f"{address}/history")["items"]
    assert [entry["action"] for entry in history] == ["restore", "retire", "update", "create"]
    assert history[2]["changes"]["note"] == ["Before.", "After."]
    assert history[1]["reason"] == "torn down"


def test_what_is_read_can_be_sent_back_and_changes_nothing(program, kind, values):
    write = program(writer_of(kind))
    made = create(write, kind, values()).json
    storage = KINDS[kind].storage
    settable = {
        name: value for name, value in made["values"].items()
        if not storage.fields[name].computed and not (name in made["masked"] and value is None)
    }  # fmt: skip
    again = write("PATCH", f"/{kind}/{made['id']}", {"values": settable, "reason": REASON}, version=1)
    assert again.status_code == 200, again.json
    assert again.json == made


def secrets_of(site, kind: str, record_id: str) -> list[str]:
    with site.system.database.reading() as session:
        item = KINDS[kind].load(session, [known.UUID(record_id)])[0]
    cells = list(item.values.values())
    for name in KINDS[kind].storage.parts:
        cells += [cell for row in item.values[name] for cell in row.values()]
    texts = [str(cell.open(site.system.database.keys)) for cell in cells if isinstance(cell, Sealed)]
    return [text for text in texts if len(text) > 6]


def test_sealed_values_leave_only_masked(site, program, kind, values):
    write = program(writer_of(kind))
    sent = values()
    made = create(write, kind, sent)
    record_id, address = made.json["id"], f"/{kind}/{made.json['id']}"
    secrets = secrets_of(site, kind, record_id)
    assert secrets or not any(sent.get(name) for name in KINDS[kind].storage.sealed)
    name = next((name for name, item in KINDS[kind].storage.sealed.items() if sent.get(name)), None)
    wrong = {"values": {**sent, **({name: f"{sent[name]}〇"} if name else {"note": 1})}}
    shown = [
        made, write("GET", address), write("GET", f"/{kind}?limit=200"), write("GET", f"{address}/history"),
        write("PATCH", address, {"values": {"note": "x"}}, version=9), write("POST", f"/{kind}", wrong),
        write("POST", f"/{kind}", {"values": sent}), write("GET", "/changes?limit=1000"),
        write("GET", f"/search?q={record_id}"),
    ]  # fmt: skip
    assert [(answer.request.path, secret) for answer in shown for secret in secrets if secret in answer.text] == []


def test_a_reveal_is_logged_before_it_is_shown(site, program, kind, values):
    write = program(writer_of(kind))
    made = create(write, kind, values()).json
    sealed = [name for name, item in KINDS[kind].storage.fields.items() if item.sealed]
    path = f"/{kind}/{made['id']}/reveal"
    if not sealed:
        assert write("POST", path, {"fields": ["note"], "reason": "a check"}).status_code in (403, 422)
        return
    assert write("POST", path, {"fields": sealed}).status_code == 422
    shown = write("POST", path, {"fields": sealed, "reason": "a check"})
    assert shown.status_code == 200
    assert set(shown.json["values"]) == set(sealed)
    with site.system.database.reading() as session:
        log = known.changes.history(session, "system", known.UUID(made["id"]))
    assert (log[0].action, log[0].actor, log[0].reason) == ("reveal", write.owner.name, "a check")
    blind = program(writer_of(kind), scopes=("read",))
    assert blind("POST", path, {"fields": sealed, "reason": "a check"}).status_code == 403


def test_whoever_changes_a_record_has_seen_it(site, program, kind, values):
    write = program(writer_of(kind))
    made = create(write, kind, values()).json
    if not showing.personal_fields(KINDS[kind]):
        return
    for method, tail, body in (
        ("GET", "", None), ("GET", "/history", None), ("PATCH", "", {"values": {}}),
    ):  # fmt: skip
        with site.system.database.reading() as session:
            before = len(known.changes.history(session, "system", known.UUID(made["id"])))
        write(method, f"/{kind}/{made['id']}{tail}", body, version=9)
        with site.system.database.reading() as session:
            log = known.changes.history(session, "system", known.UUID(made["id"]))
        assert len(log) == before + 1
        assert (log[0].action, log[0].actor) == ("view", write.owner.name)


def test_what_lies_outside_the_area_answers_like_what_is_not_there(program, kind, values):
    made = create(program(writer_of(kind)), kind, values(area="000101002001001")).json
    clerk = program(writer_of(kind), area="000101001")
    nowhere = factories.unknown_id()
    for method, tail, body, version in (
        ("GET", "", None, None), ("GET", "/history", None, None), ("PATCH", "", {"values": {}}, 1),
        ("DELETE", "?reason=x1", None, 1), ("POST", "/restore", {"reason": "x1"}, 1),
        ("POST", "/reveal", {"fields": ["phone"], "reason": "x1"}, None),
    ):  # fmt: skip
        hidden, missing = (
            clerk(method, f"/{kind}/{one}{tail}", body, version=version) for one in (made["id"], nowhere)
        )
        assert hidden.status_code == missing.status_code
        assert hidden.status_code == 404 or tail == "/reveal"
        assert hidden.data == missing.data
        assert made["id"] not in hidden.text
    assert made["id"] not in clerk("GET", f"/{kind}?limit=200").text


def test_nobody_writes_outside_the_area_or_beyond_the_token(program, kind, values):
    clerk = program("clerk" if writer_of(kind) == "registry_admin" else "editor", area="000101001")
    body = {"values": values(area="000101002001001"), "reason": REASON}
    assert clerk("POST", f"/{kind}", body).status_code == 403
    reader = program(writer_of(kind), scopes=("read",))
    assert reader("POST", f"/{kind}", body).status_code == 403
    narrow = program(writer_of(kind), narrowed="000101001")
    assert narrow("POST", f"/{kind}", body).status_code == 403
    elsewhere = next(name for name in tokens.PLACES if name != KINDS[kind].kind.database)
    other = program(writer_of(kind), registries=(elsewhere,))
    assert other("POST", f"/{kind}", body).status_code == 404


def test_every_other_column_is_refused_by_name(program, kind, values):
    write = program(writer_of(kind))
    records = KINDS[kind]
    others = {column.name for column in records.kind.table.columns} - set(records.kind.fields())
    others |= {name for name, item in records.storage.fields.items() if item.computed} | {"colour"}
    made = create(write, kind, values()).json
    for name in sorted(others):
        changed = write("PATCH", f"/{kind}/{made['id']}", {"values": {name: "x"}, "reason": REASON}, version=1)
        assert f"/values/{name}" in [error["pointer"] for error in changed.json["errors"]]
        answer = write("POST", f"/{kind}", {"values": {**values(), name: "x"}, "reason": REASON})
        assert answer.status_code == 422, name
        assert f"/values/{name}" in [error["pointer"] for error in answer.json["errors"]]
    for member in ("id", "version", "kind", "actor"):
        answer = write("POST", f"/{kind}", {"values": values(), member: "x"})
        assert [error["pointer"] for error in answer.json["errors"]] == [f"/{member}"]


def test_an_entry_of_a_list_is_named_by_its_place(program, kind, values):
    write = program(writer_of(kind))
    for name, item in KINDS[kind].storage.fields.items():
        if isinstance(item, Parts) and not item.computed:
            body = {"values": {**values(), name: [{"colour": "red"}]}, "reason": REASON}
            pointers = [error["pointer"] for error in write("POST", f"/{kind}", body).json["errors"]]
            assert f"/values/{name}/0/colour" in pointers


def test_every_filter_and_every_order_answers(program, kind, values):
    write = program(writer_of(kind))
    made = create(write, kind, values()).json
    described = KINDS[kind].storage.fields
    for sort in ("id", "-id", *(n for n, i in described.items() if i.sortable)):
        assert write("GET", f"/{kind}?sort={sort}").status_code == 200
    for name, item in described.items():
        value = made["values"].get(name)
        if item.filterable and not item.sealed and value is not None and not isinstance(item, Parts):
            text = str(value[0] if isinstance(value, list) else value)
            text = text.lower() if isinstance(value, bool) else text
            found = write("GET", f"/{kind}", None) if not text else write.client.get(
                f"/api/v1/{kind}", query_string={name: text, "limit": 200},
                headers={"Authorization": f"Bearer {write.token}"},
            )  # fmt: skip
            assert found.status_code == 200, (name, found.json)
            assert made["id"] in [one["id"] for one in found.json["items"]], name
    assert write("GET", f"/{kind}?colour=red").json["errors"][0]["parameter"] == "colour"


def test_sealed_numbers_are_asked_for_in_a_body(program, kind, values):
    write = program(writer_of(kind))
    sent = values()
    made = create(write, kind, sent).json
    numbers = {
        name: sent[name] for name, item in KINDS[kind].storage.sealed.items() if item.indexed and name in sent
    }  # fmt: skip
    if not numbers:
        assert write("POST", f"/{kind}/find", {"phone": "13800138000"}).status_code == 404
        return
    for name, number in numbers.items():
        assert write("GET", f"/{kind}?{name}={number}").status_code == 422
        found = write("POST", f"/{kind}/find", {name: number}).json["items"]
        assert made["id"] in [item["id"] for item in found]
        assert write("POST", f"/{kind}/find", {name: "13900000000"}).json["items"] == []


def test_doubtful_values_are_made_with_a_reason(program, kind, values, monkeypatch):
    schema = KINDS[kind].kind.schema
    rules = schema.rules

    def doubting(self: Any, record: Any, checked: Any) -> None:
        rules(self, record, checked)
        checked.warn("note", person_fields.Problem("Is that so?"))

    monkeypatch.setattr(schema, "rules", doubting)
    write = program(writer_of(kind))
    body = {"values": values()}
    asked = write("POST", f"/{kind}", body)
    assert (asked.status_code, asked.json["confirm"]) == (422, True)
    assert "/values/note" in [error["pointer"] for error in asked.json["errors"]]
    assert write("POST", f"/{kind}", {**body, "reason": "seen"}).status_code == 201


def test_a_merged_record_is_neither_changed_nor_retired(site, program, kind, values):
    write, records = program(writer_of(kind)), site.system.catalogue[kind]
    made = [create(write, kind, values()).json["id"] for _ in range(2)]
    with site.system.database.writing(records.kind.database) as session:
        pair = [(UUID(one), 1) for one in made]
        merging.merge(session, records, *pair, actor=console("test"), reason="one and the same")
    for method, body in (("PATCH", {"values": {"note": "x"}, "reason": REASON}), ("DELETE", None)):
        tail = "" if body else "?reason=x1"
        answer = write(method, f"/{kind}/{made[1]}{tail}", body, version=2)
        assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
        assert made[0] in answer.json["detail"]
