"""Pages for everybody come from memory while they are true, and never a moment longer."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.public.keeping import PageCache
from tests.portal.public.publishing import change, publish, release, withdraw, write

LISTS = ("/", "/en/", "/news/", "/feed.atom", "/sitemap.xml")


@pytest.fixture
def made(site, monkeypatch):
    """The addresses of the pages that had to be made."""
    cache: PageCache = site.app.extensions["sanku-pages"]
    seen, inner = [], cache.inner

    def count(environ, start_response):
        seen.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    monkeypatch.setattr(cache, "inner", count)
    return seen


def test_a_page_is_made_once_as_long_as_nothing_changes(site, made):
    publish(site, "news")
    answers = [site.visitor().get("/news/").data for _ in range(3)]
    assert len(set(answers)) == 1
    assert made == ["/news/"]


@pytest.mark.parametrize("path", LISTS)
def test_what_is_published_stands_there_at_once(site, path):
    visitor = site.visitor()
    visitor.get(path)
    record_id = publish(site, "news", title="新发布的消息")
    assert str(record_id) in visitor.get(path).get_data(as_text=True)


@pytest.mark.parametrize("path", LISTS)
def test_what_is_withdrawn_is_gone_at_once(site, path):
    visitor, record_id = site.visitor(), publish(site, "news")
    assert str(record_id) in visitor.get(path).get_data(as_text=True)
    withdraw(site, "news", record_id)
    assert str(record_id) not in visitor.get(path).get_data(as_text=True)
    assert visitor.get(f"/news/{record_id}").status_code == 404


def test_a_corrected_article_is_shown_corrected(site):
    visitor, record_id = site.visitor(), publish(site, "news")
    assert "已更正" not in visitor.get(f"/news/{record_id}").get_data(as_text=True)
    change(site, "news", record_id, title="更正后的标题", correction="日期写错了")
    assert "更正后的标题" not in visitor.get(f"/news/{record_id}").get_data(as_text=True)
    release(site, "news", record_id)
    page = visitor.get(f"/news/{record_id}").get_data(as_text=True)
    assert "更正后的标题" in page
    assert "日期写错了" in page


def test_a_scheduled_text_appears_at_its_moment_and_goes_at_its_end(site):
    visitor, now = site.visitor(), datetime.now(UTC)
    begin, end = now + timedelta(hours=1), now + timedelta(hours=2)
    record_id = publish(site, "news", show_from=begin.isoformat(), show_to=end.isoformat())
    seen = []
    for moment in (now, begin - timedelta(seconds=2), begin + timedelta(seconds=2), end + timedelta(seconds=2)):
        with time_machine.travel(moment, tick=False):
            listed = str(record_id) in visitor.get("/news/").get_data(as_text=True)
            assert (visitor.get(f"/news/{record_id}").status_code == 200) is listed
            seen.append(listed)
    assert seen == [False, False, True, False]


def test_a_notice_is_marked_as_no_longer_in_force_when_its_last_day_is_over(site):
    visitor, record_id = site.visitor(), publish(site, "notice", valid_to="2027-06-30")
    with time_machine.travel(datetime(2027, 6, 30, 15, 0, tzinfo=UTC), tick=False):
        assert "已失效" not in visitor.get(f"/notices/{record_id}").get_data(as_text=True)
    with time_machine.travel(datetime(2027, 6, 30, 16, 1, tzinfo=UTC), tick=False):
        assert "已失效" in visitor.get(f"/notices/{record_id}").get_data(as_text=True)


def test_another_process_is_believed_too(site):
    """The log is asked, not a signal inside this process: what the command line publishes counts as well."""
    visitor, other = site.visitor(), site.system.connect()
    visitor.get("/news/")
    record_id = write(site, "news")
    here, site.system.__dict__["database"] = site.system.database, other
    try:
        release(site, "news", record_id)
    finally:
        site.system.__dict__["database"] = here
        other.engine.dispose()
    assert str(record_id) in visitor.get("/news/").get_data(as_text=True)


def test_a_page_that_the_browser_has_is_not_sent_again(site):
    visitor = site.visitor()
    first = visitor.get("/news/")
    again = visitor.get("/news/", headers={"If-None-Match": first.headers["ETag"]}, check_page=False)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    publish(site, "news")
    assert visitor.get("/news/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_page_is_packed_for_who_can_unpack_it(site):
    visitor = site.visitor()
    plain = visitor.get("/")
    packed = visitor.get("/", headers={"Accept-Encoding": "gzip"}, check_page=False)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_nothing_of_a_request_gets_into_the_page_of_another(site, made):
    odd = {"User-Agent": "<odd>", "X-Forwarded-Host": "elsewhere.example", "Accept-Language": "en", "Referer": "http://odd/"}
    first = site.visitor().get("/news/?utm=odd&from=timeline", headers=odd).get_data(as_text=True)
    second = site.visitor().get("/news/").get_data(as_text=True)
    assert first == second
    assert "odd" not in first
    assert made == ["/news/"]


def test_another_host_gets_pages_of_its_own(site):
    ours = site.visitor().get("/news/").get_data(as_text=True)
    other = site.visitor().get("/news/", base_url="http://evil.example", check_page=False).get_data(as_text=True)
    assert "evil.example" not in ours
    assert "evil.example" in other
    assert "evil.example" not in site.visitor().get("/news/").get_data(as_text=True)


def test_who_is_signed_in_gets_nothing_from_memory_and_puts_nothing_in(site, made):
    editor = site.visitor("editor")
    editor.get("/news/")
    editor.get("/news/")
    assert made == ["/news/"] * 2
    site.visitor().get("/news/")
    assert made == ["/news/"] * 3


def test_an_error_is_not_kept(site, made):
    for _ in range(2):
        assert site.visitor().get("/news/?page=99").status_code == 404
    assert len(made) == 2


def test_a_head_request_has_the_headers_alone(site):
    answer = site.visitor().open("/news/", method="HEAD", check_page=False)
    assert answer.status_code == 200
    assert answer.data == b""
    assert int(answer.headers["Content-Length"]) > 1000


def test_memory_has_an_end(site, monkeypatch):
    monkeypatch.setattr("portal.public.keeping.ROOM", 60_000)
    visitor = site.visitor()
    for year in range(1990, 2026):
        visitor.get(f"/news/?year={year}", check_page=False)
    assert site.app.extensions["sanku-pages"]._room <= 60_000
    assert site.app.extensions["sanku-pages"]._pages


@pytest.mark.parametrize("path", ["/accessibility", "/en/accessibility", "/robots.txt", "/"])
def test_a_page_is_asked_for_again_and_differs_by_its_cookie(site, path):
    answer = site.visitor().get(path)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Cookie" in answer.headers["Vary"]


def test_a_file_under_its_digest_is_kept_for_good(site):
    address = next(link["href"] for link in site.visitor().page("/").all("link") if ".css?v=" in link["href"])
    assert "immutable" in site.visitor().get(address).headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/mistake", "/news/", "/nowhere", "/search"])
@pytest.mark.parametrize("query", ["q=\xff\xfe", "q=\xe9\x98\xb2"])
def test_a_query_of_raw_bytes_is_no_fault_of_the_site(site, path, query):
    """A browser encodes what it sends; what else knocks at the door may not."""
    for visitor in (site.visitor(), site.visitor("editor")):
        answer = visitor.get(path, environ_overrides={"QUERY_STRING": query}, check_page=False)
        assert answer.status_code in (200, 404)
