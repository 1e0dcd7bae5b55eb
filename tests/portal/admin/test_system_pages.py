"""Settings hide their secrets, the buttons of the health page ask for jobs, and tokens of anybody can be ended."""

from __future__ import annotations

import pytest

from portal.api import tokens
from portal.api.tokens import Wanted
from portal.settings import SAMPLE_SECRET, Settings, environment_name
from registries.importing.mapping import ColumnMapping, learn
from tests.portal.working import run_all
from tests.site import Site, Visitor


@pytest.fixture
def admin(site: Site) -> Visitor:
    return site.visitor("system_admin")


def test_every_setting_is_explained_and_no_secret_is_shown(site, admin, monkeypatch):
    monkeypatch.setenv("SANKU_PORT", "8123")
    page = admin.get("/admin/settings").get_data(as_text=True)
    for name in Settings.__dataclass_fields__:
        assert environment_name(name) in page
    assert SAMPLE_SECRET not in page
    assert page.count("已设置") == 1


@pytest.mark.parametrize("task", ["index", "backup"])
def test_a_button_asks_for_one_job_however_often_it_is_pressed(site, admin, task):
    addresses = {admin.post(f"/admin/health/{task}").headers["Location"] for _ in range(2)}
    assert len(addresses) == 1
    run_all(site.system)
    assert "完成" in admin.page(addresses.pop()).text
    page = admin.page("/admin/health").text
    assert ("此处尚未做过备份" in page) == (task == "index")


def test_there_are_no_other_tasks(admin):
    assert admin.post("/admin/health/anything").status_code == 404


def test_the_token_of_anybody_is_ended(site, admin):
    clerk = site.visitor("clerk")
    with site.system.database.reading() as session:
        actor = tokens.account_of(session, clerk.user).actor
    with site.system.database.writing("system") as session:
        token, text = tokens.create(session, clerk.user, Wanted("timetable", ["read"]), actor=actor)
    page = admin.get("/admin/tokens").get_data(as_text=True)
    assert "timetable" in page
    assert text not in page
    assert admin.post(f"/admin/tokens/{token.id}/revoke").status_code == 302
    with site.system.database.reading() as session:
        assert tokens.bearer(session, text) is None
    assert "已吊销" in admin.page("/admin/tokens").text


def test_a_remembered_mapping_is_shown_without_its_secrets(site):
    told = ColumnMapping({"甲": "name"}, {"phone": "13800138000", "sex": "1"}, (), None, ("phone",))
    with site.system.database.writing("network") as session:
        learn(session, "office", "resident", told)
    text = site.visitor("registry_admin").get("/admin/mappings/resident/office").get_data(as_text=True)
    assert "甲" in text
    assert "13800138000" not in text
