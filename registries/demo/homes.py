"""Fills the homes of one grid, some with a family and some with nobody, until it has its people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from registries.demo.areas import Grid
from registries.demo.buildings import DORMITORY_BEDS, MEAN_HOUSEHOLD, Building, buildings_of
from registries.demo.families import Family, crowd, family
from registries.demo.tables import between, chance, dice

# Where the people of a household are registered.
HERE, DISTRICT, AWAY, OUTSIDE, PAPER = "here", "district", "away", "outside", "paper"


@dataclass(slots=True)
class Home:
    """One flat or room with the family in it, if any; ``household`` counts within the grid."""

    building: Building
    unit: int
    floor: int
    room: int
    kind: str
    members: Family
    household: int
    origin: str = HERE

    @property
    def key(self) -> str:
        """The dwelling's stable key."""
        return f"d{self.building.key[1:]}-{self.unit}{self.floor:02d}{self.room:02d}"


def homes_of(seed: object, grid: Grid, today: int) -> Iterator[Home]:
    """Every home of the grid, lived in or not; together they house exactly ``grid.residents`` people."""
    rng = dice(seed, "homes", grid.index)
    buildings = buildings_of(seed, grid)
    left, serial = grid.residents, 0
    dormitories = [building for building in buildings if building.role == "dormitory"]
    beds = grid.residents * 6 // 10
    for building in dormitories:
        serial += 1
        for home in _rooms(building):
            home.members = crowd(rng, today, min(DORMITORY_BEDS, beds))
            beds, left = beds - len(home.members), left - len(home.members)
            home.kind, home.household, home.origin = (
                "dormitory",
                serial,
                AWAY if chance(rng, 0.75) else DISTRICT,
            )
            yield home
    homes = [home for building in buildings if building.role == "home" for home in _rooms(building)]
    for index, home in enumerate(homes):
        home.kind, home.members = _people(rng, today, grid.street.profile, left, len(homes) - index)
        left -= len(home.members)
        if home.members:
            serial += 1
            home.household, home.origin = serial, _origin(rng, home.kind)
        yield home


def _rooms(building: Building) -> Iterator[Home]:
    for unit in range(1, building.units + 1):
        for floor in range(1, building.floors + 1):
            for room in range(1, building.per_floor + 1):
                yield Home(building, unit, floor, room, "empty", [], 0)


def _people(rng: Random, today: int, profile: str, left: int, homes: int) -> tuple[str, Family]:
    """A family, or nobody: the fewer people are left for the homes that remain, the more stay empty."""
    if not left:
        return "empty", []
    needed = left / homes
    if homes == 1:
        return ("single_adult" if left == 1 else "group_rented"), crowd(rng, today, left)
    if needed > 3.5:
        count = min(left, between(rng, 4, max(6, int(needed) + 2)))
        return "group_rented", crowd(rng, today, count)
    if chance(rng, 1 - needed / MEAN_HOUSEHOLD):
        return "empty", []
    return family(rng, today, profile, left)


def _origin(rng: Random, kind: str) -> str:
    if kind in ("migrant_family", "group_rented"):
        return AWAY if rng.random() < 0.93 else DISTRICT
    if kind == "outsiders":
        return OUTSIDE
    luck = rng.random()
    if luck < 0.82:
        return HERE
    # Old people rarely come from afar on their own.
    if kind in ("single_old", "old_couple", "grandparents_grandchild"):
        return DISTRICT if luck < 0.995 else PAPER
    return DISTRICT if luck < 0.92 else AWAY if luck < 0.996 else PAPER
