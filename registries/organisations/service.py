"""What may be done with organisations, besides what may be done with every record."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..access import Actor
from ..messages import N_, Problem
from ..positions import NAMES as POSITION
from ..records import Invalid, Item, Records, in_chunks
from ..storing import Kind, live
from . import identity
from .documents import documents
from .due import uninspected
from .likeness import alike_organisations, like_organisation
from .models import (
    HazardousChemical,
    Licence,
    Organisation,
    OrganisationLink,
    OrganisationRegistration,
    ResponsibilityLetter,
    SpecialEquipment,
)
from .numbers import UNIQUE
from .schemas import OrganisationSchema

_REGISTRATION = OrganisationRegistration.__table__
_ORGANISATION = Organisation.__table__


def find_codes(
    session: Session, codes: set[tuple[str, str]], condition: sa.ColumnElement[bool]
) -> dict[tuple[str, str], UUID]:
    """The records that hold these registrations, of those for which the condition is true."""
    found: dict[tuple[str, str], UUID] = {}
    for chunk in in_chunks({number for _scheme, number in codes}):
        statement = (
            sa.select(_REGISTRATION.c.scheme, _REGISTRATION.c.number, _REGISTRATION.c.owner_id)
            .join(_ORGANISATION, _ORGANISATION.c.id == _REGISTRATION.c.owner_id)
            .where(_REGISTRATION.c.number.in_(chunk), condition)
            .order_by(_REGISTRATION.c.owner_id.desc())
        )
        for row in session.execute(statement):
            if (row.scheme, row.number) in codes:
                found[row.scheme, row.number] = row.owner_id
    return found


def link(session: Session, rows: list[tuple[UUID, dict[str, Any]]], write: Any) -> None:
    """Refuse a number that another live organisation holds.

    Only what one person writes is checked here: an import asks for the holders of all its numbers at once, when the
    file is checked and again when it is applied, and what slips in all the same is found by ``sanku check``.
    """
    if write.batch_id is not None or (write.changed is not None and "registrations" not in write.changed):
        return
    numbers = {
        (row["scheme"], row["number"]): owner
        for owner, values in rows
        for row in values.get("registrations") or ()
        if row["scheme"] in UNIQUE
    }
    if not numbers:
        return
    for (scheme, number), holder in find_codes(session, set(numbers), live(_ORGANISATION)).items():
        if holder != numbers[scheme, number]:
            raise Invalid(
                {
                    "registrations": [
                        Problem(
                            N_("The number %(number)s belongs to another organisation already."),
                            N_("Look that organisation up, or correct the number."),
                            number=number,
                        )
                    ]
                }
            )


ORGANISATION = Kind(
    name="organisation",
    database="organisations",
    model=Organisation,
    schema=OrganisationSchema,
    label=N_("Organisation"),
    plural=N_("Organisations"),
    parts={
        "registrations": OrganisationRegistration,
        "licences": Licence,
        "hazardous_chemicals": HazardousChemical,
        "special_equipment": SpecialEquipment,
        "responsibility_letters": ResponsibilityLetter,
        "links": OrganisationLink,
    },
    derive=identity.derive,
    columns=identity.columns,
    link=link,
    fingerprint=identity.fingerprint,
    codes=identity.codes,
    find_codes=find_codes,
    branch=identity.branch,
    alike=alike_organisations,
    like=like_organisation,
    together=(frozenset(POSITION), frozenset({"last_inspected_on", "inspection_days", "next_inspection_on"})),
    documents=documents,
    overdue=uninspected,
    seen="last_inspected_on",
)
organisations = Records(ORGANISATION)


def renew_licence(
    session: Session, organisation_id: UUID, licence: dict[str, Any], *, version: int, actor: Actor
) -> Item:
    """Put a licence in the place of the one of its kind and number, or of its kind alone; else beside the
    others.
    """
    rows = list(organisations.get(session, organisation_id, actor=actor, follow=False).values["licences"])
    same = [row for row in rows if row["kind"] == licence["kind"]]
    exact = [row for row in same if row["number"] == licence.get("number")]
    replaced = (exact or (same if len(same) == 1 else []))[:1]
    for row in replaced:
        licence = {**row, **licence}
    rows = [row for row in rows if not any(row is old for old in replaced)]
    return organisations.update(
        session, organisation_id, {"licences": [*rows, licence]}, version=version, actor=actor
    )


def sign_letter(
    session: Session, organisation_id: UUID, letter: dict[str, Any], *, version: int, actor: Actor
) -> Item:
    """Note a signed letter of responsibility; one of the same kind and year is replaced."""
    rows = organisations.get(session, organisation_id, actor=actor, follow=False).values[
        "responsibility_letters"
    ]
    kept = [row for row in rows if (row["kind"], row["year"]) != (letter["kind"], letter["year"])]
    return organisations.update(
        session, organisation_id, {"responsibility_letters": [*kept, letter]}, version=version, actor=actor
    )


def succeed(
    session: Session,
    organisation_id: UUID,
    successor_id: UUID,
    on: date,
    *,
    version: int,
    actor: Actor,
    reason: str | None = None,
) -> Item:
    """Close an organisation on a day and name the one that carries on.

    :raises Invalid: the successor is itself, or is succeeded by it in turn.
    """
    _refuse_circle(session, organisation_id, successor_id, "successor_id", actor)
    raw: dict[str, Any] = {"successor_id": successor_id, "closed_on": on, "operating_status": "50"}
    return organisations.update(session, organisation_id, raw, version=version, actor=actor, reason=reason)


def place_under(
    session: Session, organisation_id: UUID, parent_id: UUID | None, *, version: int, actor: Actor
) -> Item:
    """Make an organisation part of another one, or of none."""
    if parent_id is not None:
        _refuse_circle(session, organisation_id, parent_id, "parent_id", actor)
    return organisations.update(
        session, organisation_id, {"parent_id": parent_id}, version=version, actor=actor
    )


def _refuse_circle(session: Session, organisation_id: UUID, other: UUID, name: str, actor: Actor) -> None:
    seen = {organisation_id}
    at: UUID | None = other
    while at is not None:
        if at in seen:
            raise Invalid(
                {
                    name: [
                        Problem(
                            N_("The organisations would lead back to one another."),
                            N_("Choose another organisation."),
                        )
                    ]
                }
            )
        seen.add(at)
        at = organisations.get(session, at, actor=actor).values[name]


def occupy(
    session: Session,
    organisation_id: UUID,
    place_id: UUID,
    since: date | None,
    *,
    version: int,
    actor: Actor,
    role: str = "occupies",
) -> Item:
    """Link the organisation with a place that it uses from a day on; that the place exists is the caller's to
    check.
    """
    rows = organisations.get(session, organisation_id, actor=actor, follow=False).values["links"]
    added = {"role": role, "target_id": place_id, "since": since}
    return organisations.update(
        session, organisation_id, {"links": [*rows, added]}, version=version, actor=actor
    )


def vacate(
    session: Session, organisation_id: UUID, place_id: UUID, until: date, *, version: int, actor: Actor
) -> Item:
    """End the links with a place on a day."""
    rows = organisations.get(session, organisation_id, actor=actor, follow=False).values["links"]
    ended = [
        {**row, "until": until} if row["target_id"] == place_id and row["until"] is None else row
        for row in rows
    ]
    return organisations.update(session, organisation_id, {"links": ended}, version=version, actor=actor)
