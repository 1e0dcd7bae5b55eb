"""Facilities whose check is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..access import Actor
from ..areas import within
from ..storing import live
from .identity import facility_title
from .models import Facility

_TABLE: sa.Table = Facility.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Due:
    """A facility and the day on which it is to be checked."""

    id: UUID
    title: str
    on: date


def to_check(session: Session, before: date, *, actor: Actor, limit: int = 500) -> list[Due]:
    """The facilities in use, within the actor's scope, whose next check lies before a day, the most late first."""
    scopes = actor.scopes("read", "facilities")
    if scopes == []:
        return []
    table = _TABLE.c
    statement = (
        sa.select(table.id, table.name, table.location, table.address, table.next_check_on)
        .where(table.next_check_on < before, live(_TABLE))
        .where(*([] if scopes is None else [within(table.area_path, scopes)]))
        .order_by(table.next_check_on, table.id)
    )
    return [
        Due(row.id, facility_title({"name": row.name, "location": row.location, "address": row.address}),
            row.next_check_on)
        for row in session.execute(statement.limit(limit))
    ]  # fmt: skip
