"""Residents that may be one person: by number, by name and birth date, by name and phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ..chinese import person_name_key
from .models import Resident

NUMBER, NAME_AND_BIRTH, NAME_AND_PHONE = "number", "name_birth", "name_phone"
#: What sorts after every birth date: it is not known.
_NO_BIRTH = "9999"


def alike_residents(session: Session) -> Iterator[tuple[UUID, UUID, str]]:
    """Pairs of live residents that may be one person, each with the word for why.

    Two people with different numbers of one kind are two people even if name and birthday agree, so for these
    one of the two has no number or another document.
    """
    one, other = aliased(Resident), aliased(Resident)
    live = [*_live(one), *_live(other)]
    same_number = sa.and_(one.id_number_index == other.id_number_index, one.doc_type < other.doc_type)
    yield from _pairs(session, one, other, [*live, same_number], NUMBER, same_name=False)
    same_birth = sa.and_(one.birth_sort == other.birth_sort, one.birth_sort != _NO_BIRTH)
    for apart in (
        sa.and_(one.id_number_index.is_(None), sa.or_(other.id_number_index.is_not(None), one.id < other.id)),
        sa.and_(one.doc_type != "RIC", other.doc_type == "RIC", one.id_number_index.is_not(None)),
    ):
        yield from _pairs(session, one, other, [*live, apart, same_birth], NAME_AND_BIRTH)
    same_phone = sa.and_(
        one.phone_index == other.phone_index, one.id < other.id, one.name_pinyin == other.name_pinyin
    )
    yield from _pairs(session, one, other, [*live, same_phone], NAME_AND_PHONE)


def _live(person: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return person.retired_at.is_(None), person.merged_into.is_(None)


def _pairs(
    session: Session, one: Any, other: Any, conditions: list[Any], why: str, same_name: bool = True
) -> Iterator[tuple[UUID, UUID, str]]:
    statement = sa.select(one.id, other.id, one.name, other.name).join(other, sa.and_(*conditions))
    for first, second, name, other_name in session.execute(statement):
        if not same_name or person_name_key(name) == person_name_key(other_name):
            yield first, second, why
