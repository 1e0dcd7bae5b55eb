"""Codes of the place: divisions and grids."""

from __future__ import annotations

from typing import Any

from .identifiers import Checked, spoiled, tidy
from .messages import N_, Problem

#: So many digits has the code of a county, a street, a community, a grid.
LENGTHS = frozenset({6, 9, 12, 14, 15})
_LIST = N_("Compare it with the list of areas.")


def check_area_code(raw: Any) -> Checked:
    """Check a division or grid code: 6, 9, 12, 14 or 15 digits.

    Statistics write counties and streets with 12 digits, zeros at the end: the normal form is without them.
    """
    value = tidy(raw)
    loss = spoiled(raw)
    if loss:
        return Checked(value, (loss,))
    if not (value.isascii() and value.isdigit() and len(value) in LENGTHS):
        return Checked(value, (Problem(N_("An area code has 6, 9, 12, 14 or 15 digits."), _LIST),))
    while len(value) in {9, 12} and value.endswith("000"):
        value = value[:-3]
    return Checked(value)
