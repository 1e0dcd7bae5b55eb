"""Promotion projects and what is looked at before residents may read of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from ..chinese import fold, pinyin
from ..messages import N_, Problem
from ..publishing import Finding, derive
from ..records import Item
from ..storing import Kind
from .documents import project_documents
from .models import Measure, ProcessIndicator, Project
from .schemas import ProjectSchema

#: What residents need to be told of a project.
NEEDED = {
    "title": N_("The title is missing."), "category": N_("No field of safety is chosen."),
    "target_group": N_("It is not said whom the project is for."), "lead_unit": N_("The lead unit is missing."),
    "goal": N_("The goal is missing."), "summary": N_("There is nothing for residents to read."),
}  # fmt: skip


def columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """What lists are sorted by."""
    return {"title_pinyin": pinyin(values.get("title") or "")[:200]}


def fingerprint(values: Mapping[str, Any]) -> str | None:
    """Title and first year."""
    return f"{fold(values['title'])}|{values.get('year_from') or ''}" if values.get("title") else None


def title(values: Mapping[str, Any]) -> str:
    """The title."""
    return str(values.get("title") or "")


def findings(session: Session, item: Item) -> list[Finding]:
    """What must be mended before the project is published."""
    return [
        Finding(name, Problem(text, N_("Residents need it: fill it in.")))
        for name, text in NEEDED.items() if not item.values.get(name)
    ]


PROJECT = Kind(
    "project", "network", Project, ProjectSchema, N_("Promotion project"), N_("Promotion projects"),
    parts={"measures": Measure, "process_indicators": ProcessIndicator}, derive=derive, columns=columns,
    fingerprint=fingerprint, documents=project_documents, sort_columns={"title": "title_pinyin"}, title=title,
)  # fmt: skip
