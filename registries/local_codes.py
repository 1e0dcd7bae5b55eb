"""Codes of the place: divisions and grids, and the 16 digits of a municipal component."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from .identifiers import Checked, spoiled, tidy
from .messages import N_, Problem

#: What a national code of so many digits stands for.
AREA_LEVELS = {6: "county", 9: "street", 12: "community", 14: "grid", 15: "grid"}
_LIST = N_("Compare it with the list of areas.")


def check_area_code(raw: Any) -> Checked:
    """Check a division or grid code: 6, 9, 12, 14 or 15 digits.

    Statistics write counties and streets with 12 digits, zeros at the end: the normal form is without them.
    """
    value = tidy(raw)
    loss = spoiled(raw)
    if loss:
        return Checked(value, (loss,))
    if not (value.isascii() and value.isdigit() and len(value) in AREA_LEVELS):
        return Checked(value, (Problem(N_("An area code has 6, 9, 12, 14 or 15 digits."), _LIST),))
    while len(value) in {9, 12} and value.endswith("000"):
        value = value[:-3]
    return Checked(value)


def area_level(code: str) -> str | None:
    """What a national code stands for: county, street, community or grid."""
    return AREA_LEVELS.get(len(code))


@dataclass(frozen=True, slots=True)
class ComponentCode(Checked):
    """The code of a component: county, class with subclass, and a serial within both."""

    division: str = ""
    subclass: str = ""
    serial: int = 0


def component_code(division: str, subclass: str, serial: int) -> str:
    """The code of a component: 6 digits of the county, 4 of class and subclass, 6 of the serial."""
    return f"{division}{subclass}{serial:06}"


def check_component_code(raw: Any, *, known_subclasses: Container[str] | None = None) -> ComponentCode:
    """Check the code of a component; a subclass outside ``known_subclasses`` is an error."""
    value = tidy(raw)
    problem = spoiled(raw)
    if not problem and not (len(value) == 16 and value.isascii() and value.isdigit()):
        problem = Problem(
            N_("A component code has 16 digits, this one %(length)s."),
            N_("Compare it with the sign or the list."),
            length=len(value),
        )
    if problem:
        return ComponentCode(value, (problem,))
    division, subclass, serial = value[:6], value[6:10], int(value[10:])
    if not serial:
        problem = Problem(N_("The serial of a component begins with 1."), N_("Correct the last six digits."))
    elif known_subclasses is not None and subclass not in known_subclasses:
        problem = Problem(
            N_("The code names a component class that does not exist: %(subclass)s."),
            N_("Correct digits 7 to 10."),
            subclass=subclass,
        )
    return ComponentCode(value, (problem,) if problem else (), (), division, subclass, serial)
