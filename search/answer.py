"""From documents selected to the page that is shown: order, re-check, facets, highlights.

Every hit on the way to the shown page is put before ``allowed``, which asks the database. So the page is
filled up with the next hits where some are refused, the pages before and after fit together, and total and
facets are corrected by what was refused.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .engine import Allowed, Hit, Query, Result
from .facts import BETWEEN, OVERDUE
from .highlights import highlights
from .question import understood
from .ranking import Found, Ranking, largest
from .snapshot import Numbers, Snapshot
from .suggestions import suggestion

DEEPEST_CHECK = 1_000
"""Beyond this offset the hits before the page are no longer put before ``allowed``."""

FEW = 3
"""With fewer hits than this, or where nothing has all the words and one stands nowhere, another wording is
suggested.
"""


def answer(snapshot: Snapshot, query: Query, allowed: Allowed | None = None) -> Result:
    """The page of results a query asks for."""
    begun = time.perf_counter()
    ranking = Ranking(snapshot, query)
    found = ranking.find()
    places, refused = page(snapshot, query, found, allowed)
    total = len(found.numbers) - len(refused)
    kept = np.delete(found.numbers, refused) if refused else found.numbers
    facets = {
        name: count_overdue(snapshot, query, kept) if name == OVERDUE else count_facet(snapshot, name, kept)
        for name in query.facets
    }
    plan = understood(query.text)
    doubtful = total < FEW or (ranking.partly and ranking.missing)
    meant = suggestion(snapshot, query.text, plan) if plan.units and doubtful else None
    shown = hits(snapshot, found, places, query)
    return Result(total, shown, facets, meant, time.perf_counter() - begun, ranking.partly)


def ordered(snapshot: Snapshot, query: Query, found: Found, count: int) -> NDArray[np.intp]:
    """The places of the best ``count`` documents in what was found, best first; ties by date, then by id."""
    by_date = query.sort == "date" or not query.text.strip()
    chosen = largest(snapshot.columns["date"][found.numbers] if by_date else found.scores, count)
    numbers = found.numbers[chosen]
    dates, keys, scores = (
        snapshot.columns["date"][numbers],
        snapshot.columns["key"][numbers],
        found.scores[chosen],
    )
    order = np.lexsort((keys, -scores, -dates) if by_date else (keys, -dates, -scores))
    return chosen[order][:count]


def page(
    snapshot: Snapshot, query: Query, found: Found, allowed: Allowed | None
) -> tuple[Sequence[int], list[int]]:
    """The places shown, and the places refused on the way."""
    if allowed is None:
        return list(ordered(snapshot, query, found, query.offset + query.limit)[query.offset :]), []
    first = 0 if query.offset <= DEEPEST_CHECK else query.offset
    wanted = query.offset + query.limit
    shown: list[int] = []
    refused: list[int] = []
    done, ask = first, wanted
    while True:
        batch = list(ordered(snapshot, query, found, ask)[done:ask])
        if not batch:
            break
        asked = hits(snapshot, found, batch, None)
        keys = allowed(asked)
        for place, hit in zip(batch, asked, strict=True):
            (shown if hit.key in keys else refused).append(place)
        done += len(batch)
        lacking = wanted - first - len(shown)
        if lacking <= 0:
            break
        ask = done + max(lacking, query.limit)
    return shown[query.offset - first : wanted - first], refused


def hits(snapshot: Snapshot, found: Found, places: Sequence[int], query: Query | None) -> tuple[Hit, ...]:
    """The documents at some places as hits; without a query without highlights."""
    rows = snapshot.fetch([int(found.numbers[place]) for place in places])
    plan = understood(query.text) if query else None
    return tuple(
        Hit(
            kind,
            identity,
            title,
            round(float(found.scores[place]), 4),
            highlights(title, text, plan) if plan else (),
        )
        for place, (kind, identity, title, text) in zip(places, rows, strict=True)
    )


def count_facet(snapshot: Snapshot, name: str, numbers: Numbers) -> tuple[tuple[str, int], ...]:
    """How many of the documents have each value of a facet; ``kind`` is one without being declared."""
    column = snapshot.columns.get(name if name == "kind" else f"facet:{name}")
    if column is None:
        return ()
    counts: Counter[str] = Counter()
    counted = np.bincount(column[numbers])
    for ordinal in np.flatnonzero(counted):
        for value in snapshot.ordinals.values[int(ordinal)].split(BETWEEN):
            if value:
                counts[value] += int(counted[ordinal])
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def count_overdue(snapshot: Snapshot, query: Query, numbers: Numbers) -> tuple[tuple[str, int], ...]:
    """How many of the documents have each deadline behind them on the day of the query."""
    counts = {name: int(snapshot.overdue(name, query)[numbers].sum()) for name in snapshot.deadlines}
    return tuple(sorted(((n, c) for n, c in counts.items() if c), key=lambda item: (-item[1], item[0])))
