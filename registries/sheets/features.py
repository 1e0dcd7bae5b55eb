"""GeoJSON, JSON lists and JSON Lines as rows; runs in the child process.

A feature is a row, its properties are the cells. One collection may hold several schemas, so the
headings are the union of all property names. The position comes first and from the geometry: properties
called 經度 are often projected metres or stale copies, and are kept as they are beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from registries.messages import N_, Problem, Refused
from registries.sheets.encodings import detect
from registries.sheets.geometry import representative_point
from registries.sheets.guard import Limits
from registries.sheets.sources import Row, SheetFacts, Value

POSITION = ("longitude", "latitude")


class FeatureSource:
    """The rows of a JSON file in one of the three shapes that tables have in it."""

    def __init__(self, path: Path, shown: str, limits: Limits) -> None:
        self._shown, self._limits = shown, limits
        encoding = detect(path, shown)
        with path.open("rb") as file:
            file.seek(encoding.skip)
            text = file.read().decode(encoding.name, "replace")
        self._records = self._parse(text)
        if len(self._records) > limits.rows:
            raise Refused(
                Problem(
                    N_("“%(file)s” has more than %(most)s rows."),
                    N_("Split it into several files."),
                    file=shown,
                    most=limits.rows,
                )
            )
        names = dict.fromkeys(name for _, properties, _ in self._records for name in properties)
        placed = any(geometry is not None for _, _, geometry in self._records)
        self._names = list(names)
        self._placed = placed
        headings = [*(POSITION if placed else ()), *names]
        self.facts = SheetFacts(encoding=encoding.name, total=len(self._records), headings=headings)
        if len(headings) > limits.columns:
            raise Refused(
                self._odd(N_("“%(file)s” has more than %(most)s different properties."), most=limits.columns)
            )

    def rows(self) -> Iterator[Row]:
        """One row per feature or object, numbered from 1, or by line in JSON Lines."""
        names = self._names
        for number, properties, geometry in self._records:
            cells = [plain(properties.get(name)) for name in names]
            if self._placed:
                point = representative_point(geometry)
                cells[:0] = point or (None, None)
            yield number, cells

    def close(self) -> None:
        """Nothing is held open."""

    def _parse(self, text: str) -> list[tuple[int, dict[str, Any], Any]]:
        try:
            whole = json.loads(text)
        except RecursionError:
            raise Refused(self._odd(N_("“%(file)s” is nested too deeply to be a table."))) from None
        except ValueError as fault:
            return self._parse_lines(text, fault)
        if isinstance(whole, dict) and isinstance(whole.get("features"), list):
            return [self._feature(number, entry) for number, entry in enumerate(whole["features"], 1)]
        if isinstance(whole, dict) and whole.get("type") == "Feature":
            return [self._feature(1, whole)]
        if isinstance(whole, dict):
            lists = [value for value in whole.values() if _is_table(value)]
            whole = lists[0] if len(lists) == 1 else [whole]
        if not _is_table(whole):
            raise Refused(self._odd(N_("“%(file)s” is JSON, but no list of records with named values.")))
        return [(number, entry, None) for number, entry in enumerate(whole, 1)]

    def _parse_lines(self, text: str, fault: ValueError) -> list[tuple[int, dict[str, Any], Any]]:
        records: list[tuple[int, dict[str, Any], Any]] = []
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                entry = None
            if not isinstance(entry, dict):
                # A file that is no JSON Lines at all is better described by the fault of the whole.
                at = number if records else getattr(fault, "lineno", number)
                raise Refused(self._odd(N_("Line %(line)s of “%(file)s” is not valid JSON."), line=at))
            records.append((number, entry, None))
        return records

    def _feature(self, number: int, entry: Any) -> tuple[int, dict[str, Any], Any]:
        if not isinstance(entry, dict):
            raise Refused(self._odd(N_("Feature %(number)s of “%(file)s” is not a feature."), number=number))
        properties = entry.get("properties") or {}
        if not isinstance(properties, dict):
            raise Refused(self._odd(N_("Feature %(number)s of “%(file)s” is not a feature."), number=number))
        if "id" in entry and "id" not in properties:
            properties = {"id": entry["id"], **properties}
        # The position takes its two headings; properties of the same name keep their value under another one.
        renamed = {f"{name} (2)" if name in POSITION else name: value for name, value in properties.items()}
        return number, renamed, entry.get("geometry") or {}

    def _odd(self, msgid: str, **params: Any) -> Problem:
        remedy = N_("Export the table again, as GeoJSON, JSON Lines or .xlsx.")
        return Problem(msgid, remedy, file=self._shown, **params)


def plain(value: Any) -> Value:
    """A JSON value as a cell: whole numbers as ``int``, lists and objects as compact JSON."""
    if value is None or value == "":
        return None
    if isinstance(value, float):
        if not isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, str | int):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "、".join(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)
