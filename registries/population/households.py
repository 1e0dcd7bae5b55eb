"""Households: who is in them, splitting, moving, and who is the head."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import references
from ..access import Actor
from ..messages import N_, Problem
from ..records import Change, Conflict, Invalid, Item
from .homes import household_key, households
from .life_events import transfer
from .models import Household, Resident
from .rules import GONE
from .service import residents

HEAD = "02"


def members(session: Session, household_id: UUID) -> list[Item]:
    """Who belongs to a household and lives, the head first; without asking for permission."""
    head = next((item.values["head_id"] for item in households.load(session, [household_id])), None)
    found = _present(session, Resident.household_id == household_id)
    return sorted(found, key=lambda item: item.id != head)


def occupants(session: Session, dwelling_id: UUID) -> list[Item]:
    """Who lives in a dwelling, whichever household they belong to; without asking for permission."""
    return _present(session, Resident.dwelling_id == dwelling_id)


def _present(session: Session, condition: sa.ColumnElement[bool]) -> list[Item]:
    table = residents.kind.table
    rows = session.execute(
        sa.select(table)
        .where(
            condition,
            Resident.retired_at.is_(None),
            Resident.merged_into.is_(None),
            sa.func.coalesce(Resident.stay_status, "").not_in(GONE),
        )
        .order_by(table.c.id)
    ).all()
    return residents.items(session, rows)


def split_household(
    session: Session,
    household_id: UUID,
    member_ids: Collection[UUID],
    *,
    number: str,
    head_id: UUID,
    relations: Mapping[UUID, str] | None = None,
    told: Mapping[str, Any] | None = None,
    version: int,
    actor: Actor,
    reason: str | None = None,
) -> Item:
    """Make a household of its own of some members; ``relations`` are theirs to its head, ``told`` its address
    or dwelling.

    If the head leaves, the old household has none until `set_head`.
    """
    household = _known(session, household_id, version, actor)
    here = {item.id: item for item in members(session, household_id)}
    if head_id not in member_ids or not set(member_ids) <= here.keys():
        raise Invalid(
            {
                "members": [
                    Problem(
                        N_("Not everybody named belongs to this household."),
                        N_("Choose members of the household, and one of them as head."),
                    )
                ]
            }
        )
    area_id = household.values["area_id"]
    _refuse_taken(session, area_id, number)
    made = households.create(
        session,
        {
            "number": number,
            "head_id": head_id,
            "area_id": area_id,
            "kind": household.values["kind"],
            "hukou_kind": household.values["hukou_kind"],
            "address": household.values["address"],
            "dwelling_id": household.values["dwelling_id"],
            **(told or {}),
        },
        actor=actor,
        reason=reason,
    )
    values = {"household_id": made.id, "household_number": number, **(told or {})}
    residents.change(
        session,
        [
            Change(
                here[one],
                {**values, "relation_to_head": HEAD if one == head_id else (relations or {}).get(one)},
            )
            for one in sorted(member_ids)
        ],
        actor=actor,
        reason=reason,
    )
    if household.values["head_id"] in member_ids:
        households.change(session, [Change(household, {"head_id": None})], actor=actor, reason=reason)
    return made


def move_household(
    session: Session,
    household_id: UUID,
    *,
    area_id: UUID,
    event_on: date,
    reported_on: date | None = None,
    told: Mapping[str, Any] | None = None,
    version: int,
    actor: Actor,
    reason: str | None = None,
) -> Item:
    """The whole household moves within the district; ``told`` may hold its new address, dwelling or number.

    Everybody in it gets the event and the stay. A number that the new community already knows needs another
    one.
    """
    household = _known(session, household_id, version, actor)
    told = {"address": None, "dwelling_id": None, **(told or {})}
    number = told.get("number") or household.values["number"]
    areas = references.load(session).areas
    key = household_key(areas, area_id, number)
    if key != household.values["key"]:
        _refuse_taken(session, area_id, number)
    everybody = members(session, household_id)
    moved = households.update(
        session,
        household_id,
        {**told, "number": number, "area_id": area_id},
        version=version,
        actor=actor,
        reason=reason,
    )
    for item in everybody:
        transfer(
            session,
            item.id,
            area_id=area_id,
            event_on=event_on,
            reported_on=reported_on,
            version=item.version,
            actor=actor,
            reason=reason,
            told={
                "address": told["address"],
                "dwelling_id": told["dwelling_id"],
                "household_id": household_id,
                "household_number": number,
                "relation_to_head": item.values["relation_to_head"],
            },
        )
    return moved


def set_head(
    session: Session,
    household_id: UUID,
    resident_id: UUID,
    *,
    relations: Mapping[UUID, str] | None = None,
    version: int,
    actor: Actor,
    reason: str | None = None,
) -> Item:
    """Make a member the head; ``relations`` are those of the others to the new head, the rest of them become
    unknown.
    """
    household = _known(session, household_id, version, actor)
    here = members(session, household_id)
    if resident_id not in {item.id for item in here}:
        raise Invalid(
            {
                "head_id": [
                    Problem(
                        N_("This person does not belong to the household."),
                        N_("Put the person into the household first."),
                    )
                ]
            }
        )
    residents.change(
        session,
        [
            Change(
                item, {"relation_to_head": HEAD if item.id == resident_id else (relations or {}).get(item.id)}
            )
            for item in here
        ],
        actor=actor,
        reason=reason,
    )
    households.change(session, [Change(household, {"head_id": resident_id})], actor=actor, reason=reason)
    return households.load(session, [household_id])[0]


def _known(session: Session, household_id: UUID, version: int, actor: Actor) -> Item:
    household = households.writable(session, household_id, actor=actor)
    if household.version != version:
        raise Conflict(household)
    return household


def _refuse_taken(session: Session, area_id: UUID, number: str) -> None:
    key = household_key(references.load(session).areas, area_id, number)
    taken = session.execute(
        sa.select(Household.id).where(
            Household.key == key,
            Household.retired_at.is_(None),
            Household.merged_into.is_(None),
        )
    ).first()
    if taken is not None:
        raise Invalid(
            {
                "number": [
                    Problem(
                        N_("The community has a household with the number “%(number)s” already."),
                        N_("Choose another number."),
                        number=number,
                    )
                ]
            }
        )
