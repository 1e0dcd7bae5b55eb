"""The code of a component: 16 digits = 6 county + 2 class + 2 subclass + 6 serial, never given out twice.

The serials stand in a table that only rises. It is no record and not logged, so an undo does not take a
number back.
"""

from __future__ import annotations

import re

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..messages import N_, Problem, Refused
from ..references import References
from .models import Serial

LAST_SERIAL = 999_999
_CODE = re.compile(r"(\d{6})(\d{4})(\d{6})")


def split_code(code: str | None) -> tuple[str, str, int] | None:
    """County, subclass and serial of a code, ``None`` if it has not the form of one."""
    match = _CODE.fullmatch(code or "")
    return (match[1], match[2], int(match[3])) if match else None


def next_codes(session: Session, county: str, subclass: str, n: int = 1) -> list[str]:
    """The next ``n`` codes of a subclass in a county; they are used up, whatever becomes of them.

    :raises Refused: fewer than ``n`` serials are left.
    """
    serial = _locked(session, county, subclass)
    if serial.last + n > LAST_SERIAL:
        raise Refused(
            Problem(
                N_("There are no serial numbers left for components of subclass %(subclass)s."),
                N_("Look for a component whose code was mistyped with a very high serial."),
                subclass=subclass,
            )
        )
    first = serial.last + 1
    serial.last += n
    session.flush()
    return [f"{county}{subclass}{number:06d}" for number in range(first, first + n)]


def note_codes(session: Session, codes: list[str]) -> None:
    """Raise the counters above codes that came from outside."""
    highest: dict[tuple[str, str], int] = {}
    for parts in filter(None, map(split_code, codes)):
        county, subclass, number = parts
        highest[county, subclass] = max(number, highest.get((county, subclass), 0))
    for (county, subclass), number in sorted(highest.items()):
        serial = _locked(session, county, subclass)
        serial.last = max(serial.last, number)
    session.flush()


def _locked(session: Session, county: str, subclass: str) -> Serial:
    key = (county, subclass)
    found = session.get(Serial, key, with_for_update=True, populate_existing=True)
    if found is None:
        try:
            with session.begin_nested():
                session.add(Serial(county=county, subclass=subclass, last=0))
        except IntegrityError:
            pass  # another transaction made it first; the next read waits for that one
        found = session.get_one(Serial, key, with_for_update=True, populate_existing=True)
    return found


def county_of(references: References, area_path: str | None) -> str | None:
    """The county whose code a component at an area gets: that of the nearest area above it that has a
    national code.
    """
    above = [
        area
        for area in references.areas
        if (area_path or "").startswith(area.path) and re.match(r"\d{6}", area.code or "")
    ]
    nearest = max(above, key=lambda area: len(area.path), default=None)
    return None if nearest is None else str(nearest.code)[:6]
