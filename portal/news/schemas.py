"""What articles may hold, and what is asked of them before they may be published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from registries.fields import Day, Prose, Text, YesNo
from registries.messages import N_, Problem
from registries.publishing import PublicationSchema
from registries.reference_fields import Area, Code
from registries.schemas import Checked

from .fields import Files, Html

#: What the edition of every kind of article holds of the working text.
PUBLISHED = (
    "title", "title_en", "summary", "summary_en", "body", "body_en", "category", "origin", "unit", "dated_on", "pinned",
    "picture", "files", "correction",
)  # fmt: skip
_TEXT = (N_("Text"), ("title", "summary", "body"))
_ENGLISH = (N_("In English"), ("title_en", "summary_en", "body_en"))


#: Words of small letters and digits, with one hyphen between two.
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class ArticleSchema(PublicationSchema):
    """The fields of every kind of article."""

    columns = ("category", "edition_state", "unit", "dated_on")
    published = PUBLISHED

    title = Prose(
        N_("Title"), 200, required=True, sortable=True, filterable=True, headings=("标题", "题目", "headline")
    )
    title_en = Prose(N_("Title in English"), 300, headings=("英文标题",))
    summary = Prose(N_("Summary"), 500, lines=True, headings=("摘要", "导语"))
    summary_en = Prose(N_("Summary in English"), 800, lines=True, headings=("英文摘要",))
    body = Html(N_("Body"), headings=("正文", "内容", "content", "text"))
    body_en = Html(N_("Body in English"), headings=("英文正文",))
    origin = Text(
        N_("Source of the text"), 200, wanted=True, headings=("来源", "稿源", "信息来源"),
        hint=N_("Where the text comes from; readers see it."),
    )
    unit = Text(N_("Responsible unit"), 200, wanted=True, headings=("责任单位", "发布单位", "供稿单位", "发布机构"))
    picture = Text(N_("Picture"), 40, headings=("题图",))
    files = Files(N_("Attachments"), headings=("附件",))
    correction = Prose(
        N_("What was corrected"), 500, hint=N_("Readers see it below the text."), headings=("更正说明",)
    )
    note = Prose(N_("Note"), 2_000, lines=True, headings=("备注",), hint=N_("For colleagues; readers never see it."))
    area_id = Area(N_("Area"), wanted=False, headings=("区域",))


class NewsSchema(ArticleSchema):
    """News."""

    sections = (
        _TEXT,
        (N_("For readers"), ("category", "origin", "unit", "dated_on", "picture", "files", "correction")),
        (N_("When and where it is shown"), ("show_from", "show_to", "pinned", "area_id", "note")),
        _ENGLISH,
    )
    category = Code(
        N_("Category of news"), "news_category", filterable=True, wanted=True, headings=("栏目", "分类", "类别")
    )


class NoticeSchema(ArticleSchema):
    """Notices."""

    published = (*PUBLISHED, "issuer", "document_number", "urgent", "valid_from", "valid_to")
    sections = (
        _TEXT,
        (N_("For readers"), (
            "category", "issuer", "document_number", "origin", "unit", "dated_on", "valid_from", "valid_to", "picture",
            "files", "correction",
        )),
        (N_("When and where it is shown"), ("urgent", "show_from", "show_to", "pinned", "area_id", "note")),
        _ENGLISH,
    )  # fmt: skip
    category = Code(
        N_("Category of notice"), "notice_category", filterable=True, wanted=True, headings=("栏目", "分类", "类别")
    )
    issuer = Text(N_("Issuer"), 200, headings=("发文机关", "制定机关", "发布机关"))
    document_number = Text(N_("Document number"), 100, headings=("文号", "发文字号"))
    urgent = YesNo(N_("Urgent"), headings=("紧急",))
    valid_from = Day(N_("Valid from the day"), headings=("生效日期", "施行日期", "实施日期"))
    valid_to = Day(N_("Valid until the day"), headings=("失效日期", "废止日期"))


class PageSchema(ArticleSchema):
    """Pages."""

    published = (*PUBLISHED, "slug",)
    sections = (
        _TEXT,
        (N_("For readers"), ("category", "slug", "origin", "unit", "dated_on", "picture", "files", "correction")),
        (N_("When and where it is shown"), ("show_from", "show_to", "pinned", "area_id", "note")),
        _ENGLISH,
    )
    category = Code(
        N_("Category of page"), "page_category", filterable=True, wanted=True, headings=("栏目", "分类", "类别")
    )
    slug = Text(N_("Address of the page"), 80, headings=("网址", "slug"), hint=N_("Small letters, digits and hyphens."))

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """The slug stands in an address as it is."""
        slug = record.get("slug")
        if slug and not SLUG.fullmatch(slug):
            checked.error("slug", Problem(
                N_("“%(slug)s” cannot stand in an address."), N_("Write small letters, digits and hyphens only."),
                slug=slug,
            ))  # fmt: skip
