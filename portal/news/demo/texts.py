"""The written texts of the demo: read from the files beside this module, with days counted from the demo's own day.

A text is written with few marks: ``## `` begins a heading, ``- `` and ``1. `` a list, ``| `` a row of a table, and any
other line is a paragraph. ``{d}`` stands for the day of the text, ``{d-3}`` for three days before it, ``{y}`` for its
year; ``{D}`` is the same day in English.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from itertools import groupby
from typing import Any

FILES = {"news": ("news_work.toml", "news_life.toml"), "notice": ("notices.toml",), "page": ("pages.toml",)}
OFFICE = "安澜区安全社区促进委员会办公室"
_DAY = re.compile(r"\{([dDy])([+-]\d+)?\}")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_ROMAN = re.compile(r"^\d+\. ")


@dataclass(frozen=True, slots=True)
class Written:
    """A text with the values that a form would send, the picture that goes with it, and its day."""

    kind: str
    key: str
    values: dict[str, Any]
    scene: str | None
    on: date


def articles(today: date) -> Iterator[Written]:
    """All news, notices and pages, the oldest first."""
    found = [
        _article(kind, told, today) for kind, names in FILES.items() for name in names for told in _read(name)["text"]
    ]
    return iter(sorted(found, key=lambda one: one.on))


def projects(today: date) -> Iterator[Written]:
    """All promotion projects, the oldest first."""
    found = [_project(told, today) for told in _read("projects.toml")["project"]]
    return iter(sorted(found, key=lambda one: one.on))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text("utf-8"))


def _article(kind: str, told: Mapping[str, Any], today: date) -> Written:
    on = _day(told, today)
    values: dict[str, Any] = {
        name: _dated(told[name], on) for name in ("title", "title_en", "summary", "summary_en") if name in told
    }
    values |= {name: as_html(_dated(told[name], on)) for name in ("body", "body_en") if name in told}
    values |= {
        "category": told["category"], "unit": told["unit"], "origin": told.get("origin", OFFICE),
        "dated_on": on.isoformat(), "pinned": told.get("pinned"),
    }  # fmt: skip
    if kind == "notice":
        first, last = told.get("valid", (None, None))
        values |= {
            "issuer": told["issuer"], "document_number": _dated(told["number"], on) if "number" in told else None,
            "urgent": told.get("urgent"), "valid_from": _after(on, first), "valid_to": _after(on, last),
        }  # fmt: skip
    if kind == "page":
        values["slug"] = told["slug"]
    return Written(kind, told["key"], values, told.get("picture"), on)


def _project(told: Mapping[str, Any], today: date) -> Written:
    on, year = _day(told, today), today.year
    same = (
        "title", "title_en", "category", "status", "target_kind", "target_group", "target_group_en", "target_count",
        "lead_unit", "partner_units", "working_group", "place", "problem", "indicator", "indicator_unit",
        "baseline_population", "goal_value", "goal", "evaluation", "good_example",
    )  # fmt: skip
    values = {name: told[name] for name in same if name in told}
    first, last = told["years"]
    values |= {
        "year_from": year + first, "year_to": year + last, "lower_is_better": told["lower"],
        "baseline_value": told["baseline"][0], "baseline_period": f"{year + told['baseline'][1]}年",
        "control_value": told.get("control"), "evaluation_method": told.get("method"),
        "budget_planned": told["budget"][0], "budget_spent": told["budget"][1] or None,
        "summary": told["summary"].strip(), "summary_en": told["summary_en"].strip(), "dated_on": on.isoformat(),
        "measures": [
            dict(zip(("kind", "text", "text_en", "who", "cost", "done"), row, strict=True)) for row in told["measures"]
        ],
        "process_indicators": [
            dict(zip(("name", "planned", "reached", "unit"), row, strict=True)) for row in told["indicators"]
        ],
    }  # fmt: skip
    if "result" in told:
        values |= {"result_value": told["result"][0], "result_period": f"{year + told['result'][1]}年"}
    return Written("project", told["key"], values, told["scene"], on)


def _day(told: Mapping[str, Any], today: date) -> date:
    """The day of a text: so many days ago, or the last such day of a year."""
    if "on" not in told:
        return today - timedelta(days=told["days"])
    day = date.fromisoformat(f"{today.year}-{told['on']}")
    return day if day <= today else day.replace(year=day.year - 1)


def _after(on: date, days: int | None) -> str | None:
    return None if days is None else (on + timedelta(days=days)).isoformat()


def _dated(text: str, on: date) -> str:
    def replaced(found: re.Match[str]) -> str:
        number = int(found[2] or 0)
        if found[1] == "y":
            return str(on.year + number)
        day = on + timedelta(days=number)
        return f"{day.day} {_MONTHS[day.month - 1]}" if found[1] == "D" else f"{day.month}月{day.day}日"

    return _DAY.sub(replaced, text)


def as_html(text: str) -> str:
    """A text with marks as HTML."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "".join(_block(mark, list(group)) for mark, group in groupby(lines, _mark))


def _mark(line: str) -> str:
    return next((mark for mark in ("## ", "- ", "| ") if line.startswith(mark)), "1. " if _ROMAN.match(line) else "")


def _block(mark: str, lines: list[str]) -> str:
    if mark == "| ":
        return _table(lines)
    texts = [html.escape(_ROMAN.sub("", line) if mark == "1. " else line.removeprefix(mark), False) for line in lines]
    tag = {"## ": "h2", "": "p"}.get(mark)
    if tag:
        return "".join(f"<{tag}>{text}</{tag}>" for text in texts)
    outer = "ol" if mark == "1. " else "ul"
    return f"<{outer}>{''.join(f'<li>{text}</li>' for text in texts)}</{outer}>"


def _table(lines: list[str]) -> str:
    rows = [[html.escape(cell.strip(), False) for cell in line.strip("|").split("|")] for line in lines]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
