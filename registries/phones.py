"""Telephone numbers in one form, so that the same number is found however it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .chinese import half_width
from .identifiers import Checked, spoiled
from .messages import N_, Problem


@dataclass(frozen=True, slots=True)
class Phone(Checked):
    """A phone number; mobile, landline, local, service or foreign."""

    kind: str = ""


_MOBILE = re.compile(r"1[3-9]\d{9}")
#: Kind and shape of every other number without its hyphens, in the order in which they are tried.
_SHAPES = tuple((kind, re.compile(shape)) for kind, shape in (
    ("mobile", r"()(1[3-9]\d{9})"),
    ("service", r"()([48]00\d{7})"),
    ("landline", r"(010|02\d)(\d{8})"),
    ("landline", r"(0[3-9]\d\d)(\d{7,8})"),
    ("mobile", r"()(09\d{8})"),
    ("landline", r"(02|04)(\d{8})"),
    ("landline", r"(0[2-8])(\d{7})"),
    ("local", r"()([2-9]\d{6,7})"),
    ("service", r"()(1\d{2,4}|9[56]\d{3,6})"),
))  # fmt: skip
#: After the country code the zero of the area code is left out.
_COUNTRY = re.compile(r"(?:\+|00)86(.+)|86(1[3-9]\d{9})")
_EXTENSION = re.compile(r"(?:转分机|轉分機|转|轉|分机|分機|内线|EXT\.?|[#*X~])\s*(\d{1,6})$", re.IGNORECASE)
_BETWEEN = re.compile(
    r"[/、,;|\n]+|\s*(?:或|和|及)\s*|(?<=\d)\s{2,}(?=\d)"
    r"|(?:(?<=\d{7})|(?<=\d{3}-\d{4}))[\s.]+(?=\d{3,4}-?\d{4})"
)
_SIGNS = re.compile(r"[\s()\-.·_\[\]]+|^(?:电话|電話|手机|手機|TEL)[:.]?", re.IGNORECASE)

_EXAMPLE = N_("Write it like 13800138000 or 0416-3880000.")
_NOT_A_PHONE = Problem(N_("This is not a telephone number."), _EXAMPLE)
_AREA_MISSING = Problem(N_("The area code is missing."), N_("Write it like 0416-3880000."))
_ZERO_LOST = Problem(
    N_("A zero at the beginning was lost and has been put back."), N_("Format the column as text.")
)
_SEVERAL = Problem(
    N_("There are several numbers: the first has been taken."),
    N_("Put the others where they belong, or into the note."),
)


def check_phone(raw: Any) -> Phone:
    """Read a telephone number.

    Mainland landlines become ``0416-3880000``, extensions follow after another hyphen, foreign numbers begin
    with ``+``. A spreadsheet's 13800138000.0 or 1.3800138E+10 is read as long as no digit is lost.
    """
    if isinstance(raw, str):
        if len(raw) == 11 and _MOBILE.fullmatch(raw):
            return Phone(raw, kind="mobile")
        text, number = half_width(raw).strip(), False
        if spoiled(text):
            whole = float(text.replace(" ", ""))
            if whole >= 1e15 or len(text.upper().split("E")[0]) < 9:
                return Phone(text, (spoiled(text) or _NOT_A_PHONE,))
            text, number = str(int(whole)), True
    elif isinstance(raw, int | float) and 0 < raw < 1e15:
        text, number = str(int(raw)), True
    else:
        return Phone("" if raw is None else str(raw), (spoiled(raw) or _NOT_A_PHONE,))
    first, *others = [part for part in _BETWEEN.split(text) if part.strip()] or [text]
    found = _read(first, number)
    if others and not found.errors:
        return Phone(found.value, (), (*found.warnings, _SEVERAL), found.kind)
    return found


def _read(text: str, zero_may_be_lost: bool) -> Phone:
    extension = _EXTENSION.search(text)
    if extension:
        text = text[: extension.start()]
    elif re.search(r"\d-+(?:\d{3,4}-?\d{4}|\d{7,8})-+\d{1,5}$|\d{7,8}--+\d{1,5}$", text):
        text, _, tail = text.rpartition("-")
        return _with_extension(_plain(text, zero_may_be_lost), tail)
    return _with_extension(_plain(text, zero_may_be_lost), extension[1] if extension else "")


def _with_extension(phone: Phone, extension: str) -> Phone:
    if not extension or phone.errors:
        return phone
    return Phone(f"{phone.value}-{extension}", (), phone.warnings, phone.kind)


def _plain(text: str, zero_may_be_lost: bool) -> Phone:
    digits = _SIGNS.sub("", text)
    abroad = _COUNTRY.fullmatch(digits)
    if abroad:
        national = abroad[1] or abroad[2]
        digits = national if _shaped(national) else f"0{national}"
    if digits.startswith(("+886", "00886")):
        digits = "0" + digits.lstrip("+0")[3:].lstrip("0")
    elif digits.startswith(("+", "00")):
        return _foreign(digits.lstrip("+0"), text)
    if not digits.isascii() or not digits.isdigit():
        return Phone(text, (_NOT_A_PHONE,))
    shaped = _shaped(digits)
    if shaped:
        return Phone(shaped[1], (), (_AREA_MISSING,) if shaped[0] == "local" else (), shaped[0])
    shaped = _shaped("0" + digits) if zero_may_be_lost or len(digits) in {9, 10} else None
    if shaped and shaped[0] != "local":
        return Phone(shaped[1], (), (_ZERO_LOST,), shaped[0])
    return Phone(text, (_NOT_A_PHONE,))


def _shaped(digits: str) -> tuple[str, str] | None:
    for kind, shape in _SHAPES:
        found = shape.fullmatch(digits)
        if found:
            return kind, f"{found[1]}-{found[2]}" if found[1] else found[2]
    return None


def _foreign(digits: str, text: str) -> Phone:
    if digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15:
        return Phone(f"+{digits}", kind="foreign")
    return Phone(text, (_NOT_A_PHONE,))
