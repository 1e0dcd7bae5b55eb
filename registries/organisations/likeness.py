"""Organisations that may be one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..chinese import address_key, organisation_key
from ..likeness import in_groups, sharing
from ..records import in_chunks
from ..storing import live
from .models import Organisation, OrganisationRegistration
from .numbers import UNIQUE

NUMBER, OPERATOR, NAME_AND_ADDRESS = "number", "operator", "name_address"
#: So many records that a new one may be are named.
MOST_LIKE = 5
_TABLE: sa.Table = Organisation.__table__  # type: ignore[assignment]
_REGISTRATION: sa.Table = OrganisationRegistration.__table__  # type: ignore[assignment]


def alike_organisations(session: Session) -> Iterator[tuple[UUID, UUID, str]]:
    """Pairs of organisations that may be one, each with the word for why.

    Premises carry the number of who runs them: they are the same unit as that one only with its name or address.
    """
    yield from _same_number(session)
    yield from _same_operator(session)
    rows = session.execute(
        sharing(_TABLE, ["name_key", "address_key"], [live(_TABLE)], ["operator_number"])
    ).all()
    numbers = _numbers(session, [row.id for row in rows])

    def apart(one: Any, other: Any) -> bool:
        ours, theirs = numbers.get(one.id, {}), numbers.get(other.id, {})
        operators = (one.operator_number, other.operator_number)
        return any(ours[scheme] != theirs[scheme] for scheme in ours.keys() & theirs.keys()) or (
            None not in operators and operators[0] != operators[1]
        )

    for pair in in_groups(rows, lambda row: (row.name_key, row.address_key), apart):
        yield *pair, NAME_AND_ADDRESS


def _same_number(session: Session) -> Iterator[tuple[UUID, UUID, str]]:
    held = (
        sa.select(_REGISTRATION.c.scheme, _REGISTRATION.c.number)
        .where(_REGISTRATION.c.scheme.in_(UNIQUE))
        .group_by(_REGISTRATION.c.scheme, _REGISTRATION.c.number)
        .having(sa.func.count() > 1)
        .subquery("held")
    )
    same = sa.and_(_REGISTRATION.c.scheme == held.c.scheme, _REGISTRATION.c.number == held.c.number)
    statement = (
        sa.select(_TABLE.c.id, held.c.scheme, held.c.number)
        .join(_REGISTRATION, _REGISTRATION.c.owner_id == _TABLE.c.id)
        .join(held, same)
        .where(live(_TABLE))
        .distinct()
        .order_by(held.c.scheme, held.c.number, _TABLE.c.id)
    )
    for pair in in_groups(session.execute(statement), lambda row: (row.scheme, row.number)):
        yield *pair, NUMBER


def _same_operator(session: Session) -> Iterator[tuple[UUID, UUID, str]]:
    premises, unit = _TABLE.alias("premises"), _TABLE.alias("unit")
    alike = sa.or_(premises.c.name_key == unit.c.name_key, premises.c.address_key == unit.c.address_key)
    statement = (
        sa.select(unit.c.id, premises.c.id)
        .join(_REGISTRATION, _REGISTRATION.c.number == premises.c.operator_number)
        .join(unit, _REGISTRATION.c.owner_id == unit.c.id)
        .where(_REGISTRATION.c.scheme.in_(UNIQUE), unit.c.id != premises.c.id, alike, live(premises), live(unit))
        .order_by(unit.c.id, premises.c.id)
    )
    for first, second in session.execute(statement):
        yield first, second, OPERATOR


def like_organisation(session: Session, values: Mapping[str, Any]) -> Iterator[tuple[UUID, str]]:
    """Organisations in use that one about to be registered may be: by a number, by name with address."""
    for row in values.get("registrations") or ():
        held = sa.select(_TABLE.c.id).join(_REGISTRATION, _REGISTRATION.c.owner_id == _TABLE.c.id).where(
            _REGISTRATION.c.number == row.get("number"), _REGISTRATION.c.scheme == row.get("scheme"), live(_TABLE)
        )
        for found in session.scalars(held.limit(MOST_LIKE)):
            yield found, NUMBER
    name, address = values.get("name"), values.get("address")
    if name:
        same = [_TABLE.c.name_key == organisation_key(name)[:200]]
        same += [_TABLE.c.address_key == address_key(address)[:300]] if address else []
        for found in session.scalars(sa.select(_TABLE.c.id).where(*same, live(_TABLE)).limit(MOST_LIKE)):
            yield found, NAME_AND_ADDRESS


def _numbers(session: Session, ids: list[UUID]) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = {}
    for chunk in in_chunks(ids):
        statement = sa.select(_REGISTRATION.c.owner_id, _REGISTRATION.c.scheme, _REGISTRATION.c.number).where(
            _REGISTRATION.c.owner_id.in_(chunk), _REGISTRATION.c.scheme.in_(UNIQUE)
        )
        for row in session.execute(statement):
            found.setdefault(row.owner_id, {})[row.scheme] = row.number
    return found
