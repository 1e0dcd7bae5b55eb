"""GeoJSON and JSON as tables."""

from __future__ import annotations

import json
from typing import Any

import pytest

from registries.sheets.geometry import representative_point
from tests.registries.sheets.conftest import Write, read

POINT = {"type": "Point", "coordinates": [121.1, 41.1]}


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False)


def feature(properties: dict[str, Any] | None, geometry: Any = POINT) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_several_schemas_in_one_collection_share_the_union_of_headings(text_file: Write):
    content = collection(
        feature({"编号": "A1", "种类": "地下"}), feature({"编号": "A2", "F0": 6025.0}), feature(None)
    )
    table = read(text_file(content, name="x.geojson"))
    assert table.headings == ["longitude", "latitude", "编号", "种类", "F0"]
    assert table.columns == [""] * 5
    assert table.records == [
        (1, (121.1, 41.1, "A1", "地下", None)),
        (2, (121.1, 41.1, "A2", None, 6025)),
        (3, (121.1, 41.1, None, None, None)),
    ]


def test_the_geometry_wins_and_properties_of_that_name_are_kept(text_file: Write):
    content = collection(feature({"經度": 302655, "longitude": "stale"}))
    table = read(text_file(content, name="x.geojson"))
    assert dict(zip(table.headings, table.rows[0], strict=True)) == {
        "longitude": 121.1, "latitude": 41.1, "經度": 302655, "longitude (2)": "stale",
    }  # fmt: skip


def test_lists_and_objects_stay_readable(text_file: Write):
    content = collection(feature({"里": ["東里", "西里"], "上级": {"code": 1}, "空": "", "是": True}))
    assert read(text_file(content, name="x.json")).rows[0][2:] == ("東里、西里", '{"code":1}', None, True)


def test_features_without_place_have_no_position(text_file: Write):
    table = read(text_file(collection(feature({"a": 1}), feature({"a": 2}, None)), name="x.geojson"))
    assert table.rows[1] == (None, None, 2)


def test_json_lines_are_numbered_by_line(text_file: Write):
    table = read(text_file('{"title":"甲","n":1}\n\n{"title":"乙","body":"丙"}\n', name="x.jsonl"))
    assert table.headings == ["title", "n", "body"]
    assert table.records == [(1, ("甲", 1, None)), (3, ("乙", None, "丙"))]


def test_a_list_of_objects_is_a_table_also_inside_an_object(text_file: Write):
    for content in ('[{"a":1},{"a":2}]', '{"count":2,"data":[{"a":1},{"a":2}]}'):
        assert read(text_file(content, name="x.json")).rows == [(1,), (2,)]


@pytest.mark.parametrize(
    ("geometry", "point"),
    [
        (POINT, (121.1, 41.1)),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, (1, 2)),
        ({"type": "LineString", "coordinates": [[0, 0], [1, 1], [2, 0]]}, (1, 1)),
        ({"type": "MultiLineString", "coordinates": [[[9, 9]], [[0, 0], [1, 1], [2, 0]]]}, (1, 1)),
        ({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]]}, (2, 1)),
        (
            {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": []}, POINT]},
            (121.1, 41.1),
        ),
        ({"type": "Point", "coordinates": ["x", 1]}, None),
        ({"type": "Polygon", "coordinates": [[]]}, None),
        ({"type": "Circle", "coordinates": [1, 2]}, None),
        (None, None),
        ("POINT (1 2)", None),
    ],
)
def test_every_geometry_has_one_point(geometry: Any, point: tuple[float, float] | None):
    assert representative_point(geometry) == (pytest.approx(point) if point else None)


def test_the_point_of_a_bent_area_lies_inside():
    bent = [[0, 0], [10, 0], [10, 10], [8, 10], [8, 2], [2, 2], [2, 10], [0, 10], [0, 0]]
    x, y = representative_point({"type": "Polygon", "coordinates": [bent]}) or (0, 0)
    assert 0 < y < 10
    assert y < 2 or x < 2 or x > 8


def test_the_point_of_several_areas_lies_in_the_largest():
    small, large = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]], [[[5, 5], [9, 5], [9, 9], [5, 9], [5, 5]]]
    assert representative_point({"type": "MultiPolygon", "coordinates": [small, large]}) == pytest.approx(
        (7, 7)
    )
