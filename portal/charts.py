"""Charts and maps as SVG, drawn by the server: colour by classes, because no style may stand in a page.

A chart never stands alone: the page has the numbers as a table beside it. What an SVG says in its title is what a
screen reader says of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

#: A map is so many units wide; its points are whole numbers, which no eye can tell from exact ones.
WIDTH = 1000
#: How many shades a map has.
STEPS = 5
#: Up to so many regions have room for their names.
NAMED, LONGEST = 12, 16
_BAR, _GAP, _HIGH, _FOOT, _HEAD = 46, 14, 160, 26, 22

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Region:
    """An area on a map: its rings of (longitude, latitude), what stands in it, how dark it is, where it leads."""

    name: str
    rings: Sequence[Sequence[Point]]
    text: str
    step: int | None
    address: str | None = None


def element(tag: str, attributes: Mapping[str, Any], *inner: str) -> Markup:
    """An SVG element; attributes that are ``None`` are left out, everything but `Markup` is escaped."""
    told = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value is not None)
    return Markup(f"<{tag}{told}>{''.join(escape(one) for one in inner)}</{tag}>")  # noqa: S704  escaped above


def bars(points: Sequence[tuple[str, int, str]], title: str) -> Markup:
    """Upright bars for (label, value, value in words)."""
    most = max((value for _label, value, _text in points), default=0) or 1
    width, height = len(points) * (_BAR + _GAP) + _GAP, _HEAD + _HIGH + _FOOT
    drawn = []
    for place, (label, value, text) in enumerate(points):
        left, size = _GAP + place * (_BAR + _GAP), round(value / most * _HIGH)
        top, middle = _HEAD + _HIGH - size, left + _BAR // 2
        drawn += [
            element("rect", {"class": "bar", "x": left, "y": top, "width": _BAR, "height": size}),
            element("text", {"class": "value", "x": middle, "y": top - 6, "text-anchor": "middle"}, text),
            element("text", {"class": "label", "x": middle, "y": height - 8, "text-anchor": "middle"}, label),
        ]
    base = element("line", {"class": "axis", "x1": 0, "x2": width, "y1": _HEAD + _HIGH, "y2": _HEAD + _HIGH})
    box = {"class": "chart bars", "viewBox": f"0 0 {width} {height}", "role": "img", "width": width, "height": height}
    return element("svg", box, element("title", {}, title), *drawn, base)


def area_map(regions: Sequence[Region], title: str) -> Markup:
    """A map of regions, each shaded by its step, with its name and number in it, and a link if it has an address."""
    points = [point for region in regions for ring in region.rings for point in ring]
    if not points:
        return Markup("")
    frame = Frame.around(points)
    drawn = [_region(region, frame) for region in regions]
    labels = [label for region in regions for label in _labels(region, frame, len(regions) <= NAMED)]
    size = "chart map" if len(regions) <= NAMED else "chart map many"
    box = {"class": size, "viewBox": f"0 0 {WIDTH} {frame.height}", "role": "group", "aria-label": title}
    return element("svg", box, *drawn, element("g", {"class": "labels", "aria-hidden": "true"}, *labels))


def located(regions: Sequence[Region], point: Point, title: str) -> Markup:
    """A map of regions with their names and one point marked."""
    points = [corner for region in regions for ring in region.rings for corner in ring]
    if not points:
        return Markup("")
    frame = Frame.around([*points, point])
    drawn = [_region(region, frame) for region in regions]
    names = [label for region in regions for label in _labels(region, frame, True)[:1]] if len(regions) <= NAMED else []
    x, y = frame.place(point)
    mark = element("circle", {"class": "mark", "cx": x, "cy": y, "r": 9})
    box = {"class": "chart map", "viewBox": f"0 0 {WIDTH} {frame.height}", "role": "img", "aria-label": title}
    return element("svg", box, *drawn, element("g", {"class": "labels", "aria-hidden": "true"}, *names), mark)


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the world that a map shows. A degree of longitude is shorter than one of latitude."""

    west: float
    north: float
    scale: float
    squeeze: float
    height: int

    @classmethod
    def around(cls, points: Sequence[Point]) -> Frame:
        """A map that just holds these points."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        # 0.76 is the cosine of 40.5° north; between 20° and 50° no shape suffers from it.
        squeeze = 0.76
        scale = (WIDTH - 20) / (max((max(xs) - min(xs)) * squeeze, 1e-9))
        return cls(min(xs), max(ys), scale, squeeze, round((max(ys) - min(ys)) * scale) + 20)

    def place(self, point: Point) -> tuple[int, int]:
        """Where a point stands on the map."""
        x, y = point
        return round((x - self.west) * self.squeeze * self.scale) + 10, round((self.north - y) * self.scale) + 10


    def thinned(self, ring: Sequence[Point]) -> Iterator[tuple[int, int]]:
        """The points of a ring on the map, none of them twice in a row."""
        last = None
        for point in ring:
            place = self.place(point)
            if place != last:
                yield place
            last = place

    def middle(self, rings: Sequence[Sequence[Point]]) -> tuple[int, int]:
        """Where on the map the largest of some rings has its centre of gravity."""
        return self.place(_middle(max(rings, key=lambda ring: abs(_size(ring)))))


def _region(region: Region, frame: Frame) -> Markup:
    path = "".join(f"M{' '.join(f'{x},{y}' for x, y in frame.thinned(ring))}Z" for ring in region.rings)
    shade = "none" if region.step is None else region.step
    shape = element(
        "path", {"class": f"area step-{shade}", "d": path, "fill-rule": "evenodd"},
        element("title", {}, f"{region.name}: {region.text}"),
    )
    if region.address is None:
        return shape
    return element("a", {"href": region.address, "aria-label": f"{region.name}: {region.text}"}, shape)


def _labels(region: Region, frame: Frame, named: bool) -> list[Markup]:
    x, y = frame.middle(region.rings)
    dark = " on-dark" if region.step is not None and region.step >= 3 else ""
    at = {"x": x, "text-anchor": "middle"}
    value = element("text", {"class": f"value{dark}", "y": y + (34 if named else 11), **at}, region.text)
    name = region.name if len(region.name) <= LONGEST else f"{region.name[:LONGEST - 1]}…"
    return [element("text", {"class": f"name{dark}", "y": y - 8, **at}, name), value] if named else [value]


def _size(ring: Sequence[Point]) -> float:
    around = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in around) / 2


def _middle(ring: Sequence[Point]) -> Point:
    """The centre of gravity of a ring; far from the origin it is worked out around the first point."""
    x0, y0 = ring[0]
    moved = [(x - x0, y - y0) for x, y in ring]
    size = _size(moved)
    if not size:
        return ring[0]
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(moved, [*moved[1:], moved[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return x0 + x / (6 * size), y0 + y / (6 * size)


def rings_of(geometry: Mapping[str, Any] | None) -> list[list[Point]]:
    """The rings of a GeoJSON polygon or of several; none of anything else."""
    if not geometry:
        return []
    coordinates = geometry.get("coordinates") or []
    polygons = coordinates if geometry.get("type") == "MultiPolygon" else [coordinates]
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return []
    return [[(float(p[0]), float(p[1])) for p in ring] for polygon in polygons for ring in polygon if len(ring) > 2]


def step_of_share(share: float | None) -> int | None:
    """The shade of a share: what is good is dark only above nine tenths, since most registers are half full."""
    return None if share is None else sum(share >= bound for bound in (0.5, 0.7, 0.85, 0.95))


def step_of_number(number: int, most: int) -> int:
    """The shade of a number among others of which ``most`` is the largest."""
    return min(STEPS - 1, number * STEPS // (most + 1)) if most else 0
