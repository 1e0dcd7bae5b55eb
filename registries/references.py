"""A snapshot of what values refer to: the code lists and the area tree, in memory, for checking many records fast.

It is plain data, so it can be sent to the worker processes that check a large file; it is read anew whenever the
log of ``network`` tells of a change of a list or an area.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes
from .areas import Area
from .chinese import fold
from .codes import Code

#: The kinds under which the log tells of changes of code lists and areas.
LOGGED_AS = ("code", "area")


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One entry of a code list with its names."""

    code: str
    name_zh: str
    name_en: str
    parent: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    valid_to: date | None = None


class CodeList:
    """The entries of one scheme, found by code or by any of their wordings."""

    def __init__(self, scheme: str, entries: Iterable[tuple[CodeEntry, Iterable[str]]] = ()) -> None:
        self.scheme = scheme
        self.entries: dict[str, CodeEntry] = {}
        self._words: dict[str, str] = {}
        for entry, synonyms in entries:
            self.entries[entry.code] = entry
            for word in (entry.code, entry.name_zh, *_short_names(entry.name_zh), entry.name_en, *synonyms):
                self._words.setdefault(fold(word), entry.code)

    def has(self, code: str) -> bool:
        """Whether the scheme knows the code, in use or not."""
        return code in self.entries

    def find(self, word: str) -> str | None:
        """The code that a word stands for: the code itself, a name in either language, or a known wording."""
        if word in self.entries:
            return word
        folded = fold(word)
        found = self._words.get(folded)
        return found if found is not None else self._words.get(folded.lstrip("0") or "0") if folded.isdigit() else None

    def words(self) -> Mapping[str, str]:
        """Every folded wording with the code it stands for."""
        return self._words

    def name(self, code: str, language: str = "zh") -> str:
        """The name of a code, or the code itself if it is not known."""
        entry = self.entries.get(code)
        return code if entry is None else entry.name_zh if language == "zh" else entry.name_en

    def sample(self, most: int = 8) -> str:
        """The first names, for an error message."""
        names = [entry.name_zh for entry in self.entries.values() if entry.valid_to is None]
        return "、".join(names[:most]) + ("…" if len(names) > most else "")


def _short_names(name: str) -> list[str]:
    """“未婚（从未结婚）” is also written “未婚”, “子/儿子” as either."""
    bare = name.split("（", maxsplit=1)[0].split("(", maxsplit=1)[0]
    return [bare, *(part for part in bare.split("/") if part != bare)]


@dataclass(frozen=True, slots=True)
class AreaEntry:
    """An area as records refer to it."""

    id: UUID
    code: str | None
    kind: str
    name_zh: str
    name_en: str
    path: str
    parent_id: UUID | None


class AreaIndex:
    """The area tree, found by id, code or name; a name that several areas carry finds none."""

    def __init__(self, entries: Iterable[AreaEntry] = ()) -> None:
        self._by_id = {entry.id: entry for entry in entries}
        self._by_path = {entry.path: entry for entry in self._by_id.values()}
        self._by_word: dict[str, AreaEntry | None] = {}
        for entry in self._by_id.values():
            for word in filter(None, (entry.code, str(entry.id))):
                self._by_word[word] = entry
        for entry in self._by_id.values():
            for word in {fold(entry.name_zh), fold(self.full_name(entry))}:
                self._by_word[word] = None if word in self._by_word else entry

    def __iter__(self) -> Any:
        return iter(self._by_id.values())

    def get(self, area_id: UUID) -> AreaEntry | None:
        """The area with this id."""
        return self._by_id.get(area_id)

    def at(self, path: str) -> AreaEntry | None:
        """The area with exactly this path."""
        return self._by_path.get(path)

    def root(self) -> AreaEntry | None:
        """The district itself: the area with the shortest path."""
        return min(self._by_id.values(), key=lambda entry: entry.path, default=None)

    def find(self, word: str) -> AreaEntry | None:
        """The area with this code, id, name or full name."""
        return self._by_word.get(word) or self._by_word.get(fold(word))

    def full_name(self, entry: AreaEntry, language: str = "zh") -> str:
        """The names from below the district down to the area, joined; in English from the area up."""
        names = [entry.name_zh if language == "zh" else entry.name_en or entry.name_zh]
        parent = entry.parent_id and self._by_id.get(entry.parent_id)
        while parent and parent.parent_id:
            names.append(parent.name_zh if language == "zh" else parent.name_en or parent.name_zh)
            parent = self._by_id.get(parent.parent_id)
        return "".join(reversed(names)) if language == "zh" else ", ".join(names)

    def ancestor(self, path: str, kind: str) -> AreaEntry | None:
        """The area of ``kind`` (street, community …) that a path lies in."""
        entries = self._by_id.values()
        return next((entry for entry in entries if entry.kind == kind and path.startswith(entry.path)), None)


@dataclass(frozen=True, slots=True)
class References:
    """Code lists and areas at one moment; ``generation`` is the last change of the log that any of them had.

    ``roc`` says that the file at hand counts years from 1912; ``language`` is the one that cells are written in.
    """

    lists: Mapping[str, CodeList] = field(default_factory=dict)
    areas: AreaIndex = field(default_factory=AreaIndex)
    generation: int = 0
    roc: bool = False
    language: str = "zh"
    _stamp: list[str] = field(default_factory=list, repr=False, compare=False)

    def codes(self, scheme: str) -> CodeList:
        """The code list of a scheme; an unknown scheme is a mistake of the program."""
        return self.lists[scheme]

    def in_language(self, language: str) -> References:
        """The same references for writing cells in another language."""
        return replace(self, language=language)

    def stamp(self) -> str:
        """A digest of all that values are read against: it changes when a cell might be read differently."""
        if self._stamp:
            return self._stamp[0]
        told = hashlib.sha256()
        for scheme in sorted(self.lists):
            told.update(f"{scheme}{sorted(self.lists[scheme].words().items())}".encode())
        for area in self.areas:
            told.update(f"{area.id}{area.code}{area.name_zh}{area.path}".encode())
        self._stamp.append(told.hexdigest())
        return self._stamp[0]

    def with_roc(self, roc: bool) -> References:
        """The same references for a file whose years are (or are not) counted from 1912."""
        return replace(self, roc=roc)


def load(session: Session) -> References:
    """The references as they stand; kept for the life of the database object while no list and no area changes.

    Articles and accounts of the site are written into the same log far more often than lists change, and reading all
    lists takes a third of a second: so the log is asked what has changed since, and not only whether anything has.
    """
    head, database = changes.head(session, "network").last_id, session.info["database"]
    seen: tuple[int, References] | None = getattr(database, "references", None)
    if seen is not None and (
        seen[0] == head or (seen[0] < head and changes.last_of(session, "network", LOGGED_AS, after=seen[0]) is None)
    ):
        database.references = head, seen[1]
        return seen[1]
    loaded = _load(session)
    if session.info.get("writes") != "network" or "log_head" not in session.info:
        # What this session changed itself may still be rolled back: others must not be given it.
        database.references = head, loaded
    return loaded


def _load(session: Session) -> References:
    generation = changes.last_of(session, "network", LOGGED_AS) or 0
    schemes: dict[str, list[tuple[CodeEntry, list[str]]]] = {}
    for row in session.scalars(sa.select(Code).order_by(Code.scheme, Code.position)):
        entry = CodeEntry(row.code, row.name_zh, row.name_en, row.parent, row.extra, row.valid_to)
        schemes.setdefault(row.scheme, []).append((entry, row.synonyms.split("|") if row.synonyms else []))
    areas = [
        AreaEntry(row.id, row.code, row.kind, row.name_zh, row.name_en, row.path, row.parent_id)
        for row in session.execute(sa.select(
            Area.id, Area.code, Area.kind, Area.name_zh, Area.name_en, Area.path, Area.parent_id,
        ).where(Area.valid_to.is_(None)).order_by(Area.path))
    ]
    return References(
        {scheme: CodeList(scheme, entries) for scheme, entries in schemes.items()}, AreaIndex(areas), generation,
    )
