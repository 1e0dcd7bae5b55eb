"""The audit trail answers by every filter, shows nobody's data, and the logs are verified by a job."""

from __future__ import annotations

from itertools import pairwise

import pytest
import time_machine

from registries import readings
from registries.changes import CHANGE
from registries.days import today
from tests.portal.working import run_all
from tests.site import Site, Visitor

PRIVATE = ("王小明", "李晓红", "张建国", "陈静", "13900002000", "000101198", "1980-03-05")


@pytest.fixture
def auditor(site: Site) -> Visitor:
    return site.visitor("auditor")


@pytest.mark.parametrize("role", ["auditor", "registry_admin"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_personal_stands_on_any_page(site, role, language):
    readings.note(site.system.database, site.console, "reveal", "resident",
                  record_ids=site.records["resident"], fields=["phone"], reason="call 13900002000")  # fmt: skip
    visitor = site.visitor(role, language=language)
    for query in ("", "?kind=resident", "?action=reveal", f"?record={site.records['resident'][0]}", "?action=create"):
        answer = visitor.get(f"/admin/audit{query}")
        text = answer.get_data(as_text=True)
        assert (answer.status_code, "<time" in text) == (200, True), query
        assert [private for private in PRIVATE if private in text] == []


def test_filters_narrow_and_pages_follow(site, auditor):
    readings.note(site.system.database, site.console, "view", "organisation", record_ids=site.records["organisation"])
    for number in range(60):
        readings.note(site.system.database, site.console, "search", "resident", count=number)
    path, seen = "/admin/audit?action=search", 0
    while path:
        page = auditor.page(path)
        seen += len(page.all("time"))
        onward = [link["href"] for link in page.all("a") if link.get("rel") == "next"]
        path = onward[0] if onward else ""
    assert seen == 60
    assert len(auditor.page(f"/admin/audit?record={site.records['organisation'][0]}").all("time")) == 2
    assert len(auditor.page("/admin/audit?action=view&kind=organisation").all("time")) == 3
    assert auditor.page(f"/admin/audit?since={today()}&until={today()}").all("time")
    assert not auditor.page("/admin/audit?until=2020-01-01").all("time")


def test_what_cannot_be_read_is_said(auditor):
    page = auditor.page("/admin/audit?record=x&batch=y&since=z")
    assert {link["href"] for link in page.all("a")} >= {"#record", "#batch", "#since"}
    for after in ("x", "eyJ9", "W10", "WyJhIiwiYiIsMV0"):
        assert auditor.get(f"/admin/audit?after={after}").status_code == 200


def test_the_administrator_of_the_system_sees_what_he_did_himself(site):
    visitor = site.visitor("system_admin")
    visitor.post("/admin/users/new", {"name": "xiaoli", "role": "clerk", "area": "000101"})
    page = visitor.page("/admin/audit")
    assert {text for text, _, where in page.texts if where == "a"} & {visitor.user.name}
    assert not visitor.page("/admin/audit?actor=test").all("time")


def test_the_logs_are_verified_and_a_fault_is_named(site, auditor):
    assert "近期未核验日志" in auditor.page("/admin/audit/verification").text
    for _ in range(2):
        assert auditor.post("/admin/audit/verification").status_code == 302
    run_all(site.system)
    assert "日志完整" in auditor.page("/admin/audit/verification").text
    log = CHANGE["population"]
    with site.system.database.engine.begin() as connection:
        connection.execute(log.update().where(log.c.id == 2).values(actor="somebody else"))
    auditor.post("/admin/audit/verification")
    run_all(site.system)
    page = auditor.page("/admin/audit/verification")
    assert "日志被篡改" in page.text
    assert "被改动" in page.text
    assert "tampered" not in page.text
    lines = auditor.page("/admin/audit?action=verify")
    assert len(lines.all("time")) == 2


def test_newer_lines_come_first(site, auditor):
    for day in ("2030-01-01", "2030-01-02"):
        with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
            readings.note(site.system.database, site.console, "search", "resident", count=1)
    moments = [one["datetime"] for one in auditor.page("/admin/audit").all("time")]
    assert len(set(moments)) > 1
    assert all(one >= other for one, other in pairwise(moments))
