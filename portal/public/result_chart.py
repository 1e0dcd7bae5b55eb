"""What came of a project in figures: before, the goal, after; as lengths that can be compared at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from .. import formats
from ..charts import element

_WIDE, _LABEL, _HIGH, _GAP, _VALUE = 420, 104, 34, 14, 96


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what it is, how it is told, and how it is drawn."""

    key: str
    label: str
    period: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a project. ``change`` is the share by which the result differs from the baseline.

    ``known`` tells that there is a result, be there something to compare it with or not.
    """

    indicator: str
    unit: str
    lines: tuple[Line, ...]
    change: float | None
    better: bool | None
    reached: bool | None
    known: bool = False

    @property
    def sentence(self) -> str:
        """The change in words, empty where there is nothing to compare."""
        if self.change is None or self.better is None:
            return ""
        if not self.change:
            return gettext("as before")
        share = formats.percent(abs(self.change))
        return gettext("down by %(share)s", share=share) if self.change < 0 else gettext("up by %(share)s", share=share)


def outcome_of(values: Mapping[str, Any]) -> Outcome | None:
    """The figures of an edition; ``None`` where it has none."""
    unit = str(values.get("indicator_unit") or "")
    told = (
        ("baseline", gettext("At the start"), values.get("baseline_value"), values.get("baseline_period")),
        ("goal", gettext("Goal"), values.get("goal_value"), None),
        ("result", gettext("Achieved"), values.get("result_value"), values.get("result_period")),
    )
    lines = tuple(
        Line(key, label, str(period or ""), float(value), _told(float(value), unit))
        for key, label, value, period in told if value is not None
    )
    if not lines or not values.get("indicator"):
        return None
    before, goal, after = (values.get(name) for name in ("baseline_value", "goal_value", "result_value"))
    change = (after - before) / before if before and after is not None else None
    lower = values.get("lower_is_better")
    better = None if before is None or after is None else after == before or (after < before) == bool(lower)
    reached = None if goal is None or after is None else (after <= goal if lower else after >= goal)
    return Outcome(str(values["indicator"]), unit, lines, change, better, reached, after is not None)


def _told(value: float, unit: str) -> str:
    number = formats.number(int(value) if value == int(value) else value)
    return f"{number}{'' if unit in ('%', '‰') else ' '}{unit}".strip()


def result_chart(outcome: Outcome) -> Markup:
    """Level bars, one for each figure, all from zero; the numbers stand beside them."""
    most = max((line.value for line in outcome.lines), default=0) or 1
    room = _WIDE - _LABEL - _VALUE
    height = len(outcome.lines) * (_HIGH + _GAP) + _GAP
    drawn = []
    for place, line in enumerate(outcome.lines):
        top = _GAP + place * (_HIGH + _GAP)
        wide = max(2, round(line.value / most * room))
        middle = top + _HIGH // 2 + 6
        drawn += [
            element("text", {"class": "label", "x": _LABEL - 12, "y": middle, "text-anchor": "end"}, line.label),
            element("rect", {
                "class": f"result-{line.key}", "x": _LABEL, "y": top, "width": wide, "height": _HIGH, "rx": 3,
            }),
            element("text", {"class": "value", "x": _LABEL + wide + 10, "y": middle}, line.text),
        ]
    axis = element("line", {"class": "axis", "x1": _LABEL, "x2": _LABEL, "y1": 4, "y2": height - 4})
    title = f"{outcome.indicator}: " + "; ".join(f"{line.label} {line.text}" for line in outcome.lines)
    box = {"class": "chart result-chart", "viewBox": f"0 0 {_WIDE} {height}", "role": "img"}
    return element("svg", box, element("title", {}, title), *drawn, axis)
