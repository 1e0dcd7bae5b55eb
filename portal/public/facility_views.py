"""Public facilities: the list, by kind and community, with a map beside it, and one facility."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import UUID

import orjson
from flask import Response, render_template, request
from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import references
from registries.facilities import public
from registries.facilities.public import PublicFacility
from registries.records import NotFound
from registries.references import AreaEntry, References

from .. import formats
from ..running import system
from ..security import allowed
from .blueprint import address, number_asked, page_language, pages
from .facility_map import area_shapes, drawn
from .keeping import kept

PAGE = 50
QUERY = ("kind", "area", "page")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to."""

    kind: str | None
    area: AreaEntry | None

    def address(self, page: int = 1, **changed: str | None) -> str:
        """The address of the list with something changed; the first page unless told."""
        told = {"kind": self.kind, "area": str(self.area.id) if self.area else None, **changed}
        told["page"] = str(page) if page > 1 else None
        return address("facilities", **{name: value for name, value in told.items() if value})

    def geojson_address(self) -> str:
        """Where the map in the browser gets the same facilities from."""
        told = {"kind": self.kind, "area": str(self.area.id) if self.area else None}
        return address("facilities_as_geojson", **{name: value for name, value in told.items() if value})


def _asked(known: References) -> Asked:
    kind, area = request.args.get("kind", ""), known.areas.find(request.args.get("area", ""))
    return Asked(
        kind if known.codes("facility_subclass").has(kind) else None,
        area if area is not None and area.kind in ("street", "zone", "community") else None,
    )


@pages.get("/map")
@allowed("anyone")
@kept("network", "facilities", query=QUERY)
def facilities() -> str:
    """The facilities of a kind and a community, listed; the map stands beside them."""
    language = page_language()
    with system().database.reading() as session:
        known = references.load(session)
        asked = _asked(known)
        within = asked.area.path if asked.area else ""
        found = public.find(session, [asked.kind] if asked.kind else (), within)
        last, page = max(1, ceil(len(found) / PAGE)), number_asked("page", 1, 10_000) or 1
        if page > last:
            raise NotFound(f"map page {page}")
        return render_template(
            "public/facilities.html", asked=asked, total=len(found), page=page, last=last, page_size=PAGE,
            lines=[_line(known, one, language) for one in found[(page - 1) * PAGE:page * PAGE]],
            kinds=_kinds(session, known, asked, within, language), communities=public.communities(known, language),
            map=drawn(area_shapes(session, language), found, asked, language), area_name=_name(known, asked, language),
            kind_name=known.codes("facility_subclass").name(asked.kind, language) if asked.kind else "",
        )


@pages.get("/map/<uuid:record_id>")
@allowed("anyone")
@kept("network", "facilities")
def facility(record_id: UUID) -> str:
    """One facility: where it is, when it is open, what is near."""
    language = page_language()
    with system().database.reading() as session:
        known = references.load(session)
        found = public.load(session, [record_id])
        if not found:
            raise NotFound(f"facility {record_id}")
        return render_template(
            "public/facility.html", line=_line(known, found[0], language),
            near=[(_line(known, one, language), far) for one, far in _near(session, found[0])],
        )


@pages.get("/map/facilities.geojson")
@allowed("anyone")
@kept("network", "facilities", query=("kind", "area"))
def facilities_as_geojson() -> Response:
    """The same facilities and the outlines of streets and communities, for the map that is drawn in the browser."""
    language = page_language()
    with system().database.reading() as session:
        known = references.load(session)
        asked = _asked(known)
        found = public.find(session, [asked.kind] if asked.kind else (), asked.area.path if asked.area else "")
        features: list[dict[str, Any]] = [
            {"type": "Feature", "geometry": shape.boundary, "properties": {"area": shape.name, "kind": shape.kind}}
            for shape in area_shapes(session, language)
        ]
        features += [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [round(one.longitude, 6), round(one.latitude, 6)]},
                "properties": {
                    "name": one.name, "kind": known.codes("facility_subclass").name(one.subclass, language),
                    "where": one.address or one.location or "", "open": one.opening_hours or "",
                    "room": _room(one),
                    "address": address("facility", record_id=one.id),
                },
            }
            for one in found if one.longitude is not None and one.latitude is not None
        ]  # fmt: skip
    return Response(
        orjson.dumps({"type": "FeatureCollection", "features": features}), content_type="application/json"
    )


def _room(one: PublicFacility) -> str:
    if not one.capacity:
        return ""
    return gettext("room for %(number)s people", number=formats.number(one.capacity))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of facility that can be chosen, with how many there are of it."""

    value: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A facility with the names of its kind and its area."""

    facility: PublicFacility
    kind: str
    area: str
    address: str


def _line(known: References, one: PublicFacility, language: str) -> Line:
    area = known.areas.at(one.area_path)
    return Line(
        one, known.codes("facility_subclass").name(one.subclass, language),
        known.areas.full_name(area, language) if area else "", address("facility", record_id=one.id),
    )


def _name(known: References, asked: Asked, language: str) -> str:
    return known.areas.full_name(asked.area, language) if asked.area else ""


def _kinds(session: Session, known: References, asked: Asked, within: str, language: str) -> list[Kind]:
    counts = public.count_by_subclass(session, within)
    codes = known.codes("facility_subclass")
    return [
        Kind(code, codes.name(code, language), counts[code], code == asked.kind)
        for code in public.in_order(counts)
    ]  # fmt: skip


def _near(session: Session, shown: PublicFacility, most: int = 8) -> list[tuple[PublicFacility, int]]:
    """The nearest other facilities in the same street, with metres as the crow flies to the next ten."""
    if shown.longitude is None or shown.latitude is None:
        return []
    here = (shown.longitude, shown.latitude)
    others = [
        (one, public.distance(here, (one.longitude, one.latitude)))
        for one in public.find(session, within=shown.area_path[:8])
        if one.id != shown.id and one.longitude is not None and one.latitude is not None
    ]  # fmt: skip
    others.sort(key=lambda pair: pair[1])
    return [(one, max(10, round(far / 10) * 10)) for one, far in others[:most]]
