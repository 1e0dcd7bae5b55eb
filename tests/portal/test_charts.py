"""Charts: well-formed SVG without styles, numbers in it, everything escaped, regions where they lie."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from portal import charts
from portal.charts import Region

SQUARE = [(120.0, 41.0), (120.1, 41.0), (120.1, 41.1), (120.0, 41.1)]
EAST = [(x + 0.1, y) for x, y in SQUARE]


def parsed(svg: str) -> ElementTree.Element:
    assert "style=" not in svg
    assert not re.search(r"\son\w+=", svg)
    return ElementTree.fromstring(svg)


def test_bars_are_as_high_as_their_numbers():
    svg = parsed(charts.bars([("2026-01", 10, "10"), ("02", 5, "5"), ("03", 0, "0")], "Records"))
    assert [rect.get("height") for rect in svg.iter("rect")] == ["160", "80", "0"]
    assert [text.text for text in svg.iter("text") if text.get("class") == "value"] == ["10", "5", "0"]
    assert svg.find("title").text == "Records"


def test_no_bars_at_all_are_drawn_without_fault():
    parsed(charts.bars([], "Records"))
    parsed(charts.bars([("01", 0, "0")], "Records"))


def test_what_names_hold_cannot_leave_its_place():
    name = "\"><script>alert('x')</script>&"
    svg = charts.area_map([Region(name, [SQUARE], "1", 0, "/leader/units?q=a&b='\"")], name)
    parsed(svg)
    assert "<script" not in svg


def test_regions_lie_as_on_a_map_and_lead_to_their_list():
    svg = parsed(charts.area_map([Region("西", [SQUARE], "1", 0, "/w"), Region("东", [EAST], "9", 4)], "Records"))
    west, east = [text for text in svg.iter("text") if text.get("class", "").startswith("name")]
    assert int(west.get("x")) < int(east.get("x"))
    assert west.get("y") == east.get("y")
    assert [link.get("href") for link in svg.iter("a")] == ["/w"]
    assert [path.get("class") for path in svg.iter("path")] == ["area step-0", "area step-4"]


def test_of_many_regions_only_the_numbers_are_written():
    many = [Region(f"区{n}", [[(x + n, y) for x, y in SQUARE]], str(n), 1) for n in range(charts.NAMED + 1)]
    texts = [text.text for text in parsed(charts.area_map(many, "Records")).iter("text")]
    assert texts == [str(n) for n in range(charts.NAMED + 1)]


def test_without_boundaries_there_is_no_map():
    assert charts.area_map([], "Records") == ""


@pytest.mark.parametrize(
    ("geometry", "rings"),
    [
        (None, 0), ({}, 0), ({"type": "Point", "coordinates": [1, 2]}, 0),
        ({"type": "Polygon", "coordinates": [SQUARE, SQUARE]}, 2),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [EAST, SQUARE]]}, 3),
    ],
)  # fmt: skip
def test_rings_are_read_from_polygons_only(geometry, rings):
    assert len(charts.rings_of(geometry)) == rings


def test_shades_say_how_much():
    assert [charts.step_of_share(share) for share in (None, 0.0, 0.5, 0.7, 0.9, 1.0)] == [None, 0, 1, 2, 3, 4]
    assert [charts.step_of_number(number, 100) for number in (0, 20, 50, 100)] == [0, 0, 2, 4]
    assert charts.step_of_number(0, 0) == 0
