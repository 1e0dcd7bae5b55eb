"""What happens in a life: moving in, out and within the district, death, return.

Each verb writes the dated event with the day of its report, brings the stays in step and goes through the log
as one change of the record. None commits. ``version`` is the version the caller knew; a stale one raises
`Conflict`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from .. import days, references
from ..access import Actor, NotAllowed
from ..fields import text_of
from ..messages import N_, Problem
from ..records import Change, Conflict, Invalid, Item
from ..storing import opened
from .homes import households
from .rules import DEAD, GONE, MOVED_OUT
from .service import residents
from .stays import EXACT, UNKNOWN, close, opened_stay

#: What a person no longer has who left or died.
_LEFT_BEHIND: Mapping[str, None] = dict.fromkeys(
    ("dwelling_id", "household_id", "household_number", "relation_to_head"),
)


def move_in(
    session: Session,
    raw: Mapping[str, Any],
    *,
    event_on: date,
    reported_on: date | None = None,
    actor: Actor,
    reason: str | None = None,
) -> Item:
    """Write down somebody who comes from outside the district; ``raw`` is as for `Records.create`."""
    _check_days(event_on, reported_on)
    event = {
        "kind": "move_in",
        "event_on": event_on,
        "reported_on": reported_on or days.today(),
        "to_area_id": raw.get("area_id"),
    }
    told = {**raw, "moved_in_on": event_on.isoformat(), "life_events": [event]}
    return residents.create(session, told, actor=actor, reason=reason)


def move_out(
    session: Session,
    resident_id: UUID,
    *,
    event_on: date,
    reported_on: date | None = None,
    version: int,
    actor: Actor,
    note: str | None = None,
    reason: str | None = None,
) -> Item:
    """The person left the district; the record stays."""
    item, stored = _known(session, resident_id, version, actor, event_on, reported_on)
    _refuse_gone(stored, GONE)
    values = {
        "stay_status": MOVED_OUT,
        "moved_out_on": event_on,
        "stays": close(stored["stays"], event_on),
        **_LEFT_BEHIND,
    }
    return _write(session, item, stored, values, "move_out", event_on, reported_on, actor, note, reason)


def record_death(
    session: Session,
    resident_id: UUID,
    *,
    event_on: date,
    reported_on: date | None = None,
    version: int,
    actor: Actor,
    note: str | None = None,
    reason: str | None = None,
) -> Item:
    """The person died; also of somebody who had moved out."""
    item, stored = _known(session, resident_id, version, actor, event_on, reported_on)
    _refuse_gone(stored, frozenset({DEAD}))
    values = {
        "stay_status": DEAD,
        "died_on": event_on,
        "stays": close(stored["stays"], event_on),
        **_LEFT_BEHIND,
    }
    return _write(session, item, stored, values, "death", event_on, reported_on, actor, note, reason)


def transfer(
    session: Session,
    resident_id: UUID,
    *,
    area_id: UUID,
    event_on: date,
    reported_on: date | None = None,
    version: int,
    actor: Actor,
    told: Mapping[str, Any] | None = None,
    note: str | None = None,
    reason: str | None = None,
) -> Item:
    """The person moved within the district.

    ``told`` may hold the new address, dwelling, household number and relation; what it does not tell becomes
    empty.

    :raises NotAllowed: the actor may not write where the person goes.
    """
    item, stored = _known(session, resident_id, version, actor, event_on, reported_on)
    _refuse_gone(stored, GONE)
    raw = {
        **_LEFT_BEHIND,
        "address": None,
        **(told or {}),
        "area_id": area_id,
        "moved_in_on": event_on.isoformat(),
    }
    values = _checked(session, raw, stored, actor)
    if values.get("household_number"):
        values.pop("household_id", None)
    values["stays"] = [
        *close(stored["stays"], event_on),
        opened_stay({**stored, **values}, event_on, EXACT, reported_on or days.today()),
    ]
    return _write(session, item, stored, values, "transfer", event_on, reported_on, actor, note, reason)


def return_after_absence(
    session: Session,
    resident_id: UUID,
    *,
    event_on: date,
    reported_on: date | None = None,
    version: int,
    actor: Actor,
    told: Mapping[str, Any] | None = None,
    note: str | None = None,
    reason: str | None = None,
) -> Item:
    """Somebody who moved out or was away is back; ``told`` may hold where: area, address, dwelling, household
    number.
    """
    item, stored = _known(session, resident_id, version, actor, event_on, reported_on)
    _refuse_gone(stored, frozenset({DEAD}))
    raw = {**(told or {}), "stay_status": "1", "moved_out_on": None, "moved_in_on": event_on.isoformat()}
    if stored.get("separation_type") in ("1", "3"):
        raw["separation_type"] = None
    values = _checked(session, raw, stored, actor)
    values["stays"] = [
        *close(stored["stays"], event_on),
        opened_stay({**stored, **values}, event_on, EXACT, reported_on or days.today()),
    ]
    return _write(session, item, stored, values, "return", event_on, reported_on, actor, note, reason)


def _known(
    session: Session, resident_id: UUID, version: int, actor: Actor, event_on: date, reported_on: date | None
) -> tuple[Item, dict[str, Any]]:
    item = residents.writable(session, resident_id, actor=actor)
    if item.version != version:
        raise Conflict(item)
    stored: dict[str, Any] = opened(session.info["keys"], item.values)
    _check_days(event_on, reported_on, stored)
    return item, stored


def _check_days(event_on: date, reported_on: date | None, stored: Mapping[str, Any] | None = None) -> None:
    today = days.today()
    if event_on > today or (reported_on or today) > today:
        raise Invalid({"event_on": [Problem(N_("The day lies in the future."), N_("Correct the date."))]})
    if reported_on and reported_on < event_on:
        raise Invalid(
            {
                "reported_on": [
                    Problem(
                        N_("The event was reported (%(reported)s) before it happened (%(happened)s)."),
                        N_("Correct one of the two dates."),
                        reported=reported_on.isoformat(),
                        happened=event_on.isoformat(),
                    )
                ]
            }
        )
    if stored is None:
        return
    born = stored.get("birth_date")
    last = stored["stays"][-1] if stored.get("stays") else None
    start = last["from_on"] if last and last["certainty"] != UNKNOWN else None
    if (born and event_on < days.earliest(born)) or (start and event_on < start):
        raise Invalid(
            {
                "event_on": [
                    Problem(
                        N_("On %(day)s the person was not born yet, or lived elsewhere."),
                        N_("Compare the date with the earlier events."),
                        day=event_on.isoformat(),
                    )
                ]
            }
        )


def _refuse_gone(stored: Mapping[str, Any], states: frozenset[str]) -> None:
    if stored.get("stay_status") in states:
        raise Invalid(
            {
                "stay_status": [
                    Problem(
                        N_("This person is on record as moved out or dead."),
                        N_("Record a return, or correct the record."),
                    )
                ]
            }
        )


def _checked(
    session: Session, raw: Mapping[str, Any], stored: Mapping[str, Any], actor: Actor
) -> dict[str, Any]:
    checked = residents.check(session, raw, stored)
    if checked.errors:
        raise Invalid(checked.errors)
    area = references.load(session).areas.get(checked.values.get("area_id") or stored["area_id"])
    if area is not None and not actor.may("write", "population", area.path):
        raise NotAllowed("write resident there")
    return checked.values


def _write(
    session: Session,
    item: Item,
    stored: Mapping[str, Any],
    values: dict[str, Any],
    kind: str,
    event_on: date,
    reported_on: date | None,
    actor: Actor,
    note: str | None,
    reason: str | None,
) -> Item:
    moved_to = values.get("area_id", stored["area_id"]) if kind in ("transfer", "return") else None
    values["life_events"] = [
        *(stored.get("life_events") or ()),
        {
            "kind": kind,
            "event_on": event_on,
            "reported_on": reported_on or days.today(),
            "from_area_id": None if kind == "return" else stored["area_id"],
            "to_area_id": moved_to,
            "note": text_of(note),
        },
    ]
    _leave_head(session, item.id, stored, values, actor)
    residents.change(session, [Change(item, values)], actor=actor, reason=reason)
    return residents.load(session, [item.id])[0]


def _leave_head(
    session: Session, resident_id: UUID, stored: Mapping[str, Any], values: Mapping[str, Any], actor: Actor
) -> None:
    """A household whose head leaves it has none until somebody says who is."""
    left = stored.get("household_id")
    if not left or ("household_id" not in values and "household_number" not in values):
        return
    if values.get("household_id") == left:
        return
    for household in households.load(session, [left]):
        if household.values["head_id"] == resident_id:
            households.change(session, [Change(household, {"head_id": None})], actor=actor)
