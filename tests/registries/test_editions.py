"""Lists of editions are read and counted, on both engines, from an index that holds the editions alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from registries import editions, publishing
from registries.access import console
from registries.db import Database, now
from registries.editions import Wanted
from registries.messages import Refused
from registries.programme.service import PROJECT, findings
from registries.records import Records

AUTHOR, REVIEWER = console("author"), console("reviewer")
RECORDS = Records(PROJECT)
WHOLE: dict[str, Any] = {
    "target_group": "居民", "lead_unit": "卫健局", "goal": "减少跌倒", "summary": "安装扶手", "area_id": "000101",
}
WRITTEN = (("P05", "2026-03-05"), ("P05", "2025-03-05"), ("P02", "2026-01-05"), ("P05", "2026-04-05"))


def published(database: Database, **values: Any):
    with database.writing("network") as session:
        item = RECORDS.create(session, {**WHOLE, **values}, actor=AUTHOR)
        item = publishing.submit(session, RECORDS, item.id, findings, version=item.version, actor=AUTHOR)
        return publishing.publish(session, RECORDS, item.id, findings, version=item.version, actor=REVIEWER)


@pytest.fixture
def shelf(any_database):
    """Published projects of two fields and years, and one that nobody has reviewed."""
    ids = [
        published(any_database, title=f"项目{place}", category=category, dated_on=day).id
        for place, (category, day) in enumerate(WRITTEN)
    ]
    with any_database.writing("network") as session:
        RECORDS.create(session, {**WHOLE, "title": "草稿", "category": "P05"}, actor=AUTHOR)
    return any_database, ids


def test_editions_are_counted_by_category_and_year_at_once(shelf):
    database, _ids = shelf
    with database.reading() as session:
        counted = editions.counted(session, RECORDS)
        assert counted.total(Wanted()) == editions.count(session, RECORDS) == 4
        assert counted.total(Wanted("P05", 2026)) == editions.count(session, RECORDS, Wanted("P05", 2026)) == 2
    assert counted.categories() == {"P05": 3, "P02": 1}
    assert counted.categories(2025) == {"P05": 1}
    assert list(counted.years().items()) == [(2026, 3), (2025, 1)]
    assert counted.years("P02") == {2026: 1}


def test_a_list_is_in_the_order_of_days_and_each_edition_knows_its_neighbours(shelf):
    database, ids = shelf
    with database.reading() as session:
        listed = editions.listed(session, RECORDS)
        assert [one.id for one in listed] == [ids[3], ids[0], ids[2], ids[1]]
        assert [one.id for one in editions.beside(session, RECORDS, listed[1]) if one] == [ids[2], ids[3]]
        assert editions.beside(session, RECORDS, listed[0])[1] is None
        first = [RECORDS.kind.table.c.edition["category"].as_string() == "P02"]
        assert editions.listed(session, RECORDS, limit=1, first=first)[0].id == ids[2]
        assert [one.id for one in editions.listed(session, RECORDS, without=[ids[3]], limit=1)] == [ids[0]]


def test_lists_read_no_working_text_and_ask_for_no_empty_set(shelf):
    database, _ids = shelf
    told: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *args: told.append(args[2]))
    with database.reading() as session:
        shown = editions.listed(session, RECORDS)[0]
        editions.beside(session, RECORDS, shown)
        publishing.read(session, RECORDS, shown.id)
        publishing.read_many(session, RECORDS, [shown.id], now())
    asked = [one for one in told if "project" in one]
    assert len(asked) == 5
    assert not [one for one in asked if "summary" in one or "NOT IN" in one]
    assert sum("LIMIT" in one for one in asked) == 3


def test_an_edition_is_as_old_as_its_review_however_its_working_text_changes(any_database):
    item = published(any_database, title="项目", category="P05", dated_on="2026-03-05")
    with any_database.writing("network") as session:
        before = editions.addresses(session, RECORDS, 10)[0].changed_at
        session.execute(sa.update(RECORDS.kind.table).values(updated_at=now() + timedelta(days=3)))
        assert editions.addresses(session, RECORDS, 10)[0].changed_at == before
        assert publishing.read(session, RECORDS, item.id).changed_at == before


def test_a_text_whose_end_has_passed_is_not_handed_in(any_database):
    with pytest.raises(Refused, match="is over"):
        published(any_database, title="项目", category="P05", show_to=(now() - timedelta(days=1)).isoformat())
