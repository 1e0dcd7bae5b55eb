"""Where a household is registered and by which papers its members are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from registries.demo import numbers
from registries.demo.areas import DISTRICT_NAME, DIVISION, Grid
from registries.demo.families import Person
from registries.demo.homes import AWAY, DISTRICT, HERE, PAPER
from registries.demo.names import HAN, Names
from registries.demo.tables import Record, between, draw, rows, wheel, word_list, words

_TOWNS = word_list("town")
# The first digits of the permit, and the division with its name; they differ for Taiwan.
_REGIONS = {
    "HK": ("810000", "810000", "香港特别行政区"),
    "MO": ("820000", "820000", "澳门特别行政区"),
    "TW": ("830000", "710000", "台湾省"),
}
NEWBORN_DAYS = 75


@dataclass(slots=True)
class Registration:
    """What all members of one household share about where they belong."""

    population: str
    match: str
    separation: str | None
    division: str
    address: str
    grid_key: str | None = None


def registration(rng: Random, origin: str, grid: Grid, grids: list[Grid], address: str) -> Registration:
    """The registration of a household that lives at this address."""
    if origin == HERE:
        return Registration("HJ", "01", None, DIVISION, address)
    if origin == PAPER:
        return Registration(
            "HJ", "02", "3", DIVISION, f"{DISTRICT_NAME}{grid.street.name}{grid.community.name}集体户"
        )
    if origin == DISTRICT:
        other = draw(rng, grids)
        road = draw(rng, other.community.roads)
        place = f"{DISTRICT_NAME}{other.street.name}{road}{between(rng, 1, 180)}号{between(rng, 1, 30)}号楼"
        door = f"{between(rng, 1, 5)}单元{between(rng, 1, 6)}01室"
        return Registration("HJ", "02", "4", DIVISION, place + door, other.key)
    if origin == AWAY:
        code, name = draw(rng, _origins())
        return Registration("LD", "02", "2", code, f"{name}{draw(rng, _TOWNS)}{between(rng, 1, 220)}号")
    return Registration("JW", "02", "2", "", "")


@cache
def _origins() -> list[tuple[str, str]]:
    return wheel(((row["code"], row["name"]), float(row["share"])) for row in rows("origins"))


@cache
def _homelands() -> list[dict[str, str]]:
    return wheel((row, float(row["share"])) for row in rows("outsiders"))


def _outsider_name(rng: Random, row: dict[str, str], sex: str) -> str:
    surname = draw(rng, words(row["surnames"]))
    given = draw(rng, words(row["male" if sex == "1" else "female"]))
    return f"{surname} {given}" if row["script"] == "latin" else surname + given


class Papers:
    """Names and documents of people; hands out each number once."""

    def __init__(self, names: Names, today: int) -> None:
        self._names, self._today = names, today
        self._ids = numbers.IdNumbers()
        self._serial = 0
        self._permits: set[str] = set()

    def outsider(self, rng: Random, person: Person, record: Record) -> None:
        """Give someone from beyond the mainland a name and a permit or passport."""
        row = draw(rng, _homelands())
        born = date.fromordinal(person.born)
        self._serial += 1
        record["name"] = _outsider_name(rng, row, person.sex)
        if row["from"] in _REGIONS:
            region, division, address = _REGIONS[row["from"]]
            record["ethnicity"], record["registered_division"] = HAN, division
            record["registered_address"] = address
            permit = numbers.permit(region, born, person.sex, self._permits)
            self._permits.add(permit)
            record["doc_type"], record["id_number"] = "HKMOTW_RP", permit
            record["birth_date"] = f"{permit[6:10]}-{permit[10:12]}-{permit[12:14]}"
        elif rng.random() < 0.2:
            record["doc_type"] = "FPR_2023"
            record["id_number"] = numbers.permanent_resident_id(rng, born, person.sex, self._serial)
        else:
            record["doc_type"], record["id_number"] = "PASSPORT", numbers.passport(self._serial)

    def citizen(self, rng: Random, person: Person, record: Record, surname: str, group: str) -> None:
        """Give a citizen a name and an identity number, or the reason why there is none."""
        born = date.fromordinal(person.born)
        record["name"] = self._names.name(rng, surname, person.sex, born.year, group)
        record["ethnicity"] = group
        if self._today - person.born < NEWBORN_DAYS:
            self._newborn(rng, record)
        elif person.age > 80 and rng.random() < 0.012:
            record["doc_type"], record["no_id_reason"] = "NONE", "unregistered"
            record["birth_date"] = f"{born:%Y}" if rng.random() < 0.6 else f"{born:%Y-%m}"
        else:
            record["doc_type"], record["id_number"] = "RIC", self._ids.next(born, person.sex)

    def _newborn(self, rng: Random, record: Record) -> None:
        if rng.random() < 0.5:
            self._serial += 1
            record["doc_type"], record["id_number"] = "BIRTH_CERT", numbers.birth_certificate(self._serial)
        else:
            record["doc_type"], record["no_id_reason"] = "NONE", "newborn"
