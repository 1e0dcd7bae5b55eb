"""The operations on imports as OpenAPI describes them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from registries.messages import N_

from . import asking
from .components import ID, MAYBE_TEXT, TEXT, WHOLE, closed, some
from .operations import KEY, Operation, answered, body, query, ref

IMPORT_ID = {"name": "import_id", "in": "path", "required": True, "schema": ID}
TEXTS = {"type": "object", "additionalProperties": {"type": ["string", "null"], "maxLength": asking.MOST_TEXT}}


def schemas() -> dict[str, Any]:
    """What the answers are made of."""
    counts = {"type": ["object", "null"], "additionalProperties": WHOLE}
    fault = closed({
        "row": WHOLE, "field": TEXT, "heading": MAYBE_TEXT, "value": TEXT, "message": TEXT, "remedy": MAYBE_TEXT,
    })  # fmt: skip
    job = closed({
        "kind": TEXT, "state": TEXT, "done": WHOLE, "total": {"type": ["integer", "null"]}, "failure": MAYBE_TEXT,
    })  # fmt: skip
    head = {"id": ID, "kind": TEXT, "state": TEXT, "file_name": TEXT, "source": TEXT}
    return {
        "Import": closed({
            **head, "columns": TEXTS, "counts": counts, "errors": some(fault),
            "job": {**job, "type": ["object", "null"]},
        }),
        "Imports": closed({"items": some(closed({**head, "actor": TEXT, "counts": counts}))}),
    }  # fmt: skip


def paths(kinds: list[str]) -> dict[str, dict[str, Operation]]:
    """The paths of imports."""
    one, root = ref("schemas", "Import"), "/api/v1/imports"
    address = f"{root}/{{import_id}}"
    most = {"type": "integer", "minimum": 1, "maximum": asking.MOST_KEY}
    few = query("limit", most, gettext(N_("How many at most.")))
    many = answered(ref("schemas", "Imports"), gettext(N_("The imports.")))
    sent = answered(one, gettext(N_("The import as it stands.")), 403, 413, 415, status=201, headers=("Location",))
    read = answered(one, gettext(N_("The import as it stands.")))
    gone = answered(one, "", 403, 409) | {"204": {"description": gettext(N_("The file is forgotten."))}}
    del gone["200"]
    return {
        root: {
            "get": _told("imports", N_("List imports"), [few], many),
            "post": _told("send_file", N_("Send a file"), [KEY], sent, _form(kinds)),
        },
        address: {
            "get": _told("read_import", N_("See where an import stands"), [IMPORT_ID], read),
            "delete": _told("forget_import", N_("Forget a file that was not applied"), [IMPORT_ID], gone),
        },
        f"{address}/check": {"post": _told(
            "check_import", N_("Have the file checked"), [IMPORT_ID], _later(415), body(_choice(), {}))},
        f"{address}/apply": {"post": _told("apply_import", N_("Have the file written"), [IMPORT_ID], _later())},
        f"{address}/undo": {"post": _told("undo_import", N_("Have the import taken back"), [IMPORT_ID], _later())},
    }  # fmt: skip


def _later(*also: int) -> dict[str, Any]:
    text = gettext(N_("A job does it; ask again where the import stands."))
    return answered(ref("schemas", "Import"), text, 403, 409, *also, status=202)


def _told(name: str, summary: str, parameters: list[Any], responses: Any, request_body: Any = None) -> Operation:
    told = {
        "operationId": name, "tags": ["imports"], "summary": gettext(summary), "parameters": parameters,
        "responses": responses,
    }  # fmt: skip
    return told | ({"requestBody": request_body} if request_body else {})


def _choice() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": {
        "columns": {**TEXTS, "description": gettext(N_("Heading → field; null leaves a column out."))},
        "constants": {**TEXTS, "description": gettext(N_("Field → the value that all rows have."))},
        "source_key": some({**TEXT, "maxLength": asking.MOST_TEXT}),
        "remember": {"type": "boolean", "description": gettext(N_("Read files of this source so from now on."))},
    }}  # fmt: skip


def _form(kinds: list[str]) -> dict[str, Any]:
    told = {
        "kind": {"type": "string", "enum": kinds}, "file": {"type": "string", "format": "binary"},
        "area": {**TEXT, "description": gettext(N_("Where rows without an area belong."))},
        "as_of": {"type": "string", "format": "date"}, "source": {**TEXT, "maxLength": 100},
        "blank": {"type": "string", "enum": ["keep", "clear"]},
    }  # fmt: skip
    schema = {
        "type": "object", "properties": told, "required": ["kind", "file"], "additionalProperties": False,
    }  # fmt: skip
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
