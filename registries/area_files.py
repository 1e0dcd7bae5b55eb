"""Areas from files: our own table, the national lists of divisions, and boundaries as GeoJSON.

*Our own table* (CSV or workbook) has the columns ``code, kind, name_zh, name_en, parent_code, valid_from``;
a site's own area without a national code may be given a ``key`` that other rows name as their parent.
*National lists* have ``code`` and ``name``: six digits are a district, nine a street, twelve a community. Of a list
that holds the whole country, only what lies in an area that is known already is taken.
*GeoJSON* features carry the code or the name of their area in their properties, and its boundary in WGS84.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from .area_tree import AreaRow
from .messages import N_, Problem, Refused
from .sheets import DEFAULT, open_table

KIND_BY_DIGITS = {6: "district", 9: "street", 12: "community"}
_PARENT_DIGITS = {9: 6, 12: 9, 15: 12}

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "adcode", "编码", "区划代码", "代码", "AREACODE"),
    "key": ("key",),
    "kind": ("kind", "level", "类型", "级别"),
    "name_zh": ("name_zh", "name", "名称", "区划名称", "FULL"),
    "name_en": ("name_en", "英文名称"),
    "parent": ("parent_code", "parent", "areaCode", "streetCode", "上级编码", "上级代码"),
    "valid_from": ("valid_from", "启用日期"),
}
_COLUMNS = {heading: field for field, headings in _HEADINGS.items() for heading in headings}
_KINDS = {
    "区": "district", "县": "district", "街道": "street", "镇": "street", "乡": "street", "社区": "community",
    "村": "community", "网格": "grid", "楼栋": "building", "功能区": "zone",
}  # fmt: skip


def read(path: Path, known: Iterable[str] = (), name: str | None = None) -> list[AreaRow]:
    """The areas of a file; ``known`` are the codes that the tree has already, ``name`` is what its owner calls it.

    :raises Refused: it is no such file.
    """
    shown = name or path.name
    if PurePath(shown).suffix.lower() in {".geojson", ".json"}:
        return [_row(properties, boundary) for properties, boundary in _features(path, shown)]
    rows = [_row(cells) for cells in _cells(path, shown)]
    return _within(rows, set(known)) if all(row.kind in KIND_BY_DIGITS.values() for row in rows) else rows


def _cells(path: Path, shown: str) -> Iterator[dict[str, Any]]:
    with open_table(path, name=shown, expected=list(_COLUMNS)) as table:
        if not any(_COLUMNS.get(heading) == "name_zh" for heading in table.headings):
            raise Refused(Problem(
                N_("%(file)s has no column with the names of areas."),
                N_("Head the columns: code, kind, name_zh, name_en, parent_code, valid_from."), file=shown,
            ))  # fmt: skip
        for chunk in table.chunks():
            for _, values in chunk:
                yield dict(zip(table.headings, values, strict=False))


def _features(path: Path, shown: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    if path.stat().st_size > DEFAULT.package_bytes:
        raise Refused(Problem(N_("%(file)s is too large."), N_("Divide it into several files."), file=shown))
    try:
        found = json.loads(path.read_bytes())
        features = found["features"] if found["type"] == "FeatureCollection" else [found]
        pairs = [(dict(feature["properties"]), _polygons(feature["geometry"])) for feature in features]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(Problem(
            N_("%(file)s is no GeoJSON file of areas."),
            N_("Save the boundaries as a GeoJSON FeatureCollection in WGS84."), file=shown,
        )) from error  # fmt: skip
    yield from ((properties, boundary) for properties, boundary in pairs if boundary is not None)


def _polygons(geometry: Mapping[str, Any]) -> dict[str, Any] | None:
    """The boundary that a geometry draws; ``None`` for points and lines, which are no boundary."""
    if geometry["type"] not in {"Polygon", "MultiPolygon"}:
        return None
    return {"type": geometry["type"], "coordinates": geometry["coordinates"]}


def _row(cells: Mapping[str, Any], boundary: Mapping[str, Any] | None = None) -> AreaRow:
    found: dict[str, str] = {}
    for heading, value in cells.items():
        field = _COLUMNS.get(heading.strip())
        if field and value not in (None, "") and not isinstance(value, dict | list):
            found.setdefault(field, _text(value))
    code = found.get("code")
    parent = found.get("parent") or _parent_of(code)
    kind = found.get("kind", "")
    return AreaRow(
        key=found.get("key") or code or f"{parent}/{found.get('name_zh', '')}",
        kind=_KINDS.get(kind, kind) or KIND_BY_DIGITS.get(len(code or ""), "grid"),
        name_zh=found.get("name_zh", ""), name_en=found.get("name_en", ""), code=code, parent=parent,
        valid_from=_day(found.get("valid_from")), boundary=boundary,
    )  # fmt: skip


def _text(value: Any) -> str:
    """A code that a spreadsheet or a map program turned into a number is told as it was."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _parent_of(code: str | None) -> str | None:
    digits = _PARENT_DIGITS.get(len(code or ""))
    return code[:digits] if code and digits else None


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise Refused(Problem(
            N_("“%(text)s” is no day."), N_("Write days as 2026-03-05."), text=text,
        )) from error  # fmt: skip


def _within(rows: list[AreaRow], known: set[str]) -> list[AreaRow]:
    """The rows that lie in a known area, or all of them when the file brings its own top."""
    codes = known | {row.code for row in rows if row.code}
    taken = [row for row in rows if row.parent is None or row.parent in codes]
    if not taken and rows:
        raise Refused(Problem(
            N_("No area of the file lies in an area that is known."), N_("Load the district first."),
        ))  # fmt: skip
    return taken
