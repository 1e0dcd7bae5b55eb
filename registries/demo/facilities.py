"""Municipal facilities where they would stand: covers and lamps along the road, lifts in their buildings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from random import Random

from registries.demo.areas import DISTRICT_NAME, DIVISION, Grid
from registries.demo.buildings import Building, buildings_of
from registries.demo.days import iso, some_day
from registries.demo.drawing import MICRO, Point, bounds, contains
from registries.demo.tables import Record, between, chance, dice, draw, rows, shuffled, wheel, words

Row = dict[str, str]
_STATES = wheel([("01", 91), ("02", 4), ("03", 0.6), ("04", 2), ("05", 1.5), ("06", 0.6), ("07", 0.3)], 1000)
# Half a dozen metres in micro-degrees.
CELL = 60
_SIDES = words("东侧 西侧 南侧 北侧")
_BY_COMMITTEE = "{community}社区居民委员会"


class Facilities:
    """Places so many facilities in the grids; kept by residents' committees and firms that are registered."""

    def __init__(
        self, seed: object, grids: list[Grid], count: int, organisations: Sequence[Record], today: int
    ) -> None:
        self._seed, self._grids, self._count, self._today = seed, grids, count, today
        self._serials: dict[str, int] = defaultdict(int)
        self._occupied: set[tuple[str, int, int]] = set()
        self._committees = {
            str(record["area_code"])[:12]: record for record in organisations if record["org_type"] == "09"
        }
        self._estates = {
            str(record["links"][0]["target_key"])[:6]: record
            for record in organisations
            if record["org_type"] == "16" and record["operating_status"] == "10"
        }

    def records(self) -> Iterator[Record]:
        """The facilities, grid by grid; serials run on per subclass as a locked counter would give them."""
        number = 0
        for grid, share in zip(self._grids, _shares(len(self._grids), self._count), strict=True):
            rng = dice(self._seed, "facilities", grid.index)
            buildings = buildings_of(self._seed, grid)
            lifts = [building for building in buildings if building.place["lifts"]]
            for _ in range(share):
                number += 1
                row = draw(rng, _kinds(grid.street.profile == "zone", bool(lifts), grid.riverside))
                yield self._record(
                    rng, f"f-{number:05d}", row, grid, lifts if row["spread"] == "lift" else buildings
                )

    def _record(self, rng: Random, key: str, row: Row, grid: Grid, buildings: list[Building]) -> Record:
        today, life = self._today, int(row["life"])
        building = draw(rng, buildings)
        point, location, road = self._free_place(rng, row, grid, building)
        self._serials[row["subclass"]] += 1
        installed = some_day(rng, today, min(life * 365, 9_000), 40)
        days, inside = int(row["check_days"]), row["spread"] in ("yard", "lift")
        checked = max(installed, some_day(rng, today, round(days * 1.1) + 2, 1))
        state = draw(rng, _STATES)
        if state == "01" and checked + days < today and chance(rng, 0.3):
            state = "08"
        record: Record = {
            "key": key,
            "code": f"{DIVISION}{row['subclass']}{self._serials[row['subclass']]:06d}",
            "name": self._name(row, building, road),
            "subclass": row["subclass"],
            "competent_department": DISTRICT_NAME + row["department"],
            "owner": _filled(row["owner"], grid),
            "maintainer": _filled(row["maintainer"], grid),
            "area_code": grid.key,
            "location": location,
            "address": building.address if inside else f"{DISTRICT_NAME}{grid.street.name}{road}",
            "longitude": point[0] / MICRO,
            "latitude": point[1] / MICRO,
            "datum": "wgs84",
            "state": state,
            "model": draw(rng, words(row["models"])) if row["models"] else None,
            "made_on": iso(installed - between(rng, 30, 400)),
            "installed_on": iso(installed),
            "warranty_until": iso(installed + 730),
            "size": draw(rng, words(row["sizes"])) if row["sizes"] else None,
            "material": draw(rng, words(row["materials"])) if row["materials"] else None,
            "opening_hours": _hours(rng, row),
            "is_public": row["public"] == "yes",
            "check_days": days,
            "last_checked_on": iso(checked),
            "next_check_on": iso(checked + days),
            "risk_colour": draw(rng, _risks(row["risk"])),
            "surveyed_on": iso(min(today, installed + between(rng, 0, 200))),
            "attributes": self._attributes(rng, row),
            "note": "待查找权属单位" if row["subclass"] == "0114" else None,
            "links": [],
        }
        capacity = record["attributes"].pop("容纳人数", None)
        record["capacity"] = int(capacity) if capacity else None
        if record["state"] in ("06", "07"):
            record["next_check_on"] = None
        self._link(record, row, grid, building)
        return record

    def _link(self, record: Record, row: Row, grid: Grid, building: Building) -> None:
        """Kept by the residents' committee, or in an estate by the firm that manages it."""
        keeper = self._committees.get(grid.community.key) if row["maintainer"] == _BY_COMMITTEE else None
        if row["spread"] == "lift" or row["subclass"] == "2110":
            keeper = self._estates.get(building.key[:6]) or keeper
            record["owner"] = record["owner"] or building.place["property_company"] or building.name
        if keeper is not None:
            for role in ("owner", "maintainer"):
                record[role] = keeper["name"] if row[role] == _BY_COMMITTEE else record[role]
            start = max(str(record["installed_on"]), str(keeper["opened_on"]))
            record["links"] = [
                {"role": "kept_by", "target_key": keeper["key"], "since": start, "until": None}
            ]

    def _free_place(self, rng: Random, row: Row, grid: Grid, building: Building) -> tuple[Point, str, str]:
        """A place some metres from others of its subclass, lest two look like one counted twice."""
        while True:
            point, location, road = self._somewhere(rng, row, grid, building)
            x, y = point[0] // CELL, point[1] // CELL
            around = {(row["subclass"], x + east, y + north) for east in (-1, 0, 1) for north in (-1, 0, 1)}
            if not around & self._occupied:
                self._occupied.add((row["subclass"], x, y))
                return point, location, road

    def _somewhere(self, rng: Random, row: Row, grid: Grid, building: Building) -> tuple[Point, str, str]:
        """A point in the grid, and in words how to find it."""
        road = draw(rng, grid.community.roads)
        if row["spread"] == "lift":
            unit = between(rng, 1, max(1, building.units))
            point = _near(rng, grid, building.point, 200)
            return point, f"{building.name}{unit}单元" if building.units else f"{building.name}大厅", road
        if row["spread"] == "yard":
            point = _near(rng, grid, building.point, 260)
            return (
                point,
                f"{building.name}{draw(rng, ('门前', '入口处', '东侧', '西侧', '南侧', '北侧'))}",
                road,
            )
        point = _anywhere(rng, grid)
        if row["spread"] == "water":
            return point, f"安澜河{draw(rng, ('左岸', '右岸'))}{road}段", road
        if row["spread"] == "green":
            return point, f"{road}{draw(rng, ('街心游园', '绿地', '小广场'))}{draw(rng, _SIDES)}", road
        other = draw(rng, grid.community.roads)
        crossing = f"{road}与{other}交叉口{draw(rng, _SIDES)}{between(rng, 5, 120)}米"
        return (
            point,
            crossing if other != road else f"{road}{between(rng, 1, 260)}号{draw(rng, ('门前', '对面'))}",
            road,
        )

    def _name(self, row: Row, building: Building, road: str) -> str:
        if row["spread"] in ("yard", "lift"):
            return f"{building.name}{row['name']}"
        return f"{road}{row['name']}"

    def _attributes(self, rng: Random, row: Row) -> dict[str, str]:
        found = {}
        for pair in filter(None, row["attributes"].split(";")):
            key, _, values = pair.partition("=")
            future = iso(some_day(rng, self._today, 30, -800))
            found[key] = future if values == "{future}" else draw(rng, values.split("|"))
        return found


@cache
def _kinds(zone: bool, lifts: bool, riverside: bool) -> list[Row]:
    absent = {"lift": not lifts, "water": not riverside}
    usable = [row for row in rows("facilities") if not absent.get(row["spread"])]
    quiet = ("2111", "0126", "0302", "2110")
    return wheel(
        ((row, float(row["weight"]) * (0.3 if zone and row["subclass"] in quiet else 1)) for row in usable),
        5000,
    )


@cache
def _risks(text: str) -> list[str]:
    pairs = (word.partition(":") for word in words(text))
    return [colour for colour, _, share in pairs for _ in range(int(share or 1))]


def _shares(groups: int, total: int) -> list[int]:
    base, rest = divmod(total, groups)
    lucky = set(shuffled(dice(groups, total), range(groups))[:rest])
    return [base + (index in lucky) for index in range(groups)]


def _filled(text: str, grid: Grid) -> str | None:
    community = grid.community.name.removesuffix("社区")
    street = f"{grid.street.name}办事处" if grid.street.code else f"{grid.street.name}管理委员会"
    return text.format(community=community, street=street) or None


def _hours(rng: Random, row: Row) -> str | None:
    if row["public"] != "yes":
        return None
    return draw(rng, ("全天", "全天", "08:30-17:30", "06:00-22:00"))


def _near(rng: Random, grid: Grid, point: Point, reach: int) -> Point:
    for _ in range(12):
        spot = (point[0] + between(rng, -reach, reach), point[1] + between(rng, -reach, reach))
        if contains(grid.ring, spot):
            return spot
    return point


def _anywhere(rng: Random, grid: Grid) -> Point:
    west, south, east, north = bounds(grid.ring)
    while True:
        spot = (between(rng, west, east), between(rng, south, north))
        if contains(grid.ring, spot):
            return spot
