"""Feeds, the list of addresses, the rules for crawlers, and a site that does not lie at the root."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
import time_machine

from tests.portal.public.publishing import change, publish
from tests.site import Page

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_holds_what_is_new_and_can_be_narrowed(site):
    ids = {kind: publish(site, kind, title=f"{kind}的标题") for kind in ("news", "notice", "page", "project")}
    feed = ET.fromstring(site.visitor().get("/feed.atom").data)
    found = {entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")}
    assert found == {f"urn:uuid:{ids[kind]}" for kind in ("news", "notice", "project")}
    narrowed = ET.fromstring(site.visitor().get("/feed.atom?kind=news&category=education").data)
    assert not list(narrowed.iter(f"{ATOM}entry"))
    for entry in feed.iter(f"{ATOM}entry"):
        assert entry.find(f"{ATOM}link").get("href").startswith("http://localhost/")
        assert entry.findtext(f"{ATOM}author/{ATOM}name")


@pytest.mark.parametrize("path", ["/feed.atom", "/sitemap.xml"])
def test_a_draft_changes_nothing_of_what_programs_read(site, path):
    with time_machine.travel(datetime(2026, 11, 1, tzinfo=UTC), tick=False):
        record_id = publish(site, "news", dated_on="2026-10-01")
    with time_machine.travel(datetime(2026, 11, 2, tzinfo=UTC), tick=False):
        before = site.visitor().get(path).data
        assert b"2026-11-01" in before
        change(site, "news", record_id, title="还没有人审核")
        assert site.visitor().get(path).data == before


@pytest.mark.parametrize("path", ["/feed.atom", "/sitemap.xml"])
def test_a_text_that_was_scheduled_is_new_when_it_appears(site, path):
    with time_machine.travel(datetime(2026, 11, 1, tzinfo=UTC), tick=False):
        publish(site, "news", dated_on="2026-10-01", show_from="2026-11-05T08:00:00+00:00")
    with time_machine.travel(datetime(2026, 11, 6, tzinfo=UTC), tick=False):
        assert b"2026-11-05" in site.visitor().get(path).data


def test_every_listed_address_leads_to_a_page_in_both_languages(site):
    for kind in ("news", "notice", "page", "project"):
        publish(site, kind)
    tree = ET.fromstring(site.visitor().get("/sitemap.xml").data)
    places = [place.text for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(places) == len(set(places)) == 2 * (9 + 4)
    for place in places:
        assert site.visitor().get(place.removeprefix("http://localhost")).status_code == 200


def test_crawlers_are_told_where_to_look_and_where_not(site):
    text = site.visitor().get("/robots.txt").get_data(as_text=True)
    assert "Sitemap: http://localhost/sitemap.xml" in text
    for path in ("/desk/", "/editing/", "/mistake", "/en/mistake"):
        assert f"Disallow: {path}\n" in text


def test_a_told_address_stands_in_links_that_leave_the_site(make_site):
    site = make_site(site_address="https://aq.example.gov.cn/safe")
    text = site.visitor().get("/feed.atom", base_url="http://odd.example").get_data(as_text=True)
    assert "https://aq.example.gov.cn/safe/feed.atom" in text
    assert "odd.example" not in text


@pytest.mark.parametrize("path", ["/", "/en/", "/news/", "/projects/", "/map", "/search?q=x", "/mistake"])
def test_the_site_can_lie_below_another(site, path):
    publish(site, "news")
    answer = site.app.test_client().get(path, base_url="http://localhost/aq/")
    page = Page(answer.get_data(as_text=True))
    for tag, attributes in page.tags:
        for name in ("href", "src", "action"):
            value = attributes.get(name) or ""
            if value.startswith("/"):
                assert value.startswith("/aq/"), (tag, value)


def test_pictures_in_a_text_are_found_where_the_site_lies(site):
    picture = "/media/01900000-0000-7000-8000-000000000000/a.jpg"
    record_id = publish(site, "news", body=f'<p>x</p><img src="{picture}" alt="x"><a href="/news/">y</a>')
    text = site.app.test_client().get(f"/news/{record_id}", base_url="http://localhost/aq/").get_data(as_text=True)
    assert f'src="/aq{picture}"' in text
    assert 'href="/aq/news/"' in text


def test_marks_of_a_government_site_are_shown_if_they_are_set(make_site, site):
    marked = make_site(
        sponsor="安澜区人民政府", site_code="0001010001", icp_record="辽ICP备1号", find_mistakes="https://zfwzgl.www.gov.cn/x"
    )
    text = marked.visitor().page("/").text
    for one in ("安澜区人民政府", "0001010001", "辽ICP备1号", "我为政府网站找错"):
        assert one in text
    assert "主办单位" not in site.visitor().page("/").text
