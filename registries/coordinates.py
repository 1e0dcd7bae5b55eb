"""Coordinates of other systems made longitude and latitude in WGS84, distances, and cells to find neighbours.

CGCS2000 and WGS84 agree to a decimetre and are taken as one. Web maps in China show GCJ-02, shifted by some
hundred metres in an uneven way, and Baidu BD-09, shifted once more. Both have only a forward formula; the way
back is found by iteration. Order is always longitude, latitude; x, y in metres.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

EARTH_RADIUS_M: Final = 6_371_008.8
_METRES_PER_DEGREE = math.pi * EARTH_RADIUS_M / 180

Pair = tuple[float, float]


def to_wgs84(x: float, y: float, datum: str) -> Pair:
    """Longitude and latitude of a pair captured in another system.

    ``datum`` is ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, ``twd97`` (zone 121) or ``twd97-119``; case and
    hyphens do not matter.

    :raises KeyError: the system is unknown.
    """
    return _SYSTEMS[_name(datum)](x, y)


def _name(datum: str) -> str:
    return datum.casefold().replace("-", "").replace("_", "").replace(" ", "")


# The ellipsoid and the constants that the GCJ-02 formula was published with.
_GCJ_AXIS, _GCJ_EXCENTRICITY = 6378245.0, 0.00669342162296594323
_BD_TURN = math.pi * 3000 / 180


def _in_china(lon: float, lat: float) -> bool:
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def wgs84_to_gcj02(lon: float, lat: float) -> Pair:
    """The point as web maps in China show it; outside China the two systems agree."""
    if not _in_china(lon, lat):
        return lon, lat
    x, y = lon - 105, lat - 35
    waves = 20 * math.sin(6 * math.pi * x) + 20 * math.sin(2 * math.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (waves + 20 * math.sin(math.pi * y) + 40 * math.sin(math.pi * y / 3)) * 2 / 3
    north += (160 * math.sin(math.pi * y / 12) + 320 * math.sin(math.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (waves + 20 * math.sin(math.pi * x) + 40 * math.sin(math.pi * x / 3)) * 2 / 3
    east += (150 * math.sin(math.pi * x / 12) + 300 * math.sin(math.pi * x / 30)) * 2 / 3
    radians = math.radians(lat)
    magic = 1 - _GCJ_EXCENTRICITY * math.sin(radians) ** 2
    root = math.sqrt(magic)
    per_north = _GCJ_AXIS * (1 - _GCJ_EXCENTRICITY) / (magic * root) * math.pi / 180
    per_east = _GCJ_AXIS / root * math.cos(radians) * math.pi / 180
    return lon + east / per_east, lat + north / per_north


def gcj02_to_bd09(lon: float, lat: float) -> Pair:
    """The point as Baidu shows it."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_TURN)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_TURN)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def wgs84_to_bd09(lon: float, lat: float) -> Pair:
    """The point as Baidu shows it, from WGS84."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat)) if _in_china(lon, lat) else (lon, lat)


def _inverse(forward: Callable[[float, float], Pair]) -> Callable[[float, float], Pair]:
    """The way back: the shift changes so slowly that taking it off again and again soon hits the point."""

    def back(x: float, y: float) -> Pair:
        lon, lat = x, y
        for _ in range(12):
            there_x, there_y = forward(lon, lat)
            lon, lat = lon + x - there_x, lat + y - there_y
            if abs(x - there_x) < 1e-9 and abs(y - there_y) < 1e-9:
                break
        return lon, lat

    return back


def _transverse_mercator(central_meridian: float) -> Callable[[float, float], Pair]:
    """The way back from TWD97 TM2, by the series of Krüger to the third order: exact to a millimetre."""
    axis, flattening, scale, false_east = 6378137.0, 1 / 298.257222101, 0.9999, 250_000.0
    n = flattening / (2 - flattening)
    radius = scale * axis / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    beta = (n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96, n**2 / 48 + n**3 / 15, 17 * n**3 / 480)
    delta = (2 * n - 2 * n**2 / 3 - 2 * n**3, 7 * n**2 / 3 - 8 * n**3 / 5, 56 * n**3 / 15)

    def back(x: float, y: float) -> Pair:
        north, east = y / radius, (x - false_east) / radius
        xi, eta = north, east
        for order, factor in enumerate(beta, 1):
            xi -= factor * math.sin(2 * order * north) * math.cosh(2 * order * east)
            eta -= factor * math.cos(2 * order * north) * math.sinh(2 * order * east)
        chi = math.asin(math.sin(xi) / math.cosh(eta))
        latitude = chi + sum(factor * math.sin(2 * order * chi) for order, factor in enumerate(delta, 1))
        return central_meridian + math.degrees(math.atan2(math.sinh(eta), math.cos(xi))), math.degrees(
            latitude
        )

    return back


def _same(x: float, y: float) -> Pair:
    return x, y


_SYSTEMS: dict[str, Callable[[float, float], Pair]] = {
    "wgs84": _same,
    "cgcs2000": _same,
    "gcj02": _inverse(wgs84_to_gcj02),
    "bd09": _inverse(wgs84_to_bd09),
    "twd97": _transverse_mercator(121),
    "twd97121": _transverse_mercator(121),
    "twd97119": _transverse_mercator(119),
}


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres between two points on the sphere: within half a percent of the true distance."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = (
        math.sin((phi2 - phi1) / 2) ** 2
        + math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def grid_cell(lon: float, lat: float, metres: float) -> int:
    """The number of the cell in which a point lies, to index it by; see `grid_cells`."""
    row, column = _cell(lon, lat, metres)
    return row << 32 | column


def grid_cells(lon: float, lat: float, metres: float) -> list[int]:
    """The nine cells, its own first, that hold every point within ``metres`` of a point.

    They also hold points farther off, so `distance_m` decides. Good up to 60° of latitude.
    """
    row, column = _cell(lon, lat, metres)
    steps = (0, -1, 1)
    return [row + up << 32 | column + right for up in steps for right in steps]


def _cell(lon: float, lat: float, metres: float) -> tuple[int, int]:
    # A degree of longitude is at least half as long as one of latitude up to 60°; the small surplus is for
    # rounding at the edges.
    height = metres * 1.003 / _METRES_PER_DEGREE
    return math.floor((lat + 90) / height), math.floor((lon + 180) / (2 * height))
