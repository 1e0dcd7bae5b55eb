"""Putting content onto the site of a test, through the services, by two people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from portal.news.steps import check_of
from registries import publishing
from registries.access import console
from tests.site import Site

AUTHOR, REVIEWER = console("author"), console("reviewer")
BODY = "<p>网格员入户检查燃气软管，讲解防跌倒知识。</p><h2>下一步</h2><p>每季度通报进展。</p>"
ARTICLE: dict[str, Any] = {
    "title": "街道开展燃气安全检查", "body": BODY, "category": "work", "origin": "应急管理局", "unit": "安全社区办公室",
    "dated_on": "2026-03-05",
}
MORE: dict[str, dict[str, Any]] = {
    "news": {}, "notice": {"category": "notice"}, "page": {"category": "knowledge"},
    "project": {
        "title": "居家防跌倒", "category": "P05", "status": "completed", "target_group": "60岁及以上居民",
        "lead_unit": "卫生健康局", "goal": "跌倒率降到28‰以下", "summary": "免费评估，安装扶手。", "year_from": 2024,
        "year_to": 2026, "dated_on": "2026-03-05",
    },
}


def write(site: Site, kind: str, **raw: Any) -> UUID:
    """A working text that nobody has reviewed."""
    told = {**({} if kind == "project" else ARTICLE), **MORE[kind], **raw}
    with site.system.database.writing("network") as session:
        return site.system.catalogue[kind].create(session, told, actor=AUTHOR).id


def change(site: Site, kind: str, record_id: UUID, **raw: Any) -> None:
    """Change the working text."""
    records = site.system.catalogue[kind]
    with site.system.database.writing("network") as session:
        item = records.load(session, [record_id])[0]
        records.update(session, record_id, raw, version=item.version, actor=AUTHOR)


def release(site: Site, kind: str, record_id: UUID) -> None:
    """Hand a working text in and publish it."""
    records = site.system.catalogue[kind]
    with site.system.database.writing("network") as session:
        item = records.load(session, [record_id])[0]
        item = publishing.submit(session, records, record_id, check_of(kind), version=item.version, actor=AUTHOR)
        publishing.publish(session, records, record_id, check_of(kind), version=item.version, actor=REVIEWER)


def publish(site: Site, kind: str, **raw: Any) -> UUID:
    """A text that people may read."""
    record_id = write(site, kind, **raw)
    release(site, kind, record_id)
    return record_id


def withdraw(site: Site, kind: str, record_id: UUID) -> None:
    """Take a text off the site."""
    records = site.system.catalogue[kind]
    with site.system.database.writing("network") as session:
        item = records.load(session, [record_id])[0]
        publishing.withdraw(session, records, record_id, version=item.version, actor=REVIEWER, reason="测试")
