"""Lists of records: what can be asked for, and a page of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError
from sqlalchemy.orm import Session

from registries import listing, references
from registries.access import Actor
from registries.fields import Day, RecordField, Text, YesNo
from registries.listing import Range, Wish
from registries.messages import N_
from registries.records import Item, Records
from registries.reference_fields import Code
from registries.schemas import Parts

from .. import cursors
from . import answers, asking

LEAST, MOST, USUAL = 1, 200, 50
#: The parameters of every list, beside the filters of its kind.
COMMON = ("area", "sort", "limit", "cursor", "retired")
FROM, TO = ".from", ".to"


def sealed_filters(records: Records) -> dict[str, RecordField]:
    """The sealed fields that can be found by their exact value, in a body only: an address ends up in logs."""
    return {
        name: item for name, item in records.storage.fields.items()
        if item.sealed and item.indexed and not isinstance(item, Parts)
    }  # fmt: skip


def filters(records: Records) -> dict[str, RecordField]:
    """The parameters that a list of this kind is narrowed by: fields, and for days the bounds of a span."""
    found: dict[str, RecordField] = {}
    for name, item in records.storage.fields.items():
        if item.sealed or isinstance(item, Parts) or not (item.filterable or item.sortable):
            continue
        if isinstance(item, Day):
            found[name + FROM], found[name + TO] = item, item
        else:
            found[name] = item
    return found


def sorts(records: Records) -> list[str]:
    """What a list can be sorted by; with a hyphen before it downwards."""
    names = [name for name, item in records.storage.fields.items() if item.sortable]
    return [sign + name for name in ("id", *names) for sign in ("", "-")]


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that is asked for, and what makes its list the list it is."""

    wish: Wish
    purpose: str


def asked(
    session: Session, records: Records, told: Mapping[str, str], sealed: Mapping[str, str] | None = None
) -> Asked:
    """What the query asks for; ``sealed`` are exact values of sealed fields, from a body.

    :raises Answered: something in it cannot be read.
    """
    known = references.load(session)
    area = asking.area(told, known)
    sort = asking.choice(told, "sort", {name: name for name in sorts(records)}, "id")
    schema = records.kind.schema(known, strict=True)
    wanted = {name: _value(name, schema.plan[_field(name)], told[name]) for name in filters(records) if name in told}
    narrowed = {**_spans(wanted), **(sealed or {})}
    retired = asking.choice(told, "retired", asking.YES_NO, False)
    purpose = cursors.purpose(records.name, sort, area and area.path, {k: str(v) for k, v in narrowed.items()}, retired)
    wish = Wish(
        areas=(area.path,) if area else (), filters=narrowed, sort=sort.lstrip("-"), descending=sort.startswith("-"),
        limit=asking.number(told, "limit", USUAL, LEAST, MOST), retired=retired,
        **_cursor(session, told.get("cursor"), purpose),
    )  # fmt: skip
    return Asked(wish, purpose)


def _field(name: str) -> str:
    return name.removesuffix(FROM).removesuffix(TO)


def _value(name: str, item: RecordField, text: str) -> Any:
    if isinstance(item, YesNo):
        return asking.choice({name: text}, name, asking.YES_NO, None)
    if isinstance(item, Text) and not isinstance(item, Code):
        return text
    try:
        # Of a field that holds several codes one is looked for.
        return Code._deserialize(item, text, None, None) if isinstance(item, Code) else item.deserialize(text)  # noqa: SLF001
    except ValidationError as error:
        raise asking.refuse(asking.wrong(name)) from error


def _spans(wanted: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in wanted.items():
        field = _field(name)
        if field == name:
            found[name] = value
            continue
        span = found.get(field, Range())
        found[field] = Range(value, span.most) if name.endswith(FROM) else Range(span.least, value)
    return found


def _cursor(session: Session, text: str | None, purpose: str) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        direction, value, record_id = cursors.unpack(session.info["keys"], purpose, text)
    except (cursors.Foreign, ValueError) as error:
        told = N_("Take “next” or “previous” of an answer to the same question.")
        raise asking.refuse(asking.wrong("cursor", told)) from error
    return {direction: (value, record_id)}


def page(session: Session, records: Records, asked: Asked, *, actor: Actor) -> tuple[dict[str, Any], list[Item]]:
    """The page as JSON, and the records on it."""
    found = listing.find(session, records, asked.wish, actor=actor)
    total, more = listing.count(session, records, asked.wish, actor=actor)
    keys = session.info["keys"]
    return {
        "items": [answers.record(session, records, item) for item in found.items],
        "next": cursors.pack(keys, asked.purpose, "after", *found.after) if found.after else None,
        "previous": cursors.pack(keys, asked.purpose, "before", *found.before) if found.before else None,
        "total": total,
        "total_is_exact": not more,
    }, found.items
