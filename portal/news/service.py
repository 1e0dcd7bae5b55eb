"""The kinds of article: news, notices, pages. Publishing them is `registries.publishing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registries import publishing
from registries.chinese import fold, pinyin
from registries.messages import N_
from registries.storing import Kind

from .documents import article_documents
from .models import News, Notice, Page
from .schemas import ArticleSchema, NewsSchema, NoticeSchema, PageSchema


def columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """What lists are sorted by."""
    return {"title_pinyin": pinyin(values.get("title") or "")[:200]}


def fingerprint(values: Mapping[str, Any]) -> str | None:
    """Title, date and source: what an article is recognised by when a file is imported again."""
    title = values.get("title")
    return f"{fold(title)}|{values.get('dated_on') or ''}|{fold(values.get('origin') or '')}" if title else None


def title(values: Mapping[str, Any]) -> str:
    """The title."""
    return str(values.get("title") or "")


def _kind(name: str, model: type[Any], schema: type[ArticleSchema], label: str, plural: str) -> Kind:
    return Kind(
        name, "network", model, schema, label, plural, derive=publishing.derive, columns=columns,
        fingerprint=fingerprint, documents=article_documents, sort_columns={"title": "title_pinyin"}, title=title,
    )  # fmt: skip


NEWS = _kind("news", News, NewsSchema, N_("Piece of news"), N_("News"))
NOTICE = _kind("notice", Notice, NoticeSchema, N_("Notice"), N_("Notices"))
PAGE = _kind("page", Page, PageSchema, N_("Page"), N_("Pages of the site"))
