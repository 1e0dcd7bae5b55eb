"""One search over everything an actor may see: documents from the index, people from the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registries import readings
from registries.access import Actor
from registries.findable import DEADLINES
from registries.messages import N_
from registries.references import References

from .engine import Query
from .feed import Feed, area_token

#: The facets that an answer counts, in this order, with what they are called.
FACETS = {
    "street": N_("Street"), "community": N_("Community"), "subclass": N_("Kind of facility"),
    "org_type": N_("Kind of unit"), "industry": N_("Branch of industry"), "key_unit": N_("Key unit"),
    "small_venue": N_("Small venue"), "place_kind": N_("Kind of place"), "operating_status": N_("Status"),
    "state": N_("State"), "risk_colour": N_("Risk"), "overdue": N_("Overdue"), "lacks": N_("Lacking"),
}
#: What is counted for staff only: who has not looked after something is nobody else's affair.
STAFF_FACETS = frozenset({"overdue", "lacks"})
_SCHEMES = {
    "subclass": "facility_subclass", "org_type": "org_type", "industry": "industry", "place_kind": "place_kind",
    "key_unit": "key_unit", "small_venue": "small_venue",
    "operating_status": "operating_status", "state": "facility_state", "risk_colour": "risk_colour",
}


def facet_name(known: References, facet: str, value: str) -> str:
    """What a value of a facet is called in the language of ``known``.

    Deadlines are told by their message ids, and a field that is lacking by its name: its label is the kind's affair.
    """
    if facet == "overdue":
        return DEADLINES.get(value, value)
    scheme = _SCHEMES.get(facet)
    if scheme is not None:
        return known.codes(scheme).name(value, known.language)
    area = known.areas.find(value)
    return value if area is None else area.name_zh if known.language == "zh" else area.name_en


#: Searches people by words within scopes: session, text, scope paths, limit, offset → (total, items with titles).
People = Callable[..., tuple[int, list[tuple[Any, str]]]]


@dataclass(frozen=True, slots=True)
class Found:
    """An answer over all kinds; people come first, because who types a name means one."""

    total: int
    hits: list[dict[str, Any]] = field(default_factory=list)
    facets: dict[str, Any] = field(default_factory=dict)
    suggestion: str | None = None
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The answer as the command line and the API give it."""
        return {
            "total": self.total, "hits": self.hits, "facets": {n: dict(v) for n, v in self.facets.items() if v},
            "seconds": round(self.seconds, 4),
        }


def find(feed: Feed, query: Query, *, actor: Actor, public: bool = False, people: People | None = None) -> Found:
    """Search as ``actor``; with ``public`` only what every resident may see."""
    kinds = query.kinds or tuple(feed.catalogue)
    hits: list[dict[str, Any]] = []
    total = 0
    if people is not None and not public and "resident" in kinds and query.text:
        total, hits = _people(feed, query, actor, people)
    indexed = tuple(kind for kind in kinds if kind in feed.findable)
    if not indexed:
        return Found(total, hits)
    with feed.database.reading() as session:
        narrowed = replace(
            query, kinds=indexed, audience="public" if public else "staff", limit=max(0, query.limit - len(hits)),
            offset=max(0, query.offset - total),
            facets=tuple(name for name in query.facets if not public or name not in STAFF_FACETS),
            **({} if public else scopes(feed, actor, indexed)),
        )
        result = feed.search(narrowed, feed.still_there(session, actor, public))
    hits += [{"kind": h.kind, "id": h.id, "title": h.title, "score": round(h.score, 4)} for h in result.hits]
    meant = None if total else result.suggestion  # the index holds no people, so it does not know their names
    return Found(total + result.total, hits, result.facets, meant, result.seconds)


def _people(feed: Feed, query: Query, actor: Actor, people: People) -> tuple[int, list[dict[str, Any]]]:
    scopes = actor.scopes("read", "population")
    if scopes == []:
        return 0, []
    readings.note(feed.database, actor, "search", "resident", fields=["name"])
    with feed.database.reading() as session:
        total, found = people(session, query.text, scopes, query.limit, query.offset)
    return total, [{"kind": "resident", "id": str(item.id), "title": title, "score": 1.0} for item, title in found]


def scopes(feed: Feed, actor: Actor, kinds: Sequence[str]) -> dict[str, Any]:
    """Where the actor may see records of these kinds, as ``scopes``, ``scopes_of`` and ``public_of`` of a `Query`.

    Counts and suggestions are trimmed by it, so each kind is asked for: one may be seen where another may not. Of a
    kind that the actor may see nowhere, what is public is found as everybody finds it.
    """
    everywhere = {kind: actor.scopes("read", feed.findable[kind].kind.database) for kind in kinds}
    told = {kind: paths for kind, paths in everywhere.items() if paths != []}
    wide = None if None in told.values() else {path for paths in told.values() for path in paths or ()}
    return {
        "scopes": None if wide is None else _tokens(wide),
        "scopes_of": {
            kind: _tokens(paths) for kind, paths in told.items() if paths is not None and set(paths) != wide
        },
        "public_of": tuple(kind for kind in kinds if kind not in told),
    }


def _tokens(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(area_token(path) for path in paths))
