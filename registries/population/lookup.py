"""Finding people by what somebody knows of them: in the database, never in an index of texts.

Every word must fit. A word is read in all the ways it can be: a number exactly (document, phone, household), Latin
letters as pinyin or initials of the name, Chinese as the beginning of the name or of the given name. Each of these is
looked up in an index of its own. Only when nothing fits, and no word is a long number, is every resident in the areas
gone through, for a word in the middle of a name or a piece of an address: no index finds those, but a narrow one that
holds both is read instead of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import identifiers, references
from ..areas import after, outermost, within
from ..chinese import half_width, person_pinyin
from ..crypto import Keys, blinds
from ..phones import check_phone
from ..records import Item
from ..storing import live
from .homes import households
from .models import Household, Resident
from .service import residents

#: Counts are exact up to this many.
COUNTED = 10_000
#: In areas with fewer residents than this all of them are read.
FEW = 2_000
WORDS = 6
#: Digits in an address are fewer than this.
NUMBER = 7
_LATIN = re.compile(r"[a-z][a-z'·.-]*")
_DOCUMENT = re.compile(r"[0-9A-Z][0-9A-Z()/-]{5,29}")
_PHONE = re.compile(r"[+(0-9][-+() 0-9]{5,24}")
_HOUSEHOLD = re.compile(r"[0-9A-Za-z-]{1,60}")
#: Signs that stand for others in a LIKE pattern.
_PATTERN = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})

Condition = sa.ColumnElement[bool]
_LIVE, _INSIDE = live(residents.kind.table), live(households.kind.table)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a word fits a resident, and the index that finds them."""

    holds: Condition
    index: str


def find_people(
    session: Session, text: str, scopes: Sequence[str] | None, limit: int, offset: int = 0
) -> tuple[int, list[tuple[Item, str]]]:
    """The residents below these paths (``None``: everywhere) that ``text`` fits: how many, and those from ``offset``.

    With each comes a title of name, year of birth and address. Whoever moved out, died or was merged is found too as
    long as the record is in use. The number is exact up to `COUNTED`.
    """
    words = half_width(text).split()[:WORDS]
    if not words or scopes == []:
        return 0, []
    paths = None if scopes is None or "" in scopes else outermost(scopes)
    ways = [list(_ways(session, word, paths)) for word in words]
    found = _found(session, ways, paths) if all(ways) else None
    total = 0 if found is None else _count(session, found)
    if not total and not any(_is_number(word) for word in words):
        found = _everyone(ways, words, paths)
        total = _count(session, found)
    return (total, _page(session, found, "".join(words), limit, offset)) if total and found is not None else (0, [])


def _is_number(word: str) -> bool:
    """Whether a word is a document number, a phone or the number of a household, and can be nothing else."""
    return len(word) >= NUMBER and word.isascii() and sum(letter.isdigit() for letter in word) * 2 > len(word)


def _found(session: Session, ways: Sequence[Sequence[Way]], paths: Sequence[str] | None) -> Any:
    """Whom all the words fit: found by the first of them that is rare, and asked for the others."""
    fits = [sa.or_(*(way.holds for way in of_word)) for of_word in ways]
    if paths is not None and _size(session, [_chosen(p, "ix_resident_area") for p in _inside(paths)], FEW) < FEW:
        return sa.union(*(_chosen(p, "ix_resident_area", *fits) for p in _inside(paths)))
    area = [within(Resident.area_path, paths)] if paths is not None else []
    leading = 0
    if len(ways) > 1:
        sizes = [_size(session, [_chosen(way.holds, way.index) for way in of_word], FEW) for of_word in ways]
        leading = sizes.index(min(sizes))
    others = [fit for number, fit in enumerate(fits) if number != leading]
    # Nobody needs more than are counted, and each index gives its residents in an order that begins with the best.
    chosen = (_chosen(way.holds, way.index, *area, *others).limit(COUNTED + 1).subquery() for way in ways[leading])
    return sa.union(*(sa.select(*one.c) for one in chosen))


def _everyone(ways: Sequence[Sequence[Way]], words: Sequence[str], paths: Sequence[str] | None) -> Any:
    """Whom all the words fit in any way: everybody in the areas is read for it, in the index that holds addresses."""
    fits = []
    for of_word, word in zip(ways, words, strict=True):
        like = f"%{word.translate(_PATTERN)}%"
        part = [column.like(like, escape="\\") for column in (Resident.name, Resident.address)]
        # How a Chinese word begins a name is among its pieces; what numbers and Latin letters find is asked apart.
        apart = [_chosen(way.holds, way.index).with_only_columns(Resident.id) for way in of_word if word.isascii()]
        fits.append(sa.or_(*part, *(Resident.id.in_(one.correlate(None)) for one in apart)))
    area = [within(Resident.area_path, paths)] if paths is not None else []
    found = _chosen(sa.and_(*fits), "ix_resident_address", *area).with_only_columns(Resident.id)
    some = found.limit(COUNTED + 1).subquery()
    return _columns().join(some, some.c.id == Resident.id)


def _inside(paths: Sequence[str]) -> list[Condition]:
    return [within(Resident.area_path, [path]) for path in paths]


def _columns() -> sa.Select[UUID, str, str]:
    return sa.select(Resident.id, Resident.name_pinyin, Resident.name)


def _chosen(holds: Condition, index: str, *others: Condition) -> sa.Select[UUID, str, str]:
    """Residents found through an index: SQLite is told which, PostgreSQL counts for itself."""
    statement = _columns().where(holds, _LIVE, *others)
    return statement.with_hint(Resident, f"INDEXED BY {index}", "sqlite")


def _size(session: Session, found: Sequence[sa.Select[UUID, str, str]], most: int) -> int:
    """The number of residents in some selections, counted to ``most``."""
    some = sa.union_all(*(one.with_only_columns(sa.literal(1)) for one in found)).limit(most).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _count(session: Session, found: Any) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def _page(session: Session, found: Any, name: str, limit: int, offset: int) -> list[tuple[Item, str]]:
    some = found.subquery()
    exact = sa.case((some.c.name == name, 0), else_=1)
    statement = sa.select(some.c.id).order_by(exact, some.c.name_pinyin, some.c.id).limit(limit).offset(offset)
    return [(item, title(item)) for item in residents.load(session, session.scalars(statement).all())]


def title(item: Item) -> str:
    """Name, year of birth and address: enough to tell two of one name apart, and nothing that is sealed."""
    born, address = item.values.get("birth_date"), item.values.get("address")
    return " · ".join(part for part in (item.values["name"], (born or "")[:4], address) if part)


def _ways(session: Session, word: str, paths: Sequence[str] | None) -> Iterator[Way]:
    """What a word can mean of all that is in some index."""
    yield from _by_numbers(session, word, paths)
    letters = word.casefold()
    if _LATIN.fullmatch(letters):
        bare = re.sub(r"[^a-z]", "", letters)
        yield Way(_begins(Resident.name_pinyin, bare), "ix_resident_pinyin")
        if len(bare) <= 6:
            yield Way(Resident.name_initials == bare, "ix_resident_initials")
    elif not word.isascii():
        # The pinyin leads to the name: its index serves the order of lists as well, and holds the names.
        sound = person_pinyin(word)
        if sound:
            fits = Resident.name.startswith(word, autoescape=True)
            yield Way(sa.and_(_begins(Resident.name_pinyin, sound), fits), "ix_resident_pinyin")
        yield Way(_begins(Resident.given_name, word), "ix_resident_given_name")


def _begins(column: Any, start: str) -> Condition:
    return sa.and_(column >= start, column < after(start))


def _by_numbers(session: Session, word: str, paths: Sequence[str] | None) -> Iterator[Way]:
    keys: Keys = session.info["keys"]
    number = identifiers.tidy(word)
    if _DOCUMENT.fullmatch(number):
        yield Way(Resident.id_number_index.in_(blinds(keys, "resident.id_number", number)), "uq_resident_number")
    if _PHONE.fullmatch(word):
        phone = check_phone(word)
        if not phone.errors:
            yield Way(Resident.phone_index.in_(blinds(keys, "resident.phone", phone.value)), "ix_resident_phone")
    if _HOUSEHOLD.fullmatch(word) and any(letter.isdigit() for letter in word):
        found = _households(session, word, paths)
        if found:
            yield Way(Resident.household_id.in_(found), "ix_resident_household")


def _households(session: Session, number: str, paths: Sequence[str] | None) -> list[UUID]:
    """The households with a number, by the key that each community would give them."""
    areas = references.load(session).areas
    keys = [
        f"{area.id.hex}|{number}"
        for area in areas
        if area.kind not in ("grid", "building")
        and (paths is None or any(area.path.startswith(path) or path.startswith(area.path) for path in paths))
    ]
    found: list[UUID] = []
    for start in range(0, len(keys), 500):
        chunk = keys[start : start + 500]
        found += session.scalars(sa.select(Household.id).where(Household.key.in_(chunk), _INSIDE))
    return found
