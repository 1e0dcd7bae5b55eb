"""Days as offices write them, and days of which only the month or the year is known.

A partial day is text, ``1950``, ``1950-03`` or ``1950-03-05``: it sorts, it says what is known, and nothing
more. Whatever cannot be read for certain is refused with a sentence that says how to write it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import islice
from typing import Any

from marshmallow import ValidationError

from .chinese import half_width
from .messages import N_, Problem

FIRST_YEAR = 1800
#: The Republic of China counts from 1912 as its year 1.
ROC_OFFSET = 1911
#: A spreadsheet counts days from here; the serials taken for days run from 1954 to 2119.
_SERIAL_START, _SERIALS = date(1899, 12, 30), range(20_000, 80_001)

_ROC_MARK = r"(?P<roc>民国|民國|R\.?O\.?C\.?)?\s*(?:公元|西元)?\s*"
_TIME = r"(?:[\sT]+\d{1,2}\s*[:时時点點].*)?"
_DAY = r"(?:[-./月]\s*(?:(?P<day>\d{1,2})\s*[日号號]?)?)?"
_MONTH = rf"(?:[-./年]\s*(?:(?P<month>\d{{1,2}})\s*{_DAY})?)?"
_WRITTEN = re.compile(rf"{_ROC_MARK}(?P<year>\d{{1,4}}|元)\s*{_MONTH}{_TIME}", re.IGNORECASE)
_COMPACT = re.compile(_ROC_MARK + r"(?P<digits>\d{5,8})" + _TIME, re.IGNORECASE)
_YEAR_LAST = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")

_Parts = tuple[int, int | None, int | None]

_WRITE_SO = N_("Write it with the year first, like 2026-03-05.")


#: Official time of all China; there has been no summer time since 1991.
CHINA_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")


def today() -> date:
    """The day that it is in China, whatever zone the server keeps."""
    return datetime.now(CHINA_TIME).date()


def parse_day(value: Any, roc: bool = False) -> date:
    """The day that a cell means: a date, a spreadsheet serial, or one of the many ways to write it.

    ``roc`` reads short years and compact numbers as years of the Republic of China; see `guess_roc`.

    :raises ValidationError: with a `Problem` that says what is wrong.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    year, month, day = _parts(value, roc)
    if month is None or day is None:
        raise _refusal(value, N_("“%(value)s” is not a whole date: the day is missing."), _WRITE_SO)
    return date(year, month, day)


def parse_partial_day(value: Any, roc: bool = False) -> str:
    """The partial day that a cell means; otherwise like `parse_day`."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    year, month, day = _parts(value, roc)
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")


def guess_roc(values: Iterable[Any]) -> bool:
    """Whether the values of a column are written in years of the Republic of China.

    Only values that can be read in one way count; a few strays among many do not change the answer.
    """
    roc = common = 0
    for value in islice(values, 5000):
        text = _text(value)
        if text and not isinstance(value, date):
            as_roc, as_common = _readable(text, True), _readable(text, False)
            roc += (as_roc and not as_common) or _is_marked(text)
            common += as_common and not _is_marked(text) and _is_long(text)
    return roc > 9 * common


def _is_marked(text: str) -> bool:
    found = _WRITTEN.fullmatch(text)
    return bool(found and (found["roc"] or len(found["year"]) == 3))


def _is_long(text: str) -> bool:
    # A serial, or six digits such as 200101, says nothing about the calendar.
    return len(text) >= 8 or not text.isdigit()


def _readable(text: str, roc: bool) -> bool:
    try:
        _read(text, roc)
    except ValidationError:
        return False
    return True


def _parts(value: Any, roc: bool) -> _Parts:
    if isinstance(value, float) and not value.is_integer() and not _SERIALS[0] <= value <= _SERIALS[-1] + 1:
        # 2026.3 and 2026.10 are different months, but 2026.1 may be either.
        raise _refusal(value, N_("“%(value)s” is a number and not a date."), _WRITE_SO)
    text = _text(value)
    if text is None:
        raise _refusal(value, N_("“%(value)s” is not a date."), _WRITE_SO)
    return _read(text, roc)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return half_width(value).strip()
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return str(int(value))
    return None


@lru_cache(maxsize=50_000)
def _read(text: str, roc: bool) -> _Parts:
    if len(text) == 10 and text[4] == text[7] == "-" and text[:4].isdigit():
        parts = _numbers(text[:4], text[5:7], text[8:])
        if parts:
            return _checked(text, *parts)
    serial = _serial(text, roc)
    if serial:
        return serial.year, serial.month, serial.day
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _compact(text, compact["digits"], roc or bool(compact["roc"]))
    written = _WRITTEN.fullmatch(text)
    if written:
        return _written(text, written, roc)
    if _YEAR_LAST.fullmatch(text):
        raise _refusal(text, N_("In “%(value)s” it is not certain which number is the year."), _WRITE_SO)
    raise _refusal(text, N_("“%(value)s” is not a date."), _WRITE_SO)


def _numbers(*texts: str) -> tuple[int, ...] | None:
    return tuple(map(int, texts)) if all(text.isascii() and text.isdigit() for text in texts) else None


def _serial(text: str, roc: bool) -> date | None:
    whole, _, fraction = text.partition(".")
    if len(whole) == 5 and whole.isdigit() and (not fraction or fraction.isdigit()):
        number = int(whole)
        if number in _SERIALS and not (roc and whole[1:3] <= "12" and whole[3:] <= "31"):
            return _SERIAL_START + timedelta(number)
    return None


def _compact(text: str, digits: str, roc: bool) -> _Parts:
    if len(digits) == 8:
        return _checked(text, int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    if roc:
        return _checked(text, int(digits[:-4]) + ROC_OFFSET, int(digits[-4:-2]), int(digits[-2:]))
    if len(digits) == 6 and FIRST_YEAR <= int(digits[:4]) <= 2100:
        return _checked(text, int(digits[:4]), int(digits[4:]), None)
    raise _refusal(
        text,
        N_("“%(value)s” is not a date of eight digits."),
        N_("Write it like 2026-03-05. Put 民國 before a year of the Republic of China."),
    )


def _written(text: str, found: re.Match[str], roc: bool) -> _Parts:
    year = 1 if found["year"] == "元" else int(found["year"])
    if found["roc"] or len(found["year"]) == 3 or (roc and len(found["year"]) < 3):
        year += ROC_OFFSET
    elif len(found["year"]) < 4:
        if _YEAR_LAST.fullmatch(text) and len(text) >= 8 and text[-4:].isdigit():
            raise _refusal(text, N_("In “%(value)s” it is not certain which number is the year."), _WRITE_SO)
        raise _refusal(
            text,
            N_("The year of “%(value)s” has two digits only."),
            N_("Write the year with four digits."),
        )
    return _checked(text, year, _number(found["month"]), _number(found["day"]))


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _checked(text: str, year: int, month: int | None, day: int | None) -> _Parts:
    # Registers write 00 for a month or a day that is not known.
    month, day = month or None, day or None
    if month is None and day is not None:
        raise _refusal(text, N_("“%(value)s” has a day but no month."), _WRITE_SO)
    if not FIRST_YEAR <= year <= 9999:
        raise _refusal(text, N_("The year of “%(value)s” is not possible."), _WRITE_SO)
    if month is not None and not (1 <= month <= 12 and (day or 1) <= monthrange(year, month)[1]):
        raise _refusal(text, N_("“%(value)s” is not a day of the calendar."), N_("Check month and day."))
    return year, month, day


def _refusal(value: Any, message: str, remedy: str) -> ValidationError:
    return ValidationError([Problem(message, remedy, value=str(value)[:40])])


@lru_cache(maxsize=50_000)
def earliest(partial: str) -> date:
    """The first day that a partial day may mean."""
    return date.fromisoformat(f"{partial}-01-01"[:10])


@lru_cache(maxsize=50_000)
def latest(partial: str) -> date:
    """The last day that a partial day may mean."""
    first = earliest(partial)
    if len(partial) == 4:
        return first.replace(month=12, day=31)
    if len(partial) == 7:
        return first.replace(day=monthrange(first.year, first.month)[1])
    return first


@lru_cache(maxsize=50_000)
def middle(partial: str) -> date:
    """The day in the middle of what a partial day may mean: the one that is least wrong on average."""
    first = earliest(partial)
    return first + (latest(partial) - first) // 2


def age(partial: str, on: date) -> int:
    """Whole years on a day, the birth taken in the middle of what is known; below zero before the birth."""
    born = middle(partial)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
