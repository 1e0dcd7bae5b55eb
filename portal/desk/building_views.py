"""A building as floors and rooms, with who lives in each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from flask import render_template
from sqlalchemy.orm import Session

from registries import readings, showing
from registries.access import Actor
from registries.areas import within
from registries.merging import with_merged
from registries.population.models import Dwelling, Resident
from registries.population.rules import GONE
from registries.records import in_chunks
from registries.storing import live

from ..running import system
from ..security import actor, allowed
from .pages import pages, records_of

_DWELLING: sa.Table = Dwelling.__table__  # type: ignore[assignment]
_RESIDENT: sa.Table = Resident.__table__  # type: ignore[assignment]


@dataclass(slots=True)
class Room:
    """A dwelling with the names of who lives there."""

    id: UUID
    name: str
    people: list[str] = field(default_factory=list)
    smoke_alarm: bool | None = None
    ebike_indoors: bool | None = None


@dataclass(slots=True)
class Floor:
    """The rooms of one floor by unit (单元); ``number`` is unknown for rooms that tell none."""

    number: int | None
    rooms: dict[str, list[Room]] = field(default_factory=dict)


@pages.get("/place/<uuid:record_id>/rooms", defaults={"kind": "place"})
@allowed("read")
def rooms(record_id: UUID, kind: str) -> str:
    """The floors of a building from the top, each with its rooms."""
    told = records_of("place")
    with system().database.reading() as session:
        item = told.get(session, record_id, actor=actor())
        title = showing.title(session, told, item)
        floors = _floors(session, with_merged(session, told.kind, item.id), actor())
        people = [person for floor in floors for one in floor.rooms.values() for room in one for person in room.people]
    if people:
        readings.note(system().database, actor(), "view", "resident", fields=["name"], count=len(people))
    return render_template("desk/rooms.html", item=item, title=title, floors=floors, units=_units(floors),
                           rooms=sum(len(one) for floor in floors for one in floor.rooms.values()),
                           people=len(people))  # fmt: skip


def _units(floors: list[Floor]) -> list[str]:
    counted = Counter(unit for floor in floors for unit in floor.rooms)
    return sorted(counted)


def _floors(session: Session, building_ids: list[UUID], who: Actor) -> list[Floor]:
    scopes = who.scopes("read", "population")
    if scopes == []:
        return []
    table = _DWELLING.c
    rows = session.execute(
        sa.select(table.id, table.unit, table.floor, table.room, table.address, table.smoke_alarm, table.ebike_indoors)
        .where(table.building_id.in_(building_ids), live(_DWELLING))
        .where(*([] if scopes is None else [within(table.area_path, scopes)]))
        .order_by(table.unit, table.room)
    ).all()
    people = _people(session, [row.id for row in rows], scopes)
    floors: dict[int | None, Floor] = {}
    for row in rows:
        floor = floors.setdefault(row.floor, Floor(row.floor))
        room = Room(row.id, row.room or row.address or "", people.get(row.id, []), row.smoke_alarm, row.ebike_indoors)
        floor.rooms.setdefault(row.unit or "", []).append(room)
    return sorted(floors.values(), key=lambda one: (one.number is None, -(one.number or 0)))


def _people(session: Session, dwelling_ids: list[UUID], scopes: list[str] | None) -> dict[UUID, list[str]]:
    """The names of those who live in dwellings now; whoever moved out or died is not among them.

    Where a person is registered is asked too: it may be another area than that of the dwelling.
    """
    found: dict[UUID, list[str]] = {}
    table = _RESIDENT.c
    inside = [] if scopes is None else [within(table.area_path, scopes)]
    for chunk in in_chunks(dwelling_ids):
        statement = sa.select(table.dwelling_id, table.name).where(
            table.dwelling_id.in_(chunk), live(_RESIDENT),
            sa.func.coalesce(table.stay_status, "").not_in(GONE), *inside,
        )  # fmt: skip
        for row in session.execute(statement.order_by(table.id)):
            found.setdefault(row.dwelling_id, []).append(row.name)
    return found
