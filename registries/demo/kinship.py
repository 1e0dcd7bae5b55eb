"""Surnames and ethnic groups within one family."""

from __future__ import annotations

from random import Random

from registries.demo.families import Person
from registries.demo.names import HAN, Names


class Kinship:
    """Surname and ethnic group of each member: children after their father, now and then the mother."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[int, tuple[str, str]] = {}

    def surname_and_group(self, rng: Random, person: Person) -> tuple[str, str]:
        """The surname and the group; parents and children of one blood get what fits together."""
        known = self._known.get(id(person))
        if known:
            return known
        parent = person.father or person.mother
        if parent is not None:
            surname, group = self.surname_and_group(rng, parent)
            mother = person.mother
            if mother is not None and mother is not parent:
                other = self.surname_and_group(rng, mother)
                if group == HAN and other[1] != HAN and rng.random() < 0.6:
                    group = other[1]
                if rng.random() < 0.02:
                    surname = other[0]
            known = surname, group
        else:
            group = self._names.group(rng)
            known = self._names.surname(rng, group), group
        self._known[id(person)] = known
        return known
