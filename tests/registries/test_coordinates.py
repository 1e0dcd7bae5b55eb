from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.coordinates import (
    distance_m,
    grid_cell,
    grid_cells,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

LONGITUDES, LATITUDES = st.floats(73.5, 135), st.floats(4, 53.5)


@given(LONGITUDES, LATITUDES)
def test_the_way_back_from_gcj02_hits_the_point(lon, lat):
    found = to_wgs84(*wgs84_to_gcj02(lon, lat), "GCJ-02")
    assert found == pytest.approx((lon, lat), abs=1e-7)


@given(LONGITUDES, LATITUDES)
def test_the_way_back_from_bd09_hits_the_point(lon, lat):
    found = to_wgs84(*wgs84_to_bd09(lon, lat), "bd09")
    assert found == pytest.approx((lon, lat), abs=1e-7)


def test_the_shift_of_web_maps_is_some_hundred_metres():
    lon, lat = 121.127, 41.095
    assert 300 < distance_m(lon, lat, *wgs84_to_gcj02(lon, lat)) < 800
    # Tian'anmen, as the published formula gives it.
    assert wgs84_to_gcj02(116.3913, 39.9075) == pytest.approx((116.397542, 39.908902), abs=2e-5)


@given(st.floats(-180, 60), st.floats(-80, 80))
def test_outside_china_nothing_is_shifted(lon, lat):
    assert to_wgs84(*wgs84_to_gcj02(lon, lat), "gcj02") == (lon, lat)


@pytest.mark.parametrize("datum", ["WGS84", "wgs-84", "CGCS2000", "cgcs 2000"])
def test_the_two_geodetic_systems_are_one(datum):
    assert to_wgs84(121.1, 41.1, datum) == (121.1, 41.1)


def test_an_unknown_system_is_an_error():
    with pytest.raises(KeyError):
        to_wgs84(1, 2, "beijing54")


def twd97(lon, lat, central=121.0):
    """The projection forward, by the plain series of Redfearn: another way than the code under test."""
    axis, flattening = 6378137.0, 1 / 298.257222101
    square = flattening * (2 - flattening)
    phi, step = math.radians(lat), math.radians(lon - central)
    sine, cosine, tangent = math.sin(phi), math.cos(phi), math.tan(phi)
    nu = axis / math.sqrt(1 - square * sine**2)
    second = square / (1 - square) * cosine**2
    a = step * cosine
    factors = (
        1 - square / 4 - 3 * square**2 / 64 - 5 * square**3 / 256,
        3 * square / 8 + 3 * square**2 / 32 + 45 * square**3 / 1024,
        15 * square**2 / 256 + 45 * square**3 / 1024,
        35 * square**3 / 3072,
    )
    meridian = axis * (
        factors[0] * phi
        - factors[1] * math.sin(2 * phi)
        + factors[2] * math.sin(4 * phi)
        - factors[3] * math.sin(6 * phi)
    )
    t = tangent**2
    east = nu * (a + (1 - t + second) * a**3 / 6 + (5 - 18 * t + t**2 + 72 * second) * a**5 / 120)
    north = meridian + nu * tangent * (a**2 / 2 + (5 - t + 9 * second + 4 * second**2) * a**4 / 24)
    return 250_000 + 0.9999 * east, 0.9999 * north


@given(st.floats(119.9, 122.1), st.floats(21.8, 25.4))
def test_the_way_back_from_twd97_hits_the_point(lon, lat):
    assert to_wgs84(*twd97(lon, lat), "twd97") == pytest.approx((lon, lat), abs=1e-7)


@given(st.floats(118, 120), st.floats(23, 26.5))
def test_the_islands_have_their_own_zone(lon, lat):
    assert to_wgs84(*twd97(lon, lat, 119), "TWD97-119") == pytest.approx((lon, lat), abs=1e-7)


def test_distances_are_in_metres():
    assert distance_m(121, 41, 121, 42) == pytest.approx(111_195, rel=1e-3)
    assert distance_m(121, 60, 122, 60) == pytest.approx(55_597, rel=1e-3)
    assert distance_m(121, 41, 121, 41) == 0


@given(LONGITUDES, LATITUDES, st.floats(0, 2 * math.pi), st.floats(0, 3), st.sampled_from([3, 50]))
def test_whatever_is_near_enough_lies_in_the_cells_around(lon, lat, angle, share, metres):
    far = share / 3 * metres
    lat2 = lat + far * math.sin(angle) / 111_195
    lon2 = lon + far * math.cos(angle) / (111_195 * math.cos(math.radians(lat)))
    if distance_m(lon, lat, lon2, lat2) <= metres:
        assert grid_cell(lon2, lat2, metres) in grid_cells(lon, lat, metres)


@given(LONGITUDES, LATITUDES)
def test_nine_cells_are_searched_the_own_one_first(lon, lat):
    cells = grid_cells(lon, lat, 3)
    assert len(set(cells)) == 9
    assert cells[0] == grid_cell(lon, lat, 3)
    assert max(cells) < 2**63
