"""The schemas that the operations share: records, pages, history, problems."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from registries.messages import N_
from registries.records import Records

from . import problems

TEXT: dict[str, Any] = {"type": "string"}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
ID: dict[str, Any] = {"type": "string", "format": "uuid"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
WHOLE: dict[str, Any] = {"type": "integer"}
ANYTHING: dict[str, Any] = {}


def closed(told: dict[str, Any], *optional: str) -> dict[str, Any]:
    """An object that has these members and no others."""
    required = [name for name in told if name not in optional]
    return {"type": "object", "properties": told, "required": required, "additionalProperties": False}


def some(schema: dict[str, Any]) -> dict[str, Any]:
    """A list."""
    return {"type": "array", "items": schema}


def record(records: Records, values: dict[str, Any]) -> dict[str, Any]:
    """A record of a kind as it comes back."""
    area = closed({"id": ID, "code": MAYBE_TEXT, "name_zh": TEXT, "name_en": TEXT})
    return closed({
        "kind": {"const": records.name}, "id": ID, "version": {"type": "integer", "minimum": 1}, "title": TEXT,
        "state": {"type": "string", "enum": ["in_use", "retired", "merged"]},
        "retired_at": {**MOMENT, "type": ["string", "null"]}, "merged_into": {**ID, "type": ["string", "null"]},
        "area": {**area, "type": ["object", "null"]}, "values": values,
        "masked": {**some(TEXT), "description": gettext(N_("The fields of which only a mask or nothing is shown."))},
    })  # fmt: skip


def shared() -> dict[str, dict[str, Any]]:
    """The schemas of answers that belong to no kind."""
    area = closed({
        "id": ID, "code": MAYBE_TEXT, "kind": TEXT, "name_zh": TEXT, "name_en": TEXT,
        "parent_id": {**ID, "type": ["string", "null"]},
    })  # fmt: skip
    code = closed({
        "code": TEXT, "parent": MAYBE_TEXT, "name_zh": TEXT, "name_en": TEXT,
        "valid_to": {"type": ["string", "null"], "format": "date"},
    })  # fmt: skip
    hit = closed({"kind": TEXT, "id": ID, "title": TEXT, "score": {"type": "number"}})
    entry = closed({
        "at": MOMENT, "actor": TEXT, "action": TEXT, "reason": MAYBE_TEXT, "batch": {**ID, "type": ["string", "null"]},
        "changes": {"type": "object", "additionalProperties": {
            "type": "array", "items": ANYTHING, "minItems": 2, "maxItems": 2,
            "description": gettext(N_("The value before and after.")),
        }}, "masked": some(TEXT),
    })  # fmt: skip
    changed = closed({
        "at": MOMENT, "kind": TEXT, "id": ID, "action": TEXT, "fields": some(TEXT),
        "batch": {**ID, "type": ["string", "null"]},
    })  # fmt: skip
    facets = {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": WHOLE}}
    return {
        "Areas": closed({"items": some(area)}),
        "CodeLists": closed({"items": some(closed({"scheme": TEXT, "entries": WHOLE}))}),
        "CodeList": closed({"scheme": TEXT, "items": some(code)}),
        "Found": closed({
            "total": WHOLE, "hits": some(hit), "facets": facets, "seconds": {"type": "number"},
            "suggestion": MAYBE_TEXT,
        }),
        "History": closed({"items": some(entry)}),
        "Changes": closed({"items": some(changed), "next": TEXT, "more": {"type": "boolean"}}),
        "Revealed": closed({"kind": TEXT, "id": ID, "version": WHOLE, "values": {"type": "object"}}),
        "Problem": _problem(),
    }  # fmt: skip


def _problem() -> dict[str, Any]:
    error = closed(
        {"pointer": TEXT, "parameter": TEXT, "code": TEXT, "message": TEXT, "remedy": MAYBE_TEXT},
        "pointer", "parameter",
    )  # fmt: skip
    return {
        "type": "object", "required": ["type", "title", "status"],
        "properties": {
            "type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "errors": some(error),
            "confirm": {"const": True, "description": gettext(N_("Send the same again with a “reason” to confirm."))},
            "current_version": WHOLE, "current": {"type": "object"},
        },
    }  # fmt: skip


def problem(status: int) -> dict[str, Any]:
    """The answer to a request that ends in a problem."""
    content = {problems.TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    told: dict[str, Any] = {"description": gettext(problems.TITLES[status]), "content": content}
    names = {401: "WWW-Authenticate", 412: "ETag", 429: "Retry-After", 503: "Retry-After"}
    if status in names:
        told["headers"] = {names[status]: {"schema": TEXT}}
    return told
