"""Whatever somebody writes into a text, no page of the site runs it."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from tests.portal.public.publishing import publish
from tests.site import Page

EVIL = """"'><script>alert(1)</script><svg onload=alert(2)></svg><a href="javascript:alert(3)">x</a>{{7*7}}"""
BODY = f"<p>{EVIL}</p><svg onload=alert(4)></svg><iframe src='http://x'></iframe><p style='x' onclick='y'>z</p>"


@pytest.fixture
def full(site):
    """One record of each published kind with an attack in every text."""
    words = {
        "title": EVIL, "title_en": EVIL, "summary": EVIL, "summary_en": EVIL, "body": BODY, "body_en": BODY,
        "origin": EVIL, "unit": EVIL, "correction": EVIL,
    }
    ids = {
        "news": publish(site, "news", **words),
        "notices": publish(site, "notice", **words, issuer=EVIL, document_number=EVIL[:90], urgent=True, pinned=True),
        "pages": publish(site, "page", **words),
        "projects": publish(
            site, "project", title=EVIL, title_en=EVIL, summary=EVIL, summary_en=EVIL, target_group=EVIL,
            target_group_en=EVIL, lead_unit=EVIL, partner_units=EVIL, place=EVIL, problem=EVIL, goal=EVIL,
            evaluation=EVIL, indicator=EVIL, indicator_unit=EVIL[:50], baseline_value=2, goal_value=1, result_value=1,
            baseline_period=EVIL[:50], result_period=EVIL[:50],
            measures=[{"kind": "education", "text": EVIL, "text_en": EVIL, "who": EVIL}],
        ),
    }
    site.system.feed.catch_up()
    return site, ids


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_no_text_of_an_edition_becomes_part_of_the_page(full, prefix):
    site, ids = full
    visitor = site.visitor()
    paths = ["/", "/news/", "/notices/", "/projects/", "/knowledge/", "/site-map", "/search?q=alert", "/feed.atom",
             *(f"/{view}/{record_id}" for view, record_id in ids.items())]
    for path in paths:
        answer = visitor.get(prefix + path)
        assert answer.status_code == 200, path
        _is_harmless(answer.get_data(as_text=True), prefix + path)


@pytest.mark.parametrize("path", [
    "/search?q=", "/search?kind=", "/search?category=", "/projects/?q=", "/projects/?category=", "/projects/?area=",
    "/projects/?unit=", "/projects/?group=", "/projects/?year=", "/news/?category=", "/map?area=", "/map?kind=",
    "/mistake?page=/", "/display?mode=", "/pages/", "/feed.atom?category=",
])
def test_nothing_of_an_address_becomes_part_of_the_page(site, path):
    publish(site, "project")
    answer = site.visitor().get(path + quote(EVIL), check_page=False)
    assert answer.status_code in {200, 302, 404}, path
    _is_harmless(answer.get_data(as_text=True), path)


def _is_harmless(text: str, path: str) -> None:
    page = Page(text)
    # Only our own files run.
    assert all((script.get("src") or "").startswith("/static/") for script in page.all("script")), path
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes), (path, tag, attributes)
        for name in ("href", "src", "action"):
            assert not (attributes.get(name) or "").lower().lstrip().startswith("javascript"), (path, tag)
    assert not page.all("iframe"), path
    assert "<script>alert" not in text, path
    assert not re.search(r"/a(?:>|&gt;|%3E)49", text), path
