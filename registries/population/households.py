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
from ..merging import with_merged
from ..messages import N_, Problem
from ..records import Change, Conflict, Invalid, Item
from ..storing import live
from .homes import DWELLING, household_key, households
from .life_events import transfer
from .models import Household, Resident
from .rules import GONE
from .service import residents

HEAD = "02"


def members(session: Session, household_id: UUID) -> list[Item]:
    """Who belongs to a household and lives, the head first; without asking for permission."""
    head = next((item.values["head_id"] for item in households.load(session, [household_id])), None)
    found = _present(session, Resident.household_id.in_(with_merged(session, households.kind, household_id)))
    return sorted(found, key=lambda item: item.id != head)


def occupants(session: Session, dwelling_id: UUID) -> list[Item]:
    """Who lives in a dwelling, whichever household they belong to; without asking for permission."""
    return _present(session, Resident.dwelling_id.in_(with_merged(session, DWELLING, dwelling_id)))


def _present(session: Session, condition: sa.ColumnElement[bool]) -> list[Item]:
    table = residents.kind.table
    rows = session.execute(
        sa.select(table)
        .where(
            condition,
            live(table),
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
    leaving = _chosen(session, household_id, member_ids, head_id, actor)
    _refuse_taken(session, household.values["area_id"], number)
    kept = {
        name: household.values[name] for name in ("area_id", "kind", "hukou_kind", "address", "dwelling_id")
    }
    raw = {**kept, **(told or {}), "number": number, "head_id": head_id}
    made = households.create(session, raw, actor=actor, reason=reason)
    values = {"household_id": made.id, "household_number": number}
    values |= {name: made.values[name] for name in ("address", "dwelling_id") if name in (told or {})}
    relation = {**(relations or {}), head_id: HEAD}
    changed = [Change(item, {**values, "relation_to_head": relation.get(item.id)}) for item in leaving]
    residents.change(session, changed, actor=actor, reason=reason)
    if household.values["head_id"] in member_ids:
        households.change(session, [Change(household, {"head_id": None})], actor=actor, reason=reason)
    return made


def _chosen(
    session: Session, household_id: UUID, member_ids: Collection[UUID], head_id: UUID, actor: Actor
) -> list[Item]:
    here = {item.id for item in members(session, household_id)}
    if head_id not in member_ids or not set(member_ids) <= here:
        problem = Problem(
            N_("Not everybody named belongs to this household."),
            N_("Choose members of the household, and one of them as head."),
        )
        raise Invalid({"members": [problem]})
    return [residents.writable(session, one, actor=actor) for one in sorted(member_ids)]


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
    raw = {"address": None, "dwelling_id": None, "number": household.values["number"], **(told or {})}
    key = household_key(references.load(session).areas, area_id, raw["number"])
    if key != household.values["key"]:
        _refuse_taken(session, area_id, raw["number"])
    everybody = members(session, household_id)
    raw["area_id"] = area_id
    moved = households.update(session, household_id, raw, version=version, actor=actor, reason=reason)
    place = {"household_number": moved.values["number"]}
    place |= {name: moved.values[name] for name in ("address", "dwelling_id")}
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
            told={**place, "relation_to_head": item.values["relation_to_head"]},
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
    here = [residents.writable(session, item.id, actor=actor) for item in members(session, household_id)]
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
            live(households.kind.table),
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
