"""Find or make the household of every resident that is written, a whole chunk at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import references
from ..db import new_id
from ..messages import N_, Problem
from ..records import Change, Invalid, New, in_chunks
from ..storing import live
from .homes import household_key, households
from .models import Household, Resident
from .numbers import find_numbers, number_codes
from .rules import HEADS

Rows = Sequence[tuple[UUID, dict[str, Any]]]
_RESIDENT: sa.Table = Resident.__table__  # type: ignore[assignment]


@dataclass(slots=True)
class _Wanted:
    """A household that rows of the chunk belong to."""

    key: str
    head_id: UUID | None = None
    first: dict[str, Any] | None = None
    members: list[dict[str, Any]] = field(default_factory=list)


def link_residents(session: Session, rows: Rows, write: Any) -> None:
    """Give each resident the household of its number, making those that do not exist; refuse a number held
    elsewhere.

    A household found without a head gets the first that says to be one.
    """
    if write.batch_id is None:
        _refuse_held_numbers(session, rows, write)
    wanted = _wanted(session, rows, write)
    if not wanted:
        return
    found = _find(session, wanted)
    news, headless = [], []
    for key, one in wanted.items():
        row = found.get(key)
        if row is None:
            household_id = new_id()
            news.append(New(household_id, _household(one)))
        else:
            household_id = row.id
            if row.head_id is None and one.head_id is not None:
                headless.append((row.id, one.head_id))
        for target in one.members:
            target["household_id"] = household_id
    if news:
        households.insert_many(session, news, actor=write.actor, batch_id=write.batch_id, as_of=write.as_of)
    if headless:
        heads = dict(headless)
        items = households.load(session, list(heads))
        households.change(
            session,
            [Change(item, {"head_id": heads[item.id]}) for item in items],
            actor=write.actor,
            batch_id=write.batch_id,
        )


def _wanted(session: Session, rows: Rows, write: Any) -> dict[str, _Wanted]:
    changed: dict[str, Any] | None = write.changed
    if changed is not None and not {"household_number", "area_id", "relation_to_head"} & changed.keys():
        return {}
    if changed is not None and "household_id" in changed:
        return {}
    areas = references.load(session).areas
    keys: dict[tuple[UUID | None, str], str | None] = {}
    wanted: dict[str, _Wanted] = {}
    for record_id, values in rows:
        target = values if changed is None else changed
        number = values.get("household_number")
        if not number:
            if changed is not None and "household_number" in changed:
                target["household_id"] = None
            continue
        if changed is None and values.get("household_id"):
            continue
        place = values.get("area_id"), number
        key = keys.get(place)
        if key is None:
            key = keys[place] = household_key(areas, *place)
            if key is None:
                continue
        one = wanted.get(key)
        if one is None:
            one = wanted[key] = _Wanted(key, first=values)
        one.members.append(target)
        if one.head_id is None and values.get("relation_to_head") in HEADS:
            one.head_id, one.first = record_id, values
    return wanted


def _find(session: Session, keys: Iterable[str]) -> dict[str, Any]:
    table: sa.Table = Household.__table__  # type: ignore[assignment]
    found: dict[str, Any] = {}
    for chunk in in_chunks(keys):
        statement = sa.select(table.c.key, table.c.id, table.c.head_id).where(
            table.c.key.in_(chunk), live(table)
        )
        for row in session.execute(statement.order_by(table.c.id)):
            found.setdefault(row.key, row)
    return found


def _household(one: _Wanted) -> dict[str, Any]:
    values = one.first or {}
    return {
        "number": values["household_number"],
        "key": one.key,
        "head_id": one.head_id,
        "dwelling_id": values.get("dwelling_id"),
        "address": values.get("address"),
        "area_id": values.get("area_id"),
    }


def _refuse_held_numbers(session: Session, rows: Rows, write: Any) -> None:
    changed: dict[str, Any] | None = write.changed
    if changed is not None and not {"id_number", "doc_type"} & changed.keys():
        return
    wanted = {code: record_id for record_id, values in rows for code in number_codes(values)}
    for code, holder in find_numbers(session, set(wanted), live(_RESIDENT)).items():
        if holder != wanted[code]:
            raise Invalid(
                {
                    "id_number": [
                        Problem(
                            N_("A resident with this number is in the register already."),
                            N_("Change that record, or ask for a transfer if it lies outside your area."),
                        )
                    ]
                }
            )
