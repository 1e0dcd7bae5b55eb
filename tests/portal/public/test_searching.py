"""One box over everything public."""

from __future__ import annotations

import pytest

from tests.portal.public.publishing import publish
from tests.portal.public.test_facilities import add


@pytest.fixture
def filled(site):
    """A site with one of everything about gas."""
    ids = {
        "news": publish(site, "news", title="燃气检查进社区"), "notices": publish(site, "notice", title="燃气安全通知"),
        "pages": publish(site, "page", title="燃气使用要点"),
        "projects": publish(site, "project", title="燃气报警器安装"),
        "map": add(site, name="燃气应急避难场所"),
    }
    site.system.feed.catch_up()
    return site, ids


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_all_kinds_are_found_together(filled, prefix):
    site, ids = filled
    links = {link.get("href") for link in site.visitor().page(f"{prefix}/search?q=燃气").all("a")}
    for view, record_id in ids.items():
        assert f"{prefix}/{view}/{record_id}" in links


def test_answers_are_narrowed_by_kind_and_the_others_are_still_counted(filled):
    site, ids = filled
    text = site.visitor().get("/search?q=燃气&kind=project").get_data(as_text=True)
    assert f"/projects/{ids['projects']}" in text
    assert f"/news/{ids['news']}" not in text
    assert "安全动态" in text
    assert text.count('class="hit"') == 1


def test_what_matches_is_marked(filled):
    site, _ids = filled
    assert "<mark>燃气</mark>" in site.visitor().get("/search?q=燃气").get_data(as_text=True)


def test_pinyin_finds(filled):
    site, ids = filled
    assert str(ids["news"]) in site.visitor().get("/search?q=ranqi").get_data(as_text=True)


def test_an_empty_answer_says_what_to_do(site):
    page = site.visitor().page("/search?q=绝无此物&kind=news")
    assert "去掉筛选条件重新搜索" in page.text


@pytest.mark.parametrize("query", [
    "q=%00", "q=" + "长" * 3000, "page=-1", "page=9999999999", "page=x", "kind=resident", "sort=odd",
    "subclass=odd", "street=odd",
])
def test_odd_questions_are_answered_calmly(filled, query):
    site, _ids = filled
    assert site.visitor().get(f"/search?{query}").status_code == 200


def test_there_is_no_page_after_the_last(filled):
    site, _ids = filled
    assert site.visitor().get("/search?q=燃气&page=1").status_code == 200
    assert site.visitor().get("/search?q=燃气&page=2").status_code == 404
    assert site.visitor().get("/search?q=绝无此物&page=2").status_code == 200


def test_chinese_stands_as_chinese_on_the_english_page(filled):
    site, _ids = filled
    publish(site, "news", title="燃气公告", title_en="Gas bulletin 燃气")
    site.system.feed.catch_up()
    page = site.visitor().page("/en/search?q=燃气")
    wrong = [
        text for text, language, where in page.texts
        if where in ("a", "mark", "span") and language != "zh-Hans"
        and any("\u4e00" <= sign <= "\u9fff" for sign in text)
    ]
    assert [text for text in wrong if not text.startswith(("Gas bulletin", "Open:"))] == []
