"""From the words of a query to what is looked up.

A query is read as *units*: the smallest dictionary words that cover it. A unit has options, any of which
will do: the word itself (all its pairs), a wording of the same meaning, a name by its pinyin or initials, a
code by its tail. Units decide what is selected; the ranking also weighs pairs across words, whole words and
single characters.

Words of grammar (怎么办, 吗, what) carry no subject. They do not become units, but they tell that somebody
wrote a sentence: of a sentence not every word must be found, of key words nearly all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from .words import (
    CODES,
    JOINED,
    code_term,
    fold,
    initial_terms,
    is_chinese,
    listed,
    pairs,
    runs,
    segmenter,
    sound_terms,
    split_syllables,
)

MOST_CHARACTERS = 400
"""What a query is cut to; nobody types more, and every character costs a look-up."""

CODE_TAIL = 4
"""How many of its last characters identify a code at least."""

LONGEST_SAYING = 6
"""Length of the longest saying looked for in the table of other wordings."""

WHOLE_CODE = 12
"""From this length on, groups of digits and letters are read as one code and not as numbers side by side."""

PAIR, WORD, SINGLE, SAME_MEANING = 0.5, 0.4, 1.0, 0.5
"""Weights of the evidence: a pair of characters, a dictionary word on top of its pairs, a character alone
(sentences only), a wording of the same meaning. Chosen on lay questions to safety laws, see the decision on
search.
"""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to satisfy a unit: all of these terms; a term ending in ``*`` stands for all that begin so."""

    needs: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing asked for."""

    text: str
    options: tuple[Option, ...]


@dataclass(slots=True)
class Plan:
    """A query understood: what selects, what scores, and whether it is a sentence."""

    units: list[Unit] = field(default_factory=list)
    terms: dict[str, float] = field(default_factory=dict)
    singles: dict[str, float] = field(default_factory=dict)
    sentence: bool = False

    def score(self, term: str, weight: float) -> None:
        """Adds evidence; what is asked twice counts more, but not without end."""
        self.terms[term] = min(self.terms.get(term, 0.0) + weight, 2.0)


@cache
def stop_words() -> frozenset[str]:
    """Words of asking and of grammar, folded."""
    return frozenset(fold(word) for line in listed("stopwords.txt") for word in line)


@cache
def same_meaning() -> dict[str, tuple[str, ...]]:
    """Other wordings of a word: each line of the table lists a word and what documents call it."""
    table: dict[str, list[str]] = {}
    for word, *others in listed("synonyms.txt"):
        table.setdefault(fold(word), []).extend(fold(other) for other in others)
    return {word: tuple(dict.fromkeys(others)) for word, others in table.items()}


def cover(word: str) -> list[str]:
    """A long word as the shorter words that make it up without gap or overlap (安全检查 → 安全, 检查), or
    itself.
    """
    inner = {w for w in segmenter().cut_for_search(word, True) if 1 < len(w) < len(word)}
    parts, start = [], 0
    while start < len(word):
        longest = max((w for w in inner if word.startswith(w, start)), key=len, default=None)
        if longest is None:
            return [word]
        parts.append(longest)
        start += len(longest)
    return parts


def chinese_option(word: str, weight: float = 1.0) -> Option:
    """A Chinese word as the pairs that make it up, or as its only character."""
    return Option(tuple(dict.fromkeys(pairs(word))) or (word,), weight)


def chinese_unit(word: str) -> Unit:
    """A Chinese word with its other wordings."""
    others = [chinese_option(other, SAME_MEANING) for other in same_meaning().get(word, ())]
    return Unit(word, (chinese_option(word), *others))


def latin_unit(run: str) -> Unit:
    """Letters and digits: a word as it stands, the tail of a code, the pinyin or the initials of a name."""
    options = [Option((run,))]
    if len(run) >= CODE_TAIL and any(c.isdigit() for c in run):
        options.append(Option((code_term(run) + "*",)))
    if run.isascii() and run.isalpha() and len(run) > 1:
        spoken = split_syllables(run)
        if spoken:
            said = sound_terms(spoken)
            options.append(Option(tuple(said[len(spoken) :] or said), 0.8))
        options.append(Option(tuple(t for t in initial_terms(run) if len(t) == min(4, len(run) + 1)), 0.5))
    return Unit(run, tuple(options))


def read_chinese(plan: Plan, run: str) -> None:
    """Adds the units and the evidence of one Chinese run."""
    silent = [False] * len(run)
    start = 0
    for word in segmenter().cut(run, True):
        end = start + len(word)
        if word in stop_words():
            silent[start:end] = [True] * len(word)
            plan.sentence = plan.sentence or len(run) > 2
        else:
            read_word(plan, word)
        start = end
    read_meaning(plan, run)
    for place, pair in enumerate(pairs(run)):
        loud = 2 - silent[place] - silent[place + 1]
        if loud:
            plan.score(pair, PAIR * loud / 2)
    for character, quiet in zip(run, silent, strict=True):
        if not quiet:
            plan.singles[character] = min(plan.singles.get(character, 0.0) + SINGLE, 2.0)


def read_word(plan: Plan, word: str) -> None:
    """Adds one word: its parts as units, its inner words and itself as evidence."""
    parts = cover(word)
    plan.units.extend(chinese_unit(part) for part in parts)
    if len(parts) > 1 and word in same_meaning():
        plan.units[-len(parts) :] = [Unit(word, (*chinese_unit(word).options,))]
    for inner in segmenter().cut_for_search(word, True):
        if len(inner) > 1 and inner not in stop_words():
            plan.score(inner, WORD)


def read_meaning(plan: Plan, run: str) -> None:
    """Adds the other wordings of whatever in a run has some, however the run was segmented, as faint
    evidence.
    """
    for start in range(len(run)):
        for end in range(start + 1, min(start + LONGEST_SAYING, len(run)) + 1):
            others = same_meaning().get(run[start:end], ())
            if end - start == 1 and not any(unit.text == run[start] for unit in plan.units):
                continue
            for other in others:
                for term in chinese_option(other).needs:
                    plan.terms.setdefault(term, SAME_MEANING)


def codes_in(folded: str) -> set[str]:
    """Codes written in groups, put together again (9121 0700-1205 → 912107001205)."""
    found = set()
    for code in CODES.findall(folded):
        joined = "".join(c for c in code if c.isalnum())
        if (
            joined != code
            and len(joined) >= WHOLE_CODE
            and sum(c.isdigit() for c in joined) * 2 > len(joined)
        ):
            found.add(joined)
    return found


def read(plan: Plan, text: str, stop: bool) -> None:
    """Adds all runs of a folded text; ``stop`` leaves the words of grammar aside."""
    for run in runs(text):
        if is_chinese(run):
            if stop:
                read_chinese(plan, run)
            else:
                plan.units.append(chinese_unit(run))
                for need in chinese_option(run).needs:
                    plan.score(need, PAIR)
        elif stop and run in stop_words():
            plan.sentence = True
        else:
            unit = latin_unit(run)
            plan.units.append(unit)
            for option in unit.options:
                for need in option.needs:
                    plan.score(need, option.weight)


def told_term(word: str) -> str:
    """The term of what a caller knows of a word; no document has it."""
    return f"@{fold(word)}"


def with_told(plan: Plan, words: Iterable[str]) -> Plan:
    """A plan in which each of these words is one unit, satisfied also by what the caller knows of it."""
    for word in words:
        folded, term = fold(word), told_term(word)
        apart = [unit for unit in plan.units if unit.text not in folded]
        unit = Unit(folded, (Option((term,)), chinese_option(folded)))
        plan = Plan([*apart, unit], {**plan.terms, term: 2.0}, plan.singles, sentence=False)
    return plan


@lru_cache(maxsize=500)
def understood(text: str) -> Plan:
    """The plan of a query; shared between searches, so nobody may change it."""
    folded = fold(text[:MOST_CHARACTERS])
    plan = Plan()
    read(plan, folded, stop=True)
    if not plan.units:
        plan = Plan()
        read(plan, folded, stop=False)
    for code in codes_in(folded):
        grouped = Unit(code, (Option((code_term(code) + "*",)),))
        apart = [u for u in plan.units if u.text not in code]
        plan.units = [*apart, grouped]
        plan.score(code_term(code) + "*", 1.0)
    for joined in JOINED.findall(folded):
        plan.score(joined, 2.0)
    plan.units = list({unit.text: unit for unit in plan.units}.values())
    return plan
