"""Finding people by what somebody knows of them: in the database, never in an index of texts.

Every word must fit. A word is read in all the ways it can be: a number exactly (document, phone, household), Latin
letters as pinyin or initials of the name, Chinese as a part of the name. Only when no name fits are addresses gone
through, because a name is what is mostly asked for and has an index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import identifiers, references
from ..areas import after, within
from ..chinese import half_width, person_pinyin
from ..crypto import Keys, blinds
from ..phones import check_phone
from ..records import Item
from .models import Household, Resident
from .service import residents

#: Counts are exact up to this many.
COUNTED = 10_000
WORDS = 6
#: A Chinese word of so many characters is a whole name, so it is looked up as the beginning of one.
WHOLE = 3
_LATIN = re.compile(r"[a-z][a-z'·.-]*")
_DOCUMENT = re.compile(r"[0-9A-Z][0-9A-Z()/-]{5,29}")
_PHONE = re.compile(r"[+(0-9][-+() 0-9]{5,24}")
_HOUSEHOLD = re.compile(r"[0-9A-Za-z-]{1,60}")
#: Signs that stand for others in a LIKE pattern.
_PATTERN = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})

Condition = sa.ColumnElement[bool]
_INSIDE = (Household.retired_at.is_(None), Household.merged_into.is_(None))


def find_people(
    session: Session, text: str, scopes: Sequence[str] | None, limit: int
) -> tuple[int, list[tuple[Item, str]]]:
    """The residents below these paths (``None``: everywhere) that ``text`` fits: their number and the first.

    With each comes a title of name, year of birth and address. Whoever moved out, died or was merged is found too as
    long as the record is in use. The number is exact up to `COUNTED`.
    """
    words = half_width(text).split()[:WORDS]
    if not words or scopes == []:
        return 0, []
    base: list[Condition] = [Resident.retired_at.is_(None), Resident.merged_into.is_(None)]
    if scopes is not None:
        base.append(within(Resident.area_path, scopes))
    for ways in (_by_names, _by_any):
        conditions = [sa.or_(*ways(session, word, scopes)) for word in words]
        total = _count(session, [*base, *conditions])
        if total:
            return total, _first(session, [*base, *conditions], "".join(words), limit)
    return 0, []


def _count(session: Session, conditions: Sequence[Condition]) -> int:
    some = sa.select(Resident.id).where(*conditions).limit(COUNTED + 1).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _first(
    session: Session, conditions: Sequence[Condition], name: str, limit: int
) -> list[tuple[Item, str]]:
    exact = sa.case((Resident.name == name, 0), else_=1)
    ids = session.scalars(
        sa.select(Resident.id)
        .where(*conditions)
        .order_by(exact, Resident.name_pinyin, Resident.id)
        .limit(limit)
    ).all()
    return [(item, title(item)) for item in residents.load(session, ids)]


def title(item: Item) -> str:
    """Name, year of birth and address: enough to tell two of one name apart, and nothing that is sealed."""
    born, address = item.values.get("birth_date"), item.values.get("address")
    return " · ".join(part for part in (item.values["name"], (born or "")[:4], address) if part)


def _by_names(session: Session, word: str, scopes: Sequence[str] | None) -> Iterator[Condition]:
    """What a word can mean besides a piece of an address; all of it is in some index."""
    yield sa.false()
    yield from _by_numbers(session, word, scopes)
    letters = word.casefold()
    if _LATIN.fullmatch(letters):
        bare = re.sub(r"[^a-z]", "", letters)
        yield sa.and_(Resident.name_pinyin >= bare, Resident.name_pinyin < after(bare))
        if len(bare) <= 6:
            yield Resident.name_initials == bare
    elif not word.isascii():
        # The index of the pinyin is far smaller than the table: it says who may have such a name.
        sound = person_pinyin(word)
        if sound:
            fits = Resident.name.contains(word, autoescape=True)
            whole = sa.and_(Resident.name_pinyin >= sound, Resident.name_pinyin < after(sound))
            part = Resident.name_pinyin.contains(sound, autoescape=True)
            yield sa.and_(part if len(word) < WHOLE else whole, fits)


def _by_numbers(session: Session, word: str, scopes: Sequence[str] | None) -> Iterator[Condition]:
    keys: Keys = session.info["keys"]
    number = identifiers.tidy(word)
    if _DOCUMENT.fullmatch(number):
        yield Resident.id_number_index.in_(blinds(keys, "resident.id_number", number))
    if _PHONE.fullmatch(word):
        phone = check_phone(word)
        if not phone.errors:
            yield Resident.phone_index.in_(blinds(keys, "resident.phone", phone.value))
    if _HOUSEHOLD.fullmatch(word) and any(letter.isdigit() for letter in word):
        found = _households(session, word, scopes)
        if found:
            yield Resident.household_id.in_(found)


def _households(session: Session, number: str, scopes: Sequence[str] | None) -> list[UUID]:
    """The households with a number, by the key that each community would give them."""
    areas = references.load(session).areas
    keys = [
        f"{area.id.hex}|{number}"
        for area in areas
        if area.kind not in ("grid", "building")
        and (
            scopes is None or any(area.path.startswith(path) or path.startswith(area.path) for path in scopes)
        )
    ]
    found: list[UUID] = []
    for start in range(0, len(keys), 500):
        chunk = keys[start : start + 500]
        found += session.scalars(sa.select(Household.id).where(Household.key.in_(chunk), *_INSIDE))
    return found


def _by_any(session: Session, word: str, scopes: Sequence[str] | None) -> Iterator[Condition]:
    """Every meaning of a word: the whole table within the scopes is read for it."""
    yield from _by_names(session, word, scopes)
    pattern = f"%{word.translate(_PATTERN)}%"
    yield Resident.name.like(pattern, escape="\\")
    yield Resident.address.like(pattern, escape="\\")
