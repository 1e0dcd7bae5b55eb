"""Units found by whoever leads a district: one question over all kinds of unit, counted along several lines.

A unit is whatever may be dangerous or be relied on: an organisation, a facility, a place. Which kinds there are is
the catalogue's affair; people are none, they are found elsewhere and by others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from registries import readings
from registries.access import REGISTRIES, Actor
from registries.messages import N_

from .engine import Hit, Query, Result
from .feed import Feed
from .finding import FACETS, scopes

#: The kinds of record that are units, in the order in which they are offered, as far as the catalogue has them.
KINDS = ("organisation", "facility", "place", "project")
#: By what the answer can be narrowed; what calls for attention first.
UNIT_FACETS: Mapping[str, str] = {
    "kind": N_("Register"),
    **{name: FACETS[name] for name in ("street", "community", "overdue", "risk_colour", "key_unit")}, **FACETS,
}
PAGE = 20
#: Deeper pages are asked for by nobody who reads; whoever wants all takes the sheet.
LAST_PAGE = 50
#: Of the words of a question at most so many are looked up as names of people.
MOST_NAMES = 4
_BETWEEN = re.compile(r"[\s,，、;；]+")

#: Finds units by the people in charge of them: session, a name, area paths (None: everywhere) → ids.
LedBy = Callable[[Session, str, Sequence[str] | None], list[UUID]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked: words, and for each facet the values of which one will do."""

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: str = "relevance"
    page: int = 1
    limit: int = PAGE

    @property
    def empty(self) -> bool:
        """Whether nothing is asked yet."""
        return not self.text.strip() and not self.chosen


@dataclass(frozen=True, slots=True)
class Units:
    """A page of units. ``led`` says of hits found by somebody in charge of them by which name; ``meant`` is the
    wording that was asked instead of the one typed.
    """

    total: int = 0
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    suggestion: str | None = None
    led: Mapping[str, str] = field(default_factory=dict)
    last_page: int = 1
    meant: str | None = None


def kinds(feed: Feed, actor: Actor) -> tuple[str, ...]:
    """The kinds of unit of which the actor may see any.

    Whoever may see the units of one registry finds published projects too, as everybody does.
    """
    found = [name for name in KINDS if name in feed.findable]
    read = {name for name in found if reads(feed, actor, name)}
    return tuple(
        name for name in found
        if name in read or (read and feed.findable[name].kind.database not in REGISTRIES)
    )


def reads(feed: Feed, actor: Actor, kind: str) -> bool:
    """Whether the actor may read records of a kind anywhere, and not only what is public."""
    return actor.scopes("read", feed.findable[kind].kind.database) != []


def find(feed: Feed, wish: Wish, *, actor: Actor, led_by: LedBy | None = None) -> Units:
    """The units the actor may see that answer a wish; every one is asked for again in the database.

    Values of one facet are alternatives, so each chosen facet is counted as if nothing of it were chosen.
    """
    allowed = kinds(feed, actor)
    if not allowed:
        return Units()
    query = Query(
        text=wish.text, kinds=_kinds(wish, allowed), audience="staff", facets=tuple(UNIT_FACETS),
        filters={name: values for name, values in wish.chosen.items() if name != "kind"},
        told=_told(feed, wish.text, actor, led_by) if led_by and "organisation" in allowed else {},
        sort="date" if wish.order == "date" else "relevance",
        offset=(wish.page - 1) * wish.limit, limit=wish.limit,
        **scopes(feed, actor, allowed),
    )
    with feed.database.reading() as session:
        allows = feed.still_there(session, actor, False)
        search = partial(feed.search, allowed=allows)
        query, result = answered(search, query)
        freed = _without_own(search, query, wish, allowed)
    led = {str(i): word for word, ids in query.told.items() for i in ids}
    return Units(
        result.total, result.hits, {**result.facets, **freed}, result.suggestion,
        {hit.id: led[hit.id] for hit in result.hits if hit.id in led},
        max(1, min(-(-result.total // wish.limit), LAST_PAGE)), query.text if query.text != wish.text else None,
    )


def answered(search: Callable[[Query], Result], query: Query) -> tuple[Query, Result]:
    """The answer to a query, or to what it was likely meant to be, if nothing holds all that was typed.

    A better wording is asked instead only where all of it is found: then it is what was meant.
    """
    result = search(query)
    if result.suggestion is None or not (result.partly or result.total == 0):
        return query, result
    meant = replace(query, text=result.suggestion, told={})
    better = search(meant)
    return (query, result) if better.partly or better.total == 0 else (meant, better)


def _kinds(wish: Wish, allowed: tuple[str, ...]) -> tuple[str, ...]:
    chosen = tuple(kind for kind in wish.chosen.get("kind", allowed) if kind in allowed)
    # An empty tuple would mean all kinds.
    return chosen or ("",)


def _without_own(
    search: Callable[[Query], Result], query: Query, wish: Wish, allowed: tuple[str, ...]
) -> dict[str, tuple[tuple[str, int], ...]]:
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for name in wish.chosen:
        others = {other: values for other, values in query.filters.items() if other != name}
        freed = replace(
            query, filters=others, kinds=allowed if name == "kind" else query.kinds, facets=(name,), limit=0, offset=0
        )
        found.update(search(freed).facets)
    return found


def _told(feed: Feed, text: str, actor: Actor, led_by: LedBy) -> dict[str, Any]:
    """The words of a text that are names of people in charge, with their units; that they were read is logged."""
    paths = actor.scopes("read", feed.findable["organisation"].kind.database)
    words = list(dict.fromkeys(word for word in _BETWEEN.split(text.strip()) if word))[:MOST_NAMES]
    with feed.database.reading() as session:
        found = {word: [str(i) for i in led_by(session, word, paths)] for word in words}
    told = {word: ids for word, ids in found.items() if ids}
    if told:
        number = len({i for ids in told.values() for i in ids})
        readings.note(
            feed.database, actor, "search", "organisation", fields=["legal_representative", "safety_manager"],
            count=number,
        )
    return told
