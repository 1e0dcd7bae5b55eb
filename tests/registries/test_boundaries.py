from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.boundaries import Boundaries, Shape

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]}
HOLED = {
    "type": "Polygon",
    "coordinates": [SQUARE["coordinates"][0], [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]],
}
TWO = {
    "type": "MultiPolygon",
    "coordinates": [SQUARE["coordinates"], [[[20, 0], [30, 0], [25, 10], [20, 0]]]],
}


@pytest.mark.parametrize(
    ("shape", "point", "inside"),
    [
        (SQUARE, (5, 5), True),
        (SQUARE, (11, 5), False),
        (SQUARE, (5, -1), False),
        (HOLED, (5, 5), False),
        (HOLED, (2, 5), True),
        (TWO, (25, 3), True),
        (TWO, (15, 3), False),
        (TWO, (20.5, 9), False),
        ({"type": "Feature", "geometry": SQUARE}, (5, 5), True),
        ({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": SQUARE}]}, (5, 5), True),
    ],
)
def test_a_point_is_inside_or_not(shape, point, inside):
    assert Shape.of(shape).contains(*point) is inside


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Feature", "geometry": None},
    ],
)
def test_what_has_no_inside_is_refused(geometry):
    with pytest.raises(ValueError, match=r"inside|no area"):
        Shape.of(geometry)


@given(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5), st.integers(3, 400))
def test_many_corners_make_a_circle(x, y, corners):
    turns = [2 * math.pi * step / corners for step in range(corners)]
    circle = Shape.of({"type": "Polygon", "coordinates": [[[math.cos(t), math.sin(t)] for t in turns]]})
    if math.hypot(x, y) < math.cos(math.pi / corners) - 1e-9:
        assert circle.contains(x, y)
    if math.hypot(x, y) > 1 + 1e-9:
        assert not circle.contains(x, y)


@given(st.integers(0, 40), st.integers(0, 40))
def test_neighbours_that_share_a_border_never_share_a_point(x, y):
    tiles = {
        (column, row): {
            "type": "Polygon",
            "coordinates": [[
                [column * 10, row * 10], [column * 10 + 10, row * 10],
                [column * 10 + 10, row * 10 + 10], [column * 10, row * 10 + 10],
            ]],
        }
        for column in range(5)
        for row in range(5)
    }  # fmt: skip
    assert len(Boundaries(tiles.items()).at(x, y)) == 1


def test_the_smallest_area_comes_first():
    small = {"type": "Polygon", "coordinates": [[[4, 4], [6, 4], [6, 6], [4, 6]]]}
    areas = Boundaries([("district", SQUARE), ("grid", small)])
    assert areas.at(5, 5) == ["grid", "district"]
    assert areas.at(1, 1) == ["district"]
    assert areas.at(50, 50) == []
