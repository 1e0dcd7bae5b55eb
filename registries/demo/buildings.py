"""The buildings of one grid: estates with their blocks, shops along the street, schools and the like.

A grid is laid out by itself from the seed and its own number: a million people need no list of buildings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import sqrt
from random import Random

from registries.demo.areas import DISTRICT_NAME, Grid, house_number
from registries.demo.drawing import MICRO, Point, Ring, bounds, contains, doubled_area
from registries.demo.tables import Record, between, chance, dice, draw, rows, shuffled, wheel, words

MEAN_HOUSEHOLD = 2.42
# Every tenth home stands empty; the register of a grid fills up before its houses do.
SPARE = 1.14
STOREY_M = 2.9
DORMITORY_ROOMS, DORMITORY_BEDS = 10, 4


@dataclass(slots=True)
class Building:
    """One building; ``units`` × ``floors`` × ``per_floor`` homes, or none if nobody lives there."""

    key: str
    number: int
    grid: Grid
    role: str
    name: str
    address: str
    point: Point
    floors: int
    built: int
    place: Record
    units: int = 0
    per_floor: int = 0

    @property
    def homes(self) -> int:
        """How many rooms or flats it has."""
        return self.units * self.floors * self.per_floor


def buildings_of(seed: object, grid: Grid) -> list[Building]:
    """All buildings of the grid in the order of their numbers, the same on every call."""
    rng = dice(seed, "buildings", grid.index)
    plans = [*_homes(rng, grid), *_others(rng, grid)]
    spots = _spots(rng, grid.ring, len(plans))
    return [
        _built(rng, grid, number, plan, spot)
        for number, (plan, spot) in enumerate(zip(plans, spots, strict=True), 1)
    ]


def _homes(rng: Random, grid: Grid) -> Iterator[Record]:
    """Blocks of one or two estates, until there are homes enough for the people of the grid."""
    needed = round(grid.residents / MEAN_HOUSEHOLD * SPARE) + 2
    if grid.street.profile == "zone":
        beds = grid.residents * 6 // 10
        rooms = -(-beds // DORMITORY_BEDS)
        while rooms > 0:
            floors = min(6, -(-rooms // DORMITORY_ROOMS))
            yield {"role": "dormitory", "floors": floors, "units": 1, "per_floor": DORMITORY_ROOMS}
            rooms -= floors * DORMITORY_ROOMS
        needed = round((grid.residents - beds) / MEAN_HOUSEHOLD * SPARE) + 3
    estate, block = _estate(rng, grid), 0
    while needed > 0:
        if block and chance(rng, 0.10):
            estate, block = _estate(rng, grid), 0
        block += 1
        plan = _block(rng, estate, block, needed)
        needed -= plan["units"] * plan["floors"] * plan["per_floor"]
        yield plan


def _estate(rng: Random, grid: Grid) -> Record:
    style = draw(rng, _styles(grid.street.profile))
    built = between(rng, int(style["built_low"]), int(style["built_high"]))
    name = draw(rng, _estate_names(style["style"] in ("yard", "walkup", "reform")))
    road, number = draw(rng, grid.community.roads), house_number(rng)
    return {"style": style, "built": built, "name": name, "road": road, "number": number}


def _block(rng: Random, estate: Record, block: int, needed: int) -> Record:
    style = estate["style"]
    floors = int(draw(rng, words(style["floors"])))
    per_floor = int(draw(rng, words(style["per_floor"])))
    # A tower for a handful of families would stand empty: the last blocks are lower and narrower.
    while floors * per_floor > needed * 1.5 and floors > 6:
        floors = {33: 26, 26: 24, 24: 18, 18: 11}.get(floors, 6)
    units = max(1, min(int(draw(rng, words(style["units"]))), round(needed / (floors * per_floor))))
    return {
        "role": "home",
        "estate": estate,
        "block": block,
        "floors": floors,
        "units": units,
        "per_floor": per_floor,
    }


def _others(rng: Random, grid: Grid) -> Iterator[Record]:
    for row in rows("buildings"):
        if row["role"] != "dormitory":
            yield from ({"role": row["role"]} for _ in range(_wanted(rng, grid, row["per"])))


def _wanted(rng: Random, grid: Grid, per: str) -> int:
    zone, community = grid.street.profile == "zone", grid.community
    first = grid.number == 1
    if per == "grid":
        return 1 if zone else 1 + chance(rng, 0.4)
    if per == "zone":
        return between(rng, 2, 4) if zone else 0
    if per.startswith("street "):
        return int(first and not zone and community.number == int(per.split()[1]))
    number = {
        "community": 0,
        "odd community": community.number % 2 - 1,
        "fifth community": community.number % 5 - 2,
    }
    return int(first and number[per] == 0 and not (zone and per != "community"))


def _built(rng: Random, grid: Grid, number: int, plan: Record, spot: Point) -> Building:
    key = f"b-{grid.index:04d}-{number:03d}"
    facts = _home_facts(rng, grid, plan) if plan["role"] == "home" else _other_facts(rng, grid, plan)
    place = facts | {
        "key": key,
        "code": f"{grid.key}{number:05d}",
        "kind": "building",
        "area_code": grid.key,
        "longitude": spot[0] / MICRO,
        "latitude": spot[1] / MICRO,
        "datum": "wgs84",
        "height_m": round(int(facts["floors_up"]) * (STOREY_M if plan["role"] == "home" else 3.9) + 1.2, 1),
    }
    return Building(
        key,
        number,
        grid,
        plan["role"],
        str(place["name"]),
        str(place["address"]),
        spot,
        int(facts["floors_up"]),
        int(facts["built_year"]),
        place,
        plan.get("units", 0),
        plan.get("per_floor", 0),
    )


def _home_facts(rng: Random, grid: Grid, plan: Record) -> Record:
    estate, floors = plan["estate"], plan["floors"]
    style = estate["style"]
    yard, tall = style["style"] == "yard", floors >= int(style["lift_from"])
    name = f"{estate['name']}{plan['block']}{'号院' if yard else '号楼'}"
    lifts = plan["units"] * (2 if floors > 11 else 1) if tall else 0
    homes = plan["units"] * floors * plan["per_floor"]
    return {
        "name": name,
        "address": f"{_start(grid)}{estate['road']}{estate['number']}号{name}",
        "structure": draw(rng, _shares(style["structures"])),
        "floors_up": floors,
        "floors_down": (2 if floors > 17 else 1) if tall else 0,
        "built_year": min(estate["built"] + plan["block"] // 12, 2025),
        "use": "住宅",
        "floor_area_m2": homes * between(rng, 38, 60) if yard else homes * between(rng, 62, 104),
        "households": homes,
        "lifts": lifts,
        "property_company": f"{estate['name']}物业服务中心" if estate["built"] > 1999 else None,
        "fire_lane": not yard and chance(rng, 0.97 if estate["built"] > 1999 else 0.8),
        "evacuation_stairs": 0 if yard else plan["units"] * (2 if floors > 17 else 1),
        "danger_grade": draw(rng, _shares(style["grades"])),
        "exterior_insulation": draw(rng, words(style["insulation"])) == "yes",
        "note": None,
    }


def _other_facts(rng: Random, grid: Grid, plan: Record) -> Record:
    row = next(row for row in rows("buildings") if row["role"] == plan["role"])
    floors = plan.get("floors") or between(rng, int(row["floors_low"]), int(row["floors_high"]))
    community, street = grid.community.name.removesuffix("社区"), grid.street.name.removesuffix("街道")
    road, number = draw(rng, grid.community.roads), house_number(rng)
    name = row["name"].format(community=community, street=street, estate=f"{road}{number}号")
    if plan["role"] in ("factory", "warehouse", "dormitory"):
        name = f"{name}{between(rng, 1, 30)}号"
    built = between(rng, int(row["built_low"]), int(row["built_high"]))
    return {
        "name": name,
        "address": f"{_start(grid)}{road}{number}号",
        "structure": row["structure"],
        "floors_up": floors,
        "floors_down": int(floors > 7),
        "built_year": built,
        "use": row["use"],
        "floor_area_m2": between(rng, int(row["area_low"]), int(row["area_high"])),
        "households": plan.get("units", 0) * floors * plan.get("per_floor", 0),
        "lifts": int(row["lifts"]) if floors > 3 else 0,
        "property_company": None,
        "fire_lane": chance(rng, 0.92),
        "evacuation_stairs": 1 if floors == 1 else 2 + (floors > 8),
        "danger_grade": "B" if built < 1992 and chance(rng, 0.4) else "A",
        "exterior_insulation": built > 2005 and chance(rng, 0.66),
        "note": None,
    }


def _start(grid: Grid) -> str:
    return f"{DISTRICT_NAME}{grid.street.name}"


@cache
def _styles(profile: str) -> list[dict[str, str]]:
    return wheel(
        (style, _weights(style["profiles"])[profile])
        for style in rows("estates")
        if profile in _weights(style["profiles"])
    )


@cache
def _estate_names(old: bool) -> tuple[str, ...]:
    names = [row["zh"] for row in rows("place_names") if row["kind"] == "estate"]
    return tuple(name for name in names if name.endswith(("小区", "家属院")) == old)


@cache
def _shares(text: str) -> list[str]:
    return wheel(_weights(text).items(), slots=100)


@cache
def _weights(text: str) -> dict[str, float]:
    pairs = (word.partition(":") for word in words(text))
    return {value: float(share or 1) for value, _, share in pairs}


def _spots(rng: Random, ring: Ring, count: int) -> list[Point]:
    """Places inside the grid in rows, as blocks stand, none nearer than a few metres to the border."""
    west, south, east, north = bounds(ring)
    step = sqrt(abs(doubled_area(ring)) / 2 / (count * 1.5 + 1))
    while True:
        found: list[Point] = []
        y = south + step * 0.4
        while y < north:
            x = west + step * 0.4
            while x < east:
                spot = (
                    round(x + (rng.random() - 0.5) * step * 0.3),
                    round(y + (rng.random() - 0.5) * step * 0.12),
                )
                if _well_inside(ring, spot, round(step * 0.2)):
                    found.append(spot)
                x += step
            y += step
        if len(found) >= count:
            skip = sorted(shuffled(rng, range(len(found)))[:count])
            return [found[index] for index in skip]
        step *= 0.88


def _well_inside(ring: Ring, spot: Point, margin: int) -> bool:
    x, y = spot
    corners = ((x - margin, y), (x + margin, y), (x, y - margin), (x, y + margin))
    return contains(ring, spot) and all(contains(ring, corner) for corner in corners)
