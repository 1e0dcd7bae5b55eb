"""Records found by typing: suggestions for links, and the words of a link made into the id they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from registries import listing, readings
from registries.fields import RecordField
from registries.links import target_kind
from registries.listing import Wish
from registries.population.lookup import find_people
from registries.records import Item
from registries.reference_fields import Link
from registries.references import References
from registries.schemas import Parts, RecordSchema, fields_of
from registries.showing import title
from search.engine import Query
from search.finding import find

from ..running import system
from ..security import actor

MOST = 12
#: A title with its id, as a chosen suggestion stands in the input.
_CHOSEN = re.compile(r"\[([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\]\s*$")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record that may be meant."""

    kind: str
    id: UUID
    title: str
    note: str

    def as_json(self) -> dict[str, str]:
        """What the browser is told; the text is what stays in the input."""
        return {"value": str(self.id), "text": f"{self.title} [{self.id}]", "note": self.note}


def suggestions(kind: str, text: str) -> list[Suggestion]:
    """Records of a kind (or of any, for ``any``) that the words fit, within the actor's scope."""
    catalogue, words = system().catalogue, text.strip()
    if not words:
        return []
    kinds = list(catalogue) if kind == "any" else [kind] if kind in catalogue else []
    found = [one for name in kinds if catalogue[name].kind.documents is None for one in _in_database(name, words)]
    indexed = [name for name in kinds if catalogue[name].kind.documents is not None]
    if indexed:
        asked = Query(text=words, kinds=tuple(indexed), limit=MOST)
        hits = find(system().feed, asked, actor=actor()).hits
        found += [Suggestion(hit["kind"], UUID(hit["id"]), hit["title"], "") for hit in hits]
    return found[:MOST]


def _in_database(kind: str, words: str) -> list[Suggestion]:
    """People by what is known of them; households and dwellings by number or building."""
    records, who = system().catalogue[kind], actor()
    with system().database.reading() as session:
        if kind == "resident":
            scopes = who.scopes("read", "population")
            readings.note(system().database, who, "search", kind, fields=["name"])
            people = [] if scopes == [] else find_people(session, words, scopes, MOST)[1]
            return [Suggestion(kind, item.id, str(item.values["name"]), note) for item, note in people]
        names = [name for name, item in records.storage.fields.items() if item.sortable]
        wish = Wish(filters={names[0]: words}, limit=MOST) if names else Wish(limit=MOST)
        items = listing.find(session, records, wish, actor=who).items
        return [Suggestion(kind, item.id, title(session, records, item), _address(item)) for item in items]


def _address(item: Item) -> str:
    return str(item.values.get("address") or "")


def with_ids(schema: type[RecordSchema], raw: Mapping[str, Any], known: References) -> dict[str, Any]:
    """Values as typed, with the words of links replaced by the id they mean where that is certain."""
    found = dict(raw)
    for name, told in fields_of(schema).items():
        if name not in raw:
            continue
        if isinstance(told, Link):
            found[name] = _meant(told.kind, raw[name])
        elif isinstance(told, Parts) and isinstance(raw[name], list):
            found[name] = [_part_with_ids(dict(told.nested.items()), row, known) for row in raw[name]]
    return found


def _part_with_ids(plan: Mapping[str, RecordField], row: Mapping[str, Any], known: References) -> dict[str, Any]:
    told = dict(row)
    for name, item in plan.items():
        if isinstance(item, Link) and told.get(name):
            kind = item.kind or target_kind(known, str(told.get("role") or "")) or "any"
            told[name] = _meant(kind, told[name])
    return told


def _meant(kind: str, text: Any) -> Any:
    """The id behind the words, or the words where they mean none or several."""
    chosen = _CHOSEN.search(str(text or ""))
    if chosen:
        return chosen[1]
    words = str(text or "").strip()
    if not words or re.fullmatch(r"[0-9a-f-]{36}", words):
        return words
    same = [one for one in suggestions(kind or "any", words) if one.title == words]
    return str(same[0].id) if len(same) == 1 else words
