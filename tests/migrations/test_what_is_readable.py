"""Editions that were published before it was kept when get the moment that is nearest to the truth."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from registries import publishing
from registries.access import console
from registries.programme.service import PROJECT, findings
from registries.records import Records

AUTHOR, REVIEWER = console("author"), console("reviewer")
BEGUN, CHANGED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def test_an_edition_is_as_old_as_its_text_or_where_that_was_changed_since_as_its_begin(any_database):
    records = Records(PROJECT)
    table = records.kind.table
    with any_database.writing("network") as session:
        ids = [_published(session, records, title) for title in ("发布后未改", "发布后改过")]
        session.execute(table.update().values(public_from=BEGUN, updated_at=CHANGED, published_at=None))
        session.execute(table.update().where(table.c.id == ids[1]).values(edition_state="draft"))
        revision = importlib.import_module("migrations.versions.0033_what_is_readable")
        with Operations.context(MigrationContext.configure(session.connection())):
            revision._fill("project")
        session.expire_all()
        rows = session.execute(sa.select(table.c.id, table.c.published_at))
        found = {row.id: row.published_at for row in rows}
    assert [found[one] for one in ids] == [CHANGED, BEGUN]


def _published(session, records, title):
    raw = {
        "title": title, "category": "P05", "target_group": "居民", "lead_unit": "卫健局", "goal": "减少跌倒",
        "summary": "安装扶手", "area_id": "000101",
    }
    item = records.create(session, raw, actor=AUTHOR)
    item = publishing.submit(session, records, item.id, findings, version=item.version, actor=AUTHOR)
    return publishing.publish(session, records, item.id, findings, version=item.version, actor=REVIEWER).id
