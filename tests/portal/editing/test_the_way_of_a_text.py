"""A text goes from its author over a reviewer to the readers and off the site again; nobody publishes his own."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

import pytest
from marshmallow import ValidationError
from PIL import Image

from portal.accounts import granting
from registries import moments, references
from tests.portal.public.publishing import write
from tests.site import Page

TEXT = {
    "title": "社区开展消防演练", "body": "<p>居民参加了演练。</p>", "category": "community", "origin": "区安促办",
    "unit": "北湖街道", "dated_on": "2026-03-05",
}  # fmt: skip


@pytest.fixture
def editor(visitor):
    return visitor("editor")


@pytest.fixture
def reviewer(visitor):
    return visitor("reviewer")


def saved(visitor, address="/editing/news/new", **values):
    """Save a form and give the address of the text without its query."""
    answer = visitor.post(address, {**TEXT, **values})
    assert answer.status_code == 303, Page(answer.get_data(as_text=True)).text
    return answer.headers["Location"].partition("?")[0]


def version(visitor, address):
    return next(tag["value"] for tag in visitor.page(f"{address}/edit").all("input") if tag.get("name") == "version")


def step(visitor, address, name, number, **values):
    answer = visitor.post(f"{address}/{name}", {"version": number, **values})
    assert answer.status_code == 303
    return visitor.page(address).text


def published(editor, reviewer, **values):
    address = saved(editor, **values)
    step(editor, address, "submit", 1)
    step(reviewer, address, "publish", 2)
    return address


def test_a_text_is_read_only_after_somebody_else_published_it(site, editor, reviewer):
    address = saved(editor)
    public = address.replace("/editing", "")
    reader = site.visitor()
    assert reader.get(public).status_code == 404
    assert "已提交" in step(editor, address, "submit", 1)
    assert reader.get(public).status_code == 404
    assert "已发布" in step(reviewer, address, "publish", 2)
    assert TEXT["title"] in reader.page(public).text


def test_who_wrote_a_text_does_not_publish_it_and_is_told_so(site):
    both = site.account("editor", name="both")
    with site.system.database.writing("system") as session:
        root = references.load(session).areas.root()
        granting.grant(session, both.id, "reviewer", root.id, None, actor=site.console)
    visitor = site.visitor(user=both)
    address = saved(visitor)
    step(visitor, address, "submit", 1)
    assert "由您撰写或修改" in visitor.page(address).text
    assert "不能发布" in step(visitor, address, "publish", 2)


def test_a_text_goes_back_with_a_word_on_why(editor, reviewer):
    address = saved(editor)
    step(editor, address, "submit", 1)
    assert "退回稿件必须写明意见" in step(reviewer, address, "return", 2, answer="")
    step(reviewer, address, "return", 2, answer="请补充时间")
    assert "请补充时间" in editor.page(address).text
    assert "请补充时间" in editor.page("/editing/").text


def test_readers_keep_the_edition_while_the_text_is_changed(site, editor, reviewer):
    address = published(editor, reviewer)
    saved(editor, f"{address}/edit", version=version(editor, address), title="改过的标题")
    shown = site.visitor().page(address.replace("/editing", "")).text
    assert TEXT["title"] in shown
    assert "改过的标题" not in shown


def test_a_withdrawn_text_is_gone_and_says_why_to_colleagues(site, editor, reviewer):
    address = published(editor, reviewer)
    step(reviewer, address, "withdraw", 3, reason="数据有误")
    assert site.visitor().get(address.replace("/editing", "")).status_code == 404
    assert "数据有误" in editor.page(address).text


def test_a_text_may_become_public_later(site, editor, reviewer):
    address = saved(editor)
    step(editor, address, "submit", 1)
    step(reviewer, address, "publish", 2, at="2099-01-01T08:30")
    assert site.visitor().get(address.replace("/editing", "")).status_code == 404
    assert "待上线" in editor.page("/editing/?state=scheduled").text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"origin": ""}, "没有填写来源"),
        ({"body": "<p>联系人手机13800138000</p>"}, "手机号码"),
        ({"body": '<p>见<a href="/news/nowhere/at/all">这里</a></p>'}, "没有"),
    ],
)
def test_the_checks_name_what_is_wrong(editor, values, said):
    address = saved(editor, **values)
    assert said in editor.page(address).text


def test_a_text_with_personal_data_cannot_be_handed_in(editor):
    address = saved(editor, body="<p>联系人手机13800138000</p>")
    step(editor, address, "submit", 1)
    assert "草稿" in editor.page(address).text


def test_a_stale_save_loses_nothing(editor):
    address = saved(editor)
    saved(editor, f"{address}/edit", version=1, title="第一个人改的")
    answer = editor.post(f"{address}/edit", {**TEXT, "version": 1, "title": "第二个人改的"})
    assert answer.status_code == 409
    assert "第二个人改的" in answer.get_data(as_text=True)


def test_versions_show_what_differs_word_by_word(editor):
    address = saved(editor)
    saved(editor, f"{address}/edit", version=1, body="<p>居民参加了疏散演练。</p>")
    page = editor.get(f"{address}/versions").get_data(as_text=True)
    assert "<ins>疏散</ins>" in page


def test_a_picture_of_a_draft_is_for_colleagues_only(site, editor, reviewer):
    picture = BytesIO()
    Image.new("RGB", (800, 600), "#0b5a4b").save(picture, "PNG")
    values = {"picture-file": (BytesIO(picture.getvalue()), "a.png"), "picture-alternative": "一片绿色"}
    address = saved(editor, **values)
    shown = next(tag["src"] for tag in editor.page(address).all("img") if "/media/" in (tag.get("src") or ""))
    reader = site.visitor()
    assert editor.get(shown, check_page=False).status_code == 200
    assert reader.get(shown).status_code == 404
    step(editor, address, "submit", 1)
    step(reviewer, address, "publish", 2)
    answer = reader.get(shown, check_page=False)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("public")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    step(reviewer, address, "withdraw", 3, reason="图片有误")
    assert reader.get(shown).status_code == 404


def test_a_picture_without_a_description_is_refused_and_the_text_kept(editor):
    picture = BytesIO()
    Image.new("RGB", (80, 60)).save(picture, "PNG")
    answer = editor.post("/editing/news/new", {**TEXT, "picture-file": (BytesIO(picture.getvalue()), "a.png")})
    assert answer.status_code == 422
    assert TEXT["title"] in answer.get_data(as_text=True)


def test_a_refused_save_keeps_the_attachments_ticked(editor):
    sent = [(BytesIO(b"%PDF-1.7 plain"), f"{name}.pdf") for name in ("one", "two")]
    address = saved(editor, **{"files-shown": "1", "files-file": sent})
    kept = ticked(editor.page(f"{address}/edit"))
    assert len(kept) == 2
    told = {**TEXT, "version": 1, "files-shown": "1", "files": kept, "picture-file": (BytesIO(b"no picture"), "a.png")}
    answer = editor.post(f"{address}/edit", told)
    assert answer.status_code == 422
    assert ticked(Page.of(answer)) == kept


def ticked(page):
    return [tag["value"] for tag in page.all("input") if tag.get("name") == "files" and "checked" in tag]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["news", "notice", "page", "project"])
def test_every_kind_has_a_form_in_both_languages(visitor, kind, language):
    visitor("editor", language=language).page(f"/editing/{kind}/new")


def test_a_reviewer_writes_nothing(reviewer):
    assert reviewer.get("/editing/news/new").status_code == 404
    assert reviewer.post("/editing/library", {}).status_code == 404


def test_a_text_that_is_saved_as_it_stands_needs_no_second_review(site, editor, reviewer):
    address = published(editor, reviewer)
    saved(editor, f"{address}/edit", version=version(editor, address))
    assert "已发布" in editor.page(address).text
    saved(editor, f"{address}/edit", version=version(editor, address), title="社区开展消防演练（更正）")
    assert "草稿" in editor.page(address).text


@pytest.mark.parametrize(("typed", "meant"), [
    ("2036-03-05 08:30", "2036-03-05T00:30:00+00:00"), ("2036-03-05T08:30+09:00", "2036-03-04T23:30:00+00:00"),
])  # fmt: skip
def test_a_moment_is_one_of_the_local_clock_unless_it_names_a_zone(site, editor, reviewer, typed, meant):
    address = saved(editor)
    step(editor, address, "submit", 1)
    step(reviewer, address, "publish", 2, at=typed)
    records = site.system.catalogue["news"]
    with site.system.database.reading() as session:
        item = records.load(session, [UUID(address.rpartition("/")[2])])[0]
    assert item.values["public_from"].isoformat() == meant


@pytest.mark.parametrize("typed", ["0001-01-01 00:00", "morgen"])
def test_a_moment_that_is_none_is_refused_by_name(editor, reviewer, typed):
    address = saved(editor)
    step(editor, address, "submit", 1)
    assert typed in step(reviewer, address, "publish", 2, at=typed)
    field = moments.Moment("Show from")
    with pytest.raises(ValidationError):
        field._deserialize(typed, None, {})


@pytest.mark.parametrize(("query", "told"), [
    ("", ("60岁及以上居民", "每周两次练习", "2024–2026", "28‰", "跌倒发生率", "卫生健康局")),
    ("?text=en", ("People over 60", "Twice a week", "2024–2026", "28‰", "Fewer falls")),
])
def test_the_preview_of_a_project_shows_all_that_residents_would_see(site, editor, query, told):
    record_id = write(
        site, "project", indicator="跌倒发生率", indicator_unit="‰", baseline_value=40, result_value=28,
        lower_is_better=True, target_group_en="People over 60", title_en="Fewer falls",
        measures=[{"kind": "education", "text": "每周两次练习", "text_en": "Twice a week", "who": "社区"}],
    )
    page = editor.page(f"/editing/project/{record_id}/preview{query}")
    for text in told:
        assert text in page.text


@pytest.mark.parametrize(("kind", "name"), [("news", "picture"), ("project", "picture_after")])
def test_a_picture_that_is_no_longer_there_is_told(site, visitor, kind, name):
    record_id = write(site, kind, **{name: "01a2226a-cc7a-7000-80c4-871eaf529f43"})
    page = visitor("editor", language="en").page(f"/editing/{kind}/{record_id}")
    assert "A picture or a file is no longer there." in page.text
