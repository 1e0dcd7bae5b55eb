"""Exports: asked for with a reason, logged before they are made, masked unless another approves, kept for a day."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
import sqlalchemy as sa

from portal.accounts import granting
from portal.accounts.models import User
from portal.exports import service, wishes
from portal.exports.service import Asking
from portal.imports.arriving import Arrival
from portal.system import System
from registries import references
from registries.access import Actor, NotAllowed
from registries.changes import CHANGE
from registries.db import Database
from registries.filters import EMPTY, Range
from registries.listing import Wish
from registries.messages import Refused
from registries.records import Invalid, NotFound
from tests import conftest
from tests.portal.working import checked, jobs_of, make_system, make_user, run_all, send
from tests.reliability.traces import Traces, traces_below
from tests.site import Page, Site, Visitor

STREET, OTHER_STREET = "000101001", "000101002"
COLUMNS = ["name", "id_number", "phone", "area_id", "address"]


@pytest.fixture
def system(any_database: Database, tmp_path: Path, catalogue, records) -> System:
    return make_system(any_database, tmp_path, catalogue)


@pytest.fixture
def clerk(system: System) -> Actor:
    return make_user(system.database, "clerk", "clerk", STREET)


def asking(**told) -> Asking:
    return Asking(**{
        "columns": COLUMNS, "listing": Wish(), "reveal": False, "reason": "inspection 12", "language": "zh", **told,
    })


def made(system: System, actor: Actor, kind: str = "resident", **told) -> bytes:
    order_id = service.order(system, system.catalogue[kind], asking(**told), actor=actor)
    service.begin(system, order_id, actor=actor)
    return b"".join(service.files(system).blocks(order_id))


def rows_of(data: bytes) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[1].values)


def logged(system: System, action: str = "export") -> list[dict]:
    log = CHANGE["system"]
    with system.database.reading() as session:
        rows = session.execute(sa.select(log).where(log.c.action == action).order_by(log.c.id)).all()
    return [{"actor": row.actor, "reason": row.reason, **json.loads(row.changes)} for row in rows]


def test_an_export_is_masked_and_logged_once(system: System, clerk: Actor):
    rows = rows_of(made(system, clerk))
    assert rows[0][:2] == ("记录号", "版本")
    assert len(rows) == 5
    assert all("***" in row[rows[0].index("公民身份号码")] for row in rows[1:])
    (entry,) = logged(system)
    assert (entry["actor"], entry["reason"], entry["count"]) == ("clerk", "inspection 12", [None, 4])


def test_the_cover_says_whose_copy_it_is(system: System, clerk: Actor):
    cover = openpyxl.load_workbook(io.BytesIO(made(system, clerk))).worksheets[0]
    told = {row[0]: row[1] for row in cover.values if row[0] and row[1]}
    assert told["申请人"] == "clerk"
    assert told["原因"] == "inspection 12"
    assert told["记录数"] == "4"


def test_an_export_imports_back_without_a_change(system: System, clerk: Actor):
    data = made(system, clerk)
    import_id = send(system, clerk, "resident", data, "export.xlsx")
    counts = checked(system, clerk, import_id).batch.counts
    assert (counts["same"], counts["new"], counts["changed"], counts["error"]) == (4, 0, 0, 0)
    assert Arrival().blank == "keep"


def test_the_list_with_its_filters_is_what_comes_out(system: System, clerk: Actor):
    rows = rows_of(made(system, clerk, listing=Wish(filters={"sex": ["2"]}, sort="name", descending=True)))
    assert len(rows) == 3


def test_nothing_from_another_area_is_in_it(system: System):
    stranger = make_user(system.database, "stranger", "clerk", OTHER_STREET)
    assert len(rows_of(made(system, stranger))) == 1
    both = make_user(system.database, "both", "grid_worker", STREET)
    with pytest.raises(NotAllowed):
        service.order(system, system.catalogue["resident"], asking(), actor=both)


@pytest.mark.parametrize(("told", "name"), [({"reason": " "}, "reason"), ({"columns": []}, "column")])
def test_what_lacks_is_told(system: System, clerk: Actor, told, name: str):
    with pytest.raises(Invalid) as refused:
        service.order(system, system.catalogue["resident"], asking(**told), actor=clerk)
    assert list(refused.value.errors) == [name]


def test_facilities_need_no_reason(system: System, clerk: Actor):
    told = {"columns": ["name", "subclass"], "reason": "", "listing": Wish(areas=["0001"])}
    assert len(rows_of(made(system, clerk, "facility", **told))) == 1


def test_whole_numbers_need_the_word_of_another_administrator(system: System, clerk: Actor):
    order_id = service.order(system, system.catalogue["resident"], asking(reveal=True), actor=clerk)
    service.begin(system, order_id, actor=clerk)
    assert not service.files(system).path(order_id).exists()
    chief = make_user(system.database, "chief", "registry_admin", "000101")
    local = make_user(system.database, "local", "registry_admin", OTHER_STREET)
    peer = make_user(system.database, "peer", "clerk", STREET)
    for who in (local, peer, clerk):
        with pytest.raises(NotFound):
            service.decide(system, order_id, True, "", actor=who)
    with system.database.reading() as session:
        assert [one.id for one in service.waiting(system, session, actor=chief)] == [order_id]
        assert service.waiting(system, session, actor=local) == []
    service.decide(system, order_id, True, "for once", actor=chief)
    with pytest.raises(Refused):
        service.decide(system, order_id, False, "", actor=chief)
    run_all(system)
    rows = rows_of(b"".join(service.files(system).blocks(order_id)))
    at = rows[0].index("公民身份号码")
    assert {row[at] for row in rows[1:]} == {conftest.demo_number(n, "12"[n % 2]) for n in range(4)}
    (entry,) = logged(system)
    assert {"id_number", "phone"} <= set(entry["fields"][1])
    assert [one["actor"] for one in logged(system, "approve")] == ["chief"]


def test_an_administrator_does_not_approve_his_own(system: System):
    chief = make_user(system.database, "chief", "registry_admin", "000101")
    order_id = service.order(system, system.catalogue["resident"], asking(reveal=True), actor=chief)
    with pytest.raises(NotFound):
        service.decide(system, order_id, True, "", actor=chief)
    other = make_user(system.database, "other", "registry_admin", "000101")
    service.decide(system, order_id, False, "not needed", actor=other)
    with system.database.reading() as session:
        assert service.find(system, session, order_id, actor=chief).state == "refused"


def test_a_large_one_is_a_job_and_logs_once_though_it_is_done_twice(system: System, clerk: Actor, monkeypatch):
    monkeypatch.setattr(service, "AT_ONCE", 1)
    order_id = service.order(system, system.catalogue["resident"], asking(), actor=clerk)
    service.begin(system, order_id, actor=clerk)
    service.begin(system, order_id, actor=clerk)
    assert [job.kind for job in jobs_of(system)] == ["export"]
    service_files = service.files

    def dies(told: System):
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "files", dies)
    with pytest.raises(KeyboardInterrupt):
        service.make(system, order_id, lambda rows: None, actor=clerk)
    monkeypatch.setattr(service, "files", service_files)
    run_all(system)
    assert jobs_of(system)[0].result == {"rows": 4}
    assert len(logged(system)) == 1


def test_if_the_log_cannot_be_written_nothing_is_made(system: System, clerk: Actor, monkeypatch):
    order_id = service.order(system, system.catalogue["resident"], asking(), actor=clerk)

    def full(*_arguments) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(service.changes, "append", full)
    with pytest.raises(OSError, match="disk full"):
        service.begin(system, order_id, actor=clerk)
    assert not service.files(system).path(order_id).exists()


def test_no_number_of_an_export_stands_in_clear_on_the_disk(system: System, clerk: Actor, tmp_path: Path):
    chief = make_user(system.database, "chief", "registry_admin", "000101")
    numbers = [conftest.demo_number(n, "12"[n % 2]) for n in range(4)]
    wanted = asking(reveal=True, listing=Wish(filters={"id_number": numbers[0]}), reason=f"about {numbers[1]}x")
    order_id = service.order(system, system.catalogue["resident"], wanted, actor=clerk)
    assert traces_below(tmp_path, Traces(numbers)) == {}
    service.decide(system, order_id, True, "", actor=chief)
    run_all(system)
    assert service.files(system).path(order_id).exists()
    assert traces_below(tmp_path / "data" / "files", Traces(numbers)) == {}


def test_the_file_is_gone_after_a_day(system: System, clerk: Actor, monkeypatch):
    made(system, clerk)
    assert service.purge(system) == 0
    later = service.now() + timedelta(hours=25)
    monkeypatch.setattr(service, "now", lambda: later)
    assert service.purge(system) == 1
    assert list(service.files(system).folder.iterdir()) == []


def test_an_erasure_takes_the_files_along_that_may_hold_the_person(system: System, clerk: Actor):
    made(system, clerk)
    made(system, clerk, kind="organisation", columns=["name"])
    assert service.forget(system, "resident") == 1
    assert len(list(service.files(system).folder.iterdir())) == 1
    with system.database.reading() as session:
        assert sorted(one.state for one in service.own(session, actor=clerk)) == ["gone", "made"]


def test_a_wish_is_kept_as_it_was():
    from_day, to_day = "2026-01-01", None
    wish = Wish(["0001"], {
        "a": ["x"], "b": True, "c": Range(from_day, to_day), "d": EMPTY, "e": Range(service.today(), None), "f": "王",
    }, "name", descending=True, incomplete=True)
    assert wishes.from_text(wishes.to_text(["name"], wish)) == (["name"], wish)


@pytest.fixture
def desk(visitor: Callable[..., Visitor]) -> Visitor:
    return visitor("clerk", STREET)


def form(page: Page, **told: object) -> dict[str, object]:
    boxes = [field["value"] for field in page.all("input") if field.get("name") == "column"]
    return {"column": boxes, "reveal": "", "reason": "第12号来函", **told}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_clerk_exports_a_list_in_the_browser(site: Site, visitor, language: str):
    clerk = visitor("clerk", STREET, language=language)
    clerk.page("/desk/exports/")
    page = clerk.page("/desk/resident/export?sex=2&sort=name")
    answer = clerk.post("/desk/resident/export", form(page, sex="2", reason=""))
    assert answer.status_code == 422
    answer = clerk.post("/desk/resident/export", form(page, sex="2"))
    assert answer.status_code == 303
    address = answer.headers["Location"]
    clerk.page(address)
    file = clerk.get(f"{address}/file.xlsx")
    assert len(rows_of(file.data)) == 3
    assert "attachment" in file.headers["Content-Disposition"]
    clerk.page("/desk/exports/")
    for stranger in (visitor("clerk", STREET), visitor("registry_admin")):
        assert stranger.get(address).status_code == 404
        assert stranger.get(f"{address}/file.xlsx").status_code == 404


def test_a_request_is_approved_in_the_browser(site: Site, desk: Visitor, visitor):
    page = desk.page("/desk/resident/export")
    address = desk.post("/desk/resident/export", form(page, reveal="1")).headers["Location"]
    desk.page(address)
    assert desk.get(f"{address}/file.xlsx").status_code == 404
    assert desk.post(f"{address}/decide", {"answer": "approve"}).status_code == 404
    chief = visitor("registry_admin")
    assert "第12号来函" in chief.page("/desk/exports/").text
    chief.page(address)
    assert chief.post(f"{address}/decide", {"answer": "approve"}).status_code == 303
    assert chief.get(f"{address}/file.xlsx").status_code == 404
    desk.page(address)
    run_all(site.system)
    desk.page(address)
    assert desk.get(f"{address}/file.xlsx").status_code == 200
    with site.system.database.writing("system") as session:
        granting.add(session, session.get_one(User, desk.user.id), "clerk", _area(session, STREET), "facilities",
                     None, site.console)  # fmt: skip
        session.delete(granting.grants_of(session, desk.user)[0])
    desk = site.visitor(user=desk.user)
    assert desk.get(f"{address}/file.xlsx").status_code == 404, "who lost the right has lost the file too"


def _area(session, code: str):
    return references.load(session).areas.find(code)


@pytest.mark.parametrize("role", ["leader", "grid_worker", "editor", "auditor", "system_admin"])
def test_others_find_no_export(visitor, role: str):
    assert visitor(role).get("/desk/resident/export").status_code == 404
    assert visitor(role).get("/desk/exports/").status_code == 404


def test_who_decides_sees_what_it_is_about(desk: Visitor, visitor):
    page = desk.page("/desk/resident/export?sex=2&birth_date_from=1981-01-01&retired=")
    data = form(page, reveal="1", sex="2", birth_date_from="1981-01-01")
    address = desk.post("/desk/resident/export", data).headers["Location"]
    text = visitor("registry_admin").page(address).text
    assert "性别：女" in text
    assert "1981年1月1日 – …" in text
    narrowed = desk.post("/desk/resident/narrow", {"id_number": conftest.demo_number(0, "1")}).location
    sealed = parse_qs(urlsplit(narrowed).query)["id_number"][0]
    data = form(page, reveal="1", id_number=sealed)
    address = desk.post("/desk/resident/export", data).headers["Location"]
    answer = visitor("registry_admin").get(address).get_data(as_text=True)
    assert conftest.demo_number(0, "1") not in answer
