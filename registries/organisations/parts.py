"""The lists that belong to an organisation: what one entry of each may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..fields import Day, Number, Text
from ..links import LinkSchema
from ..messages import N_, Problem
from ..reference_fields import Code
from ..schemas import Checked, PartSchema
from .numbers import check_number


class RegistrationSchema(PartSchema):
    """A number that a register gave to the organisation."""

    scheme = Code(N_("Register"), "registration_scheme", required=True)
    number = Text(N_("Number"), 60, required=True)

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """The number must be one of its scheme, and takes its normal form."""
        scheme, number = record.get("scheme"), record.get("number")
        if scheme and number:
            found = check_number(scheme, number)
            for problem in found.errors:
                checked.error("number", problem)
            checked.values["number"] = found.value


class LicenceSchema(PartSchema):
    """A permit with its term."""

    kind = Code(N_("Licence"), "licence", required=True)
    number = Text(N_("Licence number"), 100)
    issuer = Text(N_("Issued by"), 100)
    valid_from = Day(N_("Valid from"))
    valid_to = Day(N_("Valid until"))

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """A licence does not end before it begins."""
        first, last = record.get("valid_from"), record.get("valid_to")
        if first and last and last < first:
            checked.error(
                "valid_to",
                Problem(
                    N_("The licence ends (%(last)s) before it begins (%(first)s)."),
                    N_("Correct one of the two dates."),
                    first=first,
                    last=last,
                ),
            )


class ChemicalSchema(PartSchema):
    """A hazardous chemical kept on the premises."""

    name = Text(N_("Chemical"), 100, required=True)
    cas = Text(N_("CAS number"), 20)
    catalogue_no = Text(N_("Number in the national catalogue"), 20)
    max_stock = Number(N_("Largest stock"), 0, 1e9, whole=False)
    unit = Text(N_("Unit of measure"), 20)
    storage = Text(N_("Stored in"), 100)
    major_hazard_grade = Code(N_("Grade as major hazard installation"), "hazard_source_grade")


class EquipmentSchema(PartSchema):
    """A lift, boiler, crane … that must be registered and inspected."""

    kind = Code(N_("Equipment"), "special_equipment", required=True)
    registration_code = Text(N_("Registration code"), 50)
    maker = Text(N_("Maker"), 100)
    maintenance_firm = Text(N_("Maintained by"), 100)
    next_inspection_on = Day(N_("Next inspection"))


class LetterSchema(PartSchema):
    """A letter of responsibility that the organisation signed."""

    kind = Code(N_("Letter"), "letter_kind", required=True)
    year = Number(N_("For the year"), 1990, 2100, required=True)
    signed_on = Day(N_("Signed on"))
    signed_by = Text(N_("Signed by"), 100, personal=True)
    signed_with = Text(N_("Signed with"), 100)


class OrganisationLinkSchema(LinkSchema):
    """What the organisation occupies, owns or manages."""

    FROM = "organisation"
