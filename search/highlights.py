"""Showing why a document was found: marked titles and the passage that says most about the query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from .engine import Marked
from .question import Plan
from .words import fold_character, is_chinese, pairs

PASSAGE = 110
"""Length of a passage in characters."""

MOST_READ = 20_000
"""Of a text only so many characters are looked through."""

LEAD = 20
"""How much is shown before the first match."""


def spans(text: str, wanted: Iterable[str]) -> list[tuple[int, int]]:
    """Where the wanted folded words stand in a text: places in the text as it is written, merged and in
    order.
    """
    joined, origin = _folded(text)
    found = []
    for word in wanted:
        start = joined.find(word)
        while start >= 0:
            end = start + len(word)
            if not word.isascii() or whole_word(joined, start, end):
                found.append((origin[start], origin[end - 1] + 1))
            start = joined.find(word, end)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@lru_cache(maxsize=2_000)
def _folded(text: str) -> tuple[str, Sequence[int]]:
    """A text folded, and of each folded character the place in the text.

    Kept, because the texts at the top of the answers are the same for many questions, and folding one character by
    character takes longer than everything else here.
    """
    folded = [fold_character(character) for character in text]
    joined = "".join(folded)
    if len(joined) == len(text) and all(len(piece) == 1 for piece in folded):
        return joined, range(len(text))
    return joined, [place for place, piece in enumerate(folded) for _ in piece]


def whole_word(text: str, start: int, end: int) -> bool:
    """Whether no Latin letter or digit adjoins, so that *art* is not marked in *party*."""
    around = text[start - 1 : start] + text[end : end + 1]
    return not any(c.isascii() and c.isalnum() for c in around)


def marked(text: str, places: Iterable[tuple[int, int]]) -> Marked:
    """A text cut at its matches."""
    pieces = []
    at = 0
    for start, end in places:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return tuple(piece for piece in pieces if piece[0])


def wanted_words(plan: Plan) -> tuple[str, ...]:
    """What to mark for a query: its words, their pairs should a text segment otherwise, other wordings."""
    found: list[str] = []
    for unit in plan.units:
        found.append(unit.text)
        if is_chinese(unit.text):
            found += pairs(unit.text)
            found += [o.needs[0] for o in unit.options[1:] if len(o.needs) == 1]
    return tuple(dict.fromkeys(found))


def best_window(places: list[tuple[int, int]], text: str) -> tuple[int, int]:
    """The stretch of a text with most different matches."""
    best, best_worth = 0, -1.0
    inside: Counter[str] = Counter()
    last = distinct = 0
    for first, (start, end) in enumerate(places):
        while last < len(places) and places[last][1] <= start + PASSAGE - LEAD:
            word = text[slice(*places[last])]
            distinct += 0 if inside[word] else len(word)
            inside[word] += 1
            last += 1
        worth = distinct + 0.1 * (last - first)
        if worth > best_worth:
            best, best_worth = start, worth
        if last == first:
            # A match longer than a passage is never inside one.
            last += 1
            continue
        word = text[start:end]
        inside[word] -= 1
        distinct -= 0 if inside[word] else len(word)
    begin = max(0, best - LEAD)
    return begin, min(len(text), begin + PASSAGE)


def highlights(title: str, text: str, plan: Plan) -> tuple[Marked, ...]:
    """The marked title, and the best passage of the text if anything in it matched."""
    wanted = wanted_words(plan)
    shown = [marked(title, spans(title, wanted))]
    places = spans(text[:MOST_READ], wanted)[:400]
    if places:
        begin, end = best_window(places, text)
        inside = [(max(a, begin) - begin, min(b, end) - begin) for a, b in places if a < end and b > begin]
        piece = marked(" ".join(text[begin:end].split("\n")), inside)
        shown.append(
            (*((("…", False),) if begin else ()), *piece, *((("…", False),) if end < len(text) else ()))
        )
    return tuple(shown)
