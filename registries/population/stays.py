"""Stays of a resident: kept in step with where the record says the person lives.

A change of area, dwelling or kind of stay closes the stay and opens another; moving out or dying closes it. A
finer area than before (the grid within the known community) is a better answer and no move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from .. import days
from ..references import AreaIndex
from ..storing import Context
from .rules import DEAD, GONE

Row = dict[str, Any]

UNKNOWN, EXACT = "unknown", "exact"
#: From when somebody counts whose birth date is not known either.
ALWAYS = date(1, 1, 1)
_BY_STATUS = {"2": "temporary", "3": "visit"}
_BY_SEPARATION = {"1": "away", "3": "registered"}
_CERTAINTY = {4: "year", 7: "month", 10: EXACT}
_TOLD = frozenset(
    {
        "area_id",
        "dwelling_id",
        "stay_status",
        "separation_type",
        "moved_in_on",
        "moved_out_on",
        "died_on",
        "sex",
        "birth_date",
    }
)


def stay_kind(record: Mapping[str, Any]) -> str:
    """The kind of stay that a record tells of."""
    separation = _BY_SEPARATION.get(record.get("separation_type") or "")
    return separation or _BY_STATUS.get(record.get("stay_status") or "", "usual")


def is_gone(record: Mapping[str, Any]) -> bool:
    """Whether the person moved out or died."""
    return record.get("stay_status") in GONE


def settle(rows: Sequence[Row], record: Mapping[str, Any], areas: AreaIndex) -> list[Row]:
    """The stays with the columns that follow from the area, the sex and the birth date, in order of time."""
    born = record.get("birth_date")
    born_on = days.middle(born) if born else None
    settled = sorted(rows, key=lambda row: row["from_on"]) if len(rows) > 1 else rows
    result = []
    for position, row in enumerate(settled):
        area = areas.get(row["area_id"]) if row.get("area_id") else None
        certainty = row.get("certainty") or EXACT
        guessed = position == 0 and certainty == UNKNOWN
        result.append(
            {
                "kind": row["kind"],
                "area_id": row.get("area_id"),
                "from_on": row["from_on"],
                "to_on": row.get("to_on"),
                "certainty": certainty,
                "dwelling_id": row.get("dwelling_id"),
                "reported_on": row.get("reported_on"),
                "area_path": area.path if area else row.get("area_path") or "",
                "sex": record.get("sex"),
                "born_on": born_on,
                "counted_from": min(born_on or ALWAYS, row["from_on"]) if guessed else row["from_on"],
            }
        )
    return result


def first_stay(record: Mapping[str, Any], context: Context) -> list[Row]:
    """The stay of a new resident: since the day of moving in, or since nobody knows when."""
    day = context.as_of or context.today
    came = record.get("moved_in_on")
    left = (record.get("died_on") or record.get("moved_out_on") or day) if is_gone(record) else None
    start = days.middle(came) if came else min(day, left) if left else day
    events = record.get("life_events")
    reported = (events[-1].get("reported_on") if events else None) or context.today
    return [
        {
            "kind": stay_kind(record),
            "area_id": record.get("area_id"),
            "dwelling_id": record.get("dwelling_id"),
            "from_on": min(start, left) if left else start,
            "to_on": left,
            "reported_on": reported,
            "certainty": _CERTAINTY[len(came)] if came else UNKNOWN,
        }
    ]


def close(rows: Sequence[Row], day: date) -> list[Row]:
    """The stays with the open one ended; one that was opened on that very day never was."""
    kept: list[Row] = []
    for row in rows:
        if row.get("to_on") is not None:
            kept.append(row)
        elif not kept or row["from_on"] < day:
            kept.append({**row, "to_on": day, "from_on": min(row["from_on"], day)})
    return kept


def opened_stay(record: Mapping[str, Any], day: date, certainty: str, reported_on: date) -> Row:
    """A stay that begins where the record says the person lives now."""
    return {
        "kind": stay_kind(record),
        "area_id": record.get("area_id"),
        "dwelling_id": record.get("dwelling_id"),
        "from_on": day,
        "to_on": None,
        "certainty": certainty,
        "reported_on": reported_on,
    }


def follow(values: dict[str, Any], stored: Mapping[str, Any] | None, context: Context) -> None:
    """Bring the stays (and the life events that a change means) in step with the values that are written."""
    areas = context.references.areas
    if stored is None:
        values["stays"] = settle(values.get("stays") or first_stay(values, context), values, areas)
        return
    record = {**stored, **values}
    if "stays" in values:
        values["stays"] = settle(values["stays"] or [], record, areas)
        return
    if not _TOLD & values.keys():
        return
    rows, event = _moved(record, stored, values, context)
    values["stays"] = settle(rows, record, areas)
    if event and "life_events" not in values:
        values["life_events"] = [*(stored.get("life_events") or ()), event]


def _moved(
    record: Mapping[str, Any], stored: Mapping[str, Any], values: Mapping[str, Any], context: Context
) -> tuple[list[Row], Row | None]:
    rows: list[Row] = list(stored.get("stays") or ())
    day = context.as_of or context.today
    came = (
        record.get("moved_in_on")
        if values.get("moved_in_on") != stored.get("moved_in_on") and "moved_in_on" in values
        else None
    )
    before, after = is_gone(stored), is_gone(record)
    if after and not before:
        dead = record.get("stay_status") == DEAD
        day = (record.get("died_on") if dead else record.get("moved_out_on")) or day
        return close(rows, day), _event(
            "death" if dead else "move_out", day, context, stored.get("area_id"), None
        )
    if after:
        return _left_on(rows, record), None
    start, certainty = (days.middle(came), _CERTAINTY[len(came)]) if came else (day, UNKNOWN)
    if before:
        return (
            [*close(rows, start), opened_stay(record, start, certainty, context.today)],
            _event("return", start, context, None, record.get("area_id")),
        )
    if not _lives_elsewhere(record, stored, context.references.areas):
        return _corrected(rows, record, came), None
    moved = record.get("area_id") != stored.get("area_id")
    event = (
        _event("transfer", start, context, stored.get("area_id"), record.get("area_id")) if moved else None
    )
    return [*close(rows, start), opened_stay(record, start, certainty, context.today)], event


def _left_on(rows: list[Row], record: Mapping[str, Any]) -> list[Row]:
    """The last stay with the day of leaving or death as it is known now."""
    day = record.get("died_on") or record.get("moved_out_on")
    if not rows or not day:
        return rows
    last = rows[-1]
    return [*rows[:-1], {**last, "to_on": day, "from_on": min(last["from_on"], day)}]


def _lives_elsewhere(record: Mapping[str, Any], stored: Mapping[str, Any], areas: AreaIndex) -> bool:
    if stay_kind(record) != stay_kind(stored):
        return True
    if stored.get("dwelling_id") and record.get("dwelling_id") != stored["dwelling_id"]:
        return True
    old, new = _path(areas, stored.get("area_id")), _path(areas, record.get("area_id"))
    return not (new.startswith(old) or old.startswith(new))


def _path(areas: AreaIndex, area_id: UUID | None) -> str:
    area = areas.get(area_id) if area_id else None
    return area.path if area else ""


def _corrected(rows: list[Row], record: Mapping[str, Any], came: str | None) -> list[Row]:
    """The open stay told better: a finer area, the dwelling, the day of moving in."""
    if not rows or rows[-1].get("to_on") is not None:
        return rows
    last = {**rows[-1], "area_id": record.get("area_id"), "dwelling_id": record.get("dwelling_id")}
    if came:
        last.update(from_on=days.middle(came), certainty=_CERTAINTY[len(came)])
    return [*rows[:-1], last]


def _event(kind: str, day: date, context: Context, from_area: UUID | None, to_area: UUID | None) -> Row:
    return {
        "kind": kind,
        "event_on": day,
        "reported_on": max(context.today, day),
        "from_area_id": from_area,
        "to_area_id": to_area,
        "note": None,
    }
