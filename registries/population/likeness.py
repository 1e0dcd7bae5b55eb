"""Residents that may be one person, households and dwellings that may be one."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..areas import SEGMENT
from ..chinese import address_key, fold, person_name_key, person_pinyin
from ..crypto import blinds
from ..likeness import in_groups, never, repeated, sharing
from ..records import in_chunks
from ..storing import live
from .models import Dwelling, Household, Resident

Pairs = Iterator[tuple[UUID, UUID, str]]

NUMBER, NAME_AND_BIRTH, NAME_AND_PHONE, PHONE_AND_BIRTH = "number", "name_birth", "name_phone", "phone_birth"
ROOM = "room"
#: What sorts after every birth date: it is not known.
_NO_BIRTH = "9999"
_RESIDENT: sa.Table = Resident.__table__  # type: ignore[assignment]
_HOUSEHOLD: sa.Table = Household.__table__  # type: ignore[assignment]
_DWELLING: sa.Table = Dwelling.__table__  # type: ignore[assignment]
#: District, street and community.
_COMMUNITY = 3 * SEGMENT
#: So many records that a new one may be are named.
MOST_LIKE = 5


def alike_residents(session: Session) -> Pairs:
    """Pairs of residents that may be one person, each with the word for why.

    Two people with different numbers of one kind of document are two people even if name and birthday agree; only a
    name with a phone speaks louder, because a number may be mistyped. A retired record counts where its number is that
    of a living one.

    All residents are read once and only those that share something a second time: each question of its own would read
    a million rows again.
    """
    for (why, key, apart), ids in zip(_REASONS, _sharing(session), strict=True):
        rows = [row for row in _residents(session, ids) if key(row) is not None]
        rows.sort(key=lambda row, key=key: (key(row), row.id))  # type: ignore[misc]
        for pair in in_groups(rows, key, apart):
            yield *pair, why


def _sharing(session: Session) -> list[list[UUID]]:
    """For each of `_REASONS` the residents who share what it asks for; the loop runs once for every resident."""
    table = _RESIDENT.c
    # As text an id costs a fraction of what it does as a UUID, and hardly any is needed.
    record_id = sa.type_coerce(table.id, sa.String)
    read = (record_id, table.id_number_index, table.phone_index, table.name_pinyin, table.birth_sort)
    ids: list[Any] = []
    hashes: tuple[array[int], ...] = tuple(array("q") for _ in _REASONS)
    number_hashes, birth_hashes, phone_hashes, twin_hashes = hashes
    there = table.merged_into.is_(None)
    statement = sa.select(*read, table.retired_at.is_(None)).where(there).execution_options(yield_per=10_000)
    for one, number, phone, name, birth, in_use in session.execute(statement):
        ids.append(one)
        born = in_use and birth != _NO_BIRTH
        number_hashes.append(hash(number) if number else 0)
        birth_hashes.append(hash((name, birth)) if born else 0)
        phone_hashes.append(hash((phone, name)) if phone and in_use else 0)
        twin_hashes.append(hash((phone, birth)) if phone and born else 0)
    return [[UUID(str(ids[at])) for at in sorted(repeated(told))] for told in hashes]


def _residents(session: Session, ids: list[UUID]) -> Iterator[Any]:
    table = _RESIDENT.c
    read = (
        table.id, table.id_number_index, table.phone_index, table.name_pinyin, table.birth_sort, table.retired_at,
        table.name, table.doc_type,
    )  # fmt: skip
    for chunk in in_chunks(ids):
        yield from session.execute(sa.select(*read).where(table.id.in_(chunk)))


def _number(row: Any) -> Any:
    return row.id_number_index


def _name_and_birth(row: Any) -> Any:
    known = row.birth_sort != _NO_BIRTH and row.retired_at is None
    return (row.name_pinyin, row.birth_sort) if known else None


def _phone_and_name(row: Any) -> Any:
    return (row.phone_index, row.name_pinyin) if row.phone_index and row.retired_at is None else None


def _phone_and_birth(row: Any) -> Any:
    known = row.phone_index and row.birth_sort != _NO_BIRTH and row.retired_at is None
    return (row.phone_index, row.birth_sort) if known else None


def _both_retired(one: Any, other: Any) -> bool:
    return one.retired_at is not None and other.retired_at is not None


def _other_name_or_number(one: Any, other: Any) -> bool:
    return _other_number(one, other) or person_name_key(one.name) != person_name_key(other.name)


def _other_number(one: Any, other: Any) -> bool:
    return (
        one.doc_type == other.doc_type and one.id_number_index != other.id_number_index
        and one.id_number_index is not None and other.id_number_index is not None
    )  # fmt: skip


#: Why two residents may be one: the word, what they share, and what tells them apart all the same. Twins have one
#: birthday and the phone of their parents: their numbers tell them apart.
_REASONS: tuple[tuple[str, Callable[[Any], Any], Callable[[Any, Any], bool]], ...] = (
    (NUMBER, _number, _both_retired),
    (NAME_AND_BIRTH, _name_and_birth, _other_name_or_number),
    (NAME_AND_PHONE, _phone_and_name, never),
    (PHONE_AND_BIRTH, _phone_and_birth, _other_number),
)


def like_resident(session: Session, values: Mapping[str, Any]) -> Iterator[tuple[UUID, str]]:
    """Residents in use whom somebody about to be registered may be: by number, by name with birth date or phone."""
    table, keys = _RESIDENT.c, session.info["keys"]
    name, number, phone, born = (values.get(field) for field in ("name", "id_number", "phone", "birth_date"))
    asked: list[tuple[str, Any]] = []
    if number:
        asked.append((NUMBER, table.id_number_index.in_(blinds(keys, "resident.id_number", number))))
    if name and born:
        same = sa.and_(table.name_pinyin == person_pinyin(name)[:200], table.name == name, table.birth_sort == born)
        asked.append((NAME_AND_BIRTH, same))
    if name and phone:
        same = sa.and_(table.phone_index.in_(blinds(keys, "resident.phone", phone)), table.name == name)
        asked.append((NAME_AND_PHONE, same))
    for why, condition in asked:
        for found in session.scalars(sa.select(table.id).where(condition, live(_RESIDENT)).limit(MOST_LIKE)):
            yield found, why


def like_household(session: Session, values: Mapping[str, Any]) -> Iterator[tuple[UUID, str]]:
    """Households in use with the number in the same community."""
    if values.get("key"):
        for found in session.scalars(
            sa.select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.key == values["key"], live(_HOUSEHOLD)).limit(MOST_LIKE)
        ):
            yield found, NUMBER


def alike_households(session: Session) -> Pairs:
    """Pairs of households with one number in one community."""
    rows = session.execute(sharing(_HOUSEHOLD, ["key"], [live(_HOUSEHOLD)]))
    for pair in in_groups(rows, lambda row: row.key):
        yield *pair, NUMBER


def alike_dwellings(session: Session) -> Pairs:
    """Pairs of dwellings with one unit and room of one building; a building without record is known by its name
    in its community, and told apart by its address.
    """
    roomy = [live(_DWELLING), _DWELLING.c.room.is_not(None)]
    told = ["address", "area_path"]
    in_records = sharing(_DWELLING, ["building_id", "building_sort"], roomy, told)
    for pair in in_groups(session.execute(in_records), lambda row: (row.building_id, row.building_sort)):
        yield *pair, ROOM
    named = [*roomy, _DWELLING.c.building_id.is_(None), _DWELLING.c.building_name.is_not(None)]
    by_name = sharing(_DWELLING, ["building_sort"], named, [*told, "building_name"])
    found = sorted(session.execute(by_name), key=_building)
    for pair in in_groups(found, _building, _other_address):
        yield *pair, ROOM


def _building(row: Any) -> tuple[str, str]:
    return row.building_sort, row.area_path[:_COMMUNITY]


def _other_address(one: Any, other: Any) -> bool:
    return bool(one.address and other.address) and _where(one.address) != _where(other.address)


def _where(address: str) -> str:
    return address_key(address) or fold(address)
