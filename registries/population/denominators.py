"""Published population figures beside the register, and which of the two a rate should be divided by.

Registers are incomplete in ways that are not the same everywhere. A rate is divided by the published figure
where there is one and the register holds too few people, or knows of too few of them since when they live
there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import changes, references
from ..access import Actor, NotAllowed
from ..changes import Entry
from ..db import new_id
from .census import Census
from .models import Denominator

REGISTER, PUBLISHED = "register", "published"
#: The register holds too few when it has less than this share of the published figure …
LEAST_COVERAGE = 0.95
#: … or too vaguely when of more than this share nobody knows since when they live there.
MOST_UNCERTAIN = 0.2
#: A published figure older than this says less than the register.
MOST_YEARS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A published figure; an empty ``sex`` or ``age_band`` means all."""

    area_id: UUID
    year: int
    count: float
    source: str
    scheme: str = ""
    sex: str = ""
    age_band: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which figure to divide by, and why.

    ``reason`` is none, unpublished, complete, incomplete or uncertain.
    """

    use: str
    count: float
    reason: str
    source: str | None = None
    year: int | None = None
    coverage: float | None = None


def publish(session: Session, figures: Iterable[Figure], *, actor: Actor) -> int:
    """Write published figures over earlier ones of the same source; returns how many are new or changed."""
    areas = references.load(session).areas
    written = 0
    for figure in figures:
        area = areas.get(figure.area_id)
        if not actor.may("write", "population", area.path if area else None):
            raise NotAllowed("write denominator")
        row = session.scalars(
            sa.select(Denominator).filter_by(**{k: v for k, v in asdict(figure).items() if k != "count"})
        ).first()
        before = row.count if row else None
        if before == figure.count:
            continue
        if row is None:
            row = Denominator(id=new_id(), **asdict(figure))
            session.add(row)
        row.count = figure.count
        told = {name: [None, str(value)] for name, value in asdict(figure).items() if name != "count"}
        changes.append(
            session,
            actor.name,
            [Entry("denominator", row.id, "publish", {**told, "count": [before, figure.count]})],
        )
        written += 1
    session.flush()
    return written


def published(
    session: Session, area_id: UUID, year: int, *, sex: str = "", age_band: str = "", scheme: str = ""
) -> Denominator | None:
    """The figure for a year, or the latest of the years before it that is not too old."""
    return session.scalars(
        sa.select(Denominator)
        .where(
            Denominator.area_id == area_id,
            Denominator.year <= year,
            Denominator.year > year - MOST_YEARS,
            Denominator.sex == sex,
            Denominator.age_band == age_band,
            Denominator.scheme == scheme if age_band else sa.true(),
        )
        .order_by(Denominator.year.desc(), Denominator.source)
    ).first()


def denominator_for(
    session: Session, census: Census, area_id: UUID, *, sex: str = "", age_band: str = ""
) -> Choice:
    """What to divide by for an area (of the level of the census), one sex and one age band, or all.

    How complete the register is, is judged by the whole area, so that all rates of an area rest on one
    source.
    """
    counted = census.count(area_id, sex or None, {age_band} if age_band else None)
    whole = census.count(area_id)
    figure = published(
        session, area_id, census.on.year, sex=sex, age_band=age_band, scheme=census.scheme if age_band else ""
    )
    total = published(session, area_id, census.on.year)
    if figure is None or total is None:
        return Choice(REGISTER, counted, "unpublished" if whole else "none")
    coverage = whole / total.count if total.count else 1.0
    uncertain = census.uncertain_by_area.get(area_id, 0) / whole if whole else 0.0
    reason = (
        "incomplete"
        if coverage < LEAST_COVERAGE
        else "uncertain"
        if uncertain > MOST_UNCERTAIN
        else "complete"
    )
    if reason == "complete":
        return Choice(REGISTER, counted, reason, coverage=coverage)
    return Choice(PUBLISHED, figure.count, reason, figure.source, figure.year, coverage)
