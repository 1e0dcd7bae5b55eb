"""Which documents a query selects, and in what order.

The score is BM25 over pairs, words and (in sentences) single characters, with the title's terms counted
twice before the frequency saturates. Selection is a matter of units, not of score:

- key words: nearly all units must be there; of up to three all, of more those worth 70 % of their
  information;
- a sentence: whatever scores at least a third of the best, since lay wording shares few words with official
  texts;
- nothing found: the conditions are eased step by step before the answer is empty, at last to what a sentence is
  found by, because a wrong character also spoils the word that it stands in.

A unit in more than a fifth of the documents (有限公司) says too little to select by and costs most to read,
so it only adds to the score, unless there is nothing else to go by.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .engine import Query
from .question import Option, Plan, Unit, told_term, understood, with_told
from .snapshot import Numbers, Posting, Snapshot
from .words import is_chinese

K1, B = 1.0, 0.65
COMMON_SHARE = 5
"""A unit in more than one document of so many does not select."""

COMMON_FLOOR = 100
"""In an index with fewer documents of a unit than this, no unit is common: nothing is slow or dominated
there.
"""

ALL_UP_TO = 3
MOST_INFORMATION = 0.7
SOME_INFORMATION = 0.3
SENTENCE_UNITS = 4
"""From so many units on, those that are found without most of the information are too few to be what was meant."""

SENTENCE_SHARE = 0.33
"""What part of the best score keeps a document among those a sentence selects."""

CANDIDATES = 2_000
"""How many documents get the full score where it would take long for all: those that are best without it."""

SAMPLE = 4_000
"""How many of very many values are sorted to guess which are large."""

DENSE = 8
"""Below this ratio of two lists it is faster to spread the longer over all documents than to search in it."""

MANY = 20_000
"""From so many documents on a query of key words is scored in two steps."""


@dataclass(slots=True)
class Found:
    """Documents selected, in rising order of their numbers, and their scores."""

    numbers: Numbers
    scores: NDArray[np.float32]


def information(snapshot: Snapshot, frequency: int) -> float:
    """The inverse document frequency of BM25: what it tells that a document has a term."""
    return math.log(1 + (snapshot.count - min(frequency, snapshot.count) + 0.5) / (frequency + 0.5))


def length_norm(snapshot: Snapshot) -> NDArray[np.float32]:
    """What BM25 adds to the frequency of a term in each document: more in documents longer than the mean."""
    lengths = snapshot.columns["length"] / np.float32(snapshot.mean_length)
    norm: NDArray[np.float32] = (K1 * (1 - B + B * lengths)).astype(np.float32)
    return norm


def common_from(snapshot: Snapshot) -> float:
    """The document frequency above which a term does not select."""
    return max(snapshot.count / COMMON_SHARE, COMMON_FLOOR)


class Ranking:
    """One query on one snapshot: reads each posting once."""

    def __init__(self, snapshot: Snapshot, query: Query) -> None:
        self.snapshot = snapshot
        self.plan: Plan = with_told(understood(query.text), query.told)
        self.mask = snapshot.mask(query)
        self.read: dict[str, Posting] = {told_term(w): snapshot.holding(ids) for w, ids in query.told.items()}
        self.common = common_from(snapshot)
        #: Whether no document had all that was asked for, so that less had to do.
        self.partly = False
        self.norm = snapshot.kept("norm", lambda: length_norm(snapshot))
        needed = {n for unit in self.plan.units for option in unit.options for n in option.needs}
        self.frequency = snapshot.frequencies([t for t in {*needed, *self.plan.terms} if t not in self.read])
        self.frequency |= {term: len(numbers) for term, (numbers, _) in self.read.items()}

    def find(self) -> Found:
        """The documents selected and their scores."""
        if not self.plan.units:
            return Found(
                np.flatnonzero(self.mask).astype(np.int32), np.zeros(int(self.mask.sum()), np.float32)
            )
        if self.plan.sentence:
            found = self.find_sentence()
            if len(found.numbers):
                return found
        numbers = self.select()
        if len(numbers) == 0 and any(is_chinese(unit.text) for unit in self.plan.units):
            self.partly = True
            return self.find_sentence()
        return Found(numbers, self.weighed(self.graded(numbers), numbers))

    def graded(self, numbers: Numbers) -> NDArray[np.float32]:
        """The score over all terms; of very many only the best by the two strongest get the rest."""
        if len(numbers) <= MANY:
            return self.scores(numbers, self.plan.terms)
        terms = sorted(self.plan.terms.items(), key=lambda item: -self.strength(*item))
        scores = self.scores(numbers, dict(terms[:2]))
        few = largest(scores, CANDIDATES)
        scores[few] += self.scores(numbers[few], dict(terms[2:]))
        return scores

    def strength(self, term: str, weight: float) -> float:
        """How much a term can add to a score."""
        frequency = self.frequency.get(term, 0)
        return weight * information(self.snapshot, frequency) if frequency else 0.0

    def load(self, terms: Sequence[str]) -> None:
        """Reads postings not read yet."""
        missing = [
            term for term in dict.fromkeys(terms) if term not in self.read and self.frequency.get(term, 1)
        ]
        self.read.update(self.snapshot.postings(missing))

    def option_most(self, option: Option) -> int:
        """At most so many documents satisfy an option."""
        return min((self.frequency.get(need, 0) for need in option.needs), default=0)

    def unit_most(self, unit: Unit) -> int:
        """At most so many documents satisfy a unit."""
        return sum(self.option_most(option) for option in unit.options)

    @property
    def missing(self) -> bool:
        """Whether something asked for stands nowhere in the index: it may be mistyped."""
        return any(len(unit.text) > 1 and not self.unit_most(unit) for unit in self.plan.units)

    def unit_numbers(self, unit: Unit) -> Numbers:
        """The documents that satisfy a unit and pass the mask."""
        several = [self.option_numbers(option) for option in unit.options if self.option_most(option)]
        if not several:
            return np.zeros(0, np.int32)
        joined = several[0] if len(several) == 1 else np.unique(np.concatenate(several))
        return joined[self.mask[joined]]

    def option_numbers(self, option: Option) -> Numbers:
        """The documents that have all terms of an option."""
        self.load(option.needs)
        lists = sorted(
            (self.read[n][0] if n in self.read else np.zeros(0, np.int32) for n in option.needs), key=len
        )
        numbers = lists[0]
        for other in lists[1:]:
            numbers = numbers[present(numbers, other, self.snapshot.size)]
        return numbers

    def select(self) -> Numbers:
        """The documents that satisfy enough units of a query of key words."""
        units = [unit for unit in self.plan.units if self.unit_most(unit) <= self.common] or self.plan.units
        units = sorted(units, key=self.unit_most)
        if len(units) <= ALL_UP_TO and self.unit_most(units[0]):
            numbers = self.unit_numbers(units[0])
            for unit in units[1:]:
                if len(numbers):
                    numbers = numbers[present(numbers, self.unit_numbers(unit), self.snapshot.size)]
            if len(numbers):
                return numbers
        return self.select_enough(units)

    def select_enough(self, units: Sequence[Unit]) -> Numbers:
        """The documents with most of the information of the units; failing that with some, failing that with
        any.
        """
        self.partly = len(units) <= ALL_UP_TO
        told = np.zeros(self.snapshot.size, np.float32)
        total = 0.0
        for unit in units:
            numbers = self.unit_numbers(unit)
            worth = information(self.snapshot, max(len(numbers), 1))
            told[numbers] += worth
            total += worth
        shares = (
            (MOST_INFORMATION,) if len(units) >= SENTENCE_UNITS else (MOST_INFORMATION, SOME_INFORMATION, 0.0)
        )
        for share in shares:
            numbers = np.flatnonzero(told > share * total * 0.999).astype(np.int32)
            if len(numbers):
                return numbers
        return np.zeros(0, np.int32)

    def find_sentence(self) -> Found:
        """The documents that score near the best for a sentence, the first ranked by characters too."""
        terms = {t: w for t, w in self.plan.terms.items() if 0 < self.frequency.get(t, 0) <= self.common}
        terms = terms or {t: w for t, w in self.plan.terms.items() if self.frequency.get(t, 0)}
        if not terms:
            return Found(np.zeros(0, np.int32), np.zeros(0, np.float32))
        self.load(list(terms))
        sums = np.zeros(self.snapshot.size, np.float32)
        for term, weight in terms.items():
            numbers, times = self.read[term]
            often = times.astype(np.float32)
            sums[numbers] += self.worth(term, weight) * often / (often + self.norm[numbers])
        sums *= self.mask
        best = float(sums.max(initial=0.0))
        numbers = np.flatnonzero(sums > max(best * SENTENCE_SHARE, 0.0)).astype(np.int32)
        scores = sums[numbers]
        few = largest(scores, CANDIDATES)
        extra = {t: w for t, w in self.plan.terms.items() if t not in terms}
        self.frequency.update(self.snapshot.frequencies(list(self.plan.singles)))
        scores[few] += self.scores(numbers[few], {**extra, **self.plan.singles})
        return Found(numbers, self.weighed(scores, numbers))

    def worth(self, term: str, weight: float) -> np.float32:
        """What a term can add to a score at most."""
        return np.float32(weight * information(self.snapshot, self.frequency.get(term, 0)) * (K1 + 1))

    def scores(self, numbers: Numbers, terms: Mapping[str, float]) -> NDArray[np.float32]:
        """The score of given documents, in rising order, over given terms."""
        scores = np.zeros(len(numbers), np.float32)
        if not len(numbers):
            return scores
        self.load(list(terms))
        norm = self.norm[numbers]
        for term, weight in terms.items():
            if term in self.read:
                times = picked(self.read[term], numbers, self.snapshot.size).astype(np.float32)
                norm_and_times = norm + times
                times *= self.worth(term, weight)
                times /= norm_and_times
                scores += times
        return scores

    def weighed(self, scores: NDArray[np.float32], numbers: Numbers) -> NDArray[np.float32]:
        """Scores times the weight of the documents, where any has one."""
        weights = self.snapshot.columns["weight"]
        if not self.snapshot.kept("weighed", lambda: np.array([np.any(weights != 1)]))[0]:
            return scores
        weighed: NDArray[np.float32] = scores * weights[numbers]
        return weighed


def present(numbers: Numbers, others: Numbers, size: int) -> NDArray[np.bool_]:
    """For each number of one rising list, whether it stands in the other."""
    if len(numbers) * DENSE > len(others):
        spread = np.zeros(size, np.bool_)
        spread[others] = True
        dense: NDArray[np.bool_] = spread[numbers]
        return dense
    places = np.searchsorted(others, numbers)
    places[places == len(others)] = 0
    return others[places] == numbers


def picked(posting: Posting, numbers: Numbers, size: int) -> NDArray[np.uint8]:
    """How often the term stands in each of the given documents, 0 where it does not."""
    where, times = posting
    if len(numbers) * DENSE > len(where):
        spread = np.zeros(size, np.uint8)
        spread[where] = times
        dense: NDArray[np.uint8] = spread[numbers]
        return dense
    places = np.searchsorted(where, numbers)
    places[places == len(where)] = 0
    sparse: NDArray[np.uint8] = np.where(where[places] == numbers, times[places], 0).astype(np.uint8)
    return sparse


def largest(values: NDArray[Any], count: int) -> NDArray[np.intp]:
    """The places of the largest values and of all that equal the last of them, in rising order.

    Of many values only those above a guess drawn from a sample are compared; a guess too high is not used.
    """
    if len(values) <= count or count < 1:
        # Of no hits at all, as a page of counts asks for them, the largest are none.
        return np.arange(len(values) if count > 0 else 0)
    step = len(values) // SAMPLE
    if step > 1:
        sample = np.sort(values[::step])
        places = np.flatnonzero(values >= sample[-min(2 * count // step + 20, len(sample))])
        if len(places) >= count:
            some = values[places]
            kept: NDArray[np.intp] = places[some >= np.partition(some, len(some) - count)[len(some) - count]]
            return kept
    return np.flatnonzero(values >= np.partition(values, len(values) - count)[len(values) - count])
