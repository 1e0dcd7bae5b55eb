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
from datetime import UTC, date, datetime
from functools import partial
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .engine import Document, IndexDamaged, Query

Numbers = NDArray[np.int32]
Posting = tuple[Numbers, NDArray[np.uint8]]
"""Document numbers in rising order, and how often the term stands in each."""

EVER = 2**62
BETWEEN = "\x1f"
"""Stands between the values of a facet that has several; such a set of values is one entry of its column."""

COLUMNS: dict[str, str] = {
    "length": "<f4",
    "weight": "<f4",
    "kind": "<i4",
    "area": "<i4",
    "audience": "<i4",
    "since": "<i8",
    "until": "<i8",
    "date": "<i8",
    "key": "<i8",
}
"""Name and type of the columns every segment has; facets add ``facet:name`` columns of ``<i4``."""

POSTINGS_BYTES = 96_000_000
"""How much of the postings a process keeps at hand."""

MASKS = 64


class Ordinals:
    """Numbers for values that recur: kinds, area paths, facet values. 0 is the empty value."""

    def __init__(self) -> None:
        self.values: list[str] = [""]
        self.numbers: dict[str, int] = {"": 0}

    def number(self, value: str) -> int:
        """The number of a value, a new one if it was never seen."""
        number = self.numbers.get(value)
        if number is None:
            number = self.numbers[value] = len(self.values)
            self.values.append(value)
        return number

    def known(self, values: Iterable[str]) -> list[int]:
        """The numbers of those values that were seen before."""
        return [self.numbers[value] for value in values if value in self.numbers]

    def where(self, fits: Callable[[str], bool]) -> NDArray[np.bool_]:
        """For each number, whether its value fits."""
        return np.fromiter((fits(value) for value in list(self.values)), dtype=np.bool_)


def seconds(moment: datetime | date | None, without: int) -> int:
    """A moment or day as whole seconds since 1970; ``without`` stands for None."""
    if moment is None:
        return without
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() // 1)


def sort_key(identity: str) -> int:
    """A number by which documents of equal score keep their order whatever their place in the index."""
    return int.from_bytes(blake2b(identity.encode(), digest_size=8).digest()) >> 1


def facts(document: Document, length: int) -> dict[str, Any]:
    """What the columns say of a document, values not yet numbered."""
    found: dict[str, Any] = {
        "length": float(max(length, 1)),
        "weight": float(document.weight),
        "kind": document.kind,
        "area": document.area_path,
        "audience": document.audience,
        "since": seconds(document.visible_from, -EVER),
        "until": seconds(document.visible_to, EVER),
        "date": seconds(document.date, -EVER),
        "key": sort_key(str(document.id)),
    }
    for name, value in document.facets.items():
        several = (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))
        found[f"facet:{name}"] = BETWEEN.join(v for v in several if v)
    return found


def columns_of(rows: Sequence[Mapping[str, Any]], ordinals: Ordinals) -> dict[str, NDArray[Any]]:
    """The facts of documents turned into columns."""
    facets = sorted({name for row in rows for name in row if name.startswith("facet:")})
    columns: dict[str, NDArray[Any]] = {}
    for name in (*COLUMNS, *facets):
        kind = COLUMNS.get(name, "<i4")
        if kind == "<i4":
            columns[name] = np.fromiter((ordinals.number(row.get(name, "")) for row in rows), kind, len(rows))
        else:
            columns[name] = np.fromiter((row[name] for row in rows), kind, len(rows))
    return columns


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
                mask &= np.isin(self.columns["kind"], self.ordinals.known(query.kinds))
            if query.audience != "staff":
                mask &= np.isin(self.columns["audience"], self.ordinals.known([query.audience]))
            if query.scopes is not None:
                mask &= self.ordinals.where(lambda path: path.startswith(query.scopes or ("\0",)))[
                    self.columns["area"]
                ]
            for name, values in query.filters.items():
                column = self.columns.get(f"facet:{name}", np.zeros(self.size, np.int32))
                wanted = set(values)
                fits = partial(has_one_of, wanted)
                mask &= self.ordinals.where(fits)[column]
            self.masks[key] = mask
            while len(self.masks) > MASKS:
                self.masks.popitem(last=False)
        return mask

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
