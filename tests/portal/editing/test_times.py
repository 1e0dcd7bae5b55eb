"""When a text is shown: what is public stays public until something else is, and no text ends before it begins."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from portal.news import steps
from registries.db import now
from registries.messages import Refused
from tests.portal.public.publishing import AUTHOR, REVIEWER, change, publish, write

LATER, EARLIER = (now() + timedelta(days=days) for days in (30, -1))


def handed_in(site, kind, record_id):
    records = site.system.catalogue[kind]
    with site.system.database.writing("network") as session:
        item = records.load(session, [record_id])[0]
        return steps.submit(session, records, record_id, version=item.version, actor=AUTHOR)


def released(site, kind, record_id, at=None):
    records = site.system.catalogue[kind]
    with site.system.database.writing("network") as session:
        item = records.load(session, [record_id])[0]
        return steps.publish(session, records, record_id, version=item.version, actor=REVIEWER, at=at)


@pytest.mark.parametrize("kind", ["news", "project"])
def test_a_change_for_later_does_not_take_the_public_edition_off_the_site(site, kind):
    record_id = publish(site, kind)
    change(site, kind, record_id, title="以后的标题", show_from=LATER.isoformat())
    handed_in(site, kind, record_id)
    with pytest.raises(Refused, match="Publish it at that time"):
        released(site, kind, record_id)
    assert site.visitor().get(f"/{'projects' if kind == 'project' else kind}/{record_id}").status_code == 200


def test_a_public_edition_is_not_replaced_by_one_for_a_moment_to_come(site):
    record_id = publish(site, "news")
    change(site, "news", record_id, title="以后的标题")
    handed_in(site, "news", record_id)
    with pytest.raises(Refused, match="Publish it at that time"):
        released(site, "news", record_id, at=LATER)


def test_a_text_that_is_still_to_come_may_come_at_another_moment(site):
    record_id = publish(site, "news", show_from=LATER.isoformat())
    change(site, "news", record_id, show_from=(LATER + timedelta(days=1)).isoformat())
    handed_in(site, "news", record_id)
    assert released(site, "news", record_id).values["edition_state"] == "published"


@pytest.mark.parametrize(("values", "said"), [
    ({"show_to": EARLIER.isoformat()}, "is over"),
    ({"show_from": LATER.isoformat(), "show_to": (LATER - timedelta(hours=1)).isoformat()}, "before it begins"),
])
@pytest.mark.parametrize("kind", ["news", "project"])
def test_a_text_whose_time_is_over_is_not_handed_in(site, kind, values, said):
    record_id = write(site, kind, **values)
    with pytest.raises(Refused, match=said):
        handed_in(site, kind, record_id)


def test_a_text_is_not_published_for_a_moment_after_its_end(site):
    record_id = write(site, "news", show_to=LATER.isoformat())
    handed_in(site, "news", record_id)
    with pytest.raises(Refused, match="before it begins"):
        released(site, "news", record_id, at=LATER + timedelta(hours=1))


def test_the_page_of_a_text_says_that_its_change_begins_later(site, visitor):
    record_id = publish(site, "news")
    change(site, "news", record_id, title="以后的标题", show_from=LATER.isoformat())
    page = visitor("editor", language="en").page(f"/editing/news/{record_id}")
    assert "Publish it at that time" in page.text


@pytest.mark.parametrize(("days", "state", "said"), [
    ({"show_from": 30}, "Scheduled", "Readers see nothing of it yet"),
    ({"show_to": 30}, "Expired", "Readers see nothing of it any more"),
    ({}, "Published", "Readers see exactly this text"),
])
def test_the_page_of_a_text_says_whether_readers_see_it(site, visitor, days, state, said):
    record_id = publish(site, "news", **{
        name: (now() + timedelta(days=number)).isoformat() for name, number in days.items()
    })
    with time_machine.travel(now() + timedelta(days=31 if "show_to" in days else 0), tick=False):
        page = visitor("editor", language="en").page(f"/editing/news/{record_id}")
    assert state in page.text
    assert said in page.text
    assert (f"/news/{record_id}" in [link.get("href") for link in page.all("a")]) is (state == "Published")


def test_a_scheduled_or_expired_text_is_counted_among_its_kind(site, visitor):
    publish(site, "news", show_from=LATER.isoformat())
    page = visitor("editor", language="en").page("/editing/?state=scheduled")
    assert "kind=news" in " ".join(link.get("href") or "" for link in page.all("a"))
