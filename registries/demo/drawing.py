"""Drawing a district: one outline, cut again and again, so that the pieces tile it exactly.

Points are whole micro-degrees (about a decimetre), never floats: two neighbours share the very same
points, hence the areas of the parts add up to the whole without a remainder, and every machine draws the
same map.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from random import Random

Point = tuple[int, int]
Ring = list[Point]

MICRO = 1_000_000
# A degree of longitude is shorter than one of latitude; at 41° N by this factor.
EAST_SCALE = 0.755


def doubled_area(ring: Sequence[Point]) -> int:
    """Twice the signed area in square micro-degrees: positive when the ring runs counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True))


def contains(ring: Sequence[Point], point: Point) -> bool:
    """Whether the point lies inside; points on the border may fall on either side."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and (x - x1) * abs(y2 - y1) < (x2 - x1) * (y - y1) * (1 if y2 > y1 else -1):
            inside = not inside
    return inside


def bounds(ring: Sequence[Point]) -> tuple[int, int, int, int]:
    """West, south, east and north of the ring."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def geojson(ring: Sequence[Point]) -> dict[str, object]:
    """The ring as a closed GeoJSON polygon in degrees."""
    closed = [[x / MICRO, y / MICRO] for x, y in [*ring, ring[0]]]
    return {"type": "Polygon", "coordinates": [closed]}


def roughened(line: Sequence[Point], rng: Random, times: int = 2, depth: float = 0.09) -> Ring:
    """The line with its segments bent a little, the way a shore or a river is never straight."""
    points = list(line)
    for _ in range(times):
        bent: Ring = []
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            push = (rng.random() * 2 - 1) * depth
            bent.append((x1, y1))
            bent.append((round((x1 + x2) / 2 - (y2 - y1) * push), round((y1 + y2) / 2 + (x2 - x1) * push)))
        points = [*bent, points[-1]]
    return points


class Knife:
    """Cuts rings in two and remembers each new corner on a shared border, for the neighbour has it too."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._corners: dict[tuple[Point, Point], Point] = {}

    def whole(self, ring: Sequence[Point]) -> Ring:
        """The ring with all corners that later cuts on either side have put on its borders."""
        result: Ring = []
        for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
            result.extend(self._along(start, end))
        return result

    def _along(self, start: Point, end: Point) -> Ring:
        corner = self._corners.get((start, end) if start < end else (end, start))
        if corner is None:
            return [start]
        return self._along(start, corner) + self._along(corner, end)

    def divide(self, ring: Ring, weights: Sequence[float]) -> list[Ring]:
        """As many parts as weights, their areas roughly in that proportion, the whole cut by halves."""
        if len(weights) == 1:
            return [ring]
        half = len(weights) // 2
        first, second = self.cut(ring, sum(weights[:half]) / sum(weights))
        return self.divide(first, weights[:half]) + self.divide(second, weights[half:])

    def cut_along(self, ring: Ring, line: Ring) -> tuple[Ring, Ring]:
        """The two sides of a line that begins and ends in a corner of the ring (a river)."""
        start, end = ring.index(line[0]), ring.index(line[-1])
        turned = ring[start:] + ring[:start]
        end = (end - start) % len(ring)
        return turned[: end + 1] + line[-2:0:-1], turned[end:] + line[:-1]

    def cut(self, ring: Ring, fraction: float) -> tuple[Ring, Ring]:
        """Two parts, the first with about this fraction of the area, along a slightly bent road."""
        ring = self.whole(ring)
        for attempt in range(60):
            normal = self._normal(ring, attempt)
            level = _level(ring, normal, fraction)
            crossings = _crossings(ring, normal, level)
            if len(crossings) == 2:
                return self._split(ring, crossings[0], crossings[1], normal, level)
        raise ValueError("This outline cannot be cut in two by a straight line.")

    def _normal(self, ring: Ring, attempt: int) -> tuple[float, float]:
        west, south, east, north = bounds(ring)
        slant = 0.12 + (self.rng.random() * 2 - 1) * (0.16 + attempt * 0.03)
        eastward = (east - west) * EAST_SCALE > (north - south)
        return (1.0, slant) if eastward != (attempt % 4 == 3) else (-slant, 1.0)

    def _split(
        self, ring: Ring, first: int, second: int, normal: tuple[float, float], level: float
    ) -> tuple[Ring, Ring]:
        one, two = self._corner(ring, first, normal, level), self._corner(ring, second, normal, level)
        road = self._road(ring, one, two)
        # The road runs from one to two; between them the ring is walked once on either side.
        inner = [one, *ring[first + 1 : second + 1], two, *road[::-1]]
        outer = [two, *ring[second + 1 :], *ring[: first + 1], one, *road]
        inner, outer = _tidy(inner), _tidy(outer)
        low = sum(x * normal[0] + y * normal[1] for x, y in ring[first + 1 : second + 1]) / (second - first)
        return (inner, outer) if low < level else (outer, inner)

    def _corner(self, ring: Ring, index: int, normal: tuple[float, float], level: float) -> Point:
        start, end = ring[index], ring[(index + 1) % len(ring)]
        height = [x * normal[0] + y * normal[1] for x, y in (start, end)]
        share = (level - height[0]) / (height[1] - height[0])
        point = (round(start[0] + (end[0] - start[0]) * share), round(start[1] + (end[1] - start[1]) * share))
        if point not in (start, end):
            self._corners[(start, end) if start < end else (end, start)] = point
        return point

    def _road(self, ring: Ring, one: Point, two: Point) -> Ring:
        span = (two[0] - one[0], two[1] - one[1])
        bends: Ring = []
        for share in (0.3, 0.68):
            push = (self.rng.random() * 2 - 1) * 0.035
            x, y = one[0] + span[0] * share - span[1] * push, one[1] + span[1] * share + span[0] * push
            bends.append((round(x), round(y)))
        path = [one, *bends, two]
        borders = list(zip(ring, [*ring[1:], ring[0]], strict=True))
        free = all(not _meet(a, b, c, d) for a, b in itertools.pairwise(path) for c, d in borders)
        return bends if free and all(contains(ring, bend) for bend in bends) else []


def _tidy(ring: Ring) -> Ring:
    """Without a corner that repeats the one before it."""
    return [point for index, point in enumerate(ring) if point != ring[index - 1]]


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two segments truly cross; touching within two micro-degrees of an end does not count."""
    if any(abs(p[0] - q[0]) <= 2 and abs(p[1] - q[1]) <= 2 for p in (a, b) for q in (c, d)):
        return False
    # An end of the road lies on a border up to rounding, which the side test would call a crossing.
    sides = [_side(c, d, a), _side(c, d, b), _side(a, b, c), _side(a, b, d)]
    length = abs(d[0] - c[0]) + abs(d[1] - c[1])
    if min(abs(sides[0]), abs(sides[1])) <= 2 * length:
        return False
    return (sides[0] > 0) != (sides[1] > 0) and (sides[2] > 0) != (sides[3] > 0)


def _side(a: Point, b: Point, p: Point) -> int:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _crossings(ring: Ring, normal: tuple[float, float], level: float) -> list[int]:
    above = [x * normal[0] + y * normal[1] > level for x, y in ring]
    return [index for index in range(len(ring)) if above[index] != above[(index + 1) % len(ring)]]


def _level(ring: Ring, normal: tuple[float, float], fraction: float) -> float:
    """How far along the normal to cut so that this fraction of the area lies before the cut."""
    origin = ring[0]
    local = [(x - origin[0], y - origin[1]) for x, y in ring]
    heights = [x * normal[0] + y * normal[1] for x, y in local]
    wanted = abs(doubled_area(local)) * fraction
    low, high = min(heights), max(heights)
    for _ in range(18):
        middle = (low + high) / 2
        if _area_before(local, heights, middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2 + origin[0] * normal[0] + origin[1] * normal[1]


def _area_before(ring: Ring, heights: list[float], level: float) -> float:
    kept: list[tuple[float, float]] = []
    for index, (x, y) in enumerate(ring):
        following = (index + 1) % len(ring)
        here, there = heights[index], heights[following]
        if here <= level:
            kept.append((x, y))
        if (here <= level) != (there <= level):
            share = (level - here) / (there - here)
            kept.append((x + (ring[following][0] - x) * share, y + (ring[following][1] - y) * share))
    total = 0.0
    for (x1, y1), (x2, y2) in zip(kept, [*kept[1:], *kept[:1]], strict=True):
        total += x1 * y2 - x2 * y1
    return abs(total)
