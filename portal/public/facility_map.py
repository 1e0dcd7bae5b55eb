"""The map of facilities as an SVG that is drawn by the server: communities as areas, facilities as dots with links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from registries.areas import Area
from registries.facilities.public import PublicFacility

from ..charts import Frame, element, rings_of
from .blueprint import address

#: More dots than this are told by the list alone.
MOST_DOTS = 400


@dataclass(frozen=True, slots=True)
class Shape:
    """The outline of a street or community."""

    id: str
    name: str
    kind: str
    path: str
    boundary: dict[str, Any]


def area_shapes(session: Session, language: str) -> list[Shape]:
    """The streets and communities of which the outline is known."""
    name = Area.name_zh if language == "zh" else sa.func.coalesce(Area.name_en, Area.name_zh)
    rows = session.execute(
        sa.select(Area.id, name.label("name"), Area.kind, Area.path, Area.boundary)
        .where(Area.kind.in_(("street", "zone", "community")), Area.valid_to.is_(None), Area.boundary.is_not(None))
        .order_by(Area.path)
    )
    # An outline that was taken back stands there as the null of JSON, which is none of SQL.
    return [Shape(str(row.id), row.name, row.kind, row.path, row.boundary) for row in rows if row.boundary]


def drawn(shapes: Sequence[Shape], found: Sequence[PublicFacility], asked: Any, language: str) -> Markup:
    """The map: each community leads to its own list; nothing where no outline is known."""
    within = asked.area.path if asked.area else ""
    inside = [shape for shape in shapes if shape.path.startswith(within)] or list(shapes)
    points = [point for shape in inside for ring in rings_of(shape.boundary) for point in ring]
    if not points:
        return Markup("")
    frame = Frame.around(points)
    areas = [_area(shape, frame, asked) for shape in inside if shape.kind == "community"]
    streets = [_outline(shape, frame) for shape in inside if shape.kind != "community"]
    named = [_label(shape, frame) for shape in inside if shape.kind != "community" or within]
    dots = [
        _dot(one, frame) for one in found[:MOST_DOTS] if one.longitude is not None and one.latitude is not None
    ]
    box = {
        "class": "chart map places", "viewBox": f"0 0 1000 {frame.height}", "role": "group",
        "aria-label": gettext("Map of facilities"),
    }
    names = element("g", {"class": "labels", "aria-hidden": "true"}, *named)
    return element("svg", box, *areas, *streets, names, element("g", {"aria-hidden": "true"}, *dots))


def _path(shape: Shape, frame: Frame) -> str:
    return "".join(
        f"M{' '.join(f'{x},{y}' for x, y in frame.thinned(ring))}Z" for ring in rings_of(shape.boundary)
    )


def _area(shape: Shape, frame: Frame, asked: Any) -> Markup:
    drawn_area = element("path", {"class": "area", "d": _path(shape, frame)}, element("title", {}, shape.name))
    where = asked.address(area=shape.id)
    return element("a", {"href": where, "aria-label": shape.name}, drawn_area)


def _outline(shape: Shape, frame: Frame) -> Markup:
    return element("path", {"class": "outline", "d": _path(shape, frame)})


def _label(shape: Shape, frame: Frame) -> Markup:
    x, y = frame.middle(rings_of(shape.boundary))
    return element("text", {"class": "name", "x": x, "y": y, "text-anchor": "middle"}, shape.name)


def _dot(one: PublicFacility, frame: Frame) -> Markup:
    x, y = frame.place((one.longitude or 0.0, one.latitude or 0.0))
    dot = element("circle", {"class": "dot", "cx": x, "cy": y, "r": 9}, element("title", {}, one.name))
    return element("a", {"href": address("facility", record_id=one.id), "tabindex": "-1"}, dot)
