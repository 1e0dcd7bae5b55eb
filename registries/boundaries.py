"""Which areas a point lies in, by the boundaries that they have as GeoJSON."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, TypeVar

Point = tuple[float, float]
Edge = tuple[float, float, float, float]
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Shape:
    """A polygon or several with their holes, its edges sorted into bands of latitude for speed."""

    west: float
    south: float
    east: float
    north: float
    size: float
    bands: tuple[tuple[Edge, ...], ...]

    @classmethod
    def of(cls, geometry: Mapping[str, Any]) -> Shape:
        """The shape of a GeoJSON polygon or of whatever is made of such.

        :raises ValueError: it is none of these, or has no area.
        """
        rings = [[(float(point[0]), float(point[1])) for point in ring] for ring in _rings(geometry)]
        rings = [ring for ring in rings if len(ring) >= 3]
        if not rings:
            raise ValueError("The geometry encloses no area.")
        edges = [
            (*one, *other) for ring in rings for one, other in pairwise([*ring, ring[0]]) if one != other
        ]
        xs, ys = (
            [point[0] for ring in rings for point in ring],
            [point[1] for ring in rings for point in ring],
        )
        south, north = min(ys), max(ys)
        size = abs(sum(x1 * y2 - x2 * y1 for x1, y1, x2, y2 in edges)) / 2
        return cls(min(xs), south, max(xs), north, size, _bands(edges, south, north))

    def contains(self, lon: float, lat: float) -> bool:
        """Whether a point lies inside; of two areas that share a border, a point on it lies in one."""
        if not (self.west <= lon <= self.east and self.south <= lat <= self.north):
            return False
        inside = False
        for x1, y1, x2, y2 in self.bands[_band(lat, self.south, self.north, len(self.bands))]:
            # An edge counts without its upper end, so that no corner counts twice.
            if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
                inside = not inside
        return inside


def _rings(geometry: Mapping[str, Any]) -> Iterator[list[Any]]:
    kind = geometry.get("type")
    if kind == "Feature":
        yield from _rings(geometry.get("geometry") or {})
    elif kind == "Polygon":
        yield from geometry["coordinates"]
    elif kind == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield from polygon
    elif kind in {"GeometryCollection", "FeatureCollection"}:
        for part in geometry.get("geometries") or geometry.get("features") or ():
            yield from _rings(part)
    else:
        raise ValueError("Only polygons have an inside.")


def _band(lat: float, south: float, north: float, count: int) -> int:
    return min(int((lat - south) / (north - south) * count), count - 1) if north > south else 0


def _bands(edges: list[Edge], south: float, north: float) -> tuple[tuple[Edge, ...], ...]:
    count = max(1, min(256, len(edges) // 4))
    bands: list[list[Edge]] = [[] for _ in range(count)]
    for edge in edges:
        low, high = sorted((edge[1], edge[3]))
        for band in range(_band(low, south, north, count), _band(high, south, north, count) + 1):
            bands[band].append(edge)
    return tuple(map(tuple, bands))


class Boundaries(Generic[Name]):
    """Areas by boundary; build it once and ask it often."""

    def __init__(self, areas: Iterable[tuple[Name, Mapping[str, Any]]]) -> None:
        found = [(name, Shape.of(geometry)) for name, geometry in areas]
        self._shapes = sorted(found, key=lambda item: item[1].size)

    def at(self, lon: float, lat: float) -> list[Name]:
        """The areas that a point lies in, the smallest first: its grid, then community, street, district."""
        return [name for name, shape in self._shapes if shape.contains(lon, lat)]
