"""Facilities that everybody may see: which there are, where, and which are near.

What is public is said once, as a condition here and of a single record in `documents`: marked so, and usable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..areas import within as within_areas
from ..references import References
from ..storing import live
from .documents import UNUSABLE
from .identity import facility_title
from .models import Facility

#: What people look for first, by its subclass: shelters, defibrillators, first-aid boxes, hydrants.
FIRST = ("2107", "2105", "2106", "2101", "2108")
#: So many facilities are shown on one map at most.
MOST = 3_000
_EARTH = 6_371_000


@dataclass(frozen=True, slots=True)
class PublicFacility:
    """What everybody may know of a facility."""

    id: UUID
    name: str
    subclass: str
    area_path: str
    location: str | None
    address: str | None
    opening_hours: str | None
    capacity: int | None
    longitude: float | None
    latitude: float | None


def _condition() -> sa.ColumnElement[bool]:
    return sa.and_(
        Facility.is_public.is_(sa.true()), live(Facility.__table__),
        sa.or_(Facility.state.is_(None), Facility.state.not_in(UNUSABLE)), Facility.subclass.is_not(None),
    )


def count_by_subclass(session: Session, within: str = "") -> dict[str, int]:
    """How many public facilities of each subclass there are in an area, by its path."""
    statement = sa.select(Facility.subclass, sa.func.count()).where(_condition(), _inside(within))
    rows = session.execute(statement.group_by(Facility.subclass))
    return {str(subclass): number for subclass, number in rows}


def in_order(counts: Mapping[str, int]) -> list[str]:
    """Subclasses with their counts in the order in which they are offered: what people look for, then the most."""
    first = {code: place for place, code in enumerate(FIRST)}
    return sorted(counts, key=lambda code: (first.get(code, len(first)), -counts[code], code))


def find(
    session: Session, subclasses: Collection[str] = (), within: str = "", limit: int = MOST
) -> list[PublicFacility]:
    """Public facilities of some subclasses in an area, in the order of areas and names."""
    statement = (
        sa.select(Facility.id, *(getattr(Facility, name) for name in _COLUMNS))
        .where(_condition(), _one_of(subclasses), _inside(within))
        .order_by(Facility.area_path, Facility.name, Facility.id).limit(limit)
    )
    return [_public(row) for row in session.execute(statement)]


def load(session: Session, ids: Collection[UUID]) -> list[PublicFacility]:
    """Those of some facilities that are public, in no order."""
    statement = sa.select(Facility.id, *(getattr(Facility, name) for name in _COLUMNS))
    return [_public(row) for row in session.execute(statement.where(_condition(), Facility.id.in_(list(ids))))]


def capacity(session: Session, subclass: str) -> int:
    """How many people the public facilities of a subclass hold together."""
    return session.scalar(
        sa.select(sa.func.sum(Facility.capacity)).where(_condition(), Facility.subclass == subclass)
    ) or 0


def communities(known: References, language: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The streets with the communities in them, as (id, name, [(id, name)]), in the order of the tree."""
    areas = list(known.areas)

    def name(area: Any) -> str:
        return area.name_zh if language == "zh" else area.name_en or area.name_zh

    return [
        (str(street.id), name(street), [
            (str(area.id), name(area)) for area in areas
            if area.kind == "community" and area.path.startswith(street.path)
        ])
        for street in areas if street.kind in ("street", "zone")
    ]


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two points of (longitude, latitude), as the crow flies."""
    east, north = radians(other[0] - one[0]), radians(other[1] - one[1])
    part = sin(north / 2) ** 2 + cos(radians(one[1])) * cos(radians(other[1])) * sin(east / 2) ** 2
    return 2 * _EARTH * asin(sqrt(part))


_COLUMNS = (
    "name", "subclass", "area_path", "location", "address", "opening_hours", "capacity", "longitude", "latitude",
)


def _public(row: Any) -> PublicFacility:
    told = {"name": row.name, "location": row.location, "address": row.address}
    return PublicFacility(
        row.id, facility_title(told), row.subclass, row.area_path, row.location, row.address, row.opening_hours,
        row.capacity, row.longitude, row.latitude,
    )


def _one_of(subclasses: Collection[str]) -> sa.ColumnElement[bool]:
    return Facility.subclass.in_(list(subclasses)) if subclasses else sa.true()


def _inside(path: str) -> sa.ColumnElement[bool]:
    return within_areas(Facility.area_path, [path]) if path else sa.true()
