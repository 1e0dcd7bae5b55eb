"""From text to index terms, for Chinese and Latin script.

A run of Chinese characters gives its single characters, all its pairs and the dictionary words of three or
more characters. Pairs make every word findable however the text around it was segmented (安全检查 inside
安全生产大检查); single characters bridge everyday and legal wording, which share characters more often than
words; whole words tell a term from an accident of neighbouring characters. A two-character word is its pair
and takes no term of its own.

Terms of different origin cannot meet: Chinese and Latin terms stand as they are, ``~`` precedes pinyin
syllables, ``^`` initials, ``#`` a code written backwards (so that its tail is a prefix), ``=`` an entry of
the spelling list.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import rjieba
from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.seg.mmseg import seg as phrases

from registries.chinese import simplify

from .engine import Document

HERE = Path(__file__).parent
TITLE_TIMES = 2
"""How often a word of the title counts, measured against one in the text."""

MOST = 255
"""Highest frequency of a term that the index tells apart; the score saturates far below."""

CHINESE = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
RUNS = re.compile(rf"[{CHINESE}]+|[^\W_{CHINESE}]+")
JOINED = re.compile(r"(?<![0-9a-z])[0-9a-z]{1,6}(?:-[0-9a-z]{1,6})+(?![0-9a-z])")
"""Numbers that belong together, as those of houses do (39-2); in a folded text."""

CODES = re.compile(r"[0-9a-z]+(?:[-./ ][0-9a-z]+)*")
"""A code as people write it, perhaps in groups."""


def listed(name: str) -> list[list[str]]:
    """The words of each line of a data file beside this module, without its comments."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line.strip() and not line.startswith("#")]


@cache
def segmenter() -> rjieba.Jieba:
    """The segmenter with the field's own terms added."""
    jieba = rjieba.Jieba()
    for (word,) in listed("dictionary.txt"):
        jieba.add_word(word, None, None)
    return jieba


def fold(text: str) -> str:
    """Half width, lower case, simplified characters: what makes two writings of a word equal."""
    folded = unicodedata.normalize("NFKC", text).lower()
    if folded.isascii():
        return folded
    # Half of a surrogate pair, as JSON may carry it, is no character.
    return simplify(folded.encode("utf-8", "ignore").decode())


@lru_cache(maxsize=20_000)
def fold_character(character: str) -> str:
    """One character folded alone, so that a place in the folded text leads back to the original."""
    return fold(character)


def is_chinese(run: str) -> bool:
    """Whether a run of `RUNS` is in Chinese script."""
    return run[0] >= "\u3007" and re.match(f"[{CHINESE}]", run) is not None


def runs(folded: str) -> list[str]:
    """The stretches of Chinese and of other letters and digits in a folded text, in order."""
    return RUNS.findall(folded)


def pairs(run: str) -> list[str]:
    """All neighbouring characters of a Chinese run; of a single character nothing."""
    return [run[i : i + 2] for i in range(len(run) - 1)]


def words(run: str) -> list[str]:
    """The dictionary words of a Chinese run, with the shorter words inside longer ones."""
    return segmenter().cut_for_search(run, True)


def text_terms(text: str) -> tuple[Counter[str], int]:
    """The terms of a text with their frequency, and its length in characters and Latin words."""
    folded = fold(text)
    found: Counter[str] = Counter(JOINED.findall(folded))
    length = 0
    for run in runs(folded):
        if not is_chinese(run):
            found[run[:60]] += 1
            length += 1
            continue
        length += len(run)
        found.update(run)
        found.update(pairs(run))
        found.update(word for word in words(run) if len(word) > 2)
    return found, length


@lru_cache(maxsize=50_000)
def syllables(word: str) -> tuple[str, ...]:
    """The pinyin of Chinese characters, without tones."""
    # The reading of a character depends on the phrase around it; names are many, their phrases are few.
    return tuple(syllable for phrase in phrases.cut(word) for syllable in _spoken(phrase))


@lru_cache(maxsize=50_000)
def _spoken(phrase: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(phrase, errors="ignore"))


@cache
def all_syllables() -> frozenset[str]:
    """Every syllable of pinyin without tone."""
    readings = {reading for entry in PINYIN_DICT.values() for reading in entry.split(",")}
    plain = {
        "".join(c for c in unicodedata.normalize("NFD", r.replace("ü", "v")) if c.isascii()) for r in readings
    }
    return frozenset(s for s in plain if len(s) > 1 or s in "aeo")


@lru_cache(maxsize=2_000)
def split_syllables(letters: str) -> tuple[str, ...] | None:
    """Letters typed without spaces as syllables (baoanshangchang → bao an shang chang), longest first, or
    None.
    """
    if not letters:
        return ()
    for size in range(min(6, len(letters)), 0, -1):
        if letters[:size] in all_syllables():
            rest = split_syllables(letters[size:])
            if rest is not None:
                return (letters[:size], *rest)
    return None


def sound_terms(spoken: Iterable[str]) -> list[str]:
    """Terms for syllables in sequence: each one, and each two together."""
    said = list(spoken)
    return [f"~{s}" for s in said] + [f"~{a}{b}" for a, b in pairwise(said)]


def initial_terms(initials: str) -> list[str]:
    """Terms for initials in sequence: each two and each three of them."""
    return [f"^{initials[i : i + n]}" for n in (2, 3) for i in range(len(initials) - n + 1)]


def code_term(code: str) -> str:
    """The term of a code, without the marks people put between its groups."""
    return "#" + "".join(c for c in fold(code) if c.isalnum())[::-1]


@lru_cache(maxsize=50_000)
def sounds_like(word: str) -> str:
    """One writing for words that are mistyped for each other: pinyin without tone, zh ch sh ng as z c s n."""
    spoken = "".join(syllables(word)) if is_chinese(word) else word
    for heard, written in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        spoken = spoken.replace(heard, written)
    return spoken


def spelling_terms(text: str) -> set[str]:
    """Entries of the spelling list for the words of a title."""
    found = set()
    for run in runs(fold(text)):
        for word in words(run) if is_chinese(run) else [run]:
            if len(word) > 1 and not word.isdigit():
                found.add(f"={sounds_like(word)}={word}")
    return found


def document_terms(document: Document) -> tuple[dict[str, int], int]:
    """All terms of a document with their frequency (1 to `MOST`), and its length."""
    title, title_length = text_terms(document.title)
    found, length = text_terms(document.text)
    for term, times in title.items():
        found[term] += times * TITLE_TIMES
    length += title_length * TITLE_TIMES
    for name in document.names:
        if name != document.title:
            more, longer = text_terms(name)
            found.update(more)
            length += longer
        for run in filter(is_chinese, runs(fold(name))):
            spoken = syllables(run)
            found.update(sound_terms(spoken))
            found.update(initial_terms("".join(s[0] for s in spoken)))
    found.update(code_term(code) for code in document.codes if code)
    found.update(spelling_terms(document.title))
    return {term: min(times, MOST) for term, times in found.items()}, length
