"""Households and dwellings: what may be stored of them, and their kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import references
from ..chinese import address_key, fold
from ..fields import Day, Number, Text, YesNo
from ..messages import N_, Problem
from ..person_fields import Address, PersonName
from ..records import Records
from ..reference_fields import Area, Code, Link
from ..references import AreaIndex, References
from ..schemas import Checked, RecordSchema
from ..storing import Context, Kind
from .contradictions import of_households
from .headings import DWELLING_HEADINGS, HOUSEHOLD_HEADINGS
from .likeness import alike_dwellings, alike_households, like_household
from .models import Dwelling, Household


def household_key(areas: AreaIndex, area_id: UUID | None, number: str | None) -> str | None:
    """What a household is recognised by: its community (or the coarser area it lies in) and its number."""
    area = areas.get(area_id) if area_id else None
    if area is None or not number:
        return None
    inner = area
    while inner.kind not in ("community", "street", "district") and inner.parent_id:
        above = areas.get(inner.parent_id)
        if above is None:
            break
        inner = above
    return f"{inner.id.hex}|{number}"


class HouseholdSchema(RecordSchema):
    """The fields and rules of a household."""

    columns = ("head_id", "address", "area_id", "kind", "hukou_kind")
    sections = (
        (N_("Household"), ("number", "kind", "hukou_kind", "head_id")),
        (N_("Where they live"), ("area_id", "address", "dwelling_id", "note")),
    )

    number = Text(
        N_("Household number"),
        60,
        required=True,
        sortable=True,
        personal=True,
        example="H2026001",
        headings=HOUSEHOLD_HEADINGS["number"],
    )
    key = Text(N_("Key of the household"), 100, computed=True)
    kind = Code(
        N_("Kind of household"), "household_kind", filterable=True, headings=HOUSEHOLD_HEADINGS["kind"]
    )
    hukou_kind = Code(
        N_("Kind of registration"), "hukou_kind", filterable=True, headings=HOUSEHOLD_HEADINGS["hukou_kind"]
    )
    head_id = Link(N_("Head"), "resident", headings=HOUSEHOLD_HEADINGS["head_id"])
    dwelling_id = Link(N_("Dwelling"), "dwelling", headings=HOUSEHOLD_HEADINGS["dwelling_id"])
    address = Address(
        N_("Address"), wanted=True, example="解放路12号3单元501室", headings=HOUSEHOLD_HEADINGS["address"]
    )
    area_id = Area(N_("Area"), headings=HOUSEHOLD_HEADINGS["area_id"])
    note = Text(N_("Note"), 1000, lines=True, personal=True, headings=HOUSEHOLD_HEADINGS["note"])

    def complete(self, checked: Checked, stored: Mapping[str, Any] | None) -> None:
        """The key that follows from area and number."""
        if {"number", "area_id"} & checked.values.keys():
            record = {**(stored or {}), **checked.values}
            checked.values["key"] = household_key(
                self.references.areas, record.get("area_id"), record.get("number")
            )


class DwellingSchema(RecordSchema):
    """The fields and rules of a dwelling."""

    columns = ("building_name", "unit", "room", "use", "area_id")
    sections = (
        (N_("Whereabouts"), ("building_id", "building_name", "unit", "floor", "room", "address", "area_id")),
        (N_("Use"), ("use", "tenure", "owner_name", "rent_from", "rent_to")),
        (N_("Safety"), ("gas_kind", "smoke_alarm", "gas_alarm", "ebike_indoors", "note")),
    )

    building_id = Link(N_("Building"), "place", headings=DWELLING_HEADINGS["building_id"])
    building_name = Text(N_("Building name"), 200, sortable=True, headings=DWELLING_HEADINGS["building_name"])
    unit = Text(N_("Unit"), 40, headings=DWELLING_HEADINGS["unit"])
    floor = Number(N_("Floor"), -9, 300, headings=DWELLING_HEADINGS["floor"])
    room = Text(N_("Room"), 40, wanted=True, headings=DWELLING_HEADINGS["room"])
    use = Code(N_("Use of the dwelling"), "dwelling_use", filterable=True, headings=DWELLING_HEADINGS["use"])
    tenure = Code(N_("Tenure"), "tenure", headings=DWELLING_HEADINGS["tenure"])
    owner_name = PersonName(N_("Owner of the dwelling"), 100, headings=DWELLING_HEADINGS["owner_name"])
    rent_from = Day(N_("Let from"), headings=DWELLING_HEADINGS["rent_from"])
    rent_to = Day(N_("Let until"), headings=DWELLING_HEADINGS["rent_to"])
    gas_kind = Code(N_("Gas"), "gas_kind", filterable=True, headings=DWELLING_HEADINGS["gas_kind"])
    smoke_alarm = YesNo(N_("Smoke alarm"), headings=DWELLING_HEADINGS["smoke_alarm"])
    gas_alarm = YesNo(N_("Gas alarm"), headings=DWELLING_HEADINGS["gas_alarm"])
    ebike_indoors = YesNo(N_("E-bike indoors"), headings=DWELLING_HEADINGS["ebike_indoors"])
    address = Address(
        N_("Address"), wanted=True, example="解放路12号3单元501室", headings=DWELLING_HEADINGS["address"]
    )
    area_id = Area(N_("Area"), headings=DWELLING_HEADINGS["area_id"])
    note = Text(N_("Note"), 1000, lines=True, headings=DWELLING_HEADINGS["note"])

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """Something must say which dwelling it is, and a lease does not end before it begins."""
        if not (record.get("address") or record.get("room") or record.get("building_name")):
            checked.error(
                "address",
                Problem(
                    N_("Nothing says which dwelling this is."),
                    N_("Enter the address, or building and room."),
                ),
            )
        start, end = record.get("rent_from"), record.get("rent_to")
        if start and end and end < start:
            checked.error(
                "rent_to",
                Problem(
                    N_("The lease ends (%(end)s) before it begins (%(start)s)."),
                    N_("Correct one of the two dates."),
                    start=start.isoformat(),
                    end=end.isoformat(),
                ),
            )


def complete_key(values: dict[str, Any], stored: Mapping[str, Any] | None, context: Context) -> None:
    """The key of a household whose area was not known when it was checked."""
    record = {**(stored or {}), **values}
    values["key"] = household_key(context.references.areas, record.get("area_id"), record.get("number"))


def settle_key(values: dict[str, Any], stored: Mapping[str, Any], known: References) -> None:
    """The key as it is with the communities of today."""
    record = {**stored, **values}
    values["key"] = household_key(known.areas, record.get("area_id"), record.get("number"))


def relocate_households(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[str, list[Any]]]:
    """The key of a household follows its grid into another community."""
    areas, table = references.load(session).areas, Household.__table__
    found: dict[UUID, dict[str, list[Any]]] = {}
    for row in session.execute(
        sa.select(table.c.id, table.c.area_id, table.c.number, table.c.key).where(table.c.id.in_(ids))
    ):
        key = household_key(areas, row.area_id, row.number)
        if key != row.key:
            found[row.id] = {"key": [row.key, key]}
    return found


def household_codes(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A household is found by its key."""
    return [("key", values["key"])] if values.get("key") else []


def household_print(values: Mapping[str, Any]) -> str | None:
    """Without an area: number and address."""
    if values.get("key") or not values.get("address"):
        return None
    return f"{values.get('number')}|{address_key(values['address'])}"


def household_title(values: Mapping[str, Any]) -> str:
    """The number of the household."""
    return str(values.get("number") or "")


def dwelling_print(values: Mapping[str, Any]) -> str | None:
    """Building, unit and room, with the address they stand at."""
    building = str(values.get("building_id") or "") or fold(values.get("building_name") or "")
    parts = (
        building,
        fold(values.get("unit") or ""),
        fold(values.get("room") or ""),
        address_key(values.get("address") or ""),
    )
    return "|".join(parts) if any(parts) else None


def dwelling_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """What lists sort by: building, unit and room, whichever are known."""
    parts = (values.get("building_name"), values.get("unit"), values.get("room"))
    return {"building_sort": "|".join(fold(part or "") for part in parts)}


def dwelling_title(values: Mapping[str, Any]) -> str:
    """The address, or building and room."""
    parts = (values.get("building_name"), values.get("unit"), values.get("room"))
    return str(values.get("address") or " ".join(part for part in parts if part))


HOUSEHOLD = Kind(
    "household",
    "population",
    Household,
    HouseholdSchema,
    N_("Household"),
    N_("Households"),
    derive=complete_key,
    codes=household_codes,
    fingerprint=household_print,
    relocate=relocate_households,
    settle=settle_key,
    alike=alike_households,
    like=like_household,
    contradictions=of_households,
    together=(frozenset({"number", "key", "area_id"}),),
    title=household_title,
)
DWELLING = Kind(
    "dwelling",
    "population",
    Dwelling,
    DwellingSchema,
    N_("Dwelling"),
    N_("Dwellings"),
    columns=dwelling_columns,
    fingerprint=dwelling_print,
    sort_columns={"building_name": "building_sort"},
    alike=alike_dwellings,
    together=(frozenset({"building_id", "building_name", "unit", "floor", "room"}),),
    title=dwelling_title,
)

households = Records(HOUSEHOLD)
dwellings = Records(DWELLING)
