"""Suggestions while one types: code lists, areas, records. What is typed also works without them."""

from __future__ import annotations

from flask import Response, jsonify, request

from registries import references
from registries.chinese import fold
from registries.records import NotFound

from ..running import language, system
from ..security import allowed
from . import linking
from .pages import pages

MOST = 30


@pages.get("/suggest/codes/<scheme>")
@allowed("desk", "lead")
def suggest_codes(scheme: str) -> Response:
    """Entries of a code list by a part of their name or code.

    :raises NotFound: there is no such list.
    """
    words, spoken = fold(request.args.get("q", "")), language()
    with system().database.reading() as session:
        known = references.load(session)
    if scheme not in known.lists:
        raise NotFound(scheme)
    found = []
    for entry in known.codes(scheme).entries.values():
        name = entry.name_zh if spoken == "zh" else entry.name_en
        if entry.valid_to is None and (words in fold(f"{entry.code} {entry.name_zh} {entry.name_en}")):
            found.append({"value": entry.code, "text": name, "note": entry.code})
        if len(found) == MOST:
            break
    return jsonify(found)


@pages.get("/suggest/areas")
@allowed("desk", "lead", "any_administration")
def suggest_areas() -> Response:
    """Areas by a part of their name or code."""
    words, spoken = fold(request.args.get("q", "")), language()
    with system().database.reading() as session:
        areas = references.load(session).areas
    found = []
    for entry in sorted(areas, key=lambda one: one.path):
        name = areas.full_name(entry, spoken)
        if words in fold(f"{name} {entry.code or ''} {entry.name_en}"):
            found.append({"value": str(entry.id), "text": name, "note": entry.code or ""})
        if len(found) == MOST:
            break
    return jsonify(found)


@pages.get("/suggest/records/<kind>")
@allowed("desk", "lead")
def suggest_records(kind: str) -> Response:
    """Records that may be meant by what was typed so far, within what the account may see."""
    text = request.args.get("q", "")[:100]
    return jsonify([one.as_json() for one in linking.suggestions(kind, text)])
