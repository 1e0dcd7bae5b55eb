"""The area tree grows, is renamed, drawn and ended, each time with a line in the log."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal import setup
from registries import area_files, area_tree, changes, references
from registries.area_tree import AreaRow
from registries.areas import PATH_LENGTH, SEGMENT, after, outermost, within
from registries.db import Database
from registries.messages import Refused
from tests.conftest import SMALL_DISTRICT

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}


def areas(database: Database) -> references.AreaIndex:
    with database.reading() as session:
        return references.load(session).areas


def write(database: Database, verb, *args, **kwargs):
    with database.writing("network") as session:
        return verb(session, *args, **kwargs)


def actions(database: Database, area_id) -> list[str]:
    with database.reading() as session:
        return [change.action for change in changes.history(session, "network", area_id)]


def test_paths_follow_the_tree(any_database):
    known = areas(any_database)
    street = known.find("000101002")
    assert street.path == "00010002"
    assert known.find("000101002001002").path == "0001000200010002"
    assert known.full_name(known.find("000101002001002")) == "望海街道望海东社区望海东一网格".replace("一", "二")


def test_loading_the_same_areas_again_changes_nothing(any_database, actor):
    assert write(any_database, area_tree.load, SMALL_DISTRICT, actor=actor) == 0


def test_rows_may_come_in_any_order(any_database, actor):
    rows = [AreaRow("d", "grid", "丁", parent="c"), AreaRow("c", "zone", "丙", parent="000101")]
    assert write(any_database, area_tree.load, rows, actor=actor) == 2
    assert areas(any_database).find("丁").path.startswith(areas(any_database).find("丙").path)


def test_areas_without_a_code_are_known_by_name_and_place(any_database, actor):
    rows = [AreaRow("zone-01", "zone", "安澜开发区", parent="000101")]
    write(any_database, area_tree.load, rows, actor=actor)
    assert write(any_database, area_tree.load, rows, actor=actor) == 0


def test_a_parent_that_is_not_there_is_named(any_database, actor):
    with pytest.raises(Refused, match="000999"):
        write(any_database, area_tree.load, [AreaRow("x", "grid", "某网格", parent="000999")], actor=actor)


def test_an_area_is_not_added_twice(any_database, actor):
    with pytest.raises(Refused, match="already"):
        write(any_database, area_tree.add, SMALL_DISTRICT[3], actor=actor)


def test_a_renamed_area_keeps_its_id_and_its_history(any_database, actor):
    area = areas(any_database).find("000101001")
    write(
        any_database, area_tree.rename, area.id, name_zh="临江街道", name_en="Linjiang",
        on=date(2026, 1, 1), actor=actor, reason="Decision 5",
    )  # fmt: skip
    assert areas(any_database).find("临江街道").id == area.id
    with any_database.reading() as session:
        told = changes.history(session, "network", area.id)[0]
    assert (told.action, told.changes["name_zh"]) == ("rename", ["临河街道", "临江街道"])
    assert told.changes["on"] == [None, "2026-01-01"]


def test_an_ended_area_is_no_longer_offered_and_its_path_never_given_again(any_database, actor):
    grid = areas(any_database).find("000101001001002")
    write(any_database, area_tree.end, grid.id, on=date(2026, 1, 1), actor=actor, reason="Decision 5")
    assert areas(any_database).find("000101001001002") is None
    new = write(any_database, area_tree.add, AreaRow("g", "grid", "新网格", parent="000101001001"), actor=actor)
    assert areas(any_database).get(new).path > grid.path
    assert actions(any_database, grid.id) == ["end", "create"]


def test_an_area_with_others_in_it_cannot_be_ended(any_database, actor):
    street = areas(any_database).find("000101001")
    with pytest.raises(Refused, match="still lie"):
        write(any_database, area_tree.end, street.id, on=date(2026, 1, 1), actor=actor, reason="x")


def test_a_boundary_is_a_polygon(any_database, actor):
    grid = areas(any_database).find("000101001001002")
    row = AreaRow(grid.code, grid.kind, grid.name_zh, code=grid.code)
    write(any_database, area_tree.load, [replace(row, boundary=SQUARE)], actor=actor)
    with any_database.reading() as session:
        assert area_tree.boundaries(session).at(1, 1)[0] == grid.id
    point = {"type": "Point", "coordinates": [1, 1]}
    with pytest.raises(Refused, match="polygon"):
        write(any_database, area_tree.load, [replace(row, boundary=point)], actor=actor)


def test_the_tree_ends_where_paths_do(any_database, actor):
    depth = PATH_LENGTH // SEGMENT
    rows = [AreaRow(f"k{n}", "zone", f"第{n}层", parent=f"k{n - 1}" if n else "000101") for n in range(depth)]
    with pytest.raises(Refused, match="levels deep"):
        write(any_database, area_tree.load, rows, actor=actor)


def test_segments_are_ordered_as_text():
    told = [area_tree.segment(number) for number in range(0, 40000, 37)]
    assert told == sorted(told)
    assert {len(text) for text in told} == {SEGMENT}


def test_scopes_are_ranges_without_what_lies_in_another():
    assert outermost(["00010002", "0001", "0002"]) == ["0001", "0002"]
    assert after("0001") == "0002"
    assert str(within(None, [])) == "false"


OWN = """code,kind,name_zh,name_en,parent_code,valid_from
000102,district,乙区,Yi,,2020-01-01
000102001,street,甲街道,Jia,000102,
"""
NATIONAL = """code,name,areaCode
000101003,松林街道,000101
999999001,远方街道,999999
"""


@pytest.mark.parametrize(("text", "count"), [(OWN, 2), (NATIONAL, 1)])
def test_files_of_areas(database: Database, tmp_path: Path, text: str, count: int):
    path = tmp_path / "areas.csv"
    path.write_text(text, encoding="utf-8")
    assert setup.load_areas(database, path, "test") == count
    assert areas(database).find("远方街道") is None
    assert setup.load_areas(database, path, "test") == 0


def test_a_map_without_polygons_is_refused(database: Database, tmp_path: Path):
    path = tmp_path / "map.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [{"type": "Feature"}]}', encoding="utf-8")
    with pytest.raises(Refused, match="GeoJSON"):
        setup.load_areas(database, path, "test")


def test_boundaries_find_their_area_by_code(database: Database, tmp_path: Path):
    path = tmp_path / "boundary.json"
    feature = '{"type": "Feature", "properties": {"adcode": "000101001", "name": "临河街道"}, "geometry": %s}'
    path.write_text(feature % str(SQUARE).replace("'", '"'), encoding="utf-8")
    assert setup.load_areas(database, path, "test") == 1
    with database.reading() as session:
        assert area_tree.boundaries(session).at(1, 1) == [areas(database).find("000101001").id]


def test_a_file_without_names_is_refused(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(Refused):
        area_files.read(path)


@pytest.mark.parametrize("geometry", [{"type": "Polygon"}, {"type": ["Polygon"], "coordinates": []}, {}, None])
def test_a_map_with_a_broken_boundary_is_refused(tmp_path: Path, geometry):
    path = tmp_path / "areas.geojson"
    feature = {"properties": {"code": "000101"}, "geometry": geometry}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(Refused, match="no GeoJSON file"):
        area_files.read(path)


@pytest.mark.parametrize(("row", "said"), [
    (AreaRow("000101003", "street", " ", "", "000101003", "000101"), "“000101003” has no name"),
    (AreaRow("00010100X", "street", "新街道", "", "00010100X", "000101"), "“新街道” has the code “00010100X”"),
    (AreaRow("0001010031", "street", "新街道", "", "0001010031", "000101"), "“新街道” has the code “0001010031”"),
])  # fmt: skip
def test_an_area_without_a_name_or_with_a_code_that_is_none_is_named(any_database, actor, row, said):
    with any_database.writing("network") as session, pytest.raises(Refused, match=said):
        area_tree.load(session, [row], actor=actor)


def test_a_row_without_a_name_leaves_a_known_area_its_own(any_database, actor):
    row = AreaRow("000101001", "street", "", "", "000101001", "000101", boundary=SQUARE)
    assert write(any_database, area_tree.load, [row], actor=actor) == 1
    assert areas(any_database).find("000101001").name_zh == "临河街道"
