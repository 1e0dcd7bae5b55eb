"""What cannot be true of residents and households together."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..messages import N_, Problem
from ..storing import live
from .models import Household, Resident, ResidentStay
from .rules import DEAD, GONE, HEADS

Found = Iterator[tuple[UUID, Problem]]

_RESIDENT: sa.Table = Resident.__table__  # type: ignore[assignment]
_HOUSEHOLD: sa.Table = Household.__table__  # type: ignore[assignment]
_STAY: sa.Table = ResidentStay.__table__  # type: ignore[assignment]


def of_residents(session: Session) -> Found:
    """Dead people on record as living here."""
    status = sa.func.coalesce(_RESIDENT.c.stay_status, "")
    dead = sa.select(_RESIDENT.c.id, _RESIDENT.c.died_on).where(live(_RESIDENT), _RESIDENT.c.died_on.is_not(None))
    for record_id, day in session.execute(dead.where(status != DEAD)):
        yield record_id, Problem(
            N_("This person died on %(day)s and is on record as living."), N_("Record the death, or take out the day."),
            day=day.isoformat(),
        )  # fmt: skip
    later = sa.exists().where(
        _STAY.c.owner_id == _RESIDENT.c.id, sa.or_(_STAY.c.to_on.is_(None), _STAY.c.to_on > _RESIDENT.c.died_on)
    )
    for record_id, day in session.execute(dead.where(status == DEAD, later)):
        yield record_id, Problem(
            N_("This person died on %(day)s and has a stay after that day."), N_("End the stay on the day of death."),
            day=day.isoformat(),
        )  # fmt: skip


def of_households(session: Session) -> Found:
    """Households with two heads, or with a head who is gone or belongs to another one."""
    here = [live(_RESIDENT), sa.func.coalesce(_RESIDENT.c.stay_status, "").not_in(GONE)]
    heads = (
        sa.select(_RESIDENT.c.household_id, sa.func.count())
        .where(*here, _RESIDENT.c.household_id.is_not(None), _RESIDENT.c.relation_to_head.in_(HEADS))
        .group_by(_RESIDENT.c.household_id).having(sa.func.count() > 1)
    )  # fmt: skip
    for record_id, count in session.execute(heads):
        yield record_id, Problem(
            N_("This household has %(count)s heads."), N_("Say who of them is the head."), count=count,
        )  # fmt: skip
    theirs = _HOUSEHOLD.alias("theirs")
    belongs = sa.or_(_RESIDENT.c.household_id == _HOUSEHOLD.c.id, theirs.c.merged_into == _HOUSEHOLD.c.id)
    gone = sa.func.coalesce(_RESIDENT.c.stay_status, "").in_(GONE)
    elsewhere = (
        sa.select(_HOUSEHOLD.c.id)
        .join(_RESIDENT, _RESIDENT.c.id == _HOUSEHOLD.c.head_id)
        .outerjoin(theirs, theirs.c.id == _RESIDENT.c.household_id)
        .where(live(_HOUSEHOLD), live(_RESIDENT), sa.or_(gone, sa.func.coalesce(belongs, sa.false()).is_(False)))
    )
    for record_id in session.scalars(elsewhere):
        yield record_id, Problem(
            N_("The head of this household is gone or belongs to another one."), N_("Say who is the head now."),
        )  # fmt: skip
