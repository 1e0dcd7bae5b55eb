"""A request about somebody's data, from the record to the copy, the correction or the erasure, in the browser."""

from __future__ import annotations

import json
import re

import pytest

from portal.rights import erasing
from registries import changes
from tests.portal.working import run_all
from tests.site import Site, Visitor

PROOF = "身份证原件"


@pytest.fixture
def clerk(site: Site) -> Visitor:
    return site.visitor("clerk")


@pytest.fixture
def admin(site: Site) -> Visitor:
    return site.visitor("registry_admin")


def receive(visitor: Visitor, right: str = "access", person: int = 0, **more) -> str:
    resident = visitor.site.records["resident"][person]
    answer = visitor.post(
        f"/admin/requests/new/{resident}", {"right": right, "asked_by": "self", "proof": PROOF, **more}
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.headers["Location"]


def step(visitor: Visitor, address: str, verb: str, **more) -> int:
    page = visitor.get(address, check_page=False).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page)
    return visitor.post(f"{address}/{verb}", {"version": version[1] if version else "0", **more}).status_code


def approved(clerk: Visitor, admin: Visitor, right: str = "access", **more) -> str:
    address = receive(clerk, right, **more)
    assert step(clerk, address, "check") == 302
    assert step(admin, address, "approve") == 302
    return address


def test_the_record_of_a_resident_leads_to_the_desk(site, clerk):
    resident = site.records["resident"][0]
    links = {link.get("href") for link in clerk.page(f"/desk/resident/{resident}").all("a")}
    assert f"/admin/requests/new/{resident}" in links


def test_what_is_missing_is_named_and_what_was_typed_is_kept(site, clerk):
    resident = site.records["resident"][0]
    answer = clerk.post(f"/admin/requests/new/{resident}", {"right": "correction", "proof": "证件 000101198003050012"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for field in ("asked_by", "proof", "fields"):
        assert f'href="#{field}"' in text
    assert 'value="correction" checked' in text


def test_lists_and_pages_hold_no_more_than_the_family_name(site, clerk, admin):
    address = receive(clerk)
    for path in ("/admin/requests", address):
        text = admin.page(path).text
        assert "王*" in text
        assert "王小明" not in text


def test_who_received_it_sees_why_he_does_not_decide(clerk, admin):
    address = receive(admin)
    assert step(admin, address, "check") == 302
    assert "由另一人决定" in admin.page(address).text
    assert step(admin, address, "approve") == 422
    assert step(clerk, address, "approve") == 404


def test_a_copy_is_handed_over(clerk, admin):
    address = receive(clerk)
    assert admin.get(f"{address}/copy").status_code == 404
    address = approved(clerk, admin, person=1)
    text = clerk.page(f"{address}/copy").text
    for held in ("李晓红", "13900002001", "1981-03-05"):
        assert held in text
    answer = clerk.get(f"{address}/copy?format=json")
    told = json.loads(answer.data)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len([one for one in told["seen_by"] if one["action"] == "export"]) == 2
    assert step(clerk, address, "finish", answer="当面交付") == 302
    assert "当面交付" in clerk.page(address).text
    assert "已答复" in clerk.page("/admin/requests?view=answered").text


def test_a_correction_needs_the_change_in_the_log(site, clerk, admin):
    address = approved(clerk, admin, "correction", fields=["education"])
    assert step(clerk, address, "finish") == 422
    records, resident = site.system.catalogue["resident"], site.records["resident"][0]
    with site.system.database.writing("population") as session:
        item = records.load(session, [resident])[0]
        records.update(session, resident, {"education": "本科"}, version=item.version, actor=site.console, reason="x")
    assert step(clerk, address, "finish") == 302
    assert "变更日志第" in clerk.page(address).text


def test_an_erasure_is_confirmed_with_its_number_and_done_by_the_worker(site, clerk, admin):
    address = approved(clerk, admin, "erasure")
    resident = site.records["resident"][0]
    assert clerk.get(f"{address}/erase").status_code == 404
    page = admin.page(f"{address}/erase").text
    number = re.search(r"\d{4}-\d{5}", page)[0]
    assert admin.post(f"{address}/erase", {"number": "1"}).status_code == 422
    for _ in range(2):
        assert admin.post(f"{address}/erase", {"number": number}).status_code == 302
    assert "正在删除" in admin.page(address).text
    run_all(site.system)
    assert "已永久删除" in admin.page(address).text
    with site.system.database.reading() as session:
        told = [one.action for one in changes.history(session, "population", resident)]
    assert told.count("erase") == 1
    assert erasing.kept(site.system.database, site.system.catalogue) == erasing.Kept(1, 0)
    assert admin.get(f"{address}/erase").status_code == 404


def test_a_refusal_needs_a_reason(clerk, admin):
    address = receive(clerk)
    assert step(admin, address, "refuse") == 422
    assert step(admin, address, "refuse", reason="证件不符") == 302
    assert "证件不符" in clerk.page(address).text


def test_elsewhere_there_is_no_such_request(site, clerk, admin):
    address = approved(clerk, admin)
    for stranger in (site.visitor("registry_admin", "000101002"), site.visitor("clerk", registry="facilities")):
        for method, path in (("GET", address), ("POST", f"{address}/check"), ("GET", f"{address}/copy")):
            answer = stranger.open(path, method=method, data={"version": "1"} if method == "POST" else None,
                                   headers={"X-CSRF-Token": stranger.token()})  # fmt: skip
            assert answer.status_code == 404
