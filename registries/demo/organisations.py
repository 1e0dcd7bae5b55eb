"""The organisations of the district: what every quarter has, and shops and firms by their usual shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from random import Random

from registries.demo import firms
from registries.demo.areas import DISTRICT_NAME, DIVISION, Grid
from registries.demo.buildings import Building, buildings_of
from registries.demo.days import iso, some_day
from registries.demo.drawing import MICRO
from registries.demo.lives import Employer
from registries.demo.names import Names
from registries.demo.numbers import Phones, credit_code
from registries.demo.tables import (
    Record,
    between,
    chance,
    dice,
    draw,
    rows,
    shuffled,
    small,
    wheel,
    word_list,
    words,
)
from registries.registrations import licence_check

Row = dict[str, str]
_BRANDS = word_list("brand")
_DISHES = word_list("dish")
# Floor area in square metres from which a shop, a song hall, a bath or a chemicals shop is not small.
_SMALL_UP_TO = {"N1": 300, "N4": 200, "N5": 200, "N9": 100}
_ROOMS = {"factory": "车间", "warehouse": "库房"}
_SHARES_OPEN = wheel([("10", 93), ("20", 1.5), ("30", 2), ("40", 1), ("50", 2), ("90", 0.5)], 400)


class Organisations:
    """Plans all organisations of a district; the list is short, so it is kept."""

    def __init__(self, seed: object, grids: list[Grid], count: int, today: int) -> None:
        self._rng = dice(seed, "organisations")
        self._today, self._grids = today, grids
        self._names = Names()
        # Residents take the phones below; a hundred million is room enough for both.
        self._phones = Phones(first=60_000_000)
        self._taken: set[str] = set()
        self._doors: dict[str, int] = defaultdict(int)
        self._sites = self._list_sites(seed)
        self.records = [self._record(index, row, site) for index, (row, site) in enumerate(self._plan(count))]
        self._give_relations()

    def employers(self) -> list[Employer]:
        """The working ones as often as they have staff, for drawing somebody's place of work."""
        working = [record for record in self.records if record["operating_status"] == "10"]
        return [
            Employer(str(record["key"]), str(record["name"]), str(record["opened_on"]))
            for record in working
            for _ in range(min(400, int(record["employees"] or 1)))
        ]

    def _list_sites(self, seed: object) -> dict[str, list[Building]]:
        sites: dict[str, list[Building]] = defaultdict(list)
        for grid in self._grids:
            homes = 0
            for building in buildings_of(seed, grid):
                homes += building.role == "home"
                # Shops on the ground floor: two blocks a grid, none of them old yards.
                if building.role != "home" or (homes <= 2 and building.floors > 2 and building.built > 1980):
                    sites[building.role].append(building)
        return sites

    def _plan(self, count: int) -> Iterator[tuple[Row, Building]]:
        trades = rows("organisations")
        fixed = [
            (row, row["weight"].removeprefix("fixed:"))
            for row in trades
            if row["weight"].startswith("fixed:")
        ]
        needed = [(row, site) for row, role in fixed for site in self._sites[role]][:count]
        yield from needed
        free = wheel(
            ((row, float(row["weight"])) for row in trades if not row["weight"].startswith("fixed:")), 4000
        )
        for _ in range(count - len(needed)):
            row = draw(self._rng, free)
            places = [role for role in words(row["roles"]) if self._sites[role]]
            yield (
                row,
                draw(self._rng, self._sites[draw(self._rng, places)] if places else self._sites["shops"]),
            )

    def _record(self, index: int, row: Row, site: Building) -> Record:
        rng, today = self._rng, self._today
        fixed = row["weight"].startswith("fixed")
        years = max(1, min(30, date.fromordinal(today).year - site.built))
        opened = some_day(rng, today, years * 365, years * 300 if fixed else 60)
        code = credit_code(row["prefix"], index) if row["prefix"] else None
        record = self._identity(index, row, site) | self._premises(row, site)
        record |= {
            "registrations": self._registrations(index, row, code, opened),
            "opened_on": iso(opened),
            "closed_on": None,
            "operating_status": "10" if fixed else draw(rng, _SHARES_OPEN),
            "parent_key": None,
            "successor_key": None,
            "note": None,
            "links": [_link("manages" if row["type"] == "16" else "occupies", site.key, opened)],
        }
        self._safety(record, row, opened)
        record["licences"] = firms.licences(rng, row["licences"], index + 1, today, opened, code)
        record["hazardous_chemicals"] = firms.chemicals(rng, row["chemicals"])
        record["special_equipment"] = firms.equipment(rng, row["equipment"], index + 1, today)
        signer, office = record["safety_manager"], record["supervising_unit"]
        record["responsibility_letters"] = firms.letters(rng, signer, office, opened, today)
        return record

    def _identity(self, index: int, row: Row, site: Building) -> Record:
        name, staff = self._name(row, site, index), self._amount(row["staff"])
        office = f"{site.grid.street.name}{'办事处' if site.grid.street.code else '管理委员会'}"
        return {
            "key": f"o-{index + 1:05d}",
            "name": name,
            "short_name": _short(name),
            "org_type": row["type"],
            "industry": row["industry"],
            "business_scope": row["scope"],
            "operator_number": None,
            "legal_representative": self._person(),
            "safety_manager": self._person(),
            "safety_certificate": f"演安管{index + 1:06d}" if staff > 20 else None,
            "phone": self._phones.next(),
            "employees": staff,
            "responsible_department": DISTRICT_NAME + row["department"],
            "supervising_unit": office,
            "standardisation_level": firms.level(self._rng, row["type"], staff, row["industry"]),
        }

    def _premises(self, row: Row, site: Building) -> Record:
        area, venue = self._amount(row["area"]), row["venue"]
        return {
            "floor_area_m2": area,
            "floors": 1 if row["type"] in ("04", "17") else min(site.floors, 3),
            "address": self._address(row, site),
            "area_code": site.grid.key,
            "longitude": site.point[0] / MICRO,
            "latitude": site.point[1] / MICRO,
            "datum": "wgs84",
            "property_company": site.place["property_company"],
            # Over the size of its kind it is a small venue no longer.
            "small_venue": venue if venue and area < _SMALL_UP_TO.get(venue, 5_000) else None,
            "gas_kind": draw(self._rng, words(row["gas"])) if row["gas"] else "none",
        }

    def _registrations(self, index: int, row: Row, code: str | None, opened: int) -> list[Record]:
        found = [{"scheme": "uscc", "number": code}] if code else []
        if code and row["type"] in ("03", "04") and self._today - opened > 365 * 12:
            old = f"{DIVISION}{index:08d}"
            found.append({"scheme": "licence_no", "number": old + licence_check(old)})
        return found

    def _safety(self, record: Record, row: Row, opened: int) -> None:
        """Inspection, insurance and the dangers of the trade."""
        rng, today, days = self._rng, self._today, int(row["days"])
        last = max(opened, some_day(rng, today, round(days * 1.12) + 3, 1))
        risky, industry, area = _risk(rng, row), row["industry"], record["floor_area_m2"]
        record["key_unit_kinds"] = self._kinds(row, record["employees"], area)
        crowded = "K04" in record["key_unit_kinds"]
        key = any(kind in record["key_unit_kinds"] for kind in ("K01", "F04", "F15"))
        record["small_venue"] = None if key else record["small_venue"]
        record |= {
            "risk_colour": risky,
            "fire_level": "2" if key else "4" if record["small_venue"] else "3",
            "last_inspected_on": iso(last),
            "inspection_days": days,
            "next_inspection_on": iso(last + days),
            "evacuation_capacity": max(20, int(area) // 4) if crowded else None,
            "ebike_charging": chance(rng, 0.12),
            "dormitory": row["trade"] in ("机械厂", "服装厂", "食品厂", "在建工地", "小作坊")
            and chance(rng, 0.25),
            "work_at_height": industry[0] == "E"
            or (row["trade"] in ("广告公司", "物业公司") and chance(rng, 0.6)),
            "confined_space": "K13" in record["key_unit_kinds"]
            or (row["trade"] in ("物业公司", "食品厂") and chance(rng, 0.5)),
            "combustible_dust": "K11" in record["key_unit_kinds"],
            "ammonia": "K12" in record["key_unit_kinds"] and "氨" in words(row["chemicals"]),
            "insured_until": iso(some_day(rng, today, 40, -360))
            if risky in ("1", "2") and chance(rng, 0.8)
            else None,
        }
        if record["operating_status"] in ("40", "50", "90"):
            record["closed_on"] = iso(max(opened, some_day(rng, today, 500, 5)))
            record["next_inspection_on"] = None
            record["links"][0]["until"] = record["closed_on"]

    def _kinds(self, row: Row, staff: int, area: int) -> list[str]:
        """The key-unit kinds of the trade, without those for which this one is too small."""
        big = area >= 1000 or staff >= 100
        enough = dict.fromkeys(("F01", "F02", "F05", "F06", "K17"), big) | dict.fromkeys(
            ("F16", "K18"), staff >= 100
        )
        return [kind for kind in words(row["key_units"]) if enough.get(kind, True)]

    def _amount(self, bounds: str) -> int:
        low, high = (int(part) for part in bounds.split("-"))
        return low + int((high - low) * small(self._rng))

    def _person(self) -> str:
        rng = self._rng
        year = between(rng, 1962, 1994)
        return self._names.name(rng, self._names.surname(rng), "2" if rng.random() < 0.32 else "1", year)

    def _name(self, row: Row, site: Building, index: int) -> str:
        """A name that no other organisation of the district has."""
        rng, grid = self._rng, site.grid
        for attempt in range(200):
            # Where a brand is taken in the district, the quarter stands before it: 凤栖恒通超市.
            quarter = "" if attempt < 6 else grid.community.name[:2] if attempt > 30 else grid.street.name[:2]
            brand = quarter + draw(rng, _BRANDS)
            name = row["name"].format(
                brand=brand,
                dish=draw(rng, _DISHES),
                road=draw(rng, grid.community.roads),
                street=grid.street.name.removesuffix("街道"),
                community=grid.community.name.removesuffix("社区"),
                ordinal="一二三四五六七八九十"[grid.street.index % 10],
                estate=site.name.rstrip("0123456789号楼院"),
            )
            if grid.street.code is None:
                name = name.replace("安澜经济开发区街道", "安澜经济开发区")
            if name not in self._taken:
                self._taken.add(name)
                return name
        self._taken.add(f"{name}{index}")
        return f"{name}{index}"

    def _address(self, row: Row, site: Building) -> str:
        """The building's address with the door: no two firms share one."""
        self._doors[site.key] += 1
        door = self._doors[site.key]
        if row["weight"].startswith("fixed") or row["type"] == "15":
            return site.address
        if row["type"] == "17":
            return f"{site.address}门前"
        if site.role in ("offices", "mall", "hotel"):
            return f"{site.address}{2 + door % max(1, site.floors - 1)}层{door:02d}室"
        return f"{site.address}{_ROOMS.get(site.role, '门市')}{door}号"

    def _give_relations(self) -> None:
        """Branches get their parent, and firms that closed now and then the one that took over."""
        rng, by_trade = self._rng, defaultdict(list)
        for record in self.records:
            by_trade[record["org_type"], record["industry"]].append(record)
        for alike in by_trade.values():
            if alike[0]["org_type"] != "03" or len(alike) < 6:
                continue
            for record in shuffled(rng, alike[1:])[: len(alike) // 9]:
                parent = draw(rng, alike[: len(alike) // 3])
                if record["operating_status"] == "50":
                    record["successor_key"] = parent["key"]
                elif (
                    parent is not record
                    and parent["parent_key"] is None
                    and parent["name"].endswith("有限公司")
                ):
                    road = draw(rng, self._grids[0].community.roads)
                    self._make_branch(record, parent, road)

    def _make_branch(self, record: Record, parent: Record, road: str) -> None:
        name = f"{parent['name']}{road}分公司"
        if name not in self._taken and not any(
            other["parent_key"] == record["key"] for other in self.records
        ):
            self._taken.add(name)
            record["parent_key"], record["name"], record["short_name"] = parent["key"], name, None
            record["legal_representative"] = parent["legal_representative"]


def _link(role: str, target: str, since: int) -> Record:
    return {"role": role, "target_key": target, "since": iso(since), "until": None}


def _risk(rng: Random, row: Row) -> str:
    pairs = (word.partition(":") for word in words(row["risk"]))
    return draw(rng, [colour for colour, _, share in pairs for _ in range(int(share))])


def _short(name: str) -> str | None:
    short = name.removeprefix("安澜区").removesuffix("有限公司")
    return short if short != name else None
