"""News, notices and pages as residents read them, in both languages, empty and full."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from registries.messages import Refused
from registries.records import Invalid
from tests.portal.public.publishing import change, publish, release, withdraw, write

PAGES = ("/", "/news/", "/notices/", "/projects/", "/knowledge/", "/map", "/search", "/site-map", "/accessibility",
         "/privacy", "/mistake")


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_an_empty_site_is_whole(site, prefix, path):
    answer = site.visitor().get(prefix + path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_an_article_tells_all_that_readers_of_a_government_site_expect(site, prefix):
    record_id = publish(
        site, "notice", issuer="安澜区人民政府", document_number="安政〔2026〕3号", valid_from="2026-04-01",
        urgent=True, summary="请遵照执行。", correction="第三条的日期已改正。",
    )
    page = site.visitor().page(f"{prefix}/notices/{record_id}")
    told = ("街道开展燃气安全检查", "应急管理局", "安全社区办公室", "安澜区人民政府", "安政〔2026〕3号", "请遵照执行。")
    for text in (*told, "第三条的日期已改正。"):
        assert text in page.text
    named = {tag.get("name"): tag.get("content") for tag in page.all("meta")}
    assert named["PubDate"] == "2026-03-05"
    assert named["ContentSource"] == "应急管理局"


def test_the_english_page_shows_english_where_there_is_some_and_says_so_where_not(site):
    both = publish(site, "news", title_en="Gas checks", body_en="<p>Door to door.</p>")
    only = publish(site, "news", title="仅有中文")
    assert "Gas checks" in site.visitor().page(f"/en/news/{both}").text
    page = site.visitor().page(f"/en/news/{only}")
    assert "written in Chinese only" in page.text
    assert ("仅有中文", "zh-Hans", "h1") in page.texts


def test_the_switch_of_language_stays_on_the_page_with_its_filters(site):
    publish(site, "news")
    page = site.visitor().page("/news/?category=work&year=2026&odd=1")
    assert "/en/news/?category=work&year=2026" in [link.get("href") for link in page.all("a")]


def test_a_list_is_narrowed_by_category_and_year_with_counts(site):
    for category, day in (("work", "2026-03-05"), ("work", "2025-03-05"), ("education", "2026-01-05")):
        publish(site, "news", title=f"{category}{day}", category=category, dated_on=day)
    text = site.visitor().page("/news/?category=work&year=2026").text
    assert "work2026-03-05" in text
    assert "work2025-03-05" not in text
    assert "education" not in text
    assert "共 1 篇" in text


def test_lists_go_on_over_pages_without_leaving_one_out_or_telling_one_twice(site):
    ids = {str(publish(site, "news", title=f"消息{number}")) for number in range(23)}
    pages = [site.visitor().get(f"/news/?page={number}").get_data(as_text=True) for number in (1, 2)]
    found = [one for page in pages for one in ids if f"/news/{one}" in page]
    assert sorted(found) == sorted(ids)
    assert site.visitor().get("/news/?page=3").status_code == 404


def test_articles_lead_to_those_before_and_after_and_to_those_alike(site):
    ids = [publish(site, "news", title=f"第{day}天", dated_on=f"2026-03-0{day}") for day in (1, 2, 3)]
    links = [link.get("href") for link in site.visitor().page(f"/news/{ids[1]}").all("a")]
    assert f"/news/{ids[0]}" in links
    assert f"/news/{ids[2]}" in links


@pytest.mark.parametrize("path", [
    "/", "/news/", "/notices/", "/projects/", "/knowledge/", "/site-map", "/feed.atom", "/search?q=机密",
])
def test_no_working_text_is_told(site, path):
    for kind in ("news", "notice", "page", "project"):
        write(site, kind, title=f"机密{kind}")
        shown = publish(site, kind, title="公开的")
        change(site, kind, shown, title="机密改动", summary="机密摘要")
    site.system.feed.catch_up()
    text = site.visitor().get(path).get_data(as_text=True)
    for secret in ("机密news", "机密notice", "机密page", "机密project", "机密改动", "机密摘要"):
        assert secret not in text


def test_a_draft_is_not_found_by_its_address(site):
    for kind, path in (("news", "news"), ("notice", "notices"), ("project", "projects"), ("page", "pages")):
        assert site.visitor().get(f"/{path}/{write(site, kind)}").status_code == 404


@pytest.mark.parametrize("slug", ["Fire", "a b", "a/b", "-a", "a--b", "消防", "a?b", "../a"])
def test_what_cannot_stand_in_an_address_is_no_slug(site, slug):
    with pytest.raises(Invalid):
        write(site, "page", slug=slug)


def test_two_pages_are_not_published_at_one_address(site):
    first = publish(site, "page", slug="fire-at-home2")
    second = write(site, "page", title="另一页", slug="fire-at-home2")
    with pytest.raises(Refused, match="Another page is read"):
        release(site, "page", second)
    change(site, "page", first, title="改过的标题")
    release(site, "page", first)
    withdraw(site, "page", first)
    release(site, "page", second)
    assert "另一页" in site.visitor().page("/pages/fire-at-home2").text


def test_a_page_is_found_by_the_slug_that_was_published_and_by_its_id(site):
    record_id = publish(site, "page", slug="gas")
    change(site, "page", record_id, slug="not-yet")
    visitor = site.visitor()
    assert visitor.get("/pages/gas").status_code == 200
    assert visitor.get(f"/pages/{record_id}").status_code == 200
    assert visitor.get("/pages/not-yet").status_code == 404


def test_urgent_notices_stand_on_the_front_page_above_all(site):
    publish(site, "notice", title="暴雨红色预警", urgent=True)
    text = site.visitor().get("/").get_data(as_text=True)
    assert text.index("暴雨红色预警") < text.index("安全动态</h2>")


def test_small_numbers_of_people_are_not_told(site):
    assert "常住居民" not in site.visitor().page("/").text


def test_punctuation_of_chinese_prose_is_kept(site):
    record_id = publish(site, "news", title="注意：防寒，防滑！")
    assert "注意：防寒，防滑！" in site.visitor().page(f"/news/{record_id}").text


def test_each_fact_of_a_notice_is_in_its_own_language(site):
    values = {"document_number": "安政〔2026〕3号", "valid_from": "2026-04-01", "valid_to": "2099-12-31"}
    page = site.visitor().page(f"/en/notices/{publish(site, 'notice', **values)}")
    told = {text: language for text, language, where in page.texts if where == "dd"}
    assert told.pop("安政〔2026〕3号") == "zh-Hans"
    assert set(told.values()) == {"en"}
    assert len(told) == 2


@pytest.mark.parametrize(("kind", "path"), [("news", "/news/"), ("notice", "/notices/")])
def test_a_list_is_counted_at_once_from_the_index_of_editions(site, kind, path):
    """Any other index leads to every row of the table, with both its bodies, to see whether it is public."""
    publish(site, kind)
    told = []
    sa.event.listen(site.system.database.engine, "before_cursor_execute", lambda *args: told.append(args[2:4]))
    site.visitor().page(path)
    counted = [(text, values) for text, values in told if f"FROM network.{kind}" in text and "count(" in text]
    assert len(counted) == 1
    with site.system.database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {counted[0][0]}", counted[0][1])
        assert any(f"ix_{kind}_readable" in row[3] for row in plan)
