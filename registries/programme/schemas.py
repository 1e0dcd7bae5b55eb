"""What is allowed in the record of a promotion project (fields after element 5 of AQ/T 9001-2006)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..fields import Day, Number, Prose, Text, YesNo
from ..messages import N_, Problem
from ..publishing import PublicationSchema
from ..reference_fields import Area, Code
from ..schemas import Checked, Parts, PartSchema


class MeasureSchema(PartSchema):
    """One measure."""

    kind = Code(N_("Kind of measure"), "measure_kind", required=True)
    text = Prose(N_("Measure"), 500, required=True)
    text_en = Prose(N_("Measure in English"), 800)
    who = Text(N_("By whom"), 200)
    cost = Number(N_("Cost (yuan)"), 0, 1e11, whole=False)
    from_on = Day(N_("Begins on"))
    to_on = Day(N_("Ends by"))
    done = YesNo(N_("Carried out"))


class IndicatorSchema(PartSchema):
    """One process indicator."""

    name = Text(N_("Process indicator"), 200, required=True)
    planned = Number(N_("Planned"), 0, 1e11, whole=False)
    reached = Number(N_("Reached"), 0, 1e11, whole=False)
    unit = Text(N_("Unit of the figure"), 60)


class ProjectSchema(PublicationSchema):
    """A promotion project."""

    columns = ("category", "status", "target_group", "lead_unit", "edition_state")
    published = (
        "title", "title_en", "category", "status", "target_kind", "target_group", "target_group_en", "target_count",
        "lead_unit", "partner_units", "place", "year_from", "year_to", "problem", "indicator", "indicator_unit",
        "lower_is_better", "baseline_value", "baseline_period", "goal_value", "goal", "result_value", "result_period",
        "evaluation", "good_example", "summary", "summary_en", "measures", "picture_before", "picture_after",
        "dated_on", "pinned", "area_id",
    )  # fmt: skip
    sections = (
        (N_("Project"), (
            "title", "category", "status", "target_kind", "target_group", "target_count", "place", "area_id",
            "year_from", "year_to", "due_on",
        )),
        (N_("Who does it"), ("lead_unit", "partner_units", "working_group", "responsible")),
        (N_("Problem, goal and result"), (
            "problem", "indicator", "indicator_unit", "lower_is_better", "baseline_value", "baseline_period",
            "baseline_population", "goal_value", "goal", "result_value", "result_period", "control_value",
        )),
        (N_("Measures"), ("measures", "process_indicators", "budget_planned", "budget_spent")),
        (N_("Evaluation"), ("evaluation_method", "evaluation", "good_example", "note")),
        (N_("For residents"), (
            "summary", "picture_before", "picture_after", "dated_on", "show_from", "show_to", "pinned",
        )),
        (N_("In English"), ("title_en", "target_group_en", "summary_en")),
    )  # fmt: skip

    title = Prose(
        N_("Project title"), 200, required=True, sortable=True, filterable=True, headings=("项目名称", "标题")
    )
    title_en = Prose(N_("Project title in English"), 300)
    category = Code(
        N_("Field of safety"), "promotion_category", filterable=True, wanted=True, headings=("项目类别", "类别")
    )
    status = Code(N_("Status of the project"), "project_status", filterable=True, headings=("项目状态", "状态"))
    target_kind = Code(N_("Aimed at"), "project_target", filterable=True, headings=("针对类型",))
    target_group = Prose(N_("Target group"), 200, wanted=True, headings=("目标人群",))
    target_group_en = Prose(N_("Target group in English"), 300)
    target_count = Number(N_("People in the target group"), headings=("目标人数",))
    lead_unit = Text(N_("Lead unit"), 200, wanted=True, headings=("牵头单位",))
    partner_units = Prose(N_("Partner units"), 500, headings=("参与单位", "协作单位"))
    working_group = Text(N_("Working group"), 200, headings=("工作组",))
    responsible = Text(N_("Person responsible"), 100, personal=True, headings=("责任人", "负责人"))
    place = Prose(N_("Where the project runs"), 300, headings=("实施地点", "地点"))
    area_id = Area(N_("Area"), headings=("社区编码", "区域"))
    year_from = Number(N_("First year"), 1990, 2100, sortable=True, headings=("开始年份", "起始年份"))
    year_to = Number(N_("Last year"), 1990, 2100, headings=("结束年份",))
    due_on = Day(N_("To be done by"), headings=("完成期限",))
    problem = Prose(N_("Problem and its evidence"), 5_000, lines=True, headings=("存在问题", "问题"))
    indicator = Text(N_("Indicator"), 200, headings=("评价指标", "指标"), example="60岁及以上居民跌倒伤害发生率")
    indicator_unit = Text(N_("Unit of the indicator"), 60, example="‰")
    lower_is_better = YesNo(N_("Lower is better"))
    baseline_value = Number(N_("Baseline"), 0, 1e11, whole=False, headings=("基线值",))
    baseline_period = Text(N_("Period of the baseline"), 60, example="2024年", headings=("基线时间",))
    baseline_population = Number(N_("People counted in the baseline"))
    goal_value = Number(N_("Goal in figures"), 0, 1e11, whole=False, headings=("目标值",))
    goal = Prose(N_("Goal"), 2_000, lines=True, wanted=True, headings=("项目目标", "目标"))
    result_value = Number(N_("Result in figures"), 0, 1e11, whole=False, headings=("结果值",))
    result_period = Text(N_("Period of the result"), 60, headings=("结果时间",))
    control_value = Prose(N_("Compared with"), 200)
    evaluation_method = Prose(N_("Method of evaluation"), 2_000, lines=True, headings=("评估方法",))
    evaluation = Prose(N_("Evaluation"), 10_000, lines=True, headings=("评估结论", "项目成效", "成效"))
    good_example = YesNo(N_("Good example"), filterable=True)
    budget_planned = Number(N_("Planned budget (yuan)"), 0, 1e11, whole=False)
    budget_spent = Number(N_("Spent (yuan)"), 0, 1e11, whole=False)
    measures = Parts(N_("Measures of the project"), MeasureSchema)
    process_indicators = Parts(N_("Process indicators"), IndicatorSchema)
    summary = Prose(N_("What residents should know"), 5_000, lines=True, headings=("简介", "摘要"))
    summary_en = Prose(N_("The same in English"), 8_000, lines=True)
    picture_before = Text(N_("Picture before"), 40)
    picture_after = Text(N_("Picture after"), 40)
    note = Prose(N_("Note"), 2_000, lines=True)

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """A project does not end before it begins, and figures need to say what they count."""
        first, last = record.get("year_from"), record.get("year_to")
        if first and last and last < first:
            checked.error("year_to", Problem(
                N_("The project ends (%(last)s) before it begins (%(first)s)."), N_("Correct one of the two years."),
                first=first, last=last,
            ))  # fmt: skip
        figures = [record.get(name) for name in ("baseline_value", "goal_value", "result_value")]
        if any(value is not None for value in figures) and not record.get("indicator"):
            checked.error("indicator", Problem(
                N_("There are figures, but nothing says what they count."), N_("Name the indicator."),
            ))  # fmt: skip
