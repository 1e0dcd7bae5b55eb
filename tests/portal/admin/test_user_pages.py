"""Administrators make accounts, give and take roles, and cannot reach beyond their own rights."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.accounts import service
from registries.days import today
from tests.site import Site, Visitor


@pytest.fixture
def admin(site: Site) -> Visitor:
    return site.visitor("system_admin")


def new(visitor: Visitor, name: str = "xiaoli", role: str = "clerk", area: str = "000101001", **more):
    return visitor.post("/admin/users/new", {"name": name, "role": role, "area": area, **more})


def password_of(answer) -> str:
    return re.search(r'<code class="issued">([^<]+)</code>', answer.get_data(as_text=True))[1]


def user_named(site: Site, name: str):
    with site.system.database.reading() as session:
        return next(one for one in service.listed(session, actor=site.console) if one.user.name == name)


def test_the_issued_password_is_shown_once_and_has_to_be_changed(site, admin):
    answer = new(admin, full_name="李小", registry="population", until=str(today() + timedelta(days=10)))
    assert answer.status_code == 200
    password = password_of(answer)
    one = user_named(site, "xiaoli")
    assert one.user.must_change_password
    assert (one.grants[0].in_registry, one.grants[0].until) == ("population", today() + timedelta(days=10))
    stranger = site.visitor()
    signed_in = stranger.post("/login", {"name": "xiaoli", "password": password})
    assert signed_in.status_code == 302
    assert password not in admin.page(f"/admin/users/{one.user.id}").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"area": "nowhere"}, "area"), ({"until": "someday"}, "until"), ({"name": ""}, ""),
     ({"role": ""}, ""), ({"until": "2020-01-01"}, "")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(admin, wrong, field):
    answer = new(admin, full_name="李小", **wrong)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "李小" in text
    assert f'href="#{field}"' in text or not field


def test_the_list_is_narrowed_by_name_role_and_state(site, admin):
    new(admin, "ending", until=str(today() + timedelta(days=5)))
    new(admin, "lasting")
    assert "lasting" not in admin.page("/admin/users?state=ending").text
    assert "ending" in admin.page("/admin/users?state=ending").text
    assert "ending" not in admin.page("/admin/users?q=last").text
    assert "lasting" not in admin.page("/admin/users?role=leader").text
    assert "没有符合条件的账号" in admin.page("/admin/users?q=nobody-at-all").text


def test_long_lists_come_in_pages(site, admin):
    for number in range(55):
        site.account("clerk", name=f"clerk{number:02}")
    first, second = admin.page("/admin/users?role=clerk"), admin.page("/admin/users?role=clerk&from=50")
    assert "clerk49" in first.text
    assert "clerk50" not in first.text
    assert "clerk54" in second.text


def test_roles_are_given_and_taken(site, admin):
    new(admin)
    one = user_named(site, "xiaoli")
    page = f"/admin/users/{one.user.id}"
    assert admin.post(f"{page}/grants", {"role": "editor", "area": "安澜区"}).status_code == 302
    held = user_named(site, "xiaoli").grants
    assert [grant.role for grant in held] == ["clerk", "editor"]
    assert admin.post(f"{page}/grants/{held[0].id}/revoke").status_code == 302
    assert [grant.role for grant in user_named(site, "xiaoli").grants] == ["editor"]
    other = site.account("clerk")
    stolen = user_named(site, other.name).grants[0]
    assert admin.post(f"{page}/grants/{stolen.id}/revoke").status_code == 404


def test_the_three_powers_stay_apart(site, admin):
    new(admin, role="auditor", area="000101")
    one = user_named(site, "xiaoli")
    offered = {option["value"] for option in admin.page(f"/admin/users/{one.user.id}").all("option")}
    assert "auditor" in offered
    assert not {"system_admin", "registry_admin"} & offered
    answer = admin.post(f"/admin/users/{one.user.id}/grants", {"role": "registry_admin", "area": "000101"})
    assert answer.status_code == 422
    assert len(user_named(site, "xiaoli").grants) == 1


def test_nobody_touches_his_own_account(site, admin):
    page = f"/admin/users/{admin.user.id}"
    assert "form" not in {tag for tag, attributes in admin.page(page).tags if "/grants" in str(attributes)}
    assert admin.post(f"{page}/grants", {"role": "clerk", "area": "000101"}).status_code in {404, 422}
    assert admin.post(f"{page}/disable").status_code == 404
    assert admin.post(f"{page}/password").status_code == 404


def test_an_administrator_of_registries_gives_his_own_clerks_only(site):
    visitor = site.visitor("registry_admin", "000101001", "population")
    assert new(visitor, "mine", registry="population").status_code == 200
    for wrong in ({"registry": "facilities"}, {"registry": ""}, {"registry": "population", "area": "000101002"},
                  {"registry": "population", "role": "system_admin"}):  # fmt: skip
        assert new(visitor, "other", **wrong).status_code == 422
    assert "other" not in visitor.page("/admin/users").text
    stranger = site.account("clerk", "000101002")
    assert visitor.get(f"/admin/users/{stranger.id}").status_code == 404
    assert visitor.post(f"/admin/users/{stranger.id}/disable").status_code == 404


def test_disabling_ends_what_somebody_does_and_can_be_taken_back(site, admin):
    clerk = site.visitor("clerk")
    page = f"/admin/users/{clerk.user.id}"
    assert clerk.get("/account/").status_code == 200
    assert admin.post(f"{page}/disable", {"reason": "left"}).status_code == 302
    assert clerk.get("/account/").status_code == 302
    assert "已停用" in admin.page(page).text
    assert admin.post(f"{page}/enable").status_code == 302
    assert user_named(site, clerk.user.name).user.disabled_at is None


def test_a_new_password_ends_the_old_one(site, admin):
    clerk = site.visitor("clerk")
    answer = admin.post(f"/admin/users/{clerk.user.id}/password")
    assert answer.status_code == 200
    assert clerk.get("/account/").status_code == 302
    assert site.visitor().post("/login", {"name": clerk.user.name, "password": password_of(answer)}).status_code == 302


def test_the_auditor_looks_and_changes_nothing(site, admin):
    new(admin)
    one = user_named(site, "xiaoli")
    auditor = site.visitor("auditor")
    page = auditor.page(f"/admin/users/{one.user.id}")
    assert not [form for form in page.all("form") if str(form.get("action")).startswith("/admin/")]
    assert auditor.post(f"/admin/users/{one.user.id}/disable").status_code == 404
