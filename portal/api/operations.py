"""The operations of the interface as OpenAPI describes them: one set for every kind, and those that all kinds share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from registries.messages import N_
from registries.records import Records
from registries.references import References

from . import asking, lists, properties, searching
from .tokens import PLACES

Operation = dict[str, Any]

#: The problems that any request can be answered with, and those of requests that write.
ALWAYS = (400, 401, 404, 422, 429, 503)
WRITES = (403, 409, 413, 415)
SUMMARIES = {
    "list": N_("List records"), "create": N_("Make a record"), "find": N_("Find records by a sealed number"),
    "get": N_("Read a record"), "change": N_("Change fields of a record"), "retire": N_("Take a record out of use"),
    "restore": N_("Bring a record back into use"), "history": N_("Read the history of a record"),
    "reveal": N_("Read sealed fields whole"),
}  # fmt: skip


def ref(group: str, name: str) -> dict[str, str]:
    """A reference to a component."""
    return {"$ref": f"#/components/{group}/{name}"}


def answered(schema: Any, text: str, *also: int, status: int = 200, headers: tuple[str, ...] = ()) -> dict[str, Any]:
    """The answers of an operation: what it gives, and the problems it may end in."""
    found: dict[str, Any] = {
        str(status): {"description": text, "content": {"application/json": {"schema": schema}}}
    }  # fmt: skip
    if headers:
        found[str(status)]["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    return found | {str(code): ref("responses", f"Problem{code}") for code in sorted({*ALWAYS, *also})}


def body(schema: Any, example: Any) -> dict[str, Any]:
    """A request body in JSON with an example."""
    content = {"schema": schema, "examples": {"usual": {"value": example}}}
    return {"required": True, "content": {"application/json": content}}


def query(name: str, schema: Mapping[str, Any], text: str, required: bool = False) -> dict[str, Any]:
    """A parameter of the query."""
    return {"name": name, "in": "query", "schema": dict(schema), "description": text, "required": required}


#: Why headers are sent.
HEADERS = {
    "If-Match": N_("The ETag of the record that you have read."),
    "If-None-Match": N_("The ETag of what you have: 304 if it still holds."),
    "Idempotency-Key": N_("Your own name for this request: sent again under it, it is done once."),
}  # fmt: skip
RECORD_ID = {"name": "record_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
IF_MATCH = {
    "name": "If-Match", "in": "header", "required": True, "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    "example": '"1"',
}  # fmt: skip
IF_NONE_MATCH = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}, "example": '"1"'}
KEY = {
    "name": "Idempotency-Key", "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": asking.MOST_KEY, "pattern": "^[!-~]+$"},
}  # fmt: skip
#: A line that says something.
REASON = {"type": "string", "minLength": 1, "maxLength": asking.MOST_REASON, "pattern": properties.NOT_BLANK}
DAY = {"type": ["string", "null"], "format": "date"}


def of_kind(records: Records, known: References) -> dict[str, dict[str, Operation]]:
    """The paths of one kind with their operations."""
    name, title = records.name, records.name.capitalize()
    record, root = ref("schemas", title), f"/api/v1/{name}"
    item = f"{root}/{{record_id}}"
    example = {"values": properties.example(records, known)}
    paths: dict[str, dict[str, Operation]] = {
        root: {
            "get": _operation(records, "list", answered(_page(record), gettext(N_("A page of the list."))),
                              [*_list_parameters(), *_filters(records, known)]),
            "post": _operation(
                records, "create",
                answered(record, gettext(N_("The record as it was made.")), *WRITES, status=201,
                         headers=("Location", "ETag")),
                [KEY], body(_write(ref("schemas", f"{title}New")), example)),
        },
        item: {
            "get": _operation(
                records, "get", _conditional(answered(record, gettext(N_("The record.")), headers=("ETag",))),
                [RECORD_ID, IF_NONE_MATCH]),
            "patch": _operation(
                records, "change", answered(record, gettext(N_("The record as it is now.")), *WRITES, 412, 428),
                [RECORD_ID, IF_MATCH, KEY],
                body(_write(ref("schemas", f"{title}Change")), {"values": _one_of(example["values"])})),
            "delete": _operation(
                records, "retire", answered(record, gettext(N_("The record as it is now.")), *WRITES, 412, 428),
                [RECORD_ID, IF_MATCH, query("reason", REASON, gettext(N_("Why; kept in the history.")), True)]),
        },
        f"{item}/restore": {"post": _operation(
            records, "restore", answered(record, gettext(N_("The record as it is now.")), *WRITES, 412, 428),
            [RECORD_ID, IF_MATCH, KEY], body(_object({"reason": REASON}, "reason"), {"reason": "entered by mistake"}))},
        f"{item}/history": {"get": _operation(
            records, "history", answered(ref("schemas", "History"), gettext(N_("What happened, the latest first."))),
            [RECORD_ID])},
    }  # fmt: skip
    paths |= _sealed_paths(records, root, item, record)
    return paths


def _sealed_paths(records: Records, root: str, item: str, record: Any) -> dict[str, dict[str, Operation]]:
    found: dict[str, dict[str, Operation]] = {}
    numbers = lists.sealed_filters(records)
    if numbers:
        wanted = {name: {"type": "string", "minLength": 1, "maxLength": 60} for name in numbers}
        first = next(iter(numbers.items()))
        schema = {**_object(wanted), "minProperties": 1}
        found[f"{root}/find"] = {"post": _operation(
            records, "find", answered(_page(record), gettext(N_("A page of the list.")), 415), _list_parameters(),
            body(schema, {first[0]: first[1].example or "13800138000"}))}  # fmt: skip
    sealed = [name for name, told in records.storage.fields.items() if told.sealed]
    if sealed:
        schema = _object({
            "fields": {"type": "array", "items": {"type": "string", "enum": sealed}, "minItems": 1}, "reason": REASON,
        }, "fields", "reason")  # fmt: skip
        found[f"{item}/reveal"] = {"post": _operation(
            records, "reveal", answered(ref("schemas", "Revealed"), gettext(N_("The values whole.")), 403, 415),
            [RECORD_ID], body(schema, {"fields": sealed[:1], "reason": "call before the inspection"}))}  # fmt: skip
    return found


def _operation(
    records: Records, verb: str, responses: Any, parameters: list[Any], request_body: Any = None
) -> Operation:
    told = {
        "operationId": f"{verb}_{records.name}", "tags": [records.name], "summary": gettext(SUMMARIES[verb]),
        "parameters": _explained(parameters), "responses": responses,
    }  # fmt: skip
    return told | ({"requestBody": request_body} if request_body else {})


def _explained(parameters: list[Any]) -> list[Any]:
    return [_with_words(told, HEADERS.get(told["name"])) for told in parameters]


def _with_words(told: Any, words: str | None) -> Any:
    return told if words is None else {**told, "description": gettext(words)}


def _conditional(responses: dict[str, Any]) -> dict[str, Any]:
    return responses | {"304": {"description": gettext(N_("Nothing has changed."))}}


def _object(told: dict[str, Any], *required: str) -> dict[str, Any]:
    schema = {"type": "object", "additionalProperties": False, "properties": told}
    return {**schema, "required": list(required)} if required else schema


def _write(values: Any) -> dict[str, Any]:
    reason = {**REASON, "type": ["string", "null"], "description": gettext(N_("Confirms values that may be wrong."))}
    as_of = {**DAY, "description": gettext(N_("Since when it is true, where that is not today."))}
    return _object({"values": values, "reason": reason, "as_of": as_of}, "values")


def _one_of(values: dict[str, Any]) -> dict[str, Any]:
    name = next((name for name in ("name", "address", "number") if name in values), None)
    return {name: values[name]} if name else {}


def _page(record: Any) -> dict[str, Any]:
    cursor = {"type": ["string", "null"]}
    told = {
        "items": {"type": "array", "items": record}, "next": cursor, "previous": cursor,
        "total": {"type": "integer", "description": gettext(N_("Counted exactly to 10,000."))},
        "total_is_exact": {"type": "boolean"},
    }  # fmt: skip
    return _object(told, *told)


def _list_parameters() -> list[dict[str, Any]]:
    text = {"type": "string", "minLength": 1, "maxLength": asking.MOST_TEXT}
    return [
        query("area", text, gettext(N_("Only this area and what lies in it: its code or id."))),
        query("limit", {"type": "integer", "minimum": lists.LEAST, "maximum": lists.MOST, "default": lists.USUAL},
              gettext(N_("How many records a page has."))),
        query("cursor", text, gettext(N_("“next” or “previous” of an answer to the same question."))),
        query("retired", {"type": "boolean", "default": False}, gettext(N_("Only records out of use."))),
    ]  # fmt: skip


def _filters(records: Records, known: References) -> list[dict[str, Any]]:
    found = [query("sort", {"type": "string", "enum": lists.sorts(records), "default": "id"},
                   gettext(N_("What to sort by; with a hyphen before it downwards.")))]  # fmt: skip
    for name, item in lists.filters(records).items():
        found.append(query(name, properties.filter_property(item, known), gettext(item.label)))
    return found


def shared(kinds: list[str]) -> dict[str, dict[str, Operation]]:
    """The paths that belong to no kind."""
    words = {"type": "string", "minLength": 1, "maxLength": searching.MOST_WORDS, "pattern": properties.NOT_BLANK}
    text = {"type": "string", "minLength": 1, "maxLength": asking.MOST_TEXT}

    def get(name: str, summary: str, schema: Any, parameters: list[Any]) -> dict[str, Operation]:
        told = answered(schema, gettext(summary))
        return {"get": {
            "operationId": name, "tags": ["shared"], "summary": gettext(summary), "responses": told,
            "parameters": _explained(parameters),
        }}  # fmt: skip

    def counted(name: str, most: int, least: int = 1) -> dict[str, Any]:
        return query(name, {"type": "integer", "minimum": least, "maximum": most}, gettext(N_("How many at most.")))

    scheme = {"name": "scheme", "in": "path", "required": True, "schema": {"type": "string"}, "example": "org_type"}
    conditional = [IF_NONE_MATCH]
    return {
        "/api/v1/search": get("search", N_("Search all kinds"), ref("schemas", "Found"), [
            query("q", words, gettext(N_("Words, codes, pinyin or initials; people by name or number.")), True),
            query("kind", {"type": "string", "enum": kinds}, gettext(N_("Only this kind."))),
            counted("limit", searching.MOST_HITS), counted("offset", searching.DEEPEST, 0)]),
        "/api/v1/changes": get("changes", N_("Learn what has changed"), ref("schemas", "Changes"), [
            query("since", text, gettext(N_("“next” of the last answer; “now” to begin; nothing for all."))),
            query("registry", {"type": "string", "enum": list(PLACES)}, gettext(N_("Only this registry."))),
            counted("limit", searching.MOST_CHANGES)]),
        "/api/v1/areas": _cached(get("areas", N_("List the areas"), ref("schemas", "Areas"), [
            query("below", text, gettext(N_("Only this area and what lies in it: its code or id."))), *conditional])),
        "/api/v1/codes": _cached(get("codes", N_("List the code lists"), ref("schemas", "CodeLists"), conditional)),
        "/api/v1/codes/{scheme}": _cached(
            get("code_list", N_("Read a code list"), ref("schemas", "CodeList"), [scheme, *conditional])),
    }  # fmt: skip


def _cached(operations: dict[str, Operation]) -> dict[str, Operation]:
    operations["get"]["responses"] = _conditional(operations["get"]["responses"])
    return operations
