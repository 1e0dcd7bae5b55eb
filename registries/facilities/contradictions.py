"""What cannot be true of a facility."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..messages import N_, Problem
from ..storing import live
from .models import Facility, FacilityLink

#: Roles that one organisation at a time can have.
SOLE = ("kept_by",)
_FACILITY: sa.Table = Facility.__table__  # type: ignore[assignment]
_LINK: sa.Table = FacilityLink.__table__  # type: ignore[assignment]


def of_facilities(session: Session) -> Iterator[tuple[UUID, Problem]]:
    """Facilities kept by two organisations at once; on the day of a handover both may be named."""
    one, other = _LINK.alias("one"), _LINK.alias("other")

    def begins_before_end(first: sa.FromClause, second: sa.FromClause) -> sa.ColumnElement[bool]:
        return sa.or_(first.c.since.is_(None), second.c.until.is_(None), first.c.since < second.c.until)

    statement = (
        sa.select(_FACILITY.c.id)
        .join(one, one.c.owner_id == _FACILITY.c.id)
        .join(other, sa.and_(other.c.owner_id == one.c.owner_id, other.c.position > one.c.position))
        .where(
            live(_FACILITY), one.c.role.in_(SOLE), other.c.role == one.c.role, other.c.target_id != one.c.target_id,
            begins_before_end(one, other), begins_before_end(other, one),
        )
        .distinct()
    )
    for record_id in session.scalars(statement):
        yield record_id, Problem(
            N_("Two organisations keep this facility at once."), N_("End one of the two links."),
        )  # fmt: skip
