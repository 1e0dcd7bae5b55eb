"""Residents that may be one person, households and dwellings that may be one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..areas import SEGMENT
from ..chinese import address_key, fold, person_name_key
from ..likeness import in_groups, live, sharing
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


def alike_residents(session: Session) -> Pairs:
    """Pairs of residents that may be one person, each with the word for why.

    Two people with different numbers of one kind of document are two people even if name and birthday agree; only a
    name with a phone speaks louder, because a number may be mistyped. A retired record counts where its number is that
    of a living one.
    """
    there = [_RESIDENT.c.merged_into.is_(None)]
    rows = session.execute(sharing(_RESIDENT, ["id_number_index"], there, ["retired_at"]))
    for pair in in_groups(rows, lambda row: row.id_number_index, _both_retired):
        yield *pair, NUMBER
    known = [*live(_RESIDENT), _RESIDENT.c.birth_sort != _NO_BIRTH]
    told = ["name", "doc_type", "id_number_index"]
    unsure = sa.func.sum(sa.case(
        (sa.or_(_RESIDENT.c.id_number_index.is_(None), _RESIDENT.c.doc_type != "RIC"), 1), else_=0,
    ))  # fmt: skip
    rows = session.execute(sharing(_RESIDENT, ["name_pinyin", "birth_sort"], known, told, [unsure > 0]))
    for pair in in_groups(rows, lambda row: (row.name_pinyin, row.birth_sort), _other_name_or_number):
        yield *pair, NAME_AND_BIRTH
    rows = session.execute(sharing(_RESIDENT, ["phone_index", "name_pinyin"], live(_RESIDENT)))
    for pair in in_groups(rows, lambda row: (row.phone_index, row.name_pinyin)):
        yield *pair, NAME_AND_PHONE
    # Twins have one birthday and the phone of their parents: their numbers tell them apart.
    rows = session.execute(sharing(_RESIDENT, ["phone_index", "birth_sort"], known, told))
    for pair in in_groups(rows, lambda row: (row.phone_index, row.birth_sort), _other_number):
        yield *pair, PHONE_AND_BIRTH


def _both_retired(one: Any, other: Any) -> bool:
    return one.retired_at is not None and other.retired_at is not None


def _other_name_or_number(one: Any, other: Any) -> bool:
    return _other_number(one, other) or person_name_key(one.name) != person_name_key(other.name)


def _other_number(one: Any, other: Any) -> bool:
    return (
        one.doc_type == other.doc_type and one.id_number_index != other.id_number_index
        and one.id_number_index is not None and other.id_number_index is not None
    )  # fmt: skip


def alike_households(session: Session) -> Pairs:
    """Pairs of households with one number in one community."""
    rows = session.execute(sharing(_HOUSEHOLD, ["key"], live(_HOUSEHOLD)))
    for pair in in_groups(rows, lambda row: row.key):
        yield *pair, NUMBER


def alike_dwellings(session: Session) -> Pairs:
    """Pairs of dwellings with one unit and room of one building; a building without record is known by its name
    in its community, and told apart by its address.
    """
    roomy = [*live(_DWELLING), _DWELLING.c.room.is_not(None)]
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
