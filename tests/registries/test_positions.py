from __future__ import annotations

from typing import Any

import pytest

from registries.coordinates import wgs84_to_gcj02
from registries.facilities.place_schemas import PlaceSchema
from registries.references import References
from registries.schemas import Checked

POINT = (121.127004, 41.09512)
GCJ = wgs84_to_gcj02(*POINT)


@pytest.fixture(scope="module")
def schema(references: References) -> PlaceSchema:
    return PlaceSchema(references)


def check(schema: PlaceSchema, stored: dict[str, Any] | None = None, **raw: Any) -> Checked:
    return schema.check({"name": "楼", **raw}, stored)


def point(checked: Checked) -> tuple[float, float]:
    return checked.values["longitude"], checked.values["latitude"]


def test_degrees_are_taken_for_wgs84(schema: PlaceSchema):
    checked = check(schema, longitude="121.127004", latitude="41.09512")
    assert point(checked) == POINT
    assert checked.values["datum"] == "wgs84"
    assert not checked.warnings


def test_a_pair_from_a_web_map_is_converted_and_kept(schema: PlaceSchema):
    checked = check(schema, longitude=GCJ[0], latitude=GCJ[1], datum="高德")
    assert point(checked) == pytest.approx(POINT, abs=1e-6)
    assert (checked.values["captured_x"], checked.values["captured_y"]) == GCJ


def test_an_exported_pair_is_not_converted_again(schema: PlaceSchema):
    first = check(schema, longitude=GCJ[0], latitude=GCJ[1], datum="gcj02").values
    assert check(schema, **first).values == first


def test_the_stored_pair_told_again_changes_nothing(schema: PlaceSchema):
    stored = check(schema, longitude=GCJ[0], latitude=GCJ[1], datum="gcj02").values
    again = check(schema, stored, longitude=stored["longitude"], latitude=stored["latitude"], datum="gcj02")
    assert again.values == {"name": "楼"}
    assert check(schema, stored, longitude=stored["longitude"], latitude=stored["latitude"]).values == {
        "name": "楼"
    }


def test_an_edited_export_is_a_new_position_in_wgs84(schema: PlaceSchema):
    first = check(schema, longitude=GCJ[0], latitude=GCJ[1], datum="gcj02").values
    edited = check(schema, **{**first, "longitude": 121.2})
    assert (edited.values["longitude"], edited.values["datum"], edited.values["captured_x"]) == (
        121.2,
        "wgs84",
        None,
    )


def test_metres_are_recognised_and_converted(schema: PlaceSchema):
    checked = check(schema, longitude="308291.279", latitude="2771557.324")
    assert point(checked) == pytest.approx((121.5777171, 25.0510582), abs=2e-5)
    assert checked.values["datum"] == "twd97"
    assert "TWD97" in str(checked.warnings["longitude"][0])


@pytest.mark.parametrize(("x", "y"), [(41.09512, 121.127004), (2771557.324, 308291.279)])
def test_swapped_axes_are_put_right_with_a_warning(schema: PlaceSchema, x: float, y: float):
    checked = check(schema, longitude=x, latitude=y)
    assert 121 < checked.values["longitude"] < 122
    assert any("swapped" in str(problem) for problem in checked.warnings["longitude"])


@pytest.mark.parametrize(("x", "y"), [(1215.3, 25.0), (-73.9, 40.7), (121.5, 65.0), (1e12, 3.0)])
def test_points_outside_the_country_are_refused(schema: PlaceSchema, x: float, y: float):
    assert "longitude" in check(schema, longitude=x, latitude=y).errors


@pytest.mark.parametrize(("x", "y"), [(121.5, None), (None, 25.0), (0, 0)])
def test_half_a_position_is_left_out_with_a_warning(schema: PlaceSchema, x: Any, y: Any):
    checked = check(schema, longitude=x, latitude=y)
    assert "longitude" not in checked.values
    assert "longitude" in checked.warnings
    assert not checked.errors


def test_one_coordinate_changes_beside_the_stored_other(schema: PlaceSchema):
    stored = {"name": "楼", "longitude": 121.0, "latitude": 41.0, "datum": "wgs84"}
    assert point(check(schema, stored, longitude=121.1)) == (121.1, 41.0)


def test_a_position_can_be_cleared(schema: PlaceSchema):
    stored = {
        "name": "楼",
        "longitude": 121.0,
        "latitude": 41.0,
        "datum": "gcj02",
        "captured_x": 1.0,
        "captured_y": 2.0,
    }
    values = check(schema, stored, longitude=None, latitude=None).values
    assert {values[name] for name in ("longitude", "latitude", "datum", "captured_x", "captured_y")} == {None}


@pytest.mark.parametrize("text", ["121.127004,41.09512", "121.127004 41.09512", "(121.127004，41.09512)"])
def test_a_pair_may_stand_in_one_cell(schema: PlaceSchema, text: str):
    assert point(check(schema, position=text)) == POINT


def test_a_cell_that_is_no_pair_is_left_out_with_a_warning(schema: PlaceSchema):
    assert "position" in check(schema, position="路口").warnings


@pytest.mark.parametrize(
    ("text", "degrees"), [("121°30′36″", 121.51), ("E121.51", 121.51), ("121.51°E", 121.51)]
)
def test_degrees_are_read_however_they_are_written(schema: PlaceSchema, text: str, degrees: float):
    assert point(check(schema, longitude=text, latitude="25"))[0] == pytest.approx(degrees)


def test_no_position_is_no_problem(schema: PlaceSchema):
    assert check(schema).values == {"name": "楼"}
    assert not check(schema, longitude="", latitude="无").warnings
