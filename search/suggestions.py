"""“Did you mean”: words that sound like, or differ by one character from, words that were not found.

Chinese is mostly mistyped by choosing a wrong character of the right sound, so the spelling list is ordered
by sound: one look-up under the sound of an unknown word finds its likely meanings, one under its first
syllable the near misses.
"""

from __future__ import annotations

from .question import Plan, Unit
from .snapshot import Snapshot
from .words import fold, is_chinese, pairs, runs, sounds_like, syllables

NEAR = 300
"""How many neighbours in the spelling list are looked at."""


def one_off(word: str, other: str) -> bool:
    """Whether one replaced, added, missing or swapped character turns one word into the other."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return False
    if len(word) == len(other):
        differing = [i for i, (a, b) in enumerate(zip(word, other, strict=True)) if a != b]
        first, last = differing[0], differing[-1]
        swapped = last == first + 1 and word[first] == other[last] and word[last] == other[first]
        return len(differing) == 1 or (len(differing) == 2 and swapped)
    shorter, longer = sorted((word, other), key=len)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def better_word(snapshot: Snapshot, word: str, by_sound: bool = False) -> str | None:
    """A word of the index for one that is not in it; ``by_sound`` only one that sounds the same."""
    sound = sounds_like(word)
    same = snapshot.expand(f"={sound}=", NEAR)
    if not same and not by_sound:
        first = sounds_like(syllables(word)[0]) if is_chinese(word) and syllables(word) else word[:1]
        near = snapshot.expand(f"={first}", NEAR)
        same = [term for term in near if one_off(word, term.rpartition("=")[2])]
    found = {term: term.rpartition("=")[2] for term in same if term.rpartition("=")[2] != word}
    if not found:
        return None
    often = snapshot.frequencies(list(found))
    return found[max(found, key=lambda term: (often.get(term, 0), term))]


def missing(snapshot: Snapshot, unit: Unit) -> bool:
    """Whether nothing in the index satisfies a unit."""
    often = snapshot.frequencies([need for option in unit.options for need in option.needs])
    return not any(all(often.get(need) for need in option.needs) for option in unit.options)


def suggestion(snapshot: Snapshot, text: str, plan: Plan) -> str | None:
    """The query with its unknown words replaced, or None if none has a likely replacement."""
    folded = fold(text).strip()
    better = folded
    for unit in plan.units:
        if len(unit.text) > 1 and missing(snapshot, unit):
            word = better_word(snapshot, unit.text)
            if word is not None:
                better = better.replace(unit.text, word)
    for run in filter(is_chinese, runs(better)):
        # A wrong character also spoils how the text around it is cut into words: look at neighbours, too.
        often = snapshot.frequencies(pairs(run))
        for pair in pairs(run):
            word = None if often.get(pair) else better_word(snapshot, pair, by_sound=True)
            if word is not None:
                better = better.replace(pair, word)
    return better if better != folded else None
