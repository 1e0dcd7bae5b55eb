"""Records as programs read them, and answers with their headers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, url_for
from sqlalchemy.orm import Session

from registries import references, showing
from registries.records import Item, Records


def record(session: Session, records: Records, item: Item) -> dict[str, Any]:
    """A record with its sealed values masked; ``masked`` names the fields of which a mask or nothing is shown."""
    shown = showing.masked(records, item, session.info["keys"])
    area = references.load(session).areas.get(item.values["area_id"])
    return {
        "kind": records.name,
        "id": str(item.id),
        "version": item.version,
        "title": showing.title(session, records, item),
        "state": "merged" if item.merged_into else "retired" if item.retired_at else "in_use",
        "retired_at": item.retired_at.isoformat() if item.retired_at else None,
        "merged_into": str(item.merged_into) if item.merged_into else None,
        "area": {"id": str(area.id), "code": area.code, "name_zh": area.name_zh, "name_en": area.name_en}
        if area else None,
        "values": shown.values,
        "masked": shown.masked,
    }  # fmt: skip


def send(told: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that no cache keeps."""
    response = Response(json.dumps(told, ensure_ascii=False), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def send_record(told: Mapping[str, Any], status: int = 200, **headers: str) -> Response:
    """A record with its version as ETag, and its address if it is new."""
    response = send(told, status, headers)
    response.headers["ETag"] = f'"{told["version"]}"'
    if status == 201:
        response.headers["Location"] = url_for("api.get", kind=told["kind"], record_id=told["id"])
    return response
