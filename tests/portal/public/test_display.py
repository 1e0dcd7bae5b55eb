"""Large type and high contrast: one link from every page, remembered in one cookie, nowhere else to go."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from portal.public.display import COOKIE, MODES
from tests.portal.public.publishing import publish


@pytest.mark.parametrize("path", ["/", "/en/", "/news/?category=work", "/map", "/search?q=x"])
def test_every_page_leads_to_large_type_and_back_to_itself(site, path):
    publish(site, "news")
    visitor = site.visitor()
    link = next(a["href"] for a in visitor.page(path).all("a") if "mode=large" in a["href"])
    answer = visitor.get(link)
    assert answer.status_code == 302
    assert unquote(answer.headers["Location"]) == path
    assert 'class="large"' in visitor.get(path).get_data(as_text=True)


def test_modes_have_pages_of_their_own_and_go_away_again(site):
    visitor = site.visitor()
    seen = {}
    for mode in MODES:
        visitor.get(f"/display?mode={mode}&next=/news/")
        seen[mode] = visitor.get("/news/").get_data(as_text=True)
    assert len(set(seen.values())) == len(MODES)
    visitor.get("/display?mode=&next=/news/")
    assert visitor.get("/news/").get_data(as_text=True) == seen[""]
    assert site.visitor().get("/news/").get_data(as_text=True) == seen[""]


@pytest.mark.parametrize("mode", ["odd", "large-large", "<script>", "large;x", ""])
def test_the_cookie_holds_nothing_but_a_mode(site, mode):
    visitor = site.visitor()
    visitor.client.set_cookie(COOKIE, mode)
    text = visitor.get("/news/").get_data(as_text=True)
    assert text == site.visitor().get("/news/").get_data(as_text=True)
    answer = visitor.get("/display", query_string={"mode": mode, "next": "/"})
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("target", ["http://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil"])
def test_nobody_is_led_away_from_the_site(site, target):
    answer = site.visitor().get("/display", query_string={"mode": "large", "next": target})
    assert answer.headers["Location"] == "/"


def test_a_page_of_nothing_leads_nowhere_else_in_the_other_language(site):
    page = site.visitor().page("/en//evil.example/", 404)
    assert not any((link.get("href") or "").startswith("//") for link in page.all("a") + page.all("link"))
