"""Every page of the administration opens for those whom it is for, in both languages, and for nobody else."""

from __future__ import annotations

import pytest

from registries.db import new_id
from tests.site import Site

#: Who may open what; everybody else gets the page that is not there.
PAGES = {
    "/admin/": {"system_admin", "registry_admin", "auditor"},
    "/admin/users": {"system_admin", "registry_admin", "auditor"},
    "/admin/users/new": {"system_admin", "registry_admin"},
    "/admin/requests": {"registry_admin", "clerk"},
    "/admin/requests?view=decide": {"registry_admin", "clerk"},
    "/admin/requests?view=answered": {"registry_admin", "clerk"},
    "/admin/audit": {"system_admin", "registry_admin", "auditor"},
    "/admin/audit/verification": {"auditor"},
    "/admin/codes": {"registry_admin"},
    "/admin/codes/place_kind": {"registry_admin"},
    "/admin/codes/sex/1": {"registry_admin"},
    "/admin/areas?q=nothing": {"registry_admin"},
    "/admin/areas/file": {"registry_admin"},
    "/admin/mappings": {"registry_admin"},
    "/admin/settings": {"system_admin"},
    "/admin/health": {"system_admin"},
    "/admin/tokens": {"system_admin"},
}
ROLES = ("grid_worker", "clerk", "registry_admin", "leader", "editor", "reviewer", "system_admin", "auditor")


@pytest.mark.parametrize("role", ROLES)
def test_each_page_is_for_its_roles_and_for_nobody_else(site: Site, role: str):
    visitor = site.visitor(role)
    for path, roles in PAGES.items():
        assert visitor.get(path).status_code == (200 if role in roles else 404), path


@pytest.mark.parametrize("path", PAGES)
def test_pages_stand_in_english_too(site: Site, path: str):
    for role in sorted(PAGES[path]):
        assert site.visitor(role, language="en").get(path).status_code == 200


def test_who_is_not_signed_in_is_asked_to(site: Site):
    for path in PAGES:
        answer = site.visitor().get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize(
    "path", ["/admin/users/{id}", "/admin/requests/{id}", "/admin/areas/{id}", "/admin/codes/nothing",
             "/admin/codes/sex/nothing", "/admin/mappings/resident/nothing", "/admin/requests/new/{id}",
             "/admin/requests/{id}/copy", "/admin/requests/{id}/erase", "/admin/areas/{id}/fly",
             "/admin/areas/file/{id}.csv"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(site: Site, path: str):
    assert site.visitor("registry_admin").get(path.format(id=new_id())).status_code == 404


def test_the_start_page_shows_what_one_may_do_and_nothing_else(site: Site):
    pages = {role: site.visitor(role).page("/admin/") for role in ("system_admin", "registry_admin", "auditor")}
    cards = {
        role: {link["href"] for link in page.all("a") if link.get("class") == "card"} for role, page in pages.items()
    }
    assert cards["system_admin"] == {
        "/admin/users", "/admin/health", "/admin/settings", "/admin/tokens", "/admin/audit",
    }  # fmt: skip
    assert cards["registry_admin"] == {
        "/admin/users", "/admin/requests", "/admin/areas", "/admin/codes", "/admin/mappings", "/admin/audit",
    }  # fmt: skip
    assert cards["auditor"] == {"/admin/users", "/admin/audit", "/admin/audit/verification"}
