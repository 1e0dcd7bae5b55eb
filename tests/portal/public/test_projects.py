"""Promotion projects: found by what they are, and their result told so that a resident understands it."""

from __future__ import annotations

import pytest

from portal.public import project_filters
from portal.public.result_chart import outcome_of
from registries.chinese import fold
from tests.portal.public.publishing import publish


@pytest.fixture
def three(site):
    """Three projects that differ in everything they can be filtered by."""
    return site, [
        publish(site, "project", title="防跌倒", category="P05", status="completed", target_group="老年人",
                lead_unit="甲局", year_from=2024, year_to=2026, target_kind="vulnerable"),
        publish(site, "project", title="防火", category="P02", status="running", target_group="租户", lead_unit="乙局",
                year_from=2026, year_to=2026, target_kind="environment"),
        publish(site, "project", title="护学", category="P01", status="running", target_group="学生", lead_unit="乙局",
                year_from=2025, year_to=2026, target_kind="group"),
    ]


@pytest.mark.parametrize(("query", "found"), [
    ("", {0, 1, 2}), ("category=P05", {0}), ("status=running", {1, 2}), ("unit=乙局", {1, 2}), ("group=学生", {2}),
    ("year=2024", {0}), ("year=2025", {0, 2}), ("target=environment", {1}), ("q=防", {0, 1}), ("q=甲局", {0}),
    ("q=防&status=running", {1}), ("status=running&year=2025", {2}), ("category=P99", set()), ("q=没有的", set()),
])
def test_projects_are_narrowed_by_words_and_filters(three, query, found):
    site, ids = three
    text = site.visitor().get(f"/projects/?{query}").get_data(as_text=True)
    assert {place for place, one in enumerate(ids) if f"/projects/{one}" in text} == found


def test_a_count_says_how_many_projects_a_choice_would_leave(three):
    site, _ids = three
    text = site.visitor().page("/projects/?status=running").text
    assert "乙局 2" in text
    assert "甲局" not in text


def test_each_project_is_made_ready_for_the_search_once(three, monkeypatch):
    site, ids = three
    folded = []
    monkeypatch.setattr(project_filters, "fold", lambda text: folded.append(text) or fold(text))
    site.visitor().page("/projects/?q=防")
    assert len(folded) == len(ids) + 1


def test_filters_can_be_taken_away_one_by_one(three):
    site, _ids = three
    links = [link.get("href") for link in site.visitor().page("/projects/?q=防&status=running").all("a")]
    assert "/projects/?status=running" in links
    assert "/projects/?q=%E9%98%B2" in links


@pytest.mark.parametrize("page", ["9" * 4_500, "99", "²", "-1", "1"])
def test_any_page_may_be_asked_for(three, page):
    site, _ids = three
    answer = site.visitor().get("/projects/", query_string={"page": page})
    assert answer.status_code == (404 if page == "99" else 200)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_project_tells_its_result_in_words_in_figures_and_as_a_picture(site, prefix):
    record_id = publish(
        site, "project", indicator="跌倒发生率", indicator_unit="‰", lower_is_better=True, baseline_value=40,
        baseline_period="2024年", goal_value=30, result_value=25.5, result_period="2026年", evaluation="达到目标。",
        measures=[{"kind": "education", "text": "每周两次练习", "who": "社区"}],
    )
    page = site.visitor().page(f"{prefix}/projects/{record_id}")
    for text in ("40‰", "30‰", "25.5‰", "2024年", "每周两次练习", "达到目标。"):
        assert text in page.text
    assert ("down by 36%" if prefix else "下降 36%") in page.text
    assert [svg for svg in page.all("svg") if svg.get("role") == "img"]


@pytest.mark.parametrize(("figures", "change", "better", "reached"), [
    ({"baseline_value": 40, "result_value": 20, "goal_value": 30, "lower_is_better": True}, -0.5, True, True),
    ({"baseline_value": 40, "result_value": 60, "goal_value": 30, "lower_is_better": True}, 0.5, False, False),
    ({"baseline_value": 40, "result_value": 60, "goal_value": 70}, 0.5, True, False),
    ({"baseline_value": 0, "result_value": 60}, None, True, None),
    ({"baseline_value": 40}, None, None, None),
])
def test_better_and_reached_depend_on_which_way_is_good(site, figures, change, better, reached):
    with site.app.test_request_context("/"):
        outcome = outcome_of({"indicator": "x", **figures})
    assert (outcome.change, outcome.better, outcome.reached) == (change, better, reached)


@pytest.mark.parametrize(("figures", "known"), [
    ({"baseline_value": 0, "result_value": 3}, True), ({"goal_value": 5, "result_value": 3}, True),
    ({"result_value": 0}, True), ({"baseline_value": 40, "goal_value": 30}, False),
])
def test_a_result_is_said_to_be_unknown_only_while_there_is_none(site, figures, known):
    record_id = publish(site, "project", indicator="事故数", lower_is_better=True, **figures)
    text = site.visitor().page(f"/en/projects/{record_id}").text
    assert ("The result is not known yet." in text) is not known
    assert ("goal reached" in text) is (figures.get("goal_value") is not None and known)


def test_the_person_responsible_is_nobody_elses_business(site):
    record_id = publish(site, "project", responsible="张三丰", note="内部说明", budget_planned=123456)
    text = site.visitor().get(f"/projects/{record_id}").get_data(as_text=True)
    assert "张三丰" not in text
    assert "内部说明" not in text
    assert "123456" not in text.replace(",", "")
