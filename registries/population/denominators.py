"""Published population figures, kept beside the register: what it lacks is not the same everywhere."""

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
from .models import Denominator


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
