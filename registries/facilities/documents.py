"""What can be found of facilities and places; the public finds what it may use, such as defibrillators and
shelters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..findable import PUBLIC, STAFF, Findable, code_words, earliest, facets, words
from ..references import References
from .identity import facility_title

#: States in which a facility is not there to be checked.
GONE = ("06", "07")
#: States in which nobody should be sent to a facility.
UNUSABLE = ("03", "05", "06", "07")


def facility_documents(items: Iterable[Any], references: References) -> Iterator[Findable]:
    """One document for each facility, public only if it is marked so and can be used."""
    for item in items:
        values = item.values
        public = values["is_public"] and values["state"] not in UNUSABLE
        shown = (
            []
            if public
            else [
                values["owner"],
                values["maintainer"],
                values["competent_department"],
                values["note"],
                *(f"{name} {value}" for name, value in (values["attributes"] or {}).items()),
            ]
        )
        yield Findable(
            kind=item.kind,
            id=item.id,
            title=facility_title(values),
            audience=PUBLIC if public else STAFF,
            area_path=item.area_path,
            names=(values["name"],),
            codes=(values["code"],) if values["code"] else (),
            text=words(
                code_words(references, "facility_subclass", values["subclass"]),
                values["location"],
                values["address"],
                values["opening_hours"],
                code_words(references, "facility_state", values["state"]),
                *shown,
            ),
            date=values["last_checked_on"] or values["installed_on"],
            facets=facets(
                subclass=values["subclass"],
                facility_class=(values["subclass"] or "")[:2],
                state=values["state"],
                risk_colour=values["risk_colour"],
            ),
            deadlines={} if values["state"] in GONE else earliest(check=values["next_check_on"]),
        )


def place_documents(items: Iterable[Any], references: References) -> Iterator[Findable]:
    """One document for each place, for staff."""
    for item in items:
        values = item.values
        yield Findable(
            kind=item.kind,
            id=item.id,
            title=values["name"],
            audience=STAFF,
            area_path=item.area_path,
            names=(values["name"],),
            codes=(values["code"],) if values["code"] else (),
            text=words(
                values["address"],
                code_words(references, "place_kind", values["kind"]),
                values["use"],
                code_words(references, "building_structure", values["structure"]),
                code_words(references, "danger_grade", values["danger_grade"]),
                values["property_company"],
                values["note"],
            ),
            facets=facets(place_kind=values["kind"], danger_grade=values["danger_grade"]),
        )
