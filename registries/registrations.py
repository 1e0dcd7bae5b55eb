"""Numbers of organisations: credit code, the older mainland numbers, and Taiwan's unified number."""

from __future__ import annotations

import re
from collections.abc import Container
from operator import mul
from typing import Any

from .identifiers import Checked, spoiled, tidy
from .messages import N_, Problem

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {sign: value for value, sign in enumerate(_ALPHABET)}
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_VALUES = {sign: value for value, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_UNIFIED_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)
#: The authorities that register; local lists that know others are wrong.
DEPARTMENTS = frozenset("123456789ANY")
_CREDIT_SHAPE = re.compile(rf"[{_ALPHABET}]{{2}}\d{{6}}[{_ALPHABET}]{{10}}")
#: Codes given out by the national authorities and by the demo carry divisions that no list of counties has.
_SPECIAL_DIVISIONS = frozenset({"100000", "000101"})

_LICENCE = N_("Compare it with the licence.")
_WRONG_CHECK = Problem(N_("The last character does not fit the others: at least one was mistyped."), _LICENCE)
_WRONG_INNER_CHECK = Problem(N_("The 17th character does not fit the eight before it."), _LICENCE)


def credit_check(first_17: str) -> str:
    """The last character of a unified social credit code (GB 32100)."""
    return _ALPHABET[-sum(map(mul, _CREDIT_WEIGHTS, map(_VALUES.__getitem__, first_17))) % 31]


def organisation_check(first_8: str) -> str:
    """The last character of an organisation code (GB 11714)."""
    total = sum(map(mul, _ORGANISATION_WEIGHTS, map(_ORGANISATION_VALUES.__getitem__, first_8)))
    return "0123456789X0"[11 - total % 11]


def licence_check(first_14: str) -> str:
    """The last digit of an old business licence number (ISO 7064 MOD 11,10)."""
    product = 10
    for digit in first_14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def check_credit_code(raw: Any, *, known_divisions: Container[str] | None = None) -> Checked:
    """Check a unified social credit code: 18 characters; the organisation code inside has its own check."""
    value = tidy(raw)
    problem = spoiled(raw) or _credit_problem(value)
    if problem:
        return Checked(value, (problem,))
    warnings = []
    if value[0] not in DEPARTMENTS:
        warnings.append(Problem(N_("The first character names no registering authority."), _LICENCE))
    if (
        known_divisions is not None
        and value[2:8] not in _SPECIAL_DIVISIONS
        and value[2:8] not in known_divisions
    ):
        warnings.append(
            Problem(
                N_("The division in the code (characters 3 to 8) is not known."),
                N_("It may be an old one; otherwise compare it."),
            )
        )
    return Checked(value, (), tuple(warnings))


def _credit_problem(value: str) -> Problem | None:
    if len(value) != 18:
        return Problem(
            N_("A credit code has 18 characters, this one %(length)s."), _LICENCE, length=len(value)
        )
    if not _CREDIT_SHAPE.fullmatch(value):
        if any(letter in value for letter in "IOSVZ"):
            return Problem(
                N_("The letters I, O, S, V and Z do not occur in a credit code."),
                N_("They are mostly 1, 0, 5, U and 2."),
            )
        return Problem(N_("This is not a credit code: letters or signs stand where digits belong."), _LICENCE)
    if credit_check(value[:17]) != value[17]:
        return _WRONG_CHECK
    return None if organisation_check(value[8:16]) == value[16] else _WRONG_INNER_CHECK


def check_licence_number(raw: Any) -> Checked:
    """Check a business licence number of the time before the credit code: 15 digits, still older ones 13."""
    value = tidy(raw)
    loss = spoiled(raw)
    if loss:
        return Checked(value, (loss,))
    if not (value.isascii() and value.isdigit() and len(value) in {13, 15}):
        return Checked(value, (Problem(N_("An old licence number has 15 digits, sometimes 13."), _LICENCE),))
    if len(value) == 15 and licence_check(value[:14]) != value[14]:
        return Checked(value, (_WRONG_CHECK,))
    return Checked(value)


def check_organisation_code(raw: Any) -> Checked:
    """Check an organisation code: nine characters, with or without a hyphen before the last."""
    value = tidy(raw)
    if not (len(value) == 9 and value.isascii() and value.isalnum()):
        return Checked(value, (Problem(N_("An organisation code has 9 letters and digits."), _LICENCE),))
    return Checked(value, () if organisation_check(value[:8]) == value[8] else (_WRONG_CHECK,))


def check_unified_number(raw: Any) -> Checked:
    """Check Taiwan's unified business number: eight digits; see `repair_unified_number` for shorter ones.

    The authority's own lists hold a few numbers that do not fit their check digit, so that is a warning only.
    """
    value = tidy(raw).rstrip("#*")
    if not (len(value) == 8 and value.isascii() and value.isdigit()):
        return Checked(
            value,
            (
                Problem(
                    N_("A unified business number has 8 digits, this one %(length)s."),
                    N_("If a spreadsheet dropped zeros at its beginning, put them back."),
                    length=len(value),
                ),
            ),
        )
    total = sum(
        sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(value, _UNIFIED_WEIGHTS, strict=True)
    )
    # A 7 at the seventh place gives 28, hence 10, of which either digit may be taken.
    fits = total % 5 == 0 or (value[6] == "7" and (total + 1) % 5 == 0)
    return Checked(value, (), () if fits else (_WRONG_CHECK,))


def repair_unified_number(raw: Any) -> Checked:
    """Like `check_unified_number`, but zeros that a spreadsheet dropped are put back, with a warning."""
    value = tidy(raw)
    if not 4 <= len(value) < 8 or not value.isdigit():
        return check_unified_number(raw)
    found = check_unified_number(value.zfill(8))
    repaired = Problem(
        N_("Zeros at the beginning were lost and have been put back."), N_("Format the column as text.")
    )
    return Checked(found.value, found.errors, (repaired,))
