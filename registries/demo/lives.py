"""Schooling, work and needs of people as they fit their age, sex and family."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import NamedTuple

from registries.demo.days import iso, some_day
from registries.demo.families import FEMALE, MALE, MARRIED, REMARRIED, Person
from registries.demo.tables import Record, between, chance, draw, rows, wheel, words

PRESCHOOL, STUDENT, HOUSEWORK, UNEMPLOYED, RETIRED = "1", "2", "3", "4", "5"
PROFESSIONAL, CLERK, SERVICE, FARMER, OPERATOR = "6", "7", "8", "9", "10"
DEGREES = ("31", "21", "14", "11")
_BY_SCHOOLING = {
    "high": wheel([(PROFESSIONAL, 42), (CLERK, 30), (SERVICE, 20), (OPERATOR, 8)], 100),
    "low": wheel([(PROFESSIONAL, 3), (CLERK, 7), (SERVICE, 48), (OPERATOR, 38), ("12", 4)], 100),
}


class Employer(NamedTuple):
    """An organisation as its workers see it."""

    key: str
    name: str
    opened: str


def schooling(rng: Random, person: Person) -> str | None:
    """The highest schooling reached, or being had by those still at school; none before school age."""
    age = person.age
    if age < 6:
        return None
    if age < 18:
        return "80" if age < 12 else "70" if age < 15 else ("60" if rng.random() < 0.62 else "40")
    if age < 22:
        return draw(rng, ("20", "20", "30", "30", "61", "41", "71"))
    return draw(rng, _schooling((person.born // 365) + 1))


@cache
def _schooling(year: int) -> list[str]:
    for row in rows("education"):
        if year < int(row["born_before"]):
            pairs = (word.partition(":") for word in words(row["shares"]))
            return wheel(((code, float(share)) for code, _, share in pairs), 1000)
    raise LookupError(year)


def occupation(rng: Random, person: Person, schooled: str | None, migrant: bool, profile: str) -> str:
    """The group of occupation (those of the injury card)."""
    age = person.age
    if age < 6:
        return PRESCHOOL
    if age < 18 or (age < 23 and schooled in ("20", "30")):
        return STUDENT
    # Women retire at fifty or fifty-five, men at sixty; the old who never had a post kept house or a field.
    if age >= 60 or (
        person.sex == FEMALE and age >= 50 and not migrant and rng.random() < (0.55 if age < 55 else 0.9)
    ):
        if schooled in ("90", "81") and rng.random() < 0.3:
            return FARMER if profile == "fringe" and age < 75 else HOUSEWORK
        return RETIRED
    luck = rng.random()
    if luck < 0.055 and not migrant:
        return UNEMPLOYED
    if luck < 0.15 and person.sex == FEMALE:
        return HOUSEWORK
    if profile == "fringe" and not migrant and rng.random() < 0.18:
        return FARMER
    return draw(rng, _BY_SCHOOLING["high" if schooled in DEGREES else "low"])


def works(code: str) -> bool:
    """Whether this occupation is paid work with an employer."""
    return code in (PROFESSIONAL, CLERK, SERVICE, OPERATOR, "12")


class Needs:
    """Finds the vulnerable groups that somebody belongs to, each with source, date and date of review.

    What follows from age or work (V03, V08, V09, V17, V18) the system computes; it is never listed here.
    """

    def __init__(self, today: int) -> None:
        self.today = today

    def of(
        self, rng: Random, person: Person, kind: str, members: Sequence[Person], rider: bool
    ) -> list[Record]:
        """The groups of one member of a household of this kind."""
        if person.died:
            return []
        found: list[Record] = []
        if person.age >= 60:
            self._old(rng, person, kind, members, found)
        elif person.age < 16:
            self._young(rng, person, kind, found)
        elif person.sex == FEMALE and person.age < 43 and person.marital in (MARRIED, REMARRIED):
            self._mother(rng, person, members, found)
        if rider:
            found.append(self._note(rng, "V19", "企业名册", 180))
        self._at_any_age(rng, person, found)
        return found

    def _old(
        self, rng: Random, person: Person, kind: str, members: Sequence[Person], found: list[Record]
    ) -> None:
        living = sum(not member.died for member in members)
        if living == 1:
            found.append(self._note(rng, "V01", "社区走访", 90))
        elif living == 2 and kind == "old_couple":
            found.append(self._note(rng, "V02", "社区走访", 180))
        if kind == "grandparents_grandchild":
            found.append(self._note(rng, "V05", "社区走访", 180))
        if rng.random() < (0.012 if person.age < 75 else 0.06 if person.age < 85 else 0.19):
            found.append(self._note(rng, "V04", "卫健评估", 365, help_needed=True))
        elif rng.random() < 0.045:
            found.append(self._note(rng, "V16", "家庭医生", 365, help_needed=True))
        if person.sex == MALE and rng.random() < 0.05:
            found.append(self._note(rng, "V22", "退役军人事务站", 365))
        if rng.random() < 0.003:
            found.append(self._note(rng, "V21", "卫健部门", 365))
        if living == 1 and person.marital == "10" and rng.random() < 0.3:
            found.append(self._note(rng, "V14", "民政部门", 180))

    def _young(self, rng: Random, person: Person, kind: str, found: list[Record]) -> None:
        if kind == "grandparents_grandchild":
            found.append(self._note(rng, "V06", "学校名册" if person.age > 6 else "社区走访", 180))
        if rng.random() < 0.003:
            found.append(self._note(rng, "V07", "民政部门", 180))

    def _mother(self, rng: Random, person: Person, members: Sequence[Person], found: list[Record]) -> None:
        youngest = max((member.born for member in members if member.mother is person), default=0)
        since_birth = self.today - youngest
        if since_birth < 180:
            found.append(self._note(rng, "V12", "妇幼保健", 42, ends=youngest + 180))
        elif since_birth > 700 and person.age < 39 and rng.random() < 0.016:
            found.append(self._note(rng, "V12", "妇幼保健", 42, ends=self.today + between(rng, 60, 360)))

    def _at_any_age(self, rng: Random, person: Person, found: list[Record]) -> None:
        luck = rng.random()
        share = 0.008 if person.age < 18 else 0.024 if person.age < 60 else 0.052
        if luck < share:
            group = self._note(rng, "V10", "残联", 365, help_needed=luck < share / 3)
            kinds = ("4", "4", "4", "2", "1", "5", "6", "3", "7")
            found.append(
                group | {"disability_type": draw(rng, kinds), "disability_grade": str(between(rng, 1, 4))}
            )
        elif luck > 0.986:
            found.append(self._note(rng, "V13", "民政部门", 180))
        elif luck > 0.978:
            found.append(self._note(rng, "V15", "民政部门", 180))
        elif luck > 0.975 and person.age > 18:
            found.append(self._note(rng, "V11", "卫健部门", 90))
        elif 0.10 < luck < 0.16 and 16 < person.age < 70:
            found.append(self._note(rng, "V20", "入户调查", 365))

    def _note(
        self, rng: Random, group: str, source: str, review_days: int, help_needed: bool = False, ends: int = 0
    ) -> Record:
        noted = some_day(rng, self.today, review_days + 30)
        return {
            "group": group,
            "source": source,
            "noted_on": iso(noted),
            "review_on": iso(noted + review_days),
            "ends_on": iso(ends) if ends else None,
            "needs_evacuation_help": help_needed,
        }


def events(
    rng: Random, person: Person, today: int, moved_in: int, moved_out: int, moved_from: str | None
) -> list[Record]:
    """What happened in the last two years, each with the day it happened and the day it was reported.

    Who came from another grid of the district (``moved_from``) was transferred, others moved in.
    """
    found: list[Record] = []
    if today - person.born < 730:
        found.append(_event(rng, "birth", person.born, today, 45))
    elif moved_in and today - moved_in < 730 and moved_in > person.born:
        found.append(_event(rng, "transfer" if moved_from else "move_in", moved_in, today, 30))
        found[0]["from_area_code"] = moved_from
    if person.died:
        found.append(_event(rng, "death", person.died, today, 30))
    if moved_out:
        found.append(_event(rng, "move_out", moved_out, today, 60))
    return found


def _event(rng: Random, kind: str, day: int, today: int, delay: int) -> Record:
    return {
        "kind": kind,
        "event_on": iso(day),
        "reported_on": iso(min(today, day + between(rng, 0, delay))),
    }


def rides(rng: Random, person: Person, code: str) -> bool:
    """Whether someone in the service trade brings meals or parcels."""
    return code == SERVICE and person.sex == MALE and 18 <= person.age < 48 and chance(rng, 0.06)


def comes_back(rng: Random, person: Person, today: int) -> Record | None:
    """The return of somebody registered here who had worked elsewhere, if it was within the last year."""
    if 20 <= person.age < 55 and rng.random() < 0.006:
        return _event(rng, "return", some_day(rng, today, 365, 10), today, 20)
    return None
