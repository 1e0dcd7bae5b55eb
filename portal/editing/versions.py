"""The versions of a text, put together from its history, and what differs between two of them, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from markupsafe import Markup
from sqlalchemy.orm import Session

from registries import changes
from registries.access import Actor
from registries.records import Records

from ..news import cleaning

#: A Chinese sign stands for itself; letters and digits make words; what is between stands for itself, too.
_WORD = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9_.]+|\s+|.", re.DOTALL)
#: A picture is compared by what it shows.
_PICTURE = re.compile(r"<img\b[^<>]*>")
_SHOWS = re.compile(r'\balt="([^"]*)"')
#: Paragraphs longer than so many words are compared as a whole: the time grows with the square.
LONGEST = 3_000


@dataclass(frozen=True, slots=True)
class Version:
    """The text as it stood after one change."""

    number: int
    at: datetime
    who: str
    action: str
    reason: str | None
    values: Mapping[str, Any]
    public: bool


def versions(session: Session, records: Records, record_id: UUID, *, actor: Actor) -> list[Version]:
    """All versions of a text that the actor may read, the first one first; steps that change no word count, too.

    :raises NotFound: there is no such text.
    """
    records.get(session, record_id, actor=actor, follow=False)
    values: dict[str, Any] = {}
    found = []
    for number, change in enumerate(reversed(changes.history(session, records.kind.database, record_id)), 1):
        values = {**values, **{name: pair[1] for name, pair in change.changes.items()}}
        told = change.action == "publish"
        found.append(Version(number, change.at, change.actor, change.action, change.reason, values, told))
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs, with both texts in one."""

    name: str
    text: Markup


def differences(before: Mapping[str, Any], after: Mapping[str, Any], names: Sequence[str]) -> list[Difference]:
    """The fields of two versions that differ, in the order of their names."""
    found = []
    for name in names:
        old, new = _plain(before.get(name)), _plain(after.get(name))
        if old != new:
            found.append(Difference(name, compared(old, new)))
    return found


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_row(one) for one in value)
    if isinstance(value, bool):
        return "✓" if value else ""
    return cleaning.plain(_PICTURE.sub(_shown, str(value))) if value is not None else ""


def _shown(picture: re.Match[str]) -> str:
    found = _SHOWS.search(picture[0])
    return f"<p>[{found[1]}]</p>" if found else ""


def _row(one: Any) -> str:
    return " · ".join(str(part) for part in one.values() if part) if isinstance(one, Mapping) else str(one)


def compared(old: str, new: str) -> Markup:
    """Two texts in one, with what was taken out and what was put in marked."""
    lines_before, lines_after = old.split("\n"), new.split("\n")
    parts = []
    for tag, a, b, c, d in SequenceMatcher(None, lines_before, lines_after, autojunk=False).get_opcodes():
        if tag == "equal":
            parts += [Markup("<p>{}</p>").format(line) for line in lines_before[a:b] if line.strip()]
        else:
            words = _words("\n".join(lines_before[a:b]), "\n".join(lines_after[c:d]))
            parts.append(Markup('<p class="changed">{}</p>').format(Markup("").join(words)))
    return Markup("").join(parts)


def _words(old: str, new: str) -> Iterator[Markup]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > LONGEST:
        before, after = [old], [new]
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        if tag == "equal":
            yield Markup("{}").format(gone)
        else:
            if gone.strip():
                yield Markup("<del>{}</del>").format(gone)
            if come.strip():
                yield Markup("<ins>{}</ins>").format(come)
