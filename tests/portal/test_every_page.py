"""Every page that somebody can get to by links is sound: see `tests.site.check` for what that means."""

from __future__ import annotations

import pytest

from tests.portal.test_import_pages import GOOD, staged
from tests.portal.test_other_peoples_records import some_now
from tests.site import crawl

ROLES = ("clerk", "registry_admin", "leader", "grid_worker", "editor", "reviewer", "system_admin", "auditor")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", some_now(ROLES, {"clerk", "system_admin"}))
def test_every_page_is_sound(site, visitor, role, language):
    browser = visitor(role, language=language)
    if role in {"clerk", "registry_admin"}:
        staged(site, browser, GOOD)
    pages = crawl(browser, check_page=True)
    assert len(pages) > 3
