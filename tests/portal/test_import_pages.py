"""The import in the browser, as clerks go through it: send, name the columns, check, apply, take back."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Callable
from uuid import UUID

import openpyxl
import pytest
import sqlalchemy as sa

from portal.imports import pages
from portal.imports.models import Upload
from registries.access import REGISTRIES
from registries.changes import CHANGE
from registries.db import new_id
from registries.importing import batches
from tests.portal.working import count, jobs_of, run_all
from tests.site import Page, Site, Visitor

STREET, OTHER_STREET = "000101001", "000101002"
GOOD = "单位名称,单位类型,地址\n临河面馆,个体工商户,临河路11号\n望海书店,企业,临河路12号\n"
BAD = "单位名称,单位类型,地址,联系电话,成立日期\n临河茶馆,企业,临河路13号,1380000,2026-13-45\n,企业,临河路14号,,\n"


@pytest.fixture
def clerk(visitor: Callable[..., Visitor]) -> Visitor:
    return visitor("clerk", STREET)


def send(visitor: Visitor, content: str, name: str = "单位.csv", **more: str):
    fields = {"token": str(new_id()), "kind": "organisation", "blank": "keep", **more}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}' for key, value in fields.items()]
    parts.append(f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n\ufeff{content}')
    body = "\r\n".join([*parts, "--x--\r\n"]).encode()
    return visitor.post("/desk/imports/new", body, content_type="multipart/form-data; boundary=x")


def id_in(address: str) -> str:
    return re.search(r"[0-9a-f-]{36}", address).group()


def staged(site: Site, visitor: Visitor, content: str = GOOD) -> str:
    """Send a file and have it checked; the address of the import."""
    answer = send(visitor, content)
    address = answer.headers["Location"]
    form = chosen(visitor.page(address), visitor.get(address).get_data(as_text=True))
    answer = visitor.post(address, form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    run_all(site.system)
    return answer.headers["Location"]


def chosen(page: Page, text: str) -> dict[str, str]:
    """What a browser would send: the hidden fields and the options chosen."""
    form = page.form_values()
    for name, body in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        found = re.search(r'<option value="([^"]*)" selected', body)
        form[name] = found.group(1) if found else ""
    return form


def test_a_clerk_brings_a_file_in_and_takes_it_back(site: Site, clerk: Visitor):
    before = count(site.system, "organisation")
    assert "新建导入" in clerk.page("/desk/imports/").text
    clerk.page("/desk/imports/new")
    address = staged(site, clerk)
    page = clerk.page(address)
    assert "写入 2 行" in page.text
    assert count(site.system, "organisation") == before
    assert clerk.post(f"{address}/apply").status_code == 303
    clerk.page(address)
    run_all(site.system)
    page = clerk.page(address)
    assert "临河面馆" in page.text
    assert count(site.system, "organisation") == before + 2
    clerk.page(f"{address}/undo")
    assert clerk.post(f"{address}/undo").status_code == 303
    run_all(site.system)
    clerk.page(address)
    assert count(site.system, "organisation") == before
    assert "单位.csv" in clerk.page("/desk/imports/").text


def test_a_double_click_applies_once(site: Site, clerk: Visitor):
    address = staged(site, clerk)
    for _ in range(3):
        assert clerk.post(f"{address}/apply").status_code == 303
    assert [job.kind for job in jobs_of(site.system)] == ["import_stage", "import_apply"]


def test_while_a_job_runs_the_page_says_how_far_it_is(site: Site, clerk: Visitor):
    address = staged(site, clerk)
    clerk.post(f"{address}/apply")
    page = clerk.page(address)
    assert page.all("progress")
    job = jobs_of(site.system)[-1]
    clerk.page(f"/desk/jobs/{job.id}")
    told = clerk.get(f"/desk/jobs/{job.id}/state").get_json()
    assert told == {"state": "waiting", "done": 0, "total": None, "ended": False}
    assert clerk.post(f"{address}/stop").status_code == 303
    clerk.page(address)
    assert count(site.system, "organisation") == 3


def test_rows_that_fail_are_shown_and_come_back_as_a_workbook(site: Site, clerk: Visitor, monkeypatch):
    address = staged(site, clerk, BAD)
    page = clerk.page(address)
    assert "2026-13-45" in page.text
    if os.access("/dev/shm", os.W_OK):
        # They name people: the clear workbook is made in memory and never lies on the disk.
        monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    answer = clerk.get(f"{address}/failed-rows.xlsx")
    assert answer.status_code == 200
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)
    assert rows[0][:2] == ("单位名称", "单位类型")
    assert len(rows) == 3


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/desk/imports/", "/desk/imports/new", "/desk/jobs/"])
def test_every_page_reads_well_in_both_languages_without_anything_done_yet(visitor, path: str, language: str):
    visitor("clerk", STREET, language=language).page(path)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_step_reads_well_in_both_languages(site: Site, visitor, language: str):
    clerk = visitor("clerk", STREET, language=language)
    address = staged(site, clerk, BAD.replace("1380000,2026-13-45", ","))
    for step in ("", "/columns", "/changes"):
        clerk.page(address + step)
    clerk.post(f"{address}/apply")
    for step in ("", "/desk/jobs/"):
        clerk.page(step if step.startswith("/desk") else address)
    run_all(site.system)
    for path in (address, f"{address}/undo", "/desk/jobs/", f"/desk/jobs/{jobs_of(site.system)[-1].id}"):
        clerk.page(path)


def test_what_is_wrong_in_the_form_is_told_and_nothing_typed_is_lost(clerk: Visitor):
    answer = send(clerk, GOOD, source="工商所", as_of="2999-01-01")
    assert answer.status_code == 422
    page = Page(answer.get_data(as_text=True))
    assert page.title.startswith("错误")
    assert page.form_values()["source"] == "工商所"
    answer = clerk.post("/desk/imports/new", {"token": "", "kind": "organisation"})
    assert answer.status_code == 422
    answer = clerk.post("/desk/imports/new", {"token": "", "kind": ""})
    assert answer.status_code == 422


def test_a_missing_column_is_told_where_it_can_be_given(site: Site, clerk: Visitor):
    answer = send(clerk, "地址,联系电话\n临河路1号,\n")
    address = answer.headers["Location"]
    page = clerk.page(address)
    answer = clerk.post(address, chosen(page, clerk.get(address).get_data(as_text=True)))
    assert answer.status_code == 422
    wrong = Page(answer.get_data(as_text=True))
    assert wrong.title.startswith("错误")
    assert any(field.get("name") == "constant-name" for field in wrong.all("input"))


@pytest.mark.parametrize(
    "step", ["", "/columns", "/changes", "/undo", "/failed-rows.xlsx", "/apply", "/discard", "/stop"]
)
def test_the_import_of_another_area_is_the_page_that_is_not_there(site: Site, clerk, visitor, step: str):
    address = staged(site, clerk, BAD)
    stranger = visitor("clerk", OTHER_STREET)
    method = "POST" if step in ("/apply", "/discard", "/stop") else "GET"
    nowhere = address.replace(id_in(address), str(new_id()))
    ask = stranger.post if method == "POST" else stranger.get
    there, not_there = ask(address + step), ask(nowhere + step)
    assert (there.status_code, not_there.status_code) == (404, 404)
    assert there.data.replace(id_in(address).encode(), b"") == not_there.data.replace(id_in(nowhere).encode(), b"")


def test_the_job_of_somebody_else_is_the_page_that_is_not_there(site: Site, clerk, visitor):
    staged(site, clerk)
    stranger = visitor("clerk", STREET)
    job = jobs_of(site.system)[0]
    for path in (f"/desk/jobs/{job.id}", f"/desk/jobs/{job.id}/state"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/desk/jobs/{job.id}/stop").status_code == 404


def test_a_file_larger_than_is_set_is_refused(make_site):
    site = make_site(import_max_bytes=1_000)
    clerk = site.visitor("clerk", STREET)
    answer = send(clerk, GOOD + "x" * 3_000)
    assert answer.status_code == 422
    answer = send(clerk, "x" * (pages.FORM_BYTES + 2_000))
    assert answer.status_code == 413


def test_a_file_of_more_than_the_usual_request_comes_in(site: Site, clerk: Visitor):
    rows = "".join(f"面馆{number},企业,临河路{number}号{'弄' * 60}\n" for number in range(6_000))
    answer = send(clerk, "单位名称,单位类型,地址\n" + rows)
    assert answer.status_code == 303
    with site.system.database.reading() as session:
        assert session.get(Upload, UUID(id_in(answer.headers["Location"]))).size > 1_000_000


def test_templates_of_every_kind_read_back(site: Site, visitor):
    admin = visitor("registry_admin")
    for kind in (name for name, records in site.system.catalogue.items() if records.kind.database in REGISTRIES):
        answer = admin.get(f"/desk/imports/template/{kind}.xlsx")
        assert answer.status_code == 200
        assert openpyxl.load_workbook(io.BytesIO(answer.data)).active.max_column > 3
    assert admin.get("/desk/imports/template/nothing.xlsx").status_code == 404
    assert visitor("leader").get("/desk/imports/template/organisation.xlsx").status_code == 404


def test_a_file_can_be_given_up(site: Site, clerk: Visitor):
    address = staged(site, clerk)
    assert clerk.post(f"{address}/discard").status_code == 303
    assert clerk.get(address).status_code == 404
    assert "单位.csv" not in clerk.page("/desk/imports/").text


def test_what_is_shown_of_people_is_logged_first(site: Site, visitor):
    admin = visitor("registry_admin")
    answer = send(admin, "姓名,性别,证件类型,公民身份号码\n新名,男,居民身份证,000101198003050010\n", kind="resident")
    address = answer.headers["Location"]
    form = chosen(admin.page(address), admin.get(address).get_data(as_text=True))
    address = admin.post(address, form).headers["Location"]
    run_all(site.system)
    log = CHANGE["system"]
    views = sa.select(sa.func.count()).where(log.c.action == "view", log.c.kind == "resident")
    with site.system.database.reading() as session:
        before = session.scalar(views)
    page = admin.page(address)
    with site.system.database.reading() as session:
        shown = session.scalar(views) - before
    assert "王小明" in page.text
    assert shown == 1


def test_a_search_for_duplicates_is_one_job_whoever_asks(site: Site, clerk: Visitor, visitor):
    answer = clerk.post("/desk/jobs/duplicates/resident")
    assert answer.status_code == 303
    clerk.page(answer.headers["Location"])
    other = visitor("clerk", OTHER_STREET)
    assert "duplicates" in other.post("/desk/jobs/duplicates/resident").headers["Location"]
    assert len(jobs_of(site.system)) == 1
    run_all(site.system)
    clerk.page(answer.headers["Location"])
    assert visitor("leader").post("/desk/jobs/duplicates/resident").status_code == 404


def test_an_import_that_waits_to_be_applied_is_work_of_its_author_however_many_others_import(
    site: Site, visitor: Callable[..., Visitor], clerk: Visitor, monkeypatch
):
    monkeypatch.setattr(batches.recent, "__defaults__", (1,))
    staged(site, clerk)
    staged(site, visitor("clerk", STREET), GOOD.replace("临河面馆", "临河茶馆"))
    assert "单位.csv" in clerk.page("/desk/").text
    assert "单位.csv" not in visitor("clerk", STREET).page("/desk/").text
