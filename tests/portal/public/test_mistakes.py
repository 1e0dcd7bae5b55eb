"""“Find an error on this page”: kept for the editors, slowed down by address, nothing kept of who reports."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.mistakes.models import Mistake


def reports(site):
    """What was kept."""
    with site.system.database.reading() as session:
        return list(session.scalars(sa.select(Mistake).order_by(Mistake.told_at)))


def send(visitor, path="/mistake", **form):
    """Send the form."""
    return visitor.post(path, {"page": "/news/", "subject": "typing", "words": "第二段有错别字", **form})


@pytest.mark.parametrize("path", ["/mistake", "/en/mistake"])
def test_a_report_is_kept_and_shown_to_editors_until_it_is_settled(site, path):
    answer = send(site.visitor(), path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert [(one.page, one.subject, one.words) for one in reports(site)] == [("/news/", "typing", "第二段有错别字")]
    editor = site.visitor("editor")
    assert "第二段有错别字" in editor.page("/editing/mistakes/").text
    assert editor.post(f"/editing/mistakes/{reports(site)[0].id}/settle").status_code == 302
    assert "第二段有错别字" not in editor.page("/editing/mistakes/").text


@pytest.mark.parametrize(
    ("words", "say"), [("", "尚未说明问题"), ("错", "尚未说明问题"), ("长" * 2001, "超过 2000 字")]
)
def test_what_cannot_be_taken_is_said_and_the_words_are_kept(site, words, say):
    page = send(site.visitor(), words=words)
    assert page.status_code == 400
    assert say in page.get_data(as_text=True)
    assert words in page.get_data(as_text=True)
    assert reports(site) == []


def test_another_site_cannot_send_the_form(site):
    answer = site.visitor().post("/mistake", {"words": "第二段有错别字"}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert reports(site) == []


def test_many_reports_from_one_address_are_held_up(site):
    visitor = site.visitor()
    statuses = [send(visitor, words=f"第{number}处有错别字").status_code for number in range(7)]
    assert statuses[:5] == [200] * 5
    assert statuses[5:] == [400] * 2


def test_the_page_of_a_report_is_one_of_this_site(site):
    send(site.visitor(), page="http://evil.example/")
    assert reports(site)[0].page == "/"


def test_the_form_knows_the_page_that_it_was_opened_from(site):
    link = next(a["href"] for a in site.visitor().page("/knowledge/").all("a") if "/mistake" in a["href"])
    assert site.visitor().page(link).form_values("/mistake")["page"] == "/knowledge/"
