"""Passwords: which will do, how they are stored, and asking for one without telling whether there is an account.

Long rather than odd (OWASP ASVS 5.0, chapter 6.2): at least ten characters, none of the common ones, nothing made
from the names at hand. No rule about kinds of characters, and no forced change unless a setting asks for it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from registries.messages import N_, Problem, Refused

LEAST, MOST = 10, 200
#: Fewer different characters than this are a pattern, whatever the length.
LEAST_DIFFERENT = 5
#: So many digits and signs around a common word do not hide it.
MOST_DRESSING = 8
#: Words of the site that a guesser tries first.
SITE_WORDS = ("sanku", "三库", "safecommunity", "安全社区")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")
_LEET = str.maketrans("@40315$7!", "aaoeissti")

#: argon2id with the library's present parameters; a hash with older ones is renewed at the next sign-in.
HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class NewPassword:
    """The hash of a password that was judged and will do. Made outside a transaction: hashing takes its time."""

    hashed: str

    @classmethod
    def of(cls, text: str, names: Iterable[str] = ()) -> NewPassword:
        """Judge and hash a password of somebody with these names.

        :raises Refused: it is too short, too long, common, or made from a name.
        """
        problem = fault(text, names)
        if problem is not None:
            raise Refused(problem)
        return cls(HASHER.hash(text))


def fault(text: str, names: Iterable[str] = ()) -> Problem | None:
    """Why a password will not do; ``None`` if it will."""
    if len(text) < LEAST:
        return Problem(N_("The password is too short."), N_("Take at least %(least)s characters."), least=LEAST)
    if len(text) > MOST:
        return Problem(N_("The password is too long."), N_("Take at most %(most)s characters."), most=MOST)
    folded = _folded(text)
    if any(word in folded for name in names if len(word := _folded(name)) >= 3):
        return Problem(N_("The password contains your name."), N_("Take one that says nothing about you."))
    if any(word in folded for word in SITE_WORDS):
        return Problem(N_("The password contains the name of this site."), N_("Take other words."))
    if is_common(text):
        return Problem(
            N_("This password is among those that are tried first."),
            N_("Take three or four words that do not belong together."),
        )
    return None


def is_common(text: str) -> bool:
    """Whether a guesser who works through the usual lists and patterns would soon have it."""
    folded = _folded(text)
    bare = folded.translate(_LEET)
    if folded.isdigit() or len(set(folded)) < LEAST_DIFFERENT or {folded, bare} & _common():
        return True
    if _repeats(folded) or _runs(folded):
        return True
    return any(not {word, word.translate(_LEET)}.isdisjoint(_common()) for word in _undressed(folded))


def _undressed(text: str) -> Iterator[str]:
    """What is left without some digits and signs at the ends: a year makes no better password of a common word."""
    ends = [not sign.isalpha() for sign in text]
    for front in range(MOST_DRESSING + 1):
        if not all(ends[:front]):
            return
        for back in range(MOST_DRESSING + 1 - front):
            if not all(ends[len(text) - back :]):
                break
            yield text[front : len(text) - back]


def is_right(stored: str | None, text: str) -> bool:
    """Whether a password is the one of a stored hash; takes as long where there is none."""
    try:
        return HASHER.verify(_nobody() if stored is None else stored, text) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def renewed(stored: str, text: str) -> str | None:
    """The hash anew if the stored one was made with other parameters than today's."""
    return HASHER.hash(text) if HASHER.check_needs_rehash(stored) else None


@cache
def _nobody() -> str:
    return HASHER.hash("the password of nobody")


@cache
def _common() -> frozenset[str]:
    text = (files("portal.accounts") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace(" ", "")


def _repeats(text: str) -> bool:
    """``abcabcabc``: a short piece again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _runs(text: str) -> bool:
    """Whether nearly all of it runs along the alphabet, the digits or a row of keys, in either direction."""
    ways = [way for row in _ROWS for way in (row, row[::-1])]
    pairs = sum(any(text[at : at + 2] in way for way in ways) for at in range(len(text) - 1))
    return pairs >= (len(text) - 1) * 0.8
