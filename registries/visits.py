"""Checks in the street: that a facility or a unit was looked at, on which day, in what state.

Whoever may inspect writes this down without the right to change the record otherwise; the next check follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from . import attachments
from .access import Actor, NotAllowed
from .attachments import Upload
from .days import today
from .messages import N_, Problem
from .records import Change, Invalid, Item, Records

#: Which field tells the day of the last check, and which others a check may set.
CHECKED = {"facility": "last_checked_on", "organisation": "last_inspected_on"}
ALSO = {"facility": ("state",), "organisation": ("risk_colour",)}


def note_check(
    session: Session, records: Records, record_id: UUID, raw: Mapping[str, Any], *, on: date, note: str | None,
    photos: Sequence[Upload] = (), actor: Actor,
) -> Item:
    """Write down a check with its photos.

    :raises NotAllowed: the actor may not inspect there.
    :raises Invalid: the day lies in the future, or a value cannot be read.
    """
    item = records.get(session, record_id, actor=actor)
    if not actor.may("inspect", records.kind.database, item.area_path):
        raise NotAllowed(f"inspect {records.name}")
    name = CHECKED[records.name]
    if on > today():
        raise Invalid({name: [Problem(N_("The day lies in the future."), N_("Correct the date."))]})
    told = {key: value for key, value in raw.items() if key in ALSO[records.name] and value}
    checked = records.check(session, {**told, name: on.isoformat()}, dict(item.values))
    errors = {key: found for key, found in checked.errors.items() if key in (name, *ALSO[records.name])}
    if errors:
        raise Invalid(errors)
    values = {key: checked.values[key] for key in (name, *told) if key in checked.values}
    last = item.values.get(name)
    if last is not None and on < last:
        # Somebody else was there later: only the photos and the note are new.
        values = {}
    told_of = {"checked_on": [None, on.isoformat()], **({"note": [None, note]} if note else {})}
    records.change(session, [Change(item, values, {}, "check", told_of)], actor=actor)
    attachments.add(session, records, item, photos, actor=actor)
    return records.load(session, [item.id])[0]
