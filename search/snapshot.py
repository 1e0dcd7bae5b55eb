"""One generation of an index in memory: what is known of every document, and the postings read so far.

Both engines keep their index in immutable segments. A segment's columns are read once, its postings when a
query needs them; a snapshot strings segments together, so that document numbers run through and a search is
arithmetic on arrays. After an update only the new segment is read. Masks (who may see what, in which areas,
with which facet values) are kept per snapshot, so a scope costs its price once and not with every query.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registries.days import today

from .engine import IndexDamaged, Query
from .facts import BETWEEN, COLUMNS, EVER, OVERDUE, Ordinals, day_number, seconds, sort_key

Numbers = NDArray[np.int32]
Posting = tuple[Numbers, NDArray[np.uint8]]
"""Document numbers in rising order, and how often the term stands in each."""

POSTINGS_BYTES = 96_000_000
"""How much of the postings a process keeps at hand."""

MASKS = 64


@dataclass(slots=True)
class Segment:
    """An immutable part of an index: ``read`` gives the postings of terms, numbered from 0 within the
    segment.
    """

    name: str
    count: int
    columns: dict[str, NDArray[Any]]
    read: Callable[[Sequence[str]], Mapping[str, Posting]]
    dead: Numbers = field(default_factory=lambda: np.zeros(0, np.int32))


class PostingCache:
    """Postings of segments read before, the longest unused forgotten first; shared by all snapshots of an
    engine.
    """

    def __init__(self, most: int = POSTINGS_BYTES) -> None:
        self.most, self.size = most, 0
        self.kept: OrderedDict[tuple[str, str], Posting] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, segment: str, term: str) -> Posting | None:
        """The postings, if kept."""
        with self.lock:
            found = self.kept.get((segment, term))
            if found is not None:
                self.kept.move_to_end((segment, term))
            return found

    def put(self, segment: str, term: str, posting: Posting) -> None:
        """Keeps postings."""
        with self.lock:
            if (segment, term) in self.kept:
                return
            self.kept[segment, term] = posting
            self.size += posting[0].nbytes + posting[1].nbytes + 200
            while self.size > self.most and len(self.kept) > 1:
                _, (numbers, times) = self.kept.popitem(last=False)
                self.size -= numbers.nbytes + times.nbytes + 200


class Snapshot:
    """The index as of one commit; engines add how to look up terms by prefix and how to fetch titles and
    texts.
    """

    def __init__(self, segments: Sequence[Segment], ordinals: Ordinals, cache: PostingCache) -> None:
        self.segments = list(segments)
        self.ordinals, self.cache = ordinals, cache
        self.starts = np.cumsum([0, *(s.count for s in segments)])
        self.size = int(self.starts[-1])
        names = dict.fromkeys((*COLUMNS, *(name for s in segments for name in s.columns)))
        self.columns = {name: self._column(name) for name in names}
        for segment, start in zip(segments, self.starts, strict=False):
            segment.columns = {
                name: values[start : start + segment.count] for name, values in self.columns.items()
            }
        self.alive = np.ones(self.size, np.bool_)
        for segment, start in zip(segments, self.starts, strict=False):
            self.alive[segment.dead + start] = False
        self.count = int(self.alive.sum())
        lengths = self.columns["length"]
        self.mean_length = float(lengths[self.alive].mean()) if self.count else 1.0
        self.masks: OrderedDict[Hashable, NDArray[np.bool_]] = OrderedDict()
        self.derived: dict[str, NDArray[Any]] = {}
        self.visible: tuple[int, int, NDArray[np.bool_]] | None = None

    def _column(self, name: str) -> NDArray[Any]:
        kind = COLUMNS.get(name, "<i4")
        parts = [s.columns[name] if name in s.columns else np.zeros(s.count, kind) for s in self.segments]
        return np.concatenate(parts) if parts else np.zeros(0, kind)

    def kept(self, name: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """An array derived from the columns, made once."""
        if name not in self.derived:
            self.derived[name] = make()
        return self.derived[name]

    def postings(self, terms: Collection[str]) -> dict[str, Posting]:
        """Postings over the whole snapshot; a term that stands nowhere is left out. ``#12*`` joins all it
        begins.
        """
        wanted = {term: self.expand(term[:-1]) if term.endswith("*") else [term] for term in terms}
        plain = list(dict.fromkeys(term for group in wanted.values() for term in group))
        self.prefetch(plain)
        found: dict[str, list[Posting]] = {term: [] for term in plain}
        for segment, start in zip(self.segments, self.starts, strict=False):
            for term, (numbers, times) in self._segment_postings(segment, plain).items():
                if len(numbers):
                    found[term].append((numbers + np.int32(start) if start else numbers, times))
        joined = {}
        for term, group in wanted.items():
            parts = [part for plain_term in group for part in found[plain_term]]
            if parts:
                joined[term] = strung(parts) if len(group) == 1 else union(parts)
        return joined

    def holding(self, ids: Collection[str]) -> Posting:
        """The documents with these ids, as if they had a term in common."""
        numbers = np.flatnonzero(np.isin(self.columns["key"], [sort_key(identity) for identity in ids]))
        return numbers.astype(np.int32), np.ones(len(numbers), np.uint8)

    def _segment_postings(self, segment: Segment, terms: Sequence[str]) -> dict[str, Posting]:
        found = {}
        missing = []
        for term in terms:
            posting = self.cache.get(segment.name, term)
            if posting is None:
                missing.append(term)
            else:
                found[term] = posting
        if missing:
            read = segment.read(missing)
            for term in missing:
                posting = read.get(term, EMPTY)
                if len(posting[0]) and posting[0][-1] >= segment.count:
                    raise IndexDamaged(f"postings of {term!r} point outside segment {segment.name}")
                self.cache.put(segment.name, term, posting)
                found[term] = posting
        return found

    def prefetch(self, terms: Sequence[str]) -> None:
        """Puts postings of all segments into the cache, where one look-up is cheaper than one each."""

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many documents each term stands, without reading postings where the engine can."""
        return {term: len(numbers) for term, (numbers, _) in self.postings(terms).items()}

    def expand(self, prefix: str, limit: int = 200) -> list[str]:
        """Terms that begin so."""
        raise NotImplementedError

    def fetch(self, numbers: Sequence[int]) -> list[tuple[str, str, str, str]]:
        """Kind, id, title and text of documents."""
        raise NotImplementedError

    def mask(self, query: Query) -> NDArray[np.bool_]:
        """Which documents the query may find, whatever its words; nobody may change it."""
        fixed = self._kept_mask(
            (
                query.kinds,
                query.audience,
                query.scopes,
                tuple(sorted(query.scopes_of.items())),
                query.public_of,
                self._day(query) if OVERDUE in query.filters else 0,
                tuple(sorted((name, tuple(sorted(values))) for name, values in query.filters.items())),
            ),
            query,
        )
        return fixed & self._visible(seconds(query.now or datetime.now(UTC), 0))

    def _kept_mask(self, key: Hashable, query: Query) -> NDArray[np.bool_]:
        mask = self.masks.get(key)
        if mask is None:
            mask = self.alive.copy()
            if query.kinds:
                mask &= self._of_kinds(query.kinds)
            if query.audience != "staff":
                mask &= np.isin(self.columns["audience"], self.ordinals.known([query.audience]))
            openly = self._of_kinds(query.public_of)
            if query.public_of:
                mask &= ~openly | np.isin(self.columns["audience"], self.ordinals.known(["public"]))
            if query.scopes is not None:
                mask &= self._inside(query.scopes) | openly
            for kind, scopes in query.scopes_of.items():
                mask &= ~self._of_kinds([kind]) | self._inside(scopes)
            for name, values in query.filters.items():
                if name == OVERDUE:
                    mask &= np.any([self.overdue(deadline, query) for deadline in sorted(values)], axis=0)
                    continue
                column = self.columns.get(f"facet:{name}", np.zeros(self.size, np.int32))
                wanted = set(values)
                fits = partial(has_one_of, wanted)
                mask &= self.ordinals.where(fits)[column]
            self.masks[key] = mask
            while len(self.masks) > MASKS:
                self.masks.popitem(last=False)
        return mask

    def _of_kinds(self, kinds: Iterable[str]) -> NDArray[np.bool_]:
        of_kinds: NDArray[np.bool_] = np.isin(self.columns["kind"], self.ordinals.known(kinds))
        return of_kinds

    def _inside(self, scopes: tuple[str, ...]) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = self.ordinals.where(lambda path: path.startswith(scopes or ("\0",)))[
            self.columns["area"]
        ]
        return inside

    @staticmethod
    def _day(query: Query) -> int:
        return day_number(query.day or today())

    def overdue(self, deadline: str, query: Query) -> NDArray[np.bool_]:
        """Which documents have a deadline of this name that lies before the day of the query."""
        days = self.columns.get(f"deadline:{deadline}", np.zeros(self.size, np.int32))
        passed: NDArray[np.bool_] = (days > 0) & (days < self._day(query))
        return passed

    @property
    def deadlines(self) -> list[str]:
        """The names of the deadlines that any document has."""
        return [name.removeprefix("deadline:") for name in self.columns if name.startswith("deadline:")]

    def _visible(self, now: int) -> NDArray[np.bool_]:
        """What is visible now; kept until the next document appears or vanishes."""
        kept = self.visible
        if kept is None or not kept[0] <= now < kept[1]:
            since, until = self.columns["since"], self.columns["until"]
            edges = np.concatenate([since, until])
            before, after = edges[edges <= now], edges[edges > now]
            mask = (since <= now) & (now < until)
            kept = (int(before.max(initial=-EVER)), int(after.min(initial=EVER)), mask)
            self.visible = kept
        return kept[2]


def has_one_of(wanted: Collection[str], value: str) -> bool:
    """Whether one of the values of a facet is wanted."""
    return any(part in wanted for part in value.split(BETWEEN))


EMPTY: Posting = (np.zeros(0, np.int32), np.zeros(0, np.uint8))


def strung(parts: Sequence[Posting]) -> Posting:
    """The postings of one term in several segments, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def union(parts: Sequence[Posting]) -> Posting:
    """The postings of several terms as if they were one."""
    numbers, times = strung(parts)
    single, first = np.unique(numbers, return_index=True)
    return single, times[first]
