"""The area tree of a district that exists nowhere: streets, communities and grids with their borders.

安澜区 is no county of China, and its division code 000101 was never assigned. The development zone
hangs under the district like a street but has no national code; its communities use the 400-599 range
that the statistics keep for what is like a street and is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from registries.demo.drawing import Knife, Point, Ring, geojson, roughened
from registries.demo.tables import between, dice, rows, shuffled

DIVISION = "000101"
DISTRICT_NAME = "安澜区"
DISTRICT_ENGLISH = "Anlan District"
VALID_FROM = "2015-01-01"

# The coast lies in the south, the river enters in the north-west and leaves in the south-east.
_NORTH_BANK: Ring = [
    (121_141_000, 41_098_000),
    (121_137_500, 41_112_000),
    (121_146_000, 41_127_500),
    (121_161_000, 41_133_500),
    (121_178_500, 41_141_000),
    (121_199_000, 41_138_500),
    (121_216_500, 41_143_000),
    (121_238_000, 41_136_500),
    (121_252_500, 41_124_000),
    (121_258_000, 41_106_500),
    (121_262_500, 41_089_000),
    (121_257_000, 41_071_500),
]
_SOUTH_BANK: Ring = [
    (121_257_000, 41_071_500),
    (121_246_500, 41_058_500),
    (121_228_000, 41_055_000),
    (121_207_500, 41_050_500),
    (121_189_000, 41_054_500),
    (121_171_500, 41_052_000),
    (121_157_500, 41_061_000),
    (121_146_500, 41_073_500),
    (121_138_000, 41_084_000),
    (121_141_000, 41_098_000),
]
_RIVER: Ring = [
    (121_141_000, 41_098_000),
    (121_158_000, 41_101_500),
    (121_173_000, 41_094_000),
    (121_190_000, 41_090_500),
    (121_207_000, 41_094_500),
    (121_224_000, 41_087_000),
    (121_241_000, 41_081_500),
    (121_257_000, 41_071_500),
]

# What kind of quarter a street is decides its houses, its people and its firms.
PROFILES = ("old", "mixed", "new", "old", "mixed", "new", "mixed", "fringe")

ZONE_ROADS = ("工业路", "创业路", "兴港路", "科技路", "海天路", "东环路")


@dataclass(frozen=True)
class Grid:
    """One grid with all that the other generators ask of its surroundings."""

    index: int
    key: str
    name: str
    ring: Ring
    community: Community
    number: int
    residents: int
    riverside: bool

    @property
    def street(self) -> Street:
        """The street, or the zone, that it lies in."""
        return self.community.street


@dataclass(frozen=True)
class Community:
    """One community (社区)."""

    index: int
    key: str
    name: str
    english: str
    ring: Ring
    street: Street
    number: int
    roads: tuple[str, ...]


@dataclass(frozen=True)
class Street:
    """One street (街道), or the development zone, whose ``code`` is missing."""

    index: int
    key: str
    code: str | None
    name: str
    english: str
    ring: Ring
    profile: str


class Tree:
    """All areas of one demo district, drawn once and held in memory (some 1,600 at a million residents)."""

    def __init__(self, seed: object, residents: int) -> None:
        rng = dice(seed, "areas")
        households = residents / 2.4
        grids = max(126, round(households / 300))
        communities = max(42, round(grids / 7))
        streets = max(6, min(16, round(communities / 12)))
        self._knife = Knife(rng)
        self._ring, sides, self._river = _outline(rng, self._knife)
        self.streets = self._cut_streets(rng, sides, streets)
        self.communities = self._cut_communities(rng, communities)
        self.grids = self._cut_grids(rng, grids, residents)

    def _cut_streets(self, rng: Random, sides: tuple[Ring, Ring], count: int) -> list[Street]:
        north = round((count + 1) * 0.58)
        rings: list[Ring] = []
        for side, parts in zip(sides, (north, count + 1 - north), strict=True):
            rings += self._knife.divide(side, [0.8 + rng.random() * 0.5 for _ in range(parts)])
        # The zone is the easternmost piece: down the river and down the wind.
        zone = max(range(len(rings)), key=lambda index: sum(x for x, _ in rings[index]) / len(rings[index]))
        zone_ring = rings.pop(zone)
        names = shuffled(rng, [row for row in rows("place_names") if row["kind"] == "street"])
        streets = []
        for index, (ring, name) in enumerate(zip(rings, names, strict=False)):
            code = f"{DIVISION}{index + 1:03d}"
            profile = PROFILES[index % len(PROFILES)]
            street = Street(index, code, code, f"{name['zh']}街道", f"{name['pinyin']} Street", ring, profile)
            streets.append(street)
        zone_name, english = "安澜经济开发区", "Anlan Economic Development Zone"
        return [*streets, Street(len(streets), "zone-01", None, zone_name, english, zone_ring, "zone")]

    def _cut_communities(self, rng: Random, count: int) -> list[Community]:
        names = iter(_community_names(rng))
        roads = [
            row["zh"] for row in rows("place_names") if row["kind"] == "road" and row["zh"] not in ZONE_ROADS
        ]
        shares = [*_parts(rng, count - 2, len(self.streets) - 1), 2]
        result: list[Community] = []
        for street, share in zip(self.streets, shares, strict=True):
            own = shuffled(rng, ZONE_ROADS if street.code is None else roads)
            rings = self._knife.divide(street.ring, [0.75 + rng.random() * 0.5 for _ in range(share)])
            prefix = street.code or f"{DIVISION}400"
            for number, ring in enumerate(rings, 1):
                name, english = next(names)
                near = tuple(own[(number * 2 + step) % min(12, len(own))] for step in range(4))
                key = f"{prefix}{number:03d}"
                result.append(Community(len(result), key, name, english, ring, street, number, near))
        return result

    def _cut_grids(self, rng: Random, count: int, residents: int) -> list[Grid]:
        rings: list[tuple[Community, int, Ring, float]] = []
        shares = _parts(rng, count, len(self.communities))
        for community, share in zip(self.communities, shares, strict=True):
            density = {"old": 1.15, "mixed": 1.05, "new": 1.0, "fringe": 0.7, "zone": 0.45}[
                community.street.profile
            ]
            pieces = self._knife.divide(community.ring, [0.8 + rng.random() * 0.4 for _ in range(share)])
            for number, ring in enumerate(pieces, 1):
                rings.append((community, number, ring, density * (0.75 + rng.random() * 0.5)))
        quotas = _quotas([weight for *_, weight in rings], residents)
        grids, river = [], set(self._river)
        for index, ((community, number, ring, _), quota) in enumerate(zip(rings, quotas, strict=True)):
            name = f"第{_chinese(number)}网格"
            key = f"{community.key}{number:03d}"
            whole = self._knife.whole(ring)
            riverside = not river.isdisjoint(whole)
            grids.append(Grid(index, key, name, whole, community, number, quota, riverside))
        return grids

    def areas(self) -> Iterator[dict[str, object]]:
        """All areas, parents before children; borders carry every corner of their neighbours."""
        yield self._area(DIVISION, DIVISION, "district", DISTRICT_NAME, DISTRICT_ENGLISH, None, self._ring)
        for street in self.streets:
            kind = "street" if street.code else "zone"
            yield self._area(
                street.key, street.code, kind, street.name, street.english, DIVISION, street.ring
            )
        for community in self.communities:
            parent = community.street.key
            key, ring = community.key, community.ring
            yield self._area(key, key, "community", community.name, community.english, parent, ring)
        for grid in self.grids:
            english = f"{grid.community.english} Grid {grid.number}"
            yield self._area(grid.key, grid.key, "grid", grid.name, english, grid.community.key, grid.ring)

    def _area(
        self, key: str, code: str | None, kind: str, name: str, english: str, parent: str | None, ring: Ring
    ) -> dict[str, object]:
        boundary = geojson(self._knife.whole(ring))
        return {
            "key": key,
            "code": code,
            "kind": kind,
            "name_zh": name,
            "name_en": english,
            "parent_key": parent,
            "boundary": boundary,
            "valid_from": VALID_FROM,
            "valid_to": None,
        }


def _outline(rng: Random, knife: Knife) -> tuple[Ring, tuple[Ring, Ring], Ring]:
    north = roughened(_NORTH_BANK, rng)
    south = roughened(_SOUTH_BANK, rng)
    river = roughened(_RIVER, rng, depth=0.14)
    ring: list[Point] = (north + south[1:-1])[::-1]
    upper, lower = knife.cut_along(ring, river)
    if sum(y for _, y in upper) / len(upper) < sum(y for _, y in lower) / len(lower):
        upper, lower = lower, upper
    return ring, (upper, lower), river


def _community_names(rng: Random) -> Iterator[tuple[str, str]]:
    """Names with their English, each once: the plain ones first, then those with a point of the compass."""
    plain = shuffled(rng, [row for row in rows("place_names") if row["kind"] == "community"])
    for suffix, english in (("", ""), ("东", "dong"), ("西", "xi"), ("南", "nan"), ("北", "bei")):
        for row in plain:
            yield f"{row['zh']}{suffix}社区", f"{row['pinyin']}{english} Community"


def _parts(rng: Random, total: int, groups: int) -> list[int]:
    """The total in so many parts of nearly the same size."""
    base, rest = divmod(total, groups)
    lucky = set(shuffled(rng, range(groups))[:rest])
    return [base + (index in lucky) for index in range(groups)]


def _quotas(weights: list[float], total: int) -> list[int]:
    """The total shared out by weight in whole numbers that add up to it."""
    shares, given, seen, whole = [], 0, 0.0, sum(weights)
    for weight in weights:
        seen += weight
        upto = round(total * seen / whole)
        shares.append(upto - given)
        given = upto
    return shares


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return (
        ("" if tens < 2 else digits[tens])
        + ("十" if tens else "")
        + (digits[ones] if ones or not tens else "")
    )


def house_number(rng: Random) -> int:
    """A house number as they stand on Chinese streets: small ones are common."""
    return between(rng, 1, between(rng, 20, 260))
