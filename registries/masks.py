"""How personal values are shown to those who need not see them whole."""

from __future__ import annotations

HIDDEN = "*"


def mask_id(number: str) -> str:
    """An identity number with its first three and last two signs: ``210***********1X``.

    There are always eleven stars, so that the mask does not tell how long the number is.
    """
    if len(number) < 8:
        return HIDDEN * 11
    return f"{number[:3]}{HIDDEN * 11}{number[-2:]}"


def mask_phone(number: str) -> str:
    """A phone number with its first three and last four digits, a short one with its last two."""
    if len(number) >= 10:
        return f"{number[:3]}{HIDDEN * 4}{number[-4:]}"
    return HIDDEN * 4 + (number[-2:] if len(number) >= 7 else "")
