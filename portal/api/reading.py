"""The description of the interface cut into chapters for a page: one for each kind, one for what all kinds share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext

from registries.messages import N_

#: What the types of JSON are called for people.
TYPES = {
    "string": N_("text"), "integer": N_("whole number"), "number": N_("number"), "boolean": N_("true or false"),
    "array": N_("list"), "object": N_("object"),
}  # fmt: skip
FORMATS = {"date": N_("day, 2026-03-05"), "uuid": N_("id")}


@dataclass(frozen=True, slots=True)
class Row:
    """A field or a parameter: its name, what it is called, its type in words, and what is to be known of it."""

    name: str
    title: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operation with its parameters and a command that tries it."""

    id: str
    method: str
    path: str
    summary: str
    parameters: list[Row]
    command: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The operations on one kind, and the fields that can be sent."""

    name: str
    title: str
    calls: list[Call] = field(default_factory=list)
    fields: list[Row] = field(default_factory=list)


def chapters(spec: Mapping[str, Any], root: str) -> list[Chapter]:
    """The chapters of a description, in the order of its tags; ``root`` is the address of the site."""
    found = {tag["name"]: Chapter(tag["name"], tag["description"]) for tag in spec["tags"]}
    for path, verbs in spec["paths"].items():
        for method, operation in verbs.items():
            found[operation["tags"][0]].calls.append(_call(method.upper(), path, operation, root))
    for chapter in found.values():
        schema = spec["components"]["schemas"].get(f"{chapter.name.capitalize()}New")
        chapter.fields.extend(_rows(schema) if schema else ())
    return list(found.values())


def _call(method: str, path: str, operation: Mapping[str, Any], root: str) -> Call:
    parameters = [
        Row(told["name"], "", _type(told["schema"]), told.get("required", False), told.get("description", ""))
        for told in operation["parameters"]
    ]  # fmt: skip
    command = _command(method, path, operation, root)
    return Call(operation["operationId"], method, path, operation["summary"], parameters, command)


def _command(method: str, path: str, operation: Mapping[str, Any], root: str) -> str:
    """The request for a shell, with the example of the description as its body."""
    lines = [f'curl -H "Authorization: Bearer $TOKEN" -X {method}']
    needed = [told for told in operation["parameters"] if told.get("required")]
    lines += [f"-H '{told['name']}: {told['example']}'" for told in needed if told["in"] == "header"]
    asked = [told["name"] for told in needed if told["in"] == "query"]
    address = root + path.replace("{record_id}", "$ID").replace("{import_id}", "$ID").replace("{scheme}", "org_type")
    if asked:
        lines += ["-G", *(f'--data-urlencode "{name}=…"' for name in asked)]
    bodies = operation.get("requestBody", {}).get("content", {})
    content = bodies.get("application/json")
    if "multipart/form-data" in bodies:
        lines += ["-F kind=organisation", "-F file=@units.xlsx"]
    if content:
        example = json.dumps(content["examples"]["usual"]["value"], ensure_ascii=False)
        lines += ["-H 'Content-Type: application/json'", f"-d '{example}'"]
    return " \\\n  ".join([*lines, f'"{address}"'])


def _rows(schema: Mapping[str, Any]) -> list[Row]:
    required = schema.get("required", [])
    return [
        Row(name, told.get("title", ""), _type(told), name in required, told.get("description", ""))
        for name, told in schema["properties"].items()
    ]  # fmt: skip


def _type(told: Mapping[str, Any]) -> str:
    kinds = told.get("type", "string")
    kind = next(one for one in ([kinds] if isinstance(kinds, str) else kinds) if one != "null")
    if told.get("format") in FORMATS:
        return gettext(FORMATS[told["format"]])
    text = gettext(TYPES[kind])
    if "maxLength" in told:
        return gettext(N_("%(type)s, at most %(most)s characters")) % {"type": text, "most": told["maxLength"]}
    if "minimum" in told:
        bounds = {"type": text, "least": f"{told['minimum']:g}", "most": f"{told['maximum']:.15g}"}
        return gettext(N_("%(type)s, %(least)s to %(most)s")) % bounds
    return text
