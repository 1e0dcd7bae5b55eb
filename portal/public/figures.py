"""What the home page says of the safety of the district in figures: sums over all of it, nothing of single people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import references
from registries.facilities import public

from .. import formats
from ..running import system

SHELTER, DEFIBRILLATOR = "2107", "2105"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts."""

    value: str
    label: str


def safety_figures(session: Session, facilities: Mapping[str, int], projects: int) -> list[Figure]:
    """The figures that there are; what is nothing yet is left out.

    ``facilities`` are the public ones by subclass, ``projects`` the published ones, as the page has counted them.
    """
    areas = list(references.load(session).areas)
    told = (
        (system().figures.of_the_day("usual_resident"), gettext("usual residents")),
        (sum(area.kind == "community" for area in areas), gettext("communities")),
        (sum(area.kind == "grid" for area in areas), gettext("safety grids")),
        (facilities.get(SHELTER, 0), gettext("emergency shelters")),
        (public.capacity(session, SHELTER), gettext("people have room in shelters")),
        (facilities.get(DEFIBRILLATOR, 0), gettext("defibrillators (AED)")),
        (projects, gettext("promotion projects")),
    )  # fmt: skip
    return [Figure(formats.number(number), label) for number, label in told if number]
