"""Signing in and out."""

from __future__ import annotations

import pytest

from portal.server_session import PLAIN_COOKIE
from tests.site import PASSWORD


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sign_in_page_is_sound(visitor, language):
    page = visitor(language=language).page("/login")
    assert {field["name"] for field in page.all("input")} >= {"name", "password"}


def test_somebody_signs_in_and_out(site, visitor):
    site.account("clerk", name="lin")
    browser = visitor()
    answer = browser.post("/login", {"name": "lin", "password": PASSWORD, "next": "/account/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert "lin" in browser.page("/account/").text
    cookie = browser.client.get_cookie(PLAIN_COOKIE).value
    browser.user = True
    assert browser.post("/logout").status_code == 302
    assert browser.client.get_cookie(PLAIN_COOKIE) is None
    browser.client.set_cookie(PLAIN_COOKIE, cookie)
    assert browser.get("/account/").headers["Location"] == "/login?next=/account/"
