"""Who lives in one home: couples, three generations, old people alone, people who share the rent.

Only ages, sexes and relations are decided here. The shares by quarter, in ``families.csv``, are set so
that the whole district comes out with the age pyramid of a shrinking north-eastern city: about 12 %
children, a quarter over sixty.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random

from registries.demo.tables import between, chance, draw, rows, wheel

MALE, FEMALE = "1", "2"
YEAR = 365.2425
HEAD, HUSBAND, WIFE, STRANGER = "02", "11", "12", "99"
SINGLE, MARRIED, REMARRIED, WIDOWED, DIVORCED = "10", "21", "22", "30", "40"


class Person:
    """One member of a family: ``born`` is a day number, ``parents`` and ``keeper`` are other members."""

    __slots__ = ("age", "born", "died", "father", "keeper", "marital", "mother", "relation", "sex", "spouse")

    def __init__(self, sex: str, born: int, today: int, relation: str, marital: str) -> None:
        self.sex, self.born, self.relation, self.marital = sex, born, relation, marital
        self.age = int((today - born) / YEAR)
        self.father: Person | None = None
        self.mother: Person | None = None
        self.keeper: Person | None = None
        self.spouse: Person | None = None
        self.died = 0


Family = list[Person]


def family(rng: Random, today: int, profile: str, most: int) -> tuple[str, Family]:
    """The kind and the members of a household of at most ``most`` people; the head comes first."""
    kind = draw(rng, _kinds(profile))
    members = _MAKERS[kind](rng, today)
    if len(members) > most:
        kind, maker = ("couple", _couple) if most > 1 else ("single_adult", _single_adult)
        members = maker(rng, today)
    for person in members:
        if person.age >= 60:
            _may_die(rng, today, kind, person)
    if kind == "old_couple" and members[0].died and not members[1].died:
        widow, husband = members[1], members[0]
        widow.relation, husband.relation = HEAD, HUSBAND
        members = [widow, husband]
    return kind, members


def _may_die(rng: Random, today: int, kind: str, person: Person) -> None:
    """Let some of the old have died within the last two years; a large household keeps its head."""
    share = 0.022 if person.age < 70 else 0.055 if person.age < 80 else 0.16
    if rng.random() < share and (person.relation != HEAD or kind in ("old_couple", "single_old")):
        person.died = today - between(rng, 20, 700)
        if person.spouse is not None and not person.spouse.died:
            person.spouse.marital = WIDOWED


def crowd(rng: Random, today: int, count: int) -> Family:
    """People without ties under one roof (shared rent, dormitory): mostly young and working."""
    return [
        _alone(rng, today, int(_skewed(rng, 19, 50)), STRANGER if index else HEAD) for index in range(count)
    ]


@cache
def _kinds(profile: str) -> list[str]:
    return wheel((row["kind"], float(row[profile])) for row in rows("families"))


def _born(rng: Random, today: int, age: float) -> int:
    return today - int((age + rng.random()) * YEAR)


def _skewed(rng: Random, low: float, high: float) -> float:
    """A value between the bounds, the lower ones likelier."""
    return low + (high - low) * rng.random() * (0.35 + 0.65 * rng.random())


def _alone(rng: Random, today: int, age: int, relation: str = HEAD) -> Person:
    sex = MALE if rng.random() < 0.62 else FEMALE
    married = age > 27 and chance(rng, 0.35 if relation == STRANGER else 0.15)
    marital = MARRIED if married else DIVORCED if age > 30 and chance(rng, 0.45) else SINGLE
    return Person(sex, _born(rng, today, age), today, relation, marital)


def _pair(rng: Random, today: int, age: float, head: str = HEAD, wife: str = WIFE) -> tuple[Person, Person]:
    born = _born(rng, today, age)
    older = (rng.random() + rng.random() + rng.random()) * 4.4 - 4.6
    marital = REMARRIED if chance(rng, 0.05) else MARRIED
    husband = Person(MALE, born, today, head, marital)
    # Nobody marries a child: a wife is at least twenty.
    second = Person(FEMALE, min(born + int(older * YEAR), today - int(20 * YEAR)), today, wife, marital)
    husband.spouse, second.spouse = second, husband
    return husband, second


def _children(rng: Random, today: int, father: Person, mother: Person, most: int, oldest: int) -> Family:
    """Children of these parents, the eldest first, all still younger than ``oldest`` and already born."""
    gap = 21.0 + (rng.random() + rng.random()) * 5.5 + (2.0 if mother.age < 40 else 0.0)
    children: Family = []
    for _ in range(most):
        born = max(mother.born, father.born - int(3 * YEAR)) + int(gap * YEAR) + int(rng.random() * 300)
        gap += 1.6 + rng.random() * 5
        if born > today or gap > 44:
            break
        if (today - born) / YEAR < oldest:
            child = Person(MALE if rng.random() < 0.525 else FEMALE, born, today, "", SINGLE)
            child.father, child.mother = father, mother
            child.keeper = mother if rng.random() < 0.6 else father
            children.append(child)
    return children


def _call(children: Family, sons: str, daughters: str) -> None:
    """Name the children as the list of relations does: the only one, or the first and second of their sex."""
    only = len(children) == 1
    seen = {MALE: 0, FEMALE: 0}
    for child in children:
        stem = sons if child.sex == MALE else daughters
        child.relation = stem + ("1" if only else str(2 + seen[child.sex]))
        seen[child.sex] += 1


def _single_old(rng: Random, today: int) -> Family:
    age = 61 + int((rng.random() + rng.random()) * 15.5)
    sex = FEMALE if rng.random() < 0.62 else MALE
    luck = rng.random()
    marital = WIDOWED if luck < (0.82 if sex == FEMALE else 0.6) else DIVORCED if luck < 0.91 else SINGLE
    return [Person(sex, _born(rng, today, age), today, HEAD, marital)]


def _old_couple(rng: Random, today: int) -> Family:
    husband, wife = _pair(rng, today, 61 + _skewed(rng, 0, 28))
    return [husband, wife]


def _single_adult(rng: Random, today: int) -> Family:
    return [_alone(rng, today, between(rng, 23, 60))]


def _couple(rng: Random, today: int) -> Family:
    age = _skewed(rng, 25, 40) if chance(rng, 0.24) else 48 + rng.random() * 13
    return list(_pair(rng, today, age))


def _couple_child(rng: Random, today: int) -> Family:
    husband, wife = _pair(rng, today, 29 + (rng.random() + rng.random()) * 11.5)
    children = _children(rng, today, husband, wife, 2 if chance(rng, 0.26) else 1, 20)
    _call(children, "2", "3")
    return [husband, wife, *children]


def _couple_grown_child(rng: Random, today: int) -> Family:
    husband, wife = _pair(rng, today, 47 + rng.random() * 17)
    children = [child for child in _children(rng, today, husband, wife, 1, 36) if child.age >= 18]
    for child in children:
        if child.age > 29 and chance(rng, 0.15):
            child.marital = DIVORCED
    _call(children, "2", "3")
    return [husband, wife, *children]


def _single_parent(rng: Random, today: int) -> Family:
    husband, wife = _pair(rng, today, 30 + rng.random() * 17)
    parent = wife if chance(rng, 0.68) else husband
    parent.relation = HEAD
    parent.marital = DIVORCED if chance(rng, 0.8) else WIDOWED
    children = _children(rng, today, husband, wife, 1, 19)
    for child in children:
        child.keeper = parent
        child.father, child.mother = (None, wife) if parent is wife else (husband, None)
    _call(children, "2", "3")
    return [parent, *children]


def _three_generations(rng: Random, today: int) -> Family:
    child_age = 29 + rng.random() * 19
    child, spouse = _pair(rng, today, child_age)
    daughter = chance(rng, 0.3)
    blood = spouse if daughter else child
    elders = _parents_of(rng, today, blood)
    grandchildren = _children(rng, today, child, spouse, 2 if chance(rng, 0.25) else 1, 18)
    if chance(rng, 0.55):
        elders[0].relation = HEAD
        if len(elders) > 1:
            elders[1].relation = WIFE
        child.relation, spouse.relation = ("28", "31") if daughter else ("21", "38")
        for grandchild in grandchildren:
            grandchild.relation = _grandchild(grandchild.sex, daughter)
        young = [spouse, child] if daughter else [child, spouse]
        return [*elders, *young, *grandchildren]
    _call(grandchildren, "2", "3")
    for elder in elders:
        elder.relation = _elder(elder.sex, daughter)
    return [child, spouse, *grandchildren, *elders]


def _parents_of(rng: Random, today: int, child: Person) -> Family:
    """The parents, or the one that is left, at least twenty years older than the child."""
    mother_born = child.born - int((20.5 + (rng.random() + rng.random()) * 5) * YEAR)
    mother = Person(FEMALE, mother_born, today, "", MARRIED)
    father = Person(MALE, mother_born - int((rng.random() * 7 - 1.5) * YEAR), today, "", MARRIED)
    child.father, child.mother = father, mother
    father.spouse, mother.spouse = mother, father
    if not chance(rng, 0.36 if mother.age < 75 else 0.75):
        return [father, mother]
    left = mother if chance(rng, 0.75) else father
    left.marital = WIDOWED
    return [left]


def _elder(sex: str, of_wife: bool) -> str:
    return {MALE: "55" if of_wife else "51", FEMALE: "56" if of_wife else "52"}[sex]


def _grandchild(sex: str, of_daughter: bool) -> str:
    return {MALE: "43" if of_daughter else "41", FEMALE: "44" if of_daughter else "42"}[sex]


def _child_with_parent(rng: Random, today: int) -> Family:
    husband, wife = _pair(rng, today, 45 + rng.random() * 18)
    if chance(rng, 0.3):
        alone = husband if chance(rng, 0.6) else wife
        alone.relation, alone.marital = HEAD, DIVORCED if chance(rng, 0.7) else SINGLE
        members, blood = [alone], alone
    else:
        members, blood = [husband, wife], wife if chance(rng, 0.3) else husband
    elders = [elder for elder in _parents_of(rng, today, blood) if elder.age < 98]
    for elder in elders:
        elder.relation = _elder(elder.sex, blood is wife and len(members) > 1)
    return [*members, *elders]


def _grandparents_grandchild(rng: Random, today: int) -> Family:
    husband, wife = _pair(rng, today, 57 + rng.random() * 15)
    age = min(3 + rng.random() * 13, wife.age - 42.0)
    child = Person(MALE if rng.random() < 0.53 else FEMALE, _born(rng, today, age), today, "", SINGLE)
    child.relation, child.keeper = _grandchild(child.sex, chance(rng, 0.3)), wife
    return [husband, wife, child]


def _migrant_family(rng: Random, today: int) -> Family:
    if chance(rng, 0.28):
        return [_alone(rng, today, int(_skewed(rng, 20, 55)))]
    husband, wife = _pair(rng, today, 25 + _skewed(rng, 0, 34))
    children = _children(rng, today, husband, wife, draw(rng, (0, 1, 1, 2)), 17)
    _call(children, "2", "3")
    return [husband, wife, *children]


def _group_rented(rng: Random, today: int) -> Family:
    return crowd(rng, today, between(rng, 3, 6))


def _outsiders(rng: Random, today: int) -> Family:
    if chance(rng, 0.6):
        return [_alone(rng, today, between(rng, 24, 62))]
    return list(_pair(rng, today, between(rng, 28, 60)))


_MAKERS: dict[str, Callable[[Random, int], Family]] = {
    "single_old": _single_old,
    "old_couple": _old_couple,
    "single_adult": _single_adult,
    "couple": _couple,
    "couple_child": _couple_child,
    "couple_grown_child": _couple_grown_child,
    "single_parent": _single_parent,
    "three_generations": _three_generations,
    "child_with_parent": _child_with_parent,
    "grandparents_grandchild": _grandparents_grandchild,
    "migrant_family": _migrant_family,
    "group_rented": _group_rented,
    "outsiders": _outsiders,
}
