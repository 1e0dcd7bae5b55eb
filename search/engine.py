"""What a search engine must do, whichever way it stores its index.

The index is disposable. It holds documents built from records, and beside them, in the same commit, the
position in each database's change log up to which those documents are true. Whoever finds the index missing
or damaged gets `IndexDamaged` and rebuilds it; nothing else is ever repaired. An engine never decides what
somebody may see: a caller that shows hits passes ``allowed``, which asks the database again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

Key = tuple[str, str]
"""Kind and id of a document: what makes it unique in one index."""

Day = date
"""A day, under a name that no field of a class hides."""

Marked = tuple[tuple[str, bool], ...]
"""A text cut into pieces, each with whether it matched: the template escapes and marks them."""


class IndexDamaged(Exception):
    """The index is missing, half written, of another version or unreadable: rebuild it."""


class IndexBusy(Exception):
    """The index cannot be written just now: leave it; what is missing is caught up later.

    Another process has been writing it for long, or the disk is full or must not be written.
    """


@dataclass(frozen=True, slots=True)
class Document:
    """One record as the index sees it; built from that record alone.

    ``names`` are found by pinyin and initials too, ``codes`` whole or by their last four or more
    characters. ``area_path`` is the path of the record's area in segments of fixed width ("0001.0003."). A
    public document is found by everyone, a staff document by staff only. ``visible_from`` ≤ now <
    ``visible_to``; None is without limit. ``weight`` multiplies the score. After its ``deadlines`` something of the
    record is overdue; a day before 1970 counts as the first of that year.
    """

    kind: str
    id: str
    title: str
    text: str = ""
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    area_path: str = ""
    audience: str = "public"
    visible_from: datetime | None = None
    visible_to: datetime | None = None
    date: datetime | date | None = None
    facets: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    weight: float = 1.0
    deadlines: Mapping[str, Day] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Kind and id as the index keys them; a UUID may be given as ``id`` and is kept as text."""
        return self.kind, str(self.id)


@dataclass(frozen=True, slots=True)
class Query:
    """A question. ``scopes`` are area paths (None: everywhere, empty: nowhere); ``filters`` ask for one of
    the given values in each named facet, those of the facet ``overdue`` for one of the named deadlines before
    ``day`` (today); ``audience`` "staff" also finds what is public. ``told`` says of words of the text which
    records they mean besides those that hold them, by id: what an index must not know, such as names of people.
    ``scopes_of`` narrows single kinds further than ``scopes``; of the kinds ``public_of`` only what is public is found,
    but everywhere.
    Without text everything that fits is found, newest first.
    """

    text: str = ""
    kinds: tuple[str, ...] = ()
    scopes: tuple[str, ...] | None = None
    filters: Mapping[str, Collection[str]] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    audience: str = "public"
    now: datetime | None = None
    day: Day | None = None
    told: Mapping[str, Collection[str]] = field(default_factory=dict)
    scopes_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    public_of: tuple[str, ...] = ()
    sort: str = "relevance"
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found. ``highlights`` are the marked title and, if the text matched, its best passage."""

    kind: str
    id: str
    title: str
    score: float
    highlights: tuple[Marked, ...] = ()

    @property
    def key(self) -> Key:
        """Kind and id, as ``allowed`` returns them."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class Result:
    """A page of hits. ``total`` is exact and already without the hits that ``allowed`` refused; ``facets``
    hold (value, count) pairs, most frequent first; ``suggestion`` is another wording when little was found, and
    ``partly`` says that nothing holds all that was asked for.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    suggestion: str | None = None
    seconds: float = 0.0
    partly: bool = False


Allowed = Callable[[Sequence[Hit]], Collection[Key]]
"""Which of these hits may be shown: asks the database, returns their keys."""


class Engine(Protocol):
    """The index of one audience's documents."""

    def update(
        self, documents: Iterable[Document], removed: Iterable[Key], positions: Mapping[str, int]
    ) -> None:
        """Replaces and removes documents and stores the log positions, all in one commit or not at all.

        Positions not named stay as they are. A document given twice counts as its last form.
        """

    def rebuild(self, documents: Iterable[Document], positions: Mapping[str, int]) -> None:
        """Builds a new index beside the old one and swaps it in; until then the old one answers.

        The documents are read as a stream; each may come only once.
        """

    def positions(self) -> dict[str, int]:
        """The log position reached in each database, as of the last commit."""

    def search(self, query: Query, allowed: Allowed | None = None) -> Result:
        """Answers a query; hits that ``allowed`` does not return are dropped and the page is filled up."""

    def count(self) -> int:
        """How many documents the index holds."""

    def check(self) -> None:
        """Reads the whole index and raises `IndexDamaged` at the first thing that does not fit."""

    def verify(self) -> None:
        """Raises `IndexDamaged` if something is not what was written, in a part of the time that `check` takes.

        An index that was never built is not damaged.
        """

    def close(self) -> None:
        """Lets go of files and connections."""
