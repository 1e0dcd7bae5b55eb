"""The lists that the demo draws from: small CSV files beside this module, compiled for this project.

Frequencies are rounded public orders of magnitude: right for a believable district, for nothing else.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")
# A record of any kind, or a part of one, by the names of its fields.
Record = dict[str, Any]


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``data/<name>.csv``, each a dict by heading."""
    text = (files(__package__) / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def words(text: str) -> tuple[str, ...]:
    """The words of a cell that holds several."""
    return tuple(text.split())


def word_list(kind: str) -> tuple[str, ...]:
    """The words of one kind in ``data/words.csv``."""
    return next(words(row["words"]) for row in rows("words") if row["kind"] == kind)


def dice(*parts: object) -> Random:
    """The chance of one part of the district: the same parts always throw the same."""
    return Random("/".join(map(str, parts)))  # noqa: S311 - a game, no secret


def wheel(shares: Iterable[tuple[T, float]], slots: int = 2048) -> list[T]:
    """A list in which each value stands about as often as its share, so that one index is one draw.

    Drawing from it costs a multiplication; ``random.choices`` costs ten times that, a million times over.
    """
    shares = list(shares)
    total = sum(share for _, share in shares)
    return [value for value, share in shares for _ in range(max(1, round(share / total * slots)))]


def draw(rng: Random, values: Sequence[T]) -> T:
    """One of the values; stays the same over Python versions, which ``random.choice`` does not promise."""
    return values[int(rng.random() * len(values))]


def chance(rng: Random, probability: float) -> bool:
    """Whether something with this probability happens."""
    return rng.random() < probability


def between(rng: Random, low: int, high: int) -> int:
    """A whole number from low to high, both included."""
    return low + int(rng.random() * (high - low + 1))


def small(rng: Random) -> float:
    """A share between 0 and 1, the lower ones likelier; multiplied out, as powers differ between machines."""
    share = rng.random()
    return share * share


def shuffled(rng: Random, values: Iterable[T]) -> list[T]:
    """The values in another order, the same on every Python version."""
    return [
        value for _, _, value in sorted((rng.random(), index, value) for index, value in enumerate(values))
    ]
