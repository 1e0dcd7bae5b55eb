"""What can be found of organisations. Their people and phones are not in it: units are found by the people in charge
of them through the database, see `.people`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from ..findable import STAFF, Findable, code_words, earliest, facets, words
from ..references import References
from .due import WATCHED

#: So much of a business scope says what a firm does; the rest is what every firm might do.
SCOPE_LENGTH = 1000


def documents(items: Iterable[Any], references: References) -> Iterator[Findable]:
    """One document for each organisation, for staff."""
    for item in items:
        values = item.values
        numbers = [row["number"] for row in values["registrations"]]
        licence_numbers = [row["number"] for row in values["licences"] if row["number"]]
        yield Findable(
            kind=item.kind,
            id=item.id,
            title=values["name"],
            audience=STAFF,
            area_path=item.area_path,
            names=tuple(filter(None, (values["name"], values["short_name"]))),
            codes=tuple(filter(None, (*numbers, *licence_numbers, values["operator_number"]))),
            text=words(
                values["address"],
                code_words(references, "org_type", values["org_type"]),
                values["legal_form"],
                code_words(references, "industry", values["industry"]),
                values["industry_text"],
                code_words(references, "key_unit", values["key_unit_kinds"]),
                code_words(references, "small_venue", values["small_venue"]),
                code_words(references, "operating_status", values["operating_status"]),
                *(row["name"] for row in values["hazardous_chemicals"]),
                *(
                    code_words(references, "special_equipment", row["kind"])
                    for row in values["special_equipment"]
                ),
                values["responsible_department"],
                values["property_company"],
                (values["business_scope"] or "")[:SCOPE_LENGTH],
                values["note"],
            ),
            date=values["opened_on"],
            facets=facets(
                org_type=values["org_type"],
                industry=(values["industry"] or "")[:1],
                operating_status=values["operating_status"],
                key_unit=values["key_unit_kinds"],
                small_venue=values["small_venue"],
                standardisation_level=values["standardisation_level"],
                fire_level=values["fire_level"],
                risk_colour=values["risk_colour"],
            ),
            deadlines=deadlines(values),
        )


def deadlines(values: Mapping[str, Any]) -> dict[str, date]:
    """The days by which the unit must be inspected and insured and its permits renewed; none once it is closed."""
    if values["operating_status"] not in (None, *WATCHED):
        return {}
    return earliest(
        inspection=values["next_inspection_on"],
        equipment=(row["next_inspection_on"] for row in values["special_equipment"]),
        licence=(row["valid_to"] for row in values["licences"]),
        insurance=values["insured_until"],
    )
