"""Residents whose membership of a group at risk is to be looked at again.

Which group it is stays sealed: the list names the person and the day, and the record tells the rest for a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..access import Actor
from ..areas import within
from ..storing import live
from .models import Resident, ResidentGroup

_RESIDENT: sa.Table = Resident.__table__  # type: ignore[assignment]
_GROUP: sa.Table = ResidentGroup.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Review:
    """A resident and the day of the review."""

    id: UUID
    title: str
    on: date


def to_review(session: Session, before: date, *, actor: Actor, limit: int = 500) -> list[Review]:
    """The residents in use, within the actor's scope, with a review before a day, the most late first."""
    scopes = actor.scopes("write", "population")
    if scopes == []:
        return []
    table = _RESIDENT.c
    statement = (
        sa.select(table.id, table.name, sa.func.min(_GROUP.c.review_on).label("due"))
        .join(_GROUP, _GROUP.c.owner_id == table.id)
        .where(_GROUP.c.review_on < before, live(_RESIDENT))
        .where(sa.or_(_GROUP.c.ends_on.is_(None), _GROUP.c.ends_on >= before))
        .where(*([] if scopes is None else [within(table.area_path, scopes)]))
        .group_by(table.id, table.name).order_by("due", table.id)
    )  # fmt: skip
    return [Review(row.id, row.name, row.due) for row in session.execute(statement.limit(limit))]
