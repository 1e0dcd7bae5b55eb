"""What the page of a record shows besides its fields, for the kinds that have more to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries.areas import within
from registries.population import households
from registries.population.models import Dwelling
from registries.records import Item
from registries.storing import live

from ..values import Wording

_DWELLING: sa.Table = Dwelling.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Extra:
    """A part of the page: its template and what the template is given; ``people`` are residents it shows."""

    template: str
    given: dict[str, Any]
    people: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Person:
    """A resident as a household or a dwelling lists them."""

    id: UUID
    name: str
    relation: str
    sex: str
    born: Any
    head: bool = False


def person(item: Item, words: Wording, head_id: UUID | None = None) -> Person:
    """A resident in words."""
    values, codes = item.values, words.known.codes
    relation, sex = values.get("relation_to_head"), values.get("sex")
    return Person(
        item.id, values["name"], codes("family_relationship").name(relation, words.language) if relation else "",
        codes("sex").name(sex, words.language) if sex else "", values.get("birth_date"), item.id == head_id,
    )  # fmt: skip


def _members(session: Session, item: Item, words: Wording) -> Extra:
    found = [one for one in households.members(session, item.id) if _seen(one, words)]
    people = [person(one, words, item.values.get("head_id")) for one in found]
    names = [(one.id, one.name) for one in people]
    return Extra("desk/members.html", {"people": people, "names": names}, found)


def _occupants(session: Session, item: Item, words: Wording) -> Extra:
    found = [one for one in households.occupants(session, item.id) if _seen(one, words)]
    return Extra("desk/occupants.html", {"people": [person(one, words) for one in found]}, found)


def _rooms(session: Session, item: Item, words: Wording) -> Extra:
    scopes = words.actor.scopes("read", "population")
    if scopes == []:
        return Extra("desk/rooms_link.html", {"count": 0})
    count = session.scalar(sa.select(sa.func.count()).where(
        _DWELLING.c.building_id == item.id, live(_DWELLING),
        *([] if scopes is None else [within(_DWELLING.c.area_path, scopes)]),
    ))  # fmt: skip
    return Extra("desk/rooms_link.html", {"count": count or 0})


def _seen(item: Item, words: Wording) -> bool:
    return words.actor.may("read", "population", item.area_path)


#: What each kind adds; the functions get the record and say what its page shows of others.
EXTRAS: dict[str, Callable[[Session, Item, Wording], Extra]] = {
    "household": _members, "dwelling": _occupants, "place": _rooms,
}
