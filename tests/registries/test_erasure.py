"""Erasure leaves no trace of a person but what the counts need, and the log still proves itself."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from registries import chain, changes, checking, erasure, merging
from registries.access import Actor, Grant, NotAllowed
from registries.changes import CHANGE
from registries.db import DATABASES, Database, new_id, now
from registries.importing.batches import BATCH, STAGED_ROW
from registries.messages import Refused
from registries.records import NotFound

REASON = "Request 2026-17"


@pytest.fixture
def erased(any_database: Database, catalogue, records, actor):
    """The first resident, erased."""
    erasure.erase(any_database, catalogue["resident"], records["resident"][0], REASON, actor=actor)
    return records["resident"][0]


def row(database: Database, catalogue, record_id) -> dict:
    table = catalogue["resident"].kind.table
    with database.reading() as session:
        return dict(session.execute(sa.select(table).where(table.c.id == record_id)).mappings().one())


def test_only_what_the_counts_need_is_left(any_database, catalogue, erased):
    left = {name: value for name, value in row(any_database, catalogue, erased).items() if value not in (None, "")}
    assert {"id", "area_id", "area_path", "sex", "birth_date", "version", "retired_at"} <= set(left)
    assert left["birth_date"] == "1980"
    for gone in (
        "name",
        "name_pinyin",
        "given_name",
        "id_number_sealed",
        "id_number_index",
        "phone_sealed",
        "phone_index",
        "fingerprint",
    ):
        assert gone not in left


def test_the_stays_are_still_counted_by_year_of_birth_only(any_database, catalogue, erased):
    parts = catalogue["resident"].kind.parts
    with any_database.reading() as session:
        stay = parts["stays"].__table__
        stays = session.execute(sa.select(stay).where(stay.c.owner_id == erased)).mappings().all()
        assert [(one["born_on"].isoformat(), one["sex"]) for one in stays] == [("1980-07-01", "1")]
        groups = parts["groups"].__table__
        assert session.execute(sa.select(groups).where(groups.c.owner_id == erased)).all() == []


def test_the_log_keeps_its_rows_without_their_values_and_still_holds(any_database, catalogue, erased):
    with any_database.reading() as session:
        assert [broken for name in DATABASES for broken in chain.verify(session, name)] == []
        told = changes.history(session, "population", erased)
    assert [change.action for change in told] == ["erase", "create"]
    assert all(change.changes == {} and change.sealed == {} for change in told)
    assert [one for one in checking.check(any_database, catalogue) if one.kind == "resident"] == []


def test_values_blanked_without_an_erasure_are_still_found(any_database, catalogue, erased, records):
    log = CHANGE["population"]
    with any_database.engine.begin() as connection:
        connection.execute(
            log.update().where(log.c.record_id == records["resident"][1]).values(changes=None, sealed=None)
        )
    with any_database.reading() as session:
        found = list(chain.verify(session, "population"))
    assert {(one.what, one.record_id) for one in found} == {("values", records["resident"][1])}


def test_no_file_holds_what_was_erased(database: Database, catalogue, actor, request):
    fill = request.getfixturevalue("fill_records")
    person = fill(database)["resident"][0]
    sealed = row(database, catalogue, person)["phone_sealed"]
    needles = ["王小明".encode(), sealed, base64.b64encode(sealed), "王小明".encode("unicode_escape")]

    def traces() -> list[str]:
        return [
            f"{path.name}: {needle!r}"
            for path in database.folder.iterdir()
            for needle in needles
            if needle in path.read_bytes()
        ]

    assert traces(), "the control finds nothing"
    erasure.erase(database, catalogue["resident"], person, REASON, actor=actor)
    assert traces() == []


def test_those_merged_into_it_go_with_it(any_database, catalogue, records, actor):
    first, second = records["resident"][:2]
    table = catalogue["resident"].kind.table
    with any_database.engine.begin() as connection:
        connection.execute(table.update().where(table.c.id == second).values(merged_into=first))
    erasure.erase(any_database, catalogue["resident"], first, REASON, actor=actor)
    assert row(any_database, catalogue, second)["name"] == ""


def test_the_cells_of_rows_that_could_not_be_read_go_too(any_database, catalogue, records, actor):
    staged, batch = STAGED_ROW["population"], BATCH["population"]
    ids = {kind: new_id() for kind in ("resident", "household")}
    with any_database.engine.begin() as connection:
        for kind, batch_id in ids.items():
            connection.execute(batch.insert().values(
                id=batch_id, kind=kind, state="staged", actor="test", source="s", file_name="f", area_id=new_id(),
                clear_blanks=False, headings="[]", mapping="{}", counts="{}", notes="[]", log_position=0,
                created_at=now(),
            ))  # fmt: skip
            for number, record_id in enumerate((None, records["resident"][0], records["resident"][1])):
                connection.execute(staged.insert().values(
                    batch_id=batch_id, number=number, state="error", record_id=record_id, cells=b"x", problems=b"y",
                ))  # fmt: skip
    erasure.erase(any_database, catalogue["resident"], records["resident"][0], REASON, actor=actor)
    with any_database.reading() as session:
        left = {kind: session.execute(
            sa.select(staged.c.number, staged.c.cells).where(staged.c.batch_id == batch_id).order_by(staged.c.number)
        ).all() for kind, batch_id in ids.items()}  # fmt: skip
    assert left == {"resident": [(0, None), (2, b"x")], "household": [(0, b"x"), (2, b"x")]}


def test_requests_met_at_the_same_time_are_all_noted(keys):
    def note(number: int) -> None:
        erasure._note(keys, [erasure.Erased("resident", str(number), "2026-01-01", "test", REASON)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(40)))
    assert {one.record_id for one in erasure.noted(keys)} == {str(number) for number in range(40)}


def test_the_request_is_noted_beside_the_keys(any_database, erased, keys):
    noted = json.loads(erasure.file(keys).read_text())
    assert [(one["kind"], one["record_id"], one["reason"]) for one in noted] == [("resident", str(erased), REASON)]


def test_erasing_again_after_a_restore_is_done_once(any_database, catalogue, erased):
    assert erasure.erase_again(any_database, catalogue) == 0


def test_who_may_not_erase_is_refused_and_nothing_noted(any_database, catalogue, records, keys):
    clerk = Actor("clerk", (Grant("clerk", "0001"),))
    with pytest.raises(NotAllowed):
        erasure.erase(any_database, catalogue["resident"], records["resident"][0], REASON, actor=clerk)
    elsewhere = Actor("admin", (Grant("registry_admin", "00010002"),))
    with pytest.raises(NotFound):
        erasure.erase(any_database, catalogue["resident"], records["resident"][0], REASON, actor=elsewhere)
    assert erasure.noted(keys) == []


def test_every_kind_can_be_erased(any_database, catalogue, records, actor):
    for kind, ids in records.items():
        erasure.erase(any_database, catalogue[kind], ids[0], REASON, actor=actor)
    assert [one for one in checking.check(any_database, catalogue) if one.severity == "error" and one.kind] == []


@pytest.mark.parametrize("verb", ["restore", "update", "retire"])
def test_who_was_erased_is_not_brought_back_into_use(any_database, catalogue, erased, actor, verb):
    residents = catalogue["resident"]
    with any_database.writing("population") as session:
        version = residents.load(session, [erased])[0].version
        told = {"raw": {"name": "王小明"}} if verb == "update" else {}
        with pytest.raises(Refused, match="erased"):
            getattr(residents, verb)(session, erased, version=version, actor=actor, reason="seen", **told)
    left = row(any_database, catalogue, erased)
    assert (left["name"], left["retired_at"] is None) == ("", False)


def test_a_merger_that_was_erased_is_not_taken_back(any_database, catalogue, records, actor):
    residents, (survivor, other, third, *_) = catalogue["resident"], records["resident"]
    with any_database.writing("population") as session:
        for one in (third, other):
            items = residents.load(session, [survivor, one])
            merging.merge(session, residents, *((item.id, item.version) for item in items), actor=actor, reason="one")
        merging.unmerge(session, residents, third, actor=actor, reason="two")
    erasure.erase(any_database, residents, survivor, REASON, actor=actor)
    with pytest.raises(Refused, match="erased"), any_database.writing("population") as session:
        merging.unmerge(session, residents, other, actor=actor, reason="two")
