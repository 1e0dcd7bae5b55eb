"""What facilities and places are recognised by, and what follows from their values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..chinese import address_key, fold, initials, pinyin
from ..storing import Context

#: A millionth of a degree is a decimetre: closer points are the same point.
POINT_PLACES = 6


def derive(values: dict[str, Any], stored: Mapping[str, Any] | None, context: Context) -> None:
    """The next check follows from the last one, unless it is told."""
    before = stored or {}
    if all(
        values.get(name, before.get(name)) == before.get(name) for name in ("last_checked_on", "check_days")
    ):
        return
    record = {**before, **values}
    last, days = record.get("last_checked_on"), record.get("check_days")
    if last and days and values.get("next_check_on") in (None, before.get("next_check_on")):
        values["next_check_on"] = last + timedelta(days=days)


def columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that lists are sorted by."""
    name = values.get("name") or ""
    return {"name_pinyin": pinyin(name)[:200], "name_initials": initials(name)[:100]}


def facility_fingerprint(values: Mapping[str, Any]) -> str | None:
    """Subclass and point, with name and place in words: several facilities may stand at one point."""
    point = _point(values)
    words = _words(values)
    return f"{values.get('subclass') or ''}|{point}|{words}" if point or words.strip("|") else None


def place_fingerprint(values: Mapping[str, Any]) -> str | None:
    """Name and address; the point where there is no address."""
    name, address = fold(values.get("name") or ""), values.get("address")
    if not name:
        return None
    return f"{name}|{address_key(address) if address else _point(values)}"


def _point(values: Mapping[str, Any]) -> str:
    x, y = values.get("longitude"), values.get("latitude")
    return "" if x is None or y is None else f"{x:.{POINT_PLACES}f},{y:.{POINT_PLACES}f}"


def _words(values: Mapping[str, Any]) -> str:
    location, address = values.get("location"), values.get("address")
    return "|".join(
        (fold(values.get("name") or ""), fold(location or ""), address_key(address) if address else "")
    )


def code(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The code as (field, text)."""
    return [("code", values["code"])] if values.get("code") else []


def facility_title(values: Mapping[str, Any]) -> str:
    """The name, with the place where it stands if the name does not tell."""
    name, where = str(values.get("name") or ""), values.get("location") or values.get("address")
    return f"{name}（{where}）" if where and where not in name and len(name) <= 10 else name
