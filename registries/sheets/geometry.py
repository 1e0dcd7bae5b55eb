"""One point that stands for a GeoJSON geometry."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite
from typing import Any

Point = tuple[float, float]


def representative_point(geometry: Any) -> Point | None:
    """A point of the geometry, inside it where it is an area; ``None`` if the geometry is missing or broken.

    Coordinates may be in any reference system; they are taken as they stand.
    """
    try:
        return _point(geometry)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, RecursionError):
        return None


def _point(geometry: Any) -> Point | None:
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        return next((point for part in geometry["geometries"] if (point := _point(part))), None)
    coordinates = geometry.get("coordinates")
    if not coordinates:
        return None
    if kind == "Point":
        return _position(coordinates)
    if kind == "MultiPoint":
        return _position(coordinates[0])
    if kind == "LineString":
        return _position(coordinates[len(coordinates) // 2])
    if kind == "MultiLineString":
        longest = max(coordinates, key=len)
        return _position(longest[len(longest) // 2])
    if kind == "Polygon":
        return _inside(coordinates)
    if kind == "MultiPolygon":
        return _inside(max(coordinates, key=lambda polygon: abs(_area_and_centroid(_ring(polygon[0]))[0])))
    return None


def _position(pair: Any) -> Point:
    x, y = float(pair[0]), float(pair[1])
    if not (isfinite(x) and isfinite(y)):
        raise ValueError(pair)
    return x, y


def _ring(positions: Any) -> list[Point]:
    ring = [_position(pair) for pair in positions]
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def _area_and_centroid(ring: list[Point]) -> tuple[float, Point]:
    # Sums are taken from the first corner, or the large coordinates would swallow the small differences.
    x0, y0 = ring[0]
    twice = cx = cy = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        twice += cross
        cx += (x1 + x2 - 2 * x0) * cross
        cy += (y1 + y2 - 2 * y0) * cross
    if not twice:
        return 0.0, ring[0]
    return twice / 2, (x0 + cx / (3 * twice), y0 + cy / (3 * twice))


def _inside(polygon: Any) -> Point:
    """The centroid if the area holds it, else the middle of the widest piece at its height."""
    rings = [_ring(ring) for ring in polygon]
    centre = _area_and_centroid(rings[0])[1]
    crossings = sorted(
        x1 + (centre[1] - y1) * (x2 - x1) / (y2 - y1)
        for ring in rings
        for (x1, y1), (x2, y2) in pairwise(ring)
        if (y1 > centre[1]) != (y2 > centre[1])
    )
    pieces = list(zip(crossings[::2], crossings[1::2], strict=False))
    if not pieces or any(left <= centre[0] <= right for left, right in pieces):
        return centre
    left, right = max(pieces, key=lambda piece: piece[1] - piece[0])
    return (left + right) / 2, centre[1]
