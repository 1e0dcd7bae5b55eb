"""What an export is to hold, as it is kept with its order: the columns, and the list with its filters."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson

from registries.filters import EMPTY, Range
from registries.listing import Wish

_PLAIN = ("areas", "filters", "sort", "descending", "retired", "incomplete", "overdue")


def to_text(columns: list[str], wish: Wish) -> str:
    """Both as one text; where the list was read to is left out."""
    told = {name: getattr(wish, name) for name in _PLAIN}
    told["filters"] = {name: _value(value) for name, value in wish.filters.items()}
    return orjson.dumps({"columns": columns, "list": told}).decode()


def from_text(text: str) -> tuple[list[str], Wish]:
    """What `to_text` wrote."""
    told = orjson.loads(text)
    known: dict[str, Any] = {name: value for name, value in told["list"].items() if name in _PLAIN}
    known["filters"] = {name: _read(value) for name, value in known["filters"].items()}
    return told["columns"], Wish(**known)


def _value(value: Any) -> Any:
    if isinstance(value, Range):
        return {"from": _value(value.least), "to": _value(value.most)}
    if value is EMPTY:
        return {"empty": True}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "day" in value:
        return date.fromisoformat(value["day"])
    return EMPTY if "empty" in value else Range(_read(value["from"]), _read(value["to"]))
