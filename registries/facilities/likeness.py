"""Facilities and places that may be one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..chinese import address_key, fold
from ..coordinates import distance_m
from ..likeness import in_groups, in_reach, sharing
from ..storing import live
from .models import Facility, Place

Pairs = Iterator[tuple[UUID, UUID, str]]

NEAR, NAME_AND_ADDRESS, NAME_AND_POINT = "near", "name_address", "name_point"
#: Two of one subclass this close are probably one, recorded twice.
FACILITY_METRES = 3
#: A building is told by any of its corners or its door.
PLACE_METRES = 50
_FACILITY: sa.Table = Facility.__table__  # type: ignore[assignment]
_PLACE: sa.Table = Place.__table__  # type: ignore[assignment]


def alike_facilities(session: Session) -> Pairs:
    """Pairs of facilities of one subclass within three metres of each other."""
    statement = (
        sa.select(_FACILITY.c.id, _FACILITY.c.subclass, _FACILITY.c.longitude, _FACILITY.c.latitude)
        .where(live(_FACILITY), _FACILITY.c.subclass.is_not(None), _FACILITY.c.longitude.is_not(None))
        .where(_FACILITY.c.latitude.is_not(None))
        .order_by(_FACILITY.c.subclass, _FACILITY.c.longitude, _FACILITY.c.latitude, _FACILITY.c.id)
    )
    for _subclass, rows in groupby(session.execute(statement), lambda row: row.subclass):
        for pair in in_reach(rows, FACILITY_METRES):
            yield *pair, NEAR


def like_facility(session: Session, values: Mapping[str, Any]) -> Iterator[tuple[UUID, str]]:
    """Facilities in use of the subclass within three metres of where one is about to be registered."""
    x, y, subclass = values.get("longitude"), values.get("latitude"), values.get("subclass")
    if x is None or y is None or not subclass:
        return
    # At the latitudes of China a degree of longitude is never shorter than 55 km.
    wide, high = FACILITY_METRES / 55_000, FACILITY_METRES / 110_000
    table = _FACILITY.c
    near = sa.select(table.id, table.longitude, table.latitude).where(
        table.subclass == subclass, table.longitude.between(x - wide, x + wide),
        table.latitude.between(y - high, y + high), live(_FACILITY),
    )  # fmt: skip
    for row in session.execute(near.limit(20)):
        if distance_m(x, y, row.longitude, row.latitude) <= FACILITY_METRES:
            yield row.id, NEAR


def alike_places(session: Session) -> Pairs:
    """Pairs of places of one name and one address, or of one name close to each other.

    The buildings of every estate are called 1号楼: their addresses or points tell them apart.
    """
    told = ["name", "address", "longitude", "latitude"]
    rows = session.execute(sharing(_PLACE, ["name_pinyin"], [live(_PLACE)], told)).all()
    addressed = sorted((row for row in rows if row.address), key=_name_and_address)
    for pair in in_groups(addressed, _name_and_address):
        yield *pair, NAME_AND_ADDRESS
    with_point = sorted((row for row in rows if None not in (row.longitude, row.latitude)), key=_name)
    for _same_name, group in groupby(with_point, _name):
        for pair in in_reach(group, PLACE_METRES, _other_address):
            yield *pair, NAME_AND_POINT


def _name(row: Any) -> str:
    return fold(row.name)


def _name_and_address(row: Any) -> tuple[str, str]:
    return fold(row.name), address_key(row.address)


def _other_address(one: Any, other: Any) -> bool:
    return bool(one.address and other.address) and address_key(one.address) != address_key(other.address)
