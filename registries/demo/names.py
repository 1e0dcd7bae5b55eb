"""Personal names as their generation would bear them: surnames by frequency, given names by year and sex."""

from __future__ import annotations

from functools import cache
from random import Random

from registries.demo.tables import draw, rows, wheel, words

HAN = "01"
_Given = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], float]


class Names:
    """Draws names; one object serves a whole district and keeps its tables at hand."""

    def __init__(self) -> None:
        self._surnames = wheel(
            ((row["surname"], float(row["per_mille"])) for row in rows("surnames")), slots=24_000
        )
        groups = rows("ethnic_groups")
        self.groups = wheel(((row["code"], float(row["per_mille"])) for row in groups), slots=30_000)
        self._by_group = {row["code"]: words(row["surnames"]) for row in groups}
        self._whole = {
            (row["code"], sex): words(row[column])
            for row in groups
            for sex, column in (("1", "full_names_male"), ("2", "full_names_female"))
        }

    def surname(self, rng: Random, group: str = HAN) -> str:
        """A surname as common as it is; of the group's own list if it has one."""
        own = self._by_group.get(group)
        return draw(rng, own) if own else draw(rng, self._surnames)

    def group(self, rng: Random) -> str:
        """The code of an ethnic group by its share in the district."""
        return draw(rng, self.groups)

    def name(self, rng: Random, surname: str, sex: str, year: int, group: str = HAN) -> str:
        """A full name; some groups have names without surname, joined with a middle dot."""
        whole = self._whole.get((group, sex)) if group != HAN else None
        if whole and (not self._by_group[group] or rng.random() < 0.4):
            return draw(rng, whole)
        first, second, single, share = _given(min(2011, year), sex)
        luck = rng.random()
        if luck < share:
            return surname + single[int(luck / share * len(single))]
        one, two = first[int(rng.random() * len(first))], second[int(rng.random() * len(second))]
        return f"{surname}{one}{two}" if one != two else f"{surname}{one}"


@cache
def _given(year: int, sex: str) -> _Given:
    for row in rows("given_names"):
        if year < int(row["born_before"]) and row["sex"] == sex:
            return words(row["first"]), words(row["second"]), words(row["single"]), float(row["single_share"])
    raise LookupError(year)
