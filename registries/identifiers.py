"""Numbers of persons: made uniform, checked, and read for what they tell.

A check never repeats the number in a message, because messages reach logs and error sheets. It never
refuses a number for its address code: that code is the one of the first registration, may be abolished
since, or younger than the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from datetime import date
from operator import mul
from typing import Any, Final

from . import days
from .chinese import half_width
from .messages import N_, Problem

#: Never assigned, so that no made-up number belongs to a real person: the address code of demo people.
DEMO_DIVISION: Final = "000101"
OLDEST_AGE: Final = 130

RESIDENT_ID, REGION_PERMIT, FOREIGN_ID, OLD_FOREIGN_ID = "RIC", "HKMOTW_RP", "FPR_2023", "FPR_2017"
NO_DOCUMENT = "NONE"

_REGIONS = {"810000", "820000", "830000"}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ZERO = ord("0") * sum(_WEIGHTS)


@dataclass(frozen=True, slots=True)
class Checked:
    """A number in its one normal form; errors stop it, warnings do not."""

    value: str
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonNumber(Checked):
    """A person's number and what it tells; ``doc_type`` is the kind of document that it shows."""

    doc_type: str = ""
    birth_date: date | None = None
    sex: str | None = None
    division: str | None = None


def tidy(raw: Any) -> str:
    """A number as it was meant: half width, upper case, no spaces, hyphens or apostrophes."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = raw if isinstance(raw, str) else str(raw)
    if text.isascii() and text.isalnum():
        return text.upper()
    return _NOISE.sub("", half_width(text)).upper()


_NOISE = re.compile(r"[\s'’‘`\-]+")
_POWER = re.compile(r"\s*\d(?:[.,]\d+)?E\s*\+?\s*\d{1,2}\s*", re.IGNORECASE)
_SPOILED = Problem(
    N_("A spreadsheet has spoiled this number: its last digits are lost."),
    N_("Format the column as text and enter the whole number again."),
)


def spoiled(raw: Any) -> Problem | None:
    """The problem if a spreadsheet took the number for a quantity, 2.1E+17, and dropped digits."""
    if isinstance(raw, str):
        return _SPOILED if ("E" in raw or "e" in raw) and _POWER.fullmatch(raw) else None
    return _SPOILED if isinstance(raw, int | float) and raw >= 1e15 else None


def id_check_digit(digits: str) -> str:
    """The eighteenth character after the 17 digits of a resident ID (ISO 7064 MOD 11-2)."""
    return _CHECKS[(sum(map(mul, _WEIGHTS, digits.encode())) - _ZERO) % 11]


def guess_doc_type(raw: Any) -> str | None:
    """The kind of document that a number can only belong to, or ``None``."""
    value = tidy(raw)
    for doc_type, pattern in _SHAPES.items():
        if pattern.fullmatch(value):
            return doc_type
    return None


_SHAPES = {
    REGION_PERMIT: re.compile(r"8[123]0000[12]\d{10}[\dX]"),
    RESIDENT_ID: re.compile(r"[0-8]\d{16}[\dX]|[1-8]\d{14}"),
    FOREIGN_ID: re.compile(r"9\d{16}[\dX]"),
    OLD_FOREIGN_ID: re.compile(r"[A-Z]{3}\d{12}"),
    "HM_PERMIT": re.compile(r"[HM]\d{8}(?:\d{2})?"),
}


def check_person_number(
    doc_type: str,
    raw: Any,
    *,
    sex: str | None = None,
    birth_date: str | None = None,
    known_divisions: Container[str] | None = None,
    today: date | None = None,
) -> PersonNumber:
    """Check the number of a person's document.

    ``doc_type`` is a code of ``id_document_types.csv``. ``sex`` (1 or 2) and ``birth_date`` (a partial day)
    are what the record says: a number that says otherwise gets a warning, for real documents err too. With
    ``known_divisions`` an address code outside it gets a warning.
    """
    if doc_type == NO_DOCUMENT:
        value = "" if raw is None else tidy(raw)
        return PersonNumber(value, (_NUMBER_WITHOUT_DOCUMENT,) if value else (), doc_type=doc_type)
    if not raw:
        return PersonNumber("", (_NUMBER_MISSING,), doc_type=doc_type)
    loss = spoiled(raw)
    if loss:
        return PersonNumber(tidy(raw), (loss,), doc_type=doc_type)
    check = _OTHER_DOCUMENTS.get(doc_type)
    if check:
        return check(doc_type, tidy(raw))
    if doc_type not in {RESIDENT_ID, REGION_PERMIT, FOREIGN_ID}:
        return PersonNumber(
            tidy(raw), (Problem(N_("The kind of document is unknown: %(kind)s."), kind=doc_type),)
        )
    found = _check_18(doc_type, tidy(raw), today or days.today())
    return found if found.errors else _compared(found, sex, birth_date, known_divisions)


_COMPARE = N_("Compare it with the document.")
_COMPARE_BOTH = N_("Compare both with the document.")
_COMPARE_DATE = N_("Compare digits 7 to 14 with the document.")
_CHECK_KIND = N_("Check the kind of document.")
_NUMBER_WITHOUT_DOCUMENT = Problem(
    N_("There is a number but no kind of document."), N_("Choose the kind of document.")
)
_NUMBER_MISSING = Problem(
    N_("The number of the document is missing."),
    N_("Enter it, or choose “no document” and give the reason."),
)
#: The one mistake that papers themselves have: somebody who holds the paper may insist on the number.
WRONG_CHECK = Problem(N_("The last character does not fit the others: at least one was mistyped."), _COMPARE)
_NOT_17_DIGITS = Problem(N_("An identity number has 17 digits and then a digit or X."), _COMPARE)
_NO_SUCH_DAY = Problem(N_("The birth date in the number is not a day of the calendar."), _COMPARE_DATE)
_NOT_YET_BORN = Problem(N_("The birth date in the number lies in the future."), _COMPARE_DATE)
_VERY_OLD = Problem(
    N_("By this number the person would be more than %(age)s years old."), _COMPARE, age=OLDEST_AGE
)
_OLD_NUMBER = Problem(
    N_("This was a number of 15 digits and was completed to 18."), N_("Ask for the present document.")
)
_IS_RESIDENT_ID = Problem(N_("This is the number of a resident identity card."), _CHECK_KIND)
_IS_PERMIT = Problem(
    N_("This is the number of a residence permit for Hong Kong, Macau or Taiwan residents."), _CHECK_KIND
)
_IS_FOREIGN = Problem(N_("This is the number of a foreign permanent resident."), _CHECK_KIND)
_OTHER_SEX = Problem(N_("The sex in the number differs from the one entered."), _COMPARE_BOTH)
_OTHER_BIRTH = Problem(N_("The birth date in the number differs from the one entered."), _COMPARE_BOTH)
_UNKNOWN_DIVISION = Problem(
    N_("The address code at the beginning of the number is not known."),
    N_("It may be an old one; otherwise compare it."),
)
_KIND_SHOWN = {RESIDENT_ID: _IS_RESIDENT_ID, REGION_PERMIT: _IS_PERMIT, FOREIGN_ID: _IS_FOREIGN}


def _check_18(doc_type: str, value: str, today: date) -> PersonNumber:
    warnings: tuple[Problem, ...] = ()
    if len(value) == 15 and value.isdigit() and doc_type == RESIDENT_ID:
        value = f"{value[:6]}19{value[6:]}"
        value += id_check_digit(value)
        warnings = (_OLD_NUMBER,)
    problem = _form_problem(value)
    if problem:
        return PersonNumber(value, (problem,), doc_type=doc_type)
    shown = _kind_shown(value)
    if shown != doc_type:
        warnings += (_KIND_SHOWN[shown],)
    sex = "1" if int(value[16]) % 2 else "2"
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        # Where the birth date of a foreign resident stands is not certain enough to refuse a number for it.
        if shown == FOREIGN_ID:
            return PersonNumber(value, (), warnings, shown)
        return PersonNumber(value, (_NO_SUCH_DAY,), warnings, shown)
    if born > today:
        return PersonNumber(value, (_NOT_YET_BORN,), warnings, shown)
    if today.year - born.year > OLDEST_AGE:
        warnings += (_VERY_OLD,)
    return PersonNumber(value, (), warnings, shown, born, sex, None if shown == FOREIGN_ID else value[:6])


def _form_problem(value: str) -> Problem | None:
    digits = value[:17]
    if len(value) != 18:
        return Problem(
            N_("An identity number has 18 characters, this one %(length)s."), _COMPARE, length=len(value)
        )
    if not (digits.isascii() and digits.isdigit() and value[17] in _CHECKS):
        return _NOT_17_DIGITS
    if id_check_digit(digits) != value[17]:
        return _SPOILED if value.endswith("000") else WRONG_CHECK
    return None


def _kind_shown(value: str) -> str:
    if value[0] == "9":
        return FOREIGN_ID
    return REGION_PERMIT if value[:6] in _REGIONS else RESIDENT_ID


def _compared(
    found: PersonNumber, sex: str | None, birth_date: str | None, known_divisions: Container[str] | None
) -> PersonNumber:
    more = []
    if sex in {"1", "2"} and found.sex != sex:
        more.append(_OTHER_SEX)
    if birth_date and found.birth_date and not found.birth_date.isoformat().startswith(birth_date):
        more.append(_OTHER_BIRTH)
    known = known_divisions is None or found.division in {None, DEMO_DIVISION}
    if not known and found.division not in (known_divisions or ()):
        more.append(_UNKNOWN_DIVISION)
    return replace(found, warnings=(*found.warnings, *more)) if more else found


def _shaped(pattern: str, form: str, kept: int | None = None) -> Callable[[str, str], PersonNumber]:
    compiled = re.compile(pattern)
    problem = Problem(
        N_("This is not a number of this kind of document, which has %(form)s."),
        N_("Check number and kind of document."),
        form=Problem(form),
    )

    def check(doc_type: str, value: str) -> PersonNumber:
        if compiled.fullmatch(value):
            return PersonNumber(value[:kept], doc_type=doc_type)
        return PersonNumber(value, (problem,), doc_type=doc_type)

    return check


# The two digits that may follow a travel permit count its renewals: the person's number ends before them.
_OTHER_DOCUMENTS = {
    OLD_FOREIGN_ID: _shaped(r"[A-Z]{3}\d{12}", N_("3 letters and 12 digits")),
    "HM_PERMIT": _shaped(r"[HM]\d{8}(?:\d{2})?", N_("H or M and 8 digits"), 9),
    "TW_PERMIT": _shaped(r"\d{8}(?:\d{2})?", N_("8 digits"), 8),
    "PASSPORT": _shaped(r"[A-Z0-9]{5,17}", N_("5 to 17 letters and digits")),
    "BIRTH_CERT": _shaped(r"[A-Z]\d{9}", N_("a letter and 9 digits")),
    "MIL": _shaped(r".{4,20}", N_("4 to 20 characters")),
}
