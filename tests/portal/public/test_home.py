"""The front page: what is urgent stands above all as long as it is in force, and projects with a result come first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registries.days import today
from tests.portal.public.publishing import publish

YESTERDAY = str(today() - timedelta(days=1))


@pytest.mark.parametrize("path", ["/en/", "/en/notices/", "/en/notices/{id}"])
def test_a_notice_that_is_no_longer_in_force_is_not_urgent(site, path):
    record_id = publish(site, "notice", urgent=True, valid_to=YESTERDAY)
    assert "Urgent" not in site.visitor().page(path.format(id=record_id)).text


@pytest.mark.parametrize("path", ["/en/", "/en/notices/", "/en/notices/{id}"])
@pytest.mark.parametrize("ends", [False, True])
def test_a_notice_is_urgent_until_its_last_day_is_over(site, path, ends):
    record_id = publish(site, "notice", urgent=True, valid_to=str(today()) if ends else None)
    assert "Urgent" in site.visitor().page(path.format(id=record_id)).text


def test_an_urgent_notice_stands_above_however_many_came_since(site):
    urgent = publish(site, "notice", title="停水通知", urgent=True, dated_on="2026-01-05")
    for number in range(65):
        publish(site, "notice", title=f"一般通知{number}", dated_on="2026-02-05")
    page = site.visitor().page("/")
    assert [link for link in page.all("a") if link.get("href") == f"/notices/{urgent}"]
    assert "停水通知" in page.text


def test_an_urgent_notice_is_not_told_twice(site):
    publish(site, "notice", title="停水通知", urgent=True)
    publish(site, "notice", title="一般通知")
    text = site.visitor().page("/").text
    assert text.count("停水通知") == 1
    assert text.count("一般通知") == 1


def test_projects_with_a_result_and_good_examples_come_first(site):
    values = [
        {"dated_on": "2026-03-01"}, {"dated_on": "2026-01-01", "indicator": "x", "result_value": 0},
        {"dated_on": "2026-01-02", "good_example": True}, {"dated_on": "2026-01-03", "good_example": False},
        {"dated_on": "2026-01-04", "indicator": "x", "result_value": 1, "good_example": True},
        {"dated_on": "2026-01-05", "pinned": True},
    ]
    ids = [publish(site, "project", title=f"项目{place}", **one) for place, one in enumerate(values)]
    page = site.visitor().page("/")
    shown = [link["href"].rsplit("/", 1)[1] for link in page.all("a") if link["href"].startswith("/projects/0")]
    assert [str(ids[place]) for place in (5, 4, 1, 2)] == shown
    assert "6" in page.text
