"""Whoever had a hand in a text, in whatever way, does not publish it himself."""

from __future__ import annotations

import pytest

from portal.news import checks
from registries import merging, publishing
from registries.access import Actor, Grant, NotAllowed
from tests.portal.public.publishing import AUTHOR, publish, write

BOTH = Actor("both", (Grant("editor", "0001"), Grant("reviewer", "0001")))


def test_who_merged_two_texts_does_not_publish_them(site):
    records = site.system.catalogue["news"]
    first, second = (write(site, "news", title=title) for title in ("甲", "乙"))
    with site.system.database.writing("network") as session:
        item = merging.merge(session, records, (first, 1), (second, 1), ["body", "title"], actor=BOTH, reason="one")
        item = publishing.submit(session, records, first, checks.findings, version=item.version, actor=AUTHOR)
        with pytest.raises(NotAllowed):
            publishing.publish(session, records, first, checks.findings, version=item.version, actor=BOTH)


def test_what_a_reviewer_fixed_is_chosen_by_no_merger(site, visitor):
    shown, other = publish(site, "news"), write(site, "news", title="另一篇")
    editor = visitor("editor")
    told = {"first_version": "1", "second_version": "3", "reason": "同一篇"}
    told |= {f"choose-{name}": "second" for name in ("edition", "edition_state", "public_from", "public_on")}
    assert editor.post(f"/desk/news/compare/{other}/{shown}", told).status_code == 303
    with site.system.database.reading() as session:
        values = site.system.catalogue["news"].load(session, [other])[0].values
    assert (values["edition"], values["edition_state"]) == (None, "draft")
