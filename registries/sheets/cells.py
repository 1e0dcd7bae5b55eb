"""What a cell is: heading-like, number-like; and how a raw value becomes tidy text.

Reading never changes a value beyond making a whole number an ``int``: the importer decides what a cell
means, because only it knows the field. These are the questions it asks.
"""

from __future__ import annotations

import datetime
import re

from registries.sheets.sources import Value

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_INVISIBLE = dict.fromkeys([0xFEFF, *range(0x200B, 0x2010), 0x2060, *range(0x202A, 0x202F), 0xAD])
_TIDY = str.maketrans(_FULL_WIDTH | _INVISIBLE | {0xA0: " ", 0x202F: " ", 0x2007: " "})
_NUMBER = re.compile(r"[-+]?[\d,，.]*\d(\.\d+)?([eE][-+]?\d+)?%?")
_DATE = re.compile(r"\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?([ T].*)?|\d{1,2}:\d{2}(:\d{2})?")
_CODE = re.compile(r"(?=(?:\D*\d){5})[0-9A-Za-z][0-9A-Za-z\-_/ ]*")

LOST_DIGITS = 10**15
"""A number from here on came from a cell that keeps 15 digits: as an identity number it is spoilt."""


def tidy_text(value: Value) -> str:
    """The value as text: ASCII for full-width signs, no invisible characters, no spaces around or doubled."""
    if isinstance(value, str):
        text = value
    elif value is None:
        return ""
    elif isinstance(value, float):
        text = repr(value)
    elif isinstance(value, datetime.datetime):
        text = value.isoformat(sep=" ", timespec="seconds")
    else:
        text = str(value)
    if not text.isascii():
        text = text.translate(_TIDY)
    return " ".join(text.split())


def lost_digits(value: Value) -> bool:
    """Whether this is a long number that a spreadsheet has rounded: 2.10702E+17 as number or as text."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return abs(value) >= LOST_DIGITS
    return isinstance(value, str) and bool(re.fullmatch(r"\s*\d(\.\d+)?[eE]\+?1[5-9]\s*", value))


def is_unreadable(value: Value) -> bool:
    """Whether a character of the cell was lost in the file's encoding."""
    return isinstance(value, str) and "\ufffd" in value


def is_number_like(value: Value) -> bool:
    """Whether the cell is a number, a date or a code, which a heading hardly ever is."""
    if value is None:
        return False
    if not isinstance(value, str):
        return True
    text = tidy_text(value)
    return bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text) or _CODE.fullmatch(text))


def is_year(value: Value) -> bool:
    """Whether the cell may be a year, the one number that often is a heading."""
    if isinstance(value, bool | str):
        return isinstance(value, str) and bool(re.fullmatch(r"(19|20)\d\d年?", value.strip()))
    return isinstance(value, int | float) and 1900 <= value <= 2100 and value == int(value)
