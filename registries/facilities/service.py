"""What may be done with facilities and places, besides what may be done with every record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import references
from ..access import Actor
from ..areas import within
from ..messages import N_, Problem
from ..positions import NAMES as POSITION
from ..records import Invalid, Item, Records, in_chunks
from ..storing import Kind, live
from . import identity
from .codes import county_of, next_codes, note_codes
from .contradictions import of_facilities
from .documents import GONE, facility_documents, place_documents
from .likeness import alike_facilities, alike_places, like_facility
from .models import Facility, FacilityLink, Place
from .place_schemas import PlaceSchema
from .schemas import FacilitySchema

_FACILITY = Facility.__table__


def link_facilities(session: Session, rows: list[tuple[UUID, dict[str, Any]]], write: Any) -> None:
    """Give a code to the facilities that have none, as far as subclass and county are known; heed those that
    came with one.

    :raises Invalid: a code belongs to another facility.
    """
    if write.changed is not None and not {"code", "subclass"} & write.changed.keys():
        return
    given = {values["code"]: record_id for record_id, values in rows if values.get("code")}
    if given:
        _refuse_taken(session, given)
        note_codes(session, list(given))
    for (county, subclass), lacking in _without_code(session, rows).items():
        for values, code in zip(lacking, next_codes(session, county, subclass, len(lacking)), strict=True):
            (values if write.changed is None else write.changed)["code"] = code


def _without_code(
    session: Session, rows: list[tuple[UUID, dict[str, Any]]]
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    known = references.load(session)
    counties: dict[Any, str | None] = {}
    lacking: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for _record_id, values in rows:
        subclass, area_id = values.get("subclass"), values.get("area_id")
        if values.get("code") or not subclass or len(subclass) != 4 or area_id is None:
            continue
        if area_id not in counties:
            area = known.areas.get(area_id)
            counties[area_id] = county_of(known, area.path if area else None)
        county = counties[area_id]
        if county is not None:
            lacking.setdefault((county, subclass), []).append(values)
    return lacking


def _refuse_taken(session: Session, given: dict[str, UUID]) -> None:
    for chunk in in_chunks(given):
        statement = sa.select(_FACILITY.c.code, _FACILITY.c.id).where(_FACILITY.c.code.in_(chunk), live(_FACILITY))
        for row in session.execute(statement):
            if row.id != given[row.code]:
                raise Invalid(
                    {
                        "code": [
                            Problem(
                                N_("The code %(code)s belongs to another facility already."),
                                N_("Correct it, or clear it to get a new one."),
                                code=row.code,
                            )
                        ]
                    }
                )


def unchecked(day: date) -> sa.ColumnElement[bool]:
    """The condition that a facility which is there should have been checked before ``day``."""
    table = _FACILITY.c
    return sa.and_(table.next_check_on < day, sa.or_(table.state.is_(None), table.state.not_in(GONE)))


FACILITY = Kind(
    name="facility",
    database="facilities",
    model=Facility,
    schema=FacilitySchema,
    label=N_("Facility"),
    plural=N_("Facilities"),
    parts={"links": FacilityLink},
    derive=identity.derive,
    columns=identity.columns,
    link=link_facilities,
    fingerprint=identity.facility_fingerprint,
    codes=identity.code,
    documents=facility_documents,
    alike=alike_facilities,
    like=like_facility,
    contradictions=of_facilities,
    together=(frozenset(POSITION), frozenset({"last_checked_on", "check_days", "next_check_on"})),
    title=identity.facility_title,
    overdue=unchecked,
    seen="last_checked_on",
)
PLACE = Kind(
    name="place",
    database="facilities",
    model=Place,
    schema=PlaceSchema,
    label=N_("Place"),
    plural=N_("Places"),
    columns=identity.columns,
    fingerprint=identity.place_fingerprint,
    codes=identity.code,
    documents=place_documents,
    alike=alike_places,
    together=(frozenset(POSITION),),
)
facilities = Records(FACILITY)
places = Records(PLACE)


def assign_keeper(
    session: Session,
    facility_id: UUID,
    organisation_id: UUID,
    name: str,
    since: date,
    *,
    version: int,
    actor: Actor,
    role: str = "kept_by",
) -> Item:
    """Name the organisation that keeps (or owns, or supervises) a facility from a day on; the one before it
    ends then.

    That the organisation exists is the caller's to check: it lives in another database.
    """
    rows = facilities.get(session, facility_id, actor=actor, follow=False).values["links"]
    kept = [
        {**row, "until": since} if row["role"] == role and row["until"] is None else row
        for row in rows
        if not (row["role"] == role and row["target_id"] == organisation_id and row["until"] is None)
    ]
    raw = {"links": [*kept, {"role": role, "target_id": organisation_id, "since": since}], _NAMES[role]: name}
    return facilities.update(session, facility_id, raw, version=version, actor=actor)


_NAMES = {"kept_by": "maintainer", "owned_by": "owner", "supervised_by": "competent_department"}


@dataclass(frozen=True, slots=True)
class DueCheck:
    """A facility whose check is due."""

    facility_id: UUID
    name: str
    subclass: str | None
    area_path: str
    on: date


def overdue(
    session: Session,
    on: date,
    *,
    actor: Actor,
    paths: Sequence[str] | None = None,
    subclass: str | None = None,
    limit: int = 500,
) -> list[DueCheck]:
    """The facilities that should have been checked before ``on``, the oldest first."""
    table = _FACILITY.c
    scopes = actor.scopes("read", "facilities")
    conditions = [
        unchecked(on),
        live(_FACILITY),
        *([] if scopes is None else [within(table.area_path, scopes)]),
        *([] if paths is None else [within(table.area_path, paths)]),
        *([] if subclass is None else [table.subclass == subclass]),
    ]
    statement = sa.select(table.id, table.name, table.subclass, table.area_path, table.next_check_on).where(
        *conditions
    )
    return [
        DueCheck(*row)
        for row in session.execute(statement.order_by(table.next_check_on, table.id).limit(limit))
    ]
