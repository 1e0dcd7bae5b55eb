"""Fields as JSON Schema: what may be sent, and what comes back; read from the same schemas that check the values."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from registries.facilities.attributes import MOST, NAME_LENGTH, VALUE_LENGTH, Attributes
from registries.fields import Day, Number, PartialDay, RecordField, Text, YesNo
from registries.messages import N_
from registries.person_fields import IdNumber
from registries.records import Records
from registries.reference_fields import Area, Code, Codes, Link
from registries.references import References
from registries.schemas import Parts, RecordSchema, fields_of

from .asking import MOST_TEXT

#: Code lists with at most so many entries are listed; of others the address is named.
LISTED = 40
NOT_BLANK = r"\S"
PARTIAL_DAY = r"^\d{4}(-\d{2}(-\d{2})?)?$"
Property = dict[str, Any]


def sent(schema: type[RecordSchema], known: References, whole: bool) -> Property:
    """The object of values that a program sends: ``whole`` for a new record, else for a change."""
    fields = {name: item for name, item in fields_of(schema).items() if not item.virtual and not item.computed}
    told: Property = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _described(item, _sent(item, known), known) for name, item in fields.items()},
    }
    required = [name for name, item in fields.items() if item.required]
    return {**told, "required": required} if required and whole else told


def returned(records: Records, known: References) -> Property:
    """The object of values that comes back: sealed ones masked or withheld, those that are worked out among them."""
    properties = {}
    for name, item in records.storage.fields.items():
        told = _described(item, _returned(item), known)
        properties[name] = {**told, "readOnly": True} if item.computed else told
    return {"type": "object", "properties": properties, "required": list(properties)}


def _sent(item: RecordField, known: References) -> Property:
    told = _type(item, known)
    if item.required:
        return told
    if "enum" in told:
        told = {**told, "enum": [*told["enum"], None]}
    return {**told, "type": [told["type"], "null"]}


def _type(item: RecordField, known: References) -> Property:
    if isinstance(item, Parts):
        return {"type": "array", "items": sent(item.nested, known, whole=True)}
    if isinstance(item, Codes):
        return {"type": "array", "items": _code(item, known)}
    if isinstance(item, Code):
        return _code(item, known)
    if isinstance(item, Attributes):
        return {
            "type": "object", "maxProperties": MOST, "propertyNames": {"minLength": 1, "maxLength": NAME_LENGTH},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"], "maxLength": VALUE_LENGTH},
        }  # fmt: skip
    return _plain(item)


def _code(item: Code, known: References) -> Property:
    entries = known.codes(item.scheme).entries
    told: Property = {"type": "string", "x-code-list": item.scheme}
    return {**told, "enum": list(entries)} if len(entries) <= LISTED else {**told, "maxLength": 40}


def _plain(item: RecordField) -> Property:
    match item:
        case PartialDay():
            return {"type": "string", "pattern": PARTIAL_DAY}
        case Day():
            return {"type": "string", "format": "date"}
        case Number():
            kind = "integer" if item.whole else "number"
            return {"type": kind, "minimum": item.least, "maximum": item.most}
        case YesNo():
            return {"type": "boolean"}
        case Link():
            return {"type": "string", "format": "uuid"}
        case Text():
            return {"type": "string", "minLength": 1, "maxLength": item.most, "pattern": NOT_BLANK}
        case IdNumber():
            return {"type": "string", "minLength": 1, "maxLength": 30}
    return {"type": "string", "minLength": 1}


def _returned(item: RecordField) -> Property:
    """The type alone: what is stored may be older than a rule."""
    if item.sealed:
        return {"type": ["array" if isinstance(item, Parts) else "string", "null"]}
    if isinstance(item, Parts):
        return {"type": "array", "items": {"type": "object", "properties": {
            name: {"type": _returned(part)["type"]} for name, part in fields_of(item.nested).items()
            if not part.computed
        }}}  # fmt: skip
    if isinstance(item, Codes):
        return {"type": ["array", "null"], "items": {"type": "string"}}
    if isinstance(item, Code):
        return {"type": ["string", "null"]}
    if isinstance(item, Attributes):
        return {"type": ["object", "null"]}
    plain = _plain(item)
    return {name: value for name, value in {**plain, "type": [plain["type"], "null"]}.items() if name in _KEPT}


_KEPT = ("type", "format")


def _described(item: RecordField, told: Property, known: References) -> Property:
    """A property with its name for people, its hint, its code list, and whether it is masked."""
    sentences = [gettext(item.hint)] if item.hint else []
    if isinstance(item, Code):
        sentences.append(gettext(N_("Codes: %(address)s.")) % {"address": f"/api/v1/codes/{item.scheme}"})
        named = _names(item, known)
        sentences += [named] if named else []
    if isinstance(item, Area):
        sentences.append(gettext(N_("The id or the code of an area: /api/v1/areas.")))
    if item.sealed:
        sentences.append(gettext(N_("Kept sealed and shown masked; see “reveal”.")) if item.mask
                         else gettext(N_("Kept sealed and not shown; see “reveal”.")))  # fmt: skip
    title = {"title": gettext(item.label)} if item.label else {}
    return {**told, **title, **({"description": " ".join(sentences)} if sentences else {})}


def _names(item: Code, known: References) -> str:
    entries = known.codes(item.scheme).entries
    if len(entries) > LISTED:
        return ""
    return "; ".join(f"{code} {known.codes(item.scheme).name(code, known.language)}" for code in entries)


def example(records: Records, known: References) -> dict[str, Any]:
    """Values of a new record that the schema takes without a doubt, in codes and days as programs send them."""
    fields = {name: item for name, item in fields_of(records.kind.schema).items() if not item.virtual}
    told = {name: value for name, item in fields.items() if (value := _example(item, known)) is not None}
    schema = records.kind.schema(known, strict=True)
    for _attempt in range(len(told)):
        checked = schema.check(told)
        doubted = {*checked.errors, *checked.warnings, *checked.doubts} & told.keys()
        if not doubted:
            break
        told = {name: value for name, value in told.items() if name not in doubted or fields[name].required}
    return told


def _example(item: RecordField, known: References) -> Any:
    if item.computed:
        return None
    if isinstance(item, Area):
        return next((area.code for area in known.areas if area.kind == "community" and area.code), None)
    if isinstance(item, Code):
        codes = known.codes(item.scheme)
        first = next(iter(codes.entries), None) if item.required else None
        return codes.find(item.example) if item.example else first
    if not item.example:
        return gettext(item.label) if item.required and isinstance(item, Text) else None
    if isinstance(item, Number):
        return int(item.example) if item.whole else float(item.example)
    return item.example


def filter_property(item: RecordField, known: References) -> Property:
    """A filter of a list, as a parameter of the query."""
    if isinstance(item, Code):
        return _code(item, known)
    return {"type": "string", "minLength": 1, "maxLength": MOST_TEXT} if isinstance(item, Text) else _plain(item)

