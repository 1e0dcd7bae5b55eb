"""What is due: inspections of organisations and their equipment, licences and insurances that run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..access import Actor
from ..areas import within
from ..storing import live
from .models import Licence, Organisation, SpecialEquipment

#: How many days before its end a licence is brought to notice.
ALARMS = (90, 30, 7)
#: Statuses in which an organisation may still hurt somebody: operating, being set up, suspended, unknown.
WATCHED = ("10", "20", "30", "99")
_ORGANISATION = Organisation.__table__.c


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due: ``kind`` is inspection, equipment, licence or insurance, ``what`` the code of
    which.
    """

    organisation_id: UUID
    name: str
    area_path: str
    kind: str
    what: str | None
    on: date


def uninspected(day: date) -> sa.ColumnElement[bool]:
    """The condition that a unit which may still hurt somebody should have been inspected before ``day``."""
    return sa.and_(_ORGANISATION.next_inspection_on < day, _watched())


def _watched() -> sa.ColumnElement[bool]:
    return sa.or_(_ORGANISATION.operating_status.is_(None), _ORGANISATION.operating_status.in_(WATCHED))


def overdue(
    session: Session, on: date, *, actor: Actor, paths: Sequence[str] | None = None, limit: int = 500
) -> list[Due]:
    """Inspections of organisations and of their equipment that should have been before ``on``, oldest
    first.
    """
    machine = SpecialEquipment.__table__
    inspections = _select("inspection", sa.null(), _ORGANISATION.next_inspection_on)
    machines = _select("equipment", machine.c.kind, machine.c.next_inspection_on).join_from(
        Organisation.__table__, machine
    )
    found = [
        inspections.where(_ORGANISATION.next_inspection_on < on),
        machines.where(machine.c.next_inspection_on < on),
    ]
    return _read(session, found, actor, paths, limit)


def running_out(
    session: Session,
    on: date,
    days: int = ALARMS[0],
    *,
    actor: Actor,
    paths: Sequence[str] | None = None,
    limit: int = 500,
) -> list[Due]:
    """Licences and insurances that have ended or end within ``days`` after ``on``, the first to end first."""
    licence, last = Licence.__table__, on + timedelta(days=days)
    licences = _select("licence", licence.c.kind, licence.c.valid_to).join_from(
        Organisation.__table__, licence
    )
    insurances = _select("insurance", sa.null(), _ORGANISATION.insured_until)
    found = [
        licences.where(licence.c.valid_to <= last),
        insurances.where(_ORGANISATION.insured_until <= last),
    ]
    return _read(session, found, actor, paths, limit)


def _select(kind: str, what: Any, day: Any) -> sa.Select[Any]:
    return sa.select(
        _ORGANISATION.id,
        _ORGANISATION.name,
        _ORGANISATION.area_path,
        sa.literal(kind).label("kind"),
        what.label("what"),
        day.label("due"),
    )


def _read(
    session: Session,
    statements: Sequence[sa.Select[Any]],
    actor: Actor,
    paths: Sequence[str] | None,
    limit: int,
) -> list[Due]:
    scopes = actor.scopes("read", "organisations")
    conditions = [
        live(Organisation.__table__),
        _watched(),
        *(within(_ORGANISATION.area_path, allowed) for allowed in (scopes, paths) if allowed is not None),
    ]
    found = [
        Due(*row)
        for statement in statements
        for row in session.execute(statement.where(*conditions).order_by("due").limit(limit))
    ]
    return sorted(found, key=lambda due: (due.on, due.name))[:limit]
