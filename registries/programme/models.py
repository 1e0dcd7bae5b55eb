"""The tables of the programme."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, plain_text
from ..publishing import Publication, readable_index
from ..storing import Part, Record


class Project(Publication, Record, Base):
    """A promotion project: a planned action for one target group with baseline, goal, measures and result."""

    __tablename__ = "project"
    __table_args__ = (
        sa.Index("ix_project_area", "area_path", "id"),
        sa.Index("ix_project_public", "public_on", "id"),
        sa.Index("ix_project_fingerprint", "fingerprint"),
        sa.Index("ix_project_source", "source", "source_key"),
        sa.Index("ix_project_state", "edition_state", "updated_at"),
        readable_index("project"),
        {"schema": "network"},
    )

    title: Mapped[str] = mapped_column(sa.String(200))
    title_en: Mapped[str | None] = mapped_column(sa.String(300))
    category: Mapped[str | None] = mapped_column(plain_text(40))
    status: Mapped[str | None] = mapped_column(plain_text(40))
    target_kind: Mapped[str | None] = mapped_column(plain_text(40))
    target_group: Mapped[str | None] = mapped_column(sa.String(200))
    target_group_en: Mapped[str | None] = mapped_column(sa.String(300))
    target_count: Mapped[int | None] = mapped_column(sa.Integer)
    lead_unit: Mapped[str | None] = mapped_column(sa.String(200))
    partner_units: Mapped[str | None] = mapped_column(sa.String(500))
    working_group: Mapped[str | None] = mapped_column(sa.String(200))
    place: Mapped[str | None] = mapped_column(sa.String(300))
    year_from: Mapped[int | None] = mapped_column(sa.Integer)
    year_to: Mapped[int | None] = mapped_column(sa.Integer)
    due_on: Mapped[date | None] = mapped_column(sa.Date)
    problem: Mapped[str | None] = mapped_column(sa.Text)
    indicator: Mapped[str | None] = mapped_column(sa.String(200))
    indicator_unit: Mapped[str | None] = mapped_column(sa.String(60))
    lower_is_better: Mapped[bool | None] = mapped_column(sa.Boolean)
    baseline_value: Mapped[float | None] = mapped_column(sa.Double)
    baseline_period: Mapped[str | None] = mapped_column(sa.String(60))
    baseline_population: Mapped[int | None] = mapped_column(sa.Integer)
    goal_value: Mapped[float | None] = mapped_column(sa.Double)
    goal: Mapped[str | None] = mapped_column(sa.Text)
    result_value: Mapped[float | None] = mapped_column(sa.Double)
    result_period: Mapped[str | None] = mapped_column(sa.String(60))
    control_value: Mapped[str | None] = mapped_column(sa.String(200))
    evaluation_method: Mapped[str | None] = mapped_column(sa.Text)
    evaluation: Mapped[str | None] = mapped_column(sa.Text)
    good_example: Mapped[bool | None] = mapped_column(sa.Boolean)
    budget_planned: Mapped[float | None] = mapped_column(sa.Double)
    budget_spent: Mapped[float | None] = mapped_column(sa.Double)
    responsible: Mapped[str | None] = mapped_column(sa.String(100))
    summary: Mapped[str | None] = mapped_column(sa.Text)
    summary_en: Mapped[str | None] = mapped_column(sa.Text)
    picture_before: Mapped[str | None] = mapped_column(plain_text(40))
    picture_after: Mapped[str | None] = mapped_column(plain_text(40))
    note: Mapped[str | None] = mapped_column(sa.Text)

    # Worked out from the values; never logged.
    title_pinyin: Mapped[str] = mapped_column(plain_text(200))


class Measure(Part, Base):
    """One measure of a project: what is done, by whom, when, at what cost."""

    __tablename__ = "project_measure"
    __table_args__ = {"schema": "network"}
    OWNER = "network.project"

    kind: Mapped[str] = mapped_column(plain_text(40))
    text: Mapped[str] = mapped_column(sa.String(500))
    text_en: Mapped[str | None] = mapped_column(sa.String(800))
    who: Mapped[str | None] = mapped_column(sa.String(200))
    cost: Mapped[float | None] = mapped_column(sa.Double)
    from_on: Mapped[date | None] = mapped_column(sa.Date)
    to_on: Mapped[date | None] = mapped_column(sa.Date)
    done: Mapped[bool | None] = mapped_column(sa.Boolean)


class ProcessIndicator(Part, Base):
    """A figure that shows whether a project is carried out as planned."""

    __tablename__ = "project_indicator"
    __table_args__ = {"schema": "network"}
    OWNER = "network.project"

    name: Mapped[str] = mapped_column(sa.String(200))
    planned: Mapped[float | None] = mapped_column(sa.Double)
    reached: Mapped[float | None] = mapped_column(sa.Double)
    unit: Mapped[str | None] = mapped_column(sa.String(60))
