"""Homes and households as records, told from who lives there."""

from __future__ import annotations

from random import Random

from registries.demo.days import iso, some_day
from registries.demo.homes import AWAY, OUTSIDE, Home
from registries.demo.names import Names
from registries.demo.tables import Record, chance, draw

_USE = {"group_rented": "5", "dormitory": "5", "migrant_family": "2"}


def dwelling(rng: Random, names: Names, home: Home, address: str, people: list[Record], today: int) -> Record:
    """The record of a home with its use, its owner and its dangers."""
    yard, gone = home.building.floors == 1, all(person["stay_status"] in ("4", "5") for person in people)
    use = "3" if not people or gone else _USE.get(home.kind, "1")
    if use == "1" and (home.origin in (AWAY, OUTSIDE) or chance(rng, 0.06)):
        use = "2"
    if use == "1" and home.floor == 1 and chance(rng, 0.06):
        use = "4"
    rented = use in ("2", "5") and home.kind != "dormitory"
    start = some_day(rng, today, 900, 10)
    owner = names.name(rng, names.surname(rng), draw(rng, "12"), 1970)
    if people and not rented:
        owner = people[0]["name"]
    return {
        "key": home.key,
        "building_key": home.building.key,
        "building_name": home.building.name,
        "unit": "无" if yard else str(home.unit),
        "floor": home.floor,
        "room": room_number(home),
        "use": use,
        "tenure": "employer" if home.kind == "dormitory" else _tenure(rng, rented, yard),
        "owner_name": None if home.kind == "dormitory" else owner,
        "rent_from": iso(start) if rented else None,
        "rent_to": iso(start + 1095) if rented else None,
        "gas_kind": _gas(rng, home, yard),
        "smoke_alarm": chance(rng, 0.3 if home.kind in ("single_old", "dormitory") else 0.07),
        "gas_alarm": not yard and chance(rng, 0.28),
        "ebike_indoors": chance(rng, 0.03),
        "address": address,
        "area_code": home.building.grid.key,
        "note": None,
    }


def _tenure(rng: Random, rented: bool, yard: bool) -> str:
    if rented:
        return "rented_public" if yard and chance(rng, 0.3) else "rented_private"
    return "borrowed" if chance(rng, 0.015) else "owned"


def _gas(rng: Random, home: Home, yard: bool) -> str:
    if home.kind == "dormitory":
        return "none"
    return draw(rng, ("bottled", "bottled", "bottled", "none", "other")) if yard else "piped"


def room_number(home: Home) -> str:
    """The number on the door; the floor stands before it except in a yard."""
    return str(home.room) if home.building.floors == 1 else f"{home.floor}{home.room:02d}"


def address_of(home: Home) -> str:
    """The address down to the door."""
    if home.building.floors == 1:
        return f"{home.building.address}{home.room}号"
    unit = "" if home.kind == "dormitory" else f"{home.unit}单元"
    return f"{home.building.address}{unit}{room_number(home)}室"


def household(home: Home, address: str, people: list[Record]) -> Record:
    """The record of the household that lives there; the first of its people is the head."""
    collective = home.kind == "dormitory"
    number = people[0]["household_number"]
    return {
        "key": f"h-{number}",
        "number": number,
        "kind": "2" if collective else "1",
        "hukou_kind": "2" if people[0]["separation_type"] == "3" or collective else "1",
        "head_key": people[0]["key"],
        "dwelling_key": home.key,
        "address": home.building.address if collective else address,
        "area_code": home.building.grid.key,
        "note": None,
    }
