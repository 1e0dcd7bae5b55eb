"""What is allowed in the record of an organisation, and how the files of offices call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..days import today
from ..fields import Day, Number, Text, YesNo
from ..identifiers import tidy
from ..masks import mask_phone
from ..messages import N_
from ..positions import captured_x, captured_y, complete_position, datum, latitude, longitude, position_text
from ..reference_fields import Area, Code, Codes, Link
from ..references import References
from ..schemas import Checked, Parts, RecordSchema
from .headings import HEADINGS as H
from .numbers import (
    INSTITUTION,
    LICENCE,
    ORG_CODE,
    OTHER,
    TW_FACTORY,
    TW_UBN,
    USCC,
    RegistrationNumber,
    check_number,
)
from .parts import (
    ChemicalSchema,
    EquipmentSchema,
    LetterSchema,
    LicenceSchema,
    OrganisationLinkSchema,
    RegistrationSchema,
)
from .rules import check_record
from .wordings import IndustryCode, StatusCode


class OperatorNumber(Text):
    """The number of the legal entity that runs the premises, in its normal form; all zeros say nothing."""

    def tidy(self, raw: Any, references: References) -> Any:
        text = super().tidy(raw, references)
        number = tidy(text) if isinstance(text, str) else ""
        return number if number.strip("0") else None


class OrganisationSchema(RecordSchema):
    """An organisation (社会单位)."""

    columns = ("org_type", "industry", "address", "area_id", "risk_colour", "next_inspection_on")
    sections = (
        (N_("About the unit"), (
            "name", "short_name", "org_type", "legal_form", "registrations", "operator_number", "operating_status",
            "industry", "industry_text", "business_scope", "registered_capital", "opened_on", "closed_on",
        )),
        (N_("Where it works"), (
            "area_id", "address", "longitude", "latitude", "datum", "floor_area_m2", "floors", "property_company",
            "links",
        )),
        (N_("People in charge"), (
            "legal_representative", "phone", "safety_manager", "safety_phone", "safety_certificate", "employees",
        )),
        (N_("Supervision"), (
            "key_unit_kinds", "small_venue", "fire_level", "risk_colour", "standardisation_level",
            "responsible_department", "supervising_unit", "parent_id", "successor_id", "last_inspected_on",
            "inspection_days", "next_inspection_on", "insured_until", "licences", "responsibility_letters",
        )),
        (N_("Hazards of the premises"), (
            "evacuation_capacity", "dormitory", "ebike_charging", "gas_kind", "work_at_height", "confined_space",
            "combustible_dust", "ammonia", "hazardous_chemicals", "special_equipment", "note",
        )),
    )

    name = Text(N_("Organisation name"), required=True, sortable=True, example="锦安商贸有限公司", headings=H["name"])
    short_name = Text(N_("Short name"), 100, headings=H["short_name"])
    org_type = Code(
        N_("Kind of unit"), "org_type", filterable=True, wanted=True, headings=H["org_type"], example="企业"
    )
    legal_form = Text(N_("Legal form as registered"), repeats=True, headings=H["legal_form"])
    industry = IndustryCode(
        N_("Industry"), "industry", filterable=True, example="F52", headings=H["industry"]
    )
    industry_text = Text(N_("Industry in words"), 500, headings=H["industry_text"], repeats=True)
    business_scope = Text(N_("Business scope"), 10_000, lines=True, headings=H["business_scope"])
    registered_capital = Text(N_("Registered capital"), 100, headings=H["registered_capital"])

    uscc = RegistrationNumber(
        N_("Credit code"),
        USCC,
        example="91350100M000100Y43",
        hint=N_("18 characters; leave it empty if the unit has none."),
        headings=H["uscc"],
    )
    licence_no = RegistrationNumber(N_("Old licence number"), LICENCE, headings=H["licence_no"])
    org_code = RegistrationNumber(N_("Old organisation code"), ORG_CODE, headings=H["org_code"])
    tw_ubn = RegistrationNumber(N_("Unified business number (Taiwan)"), TW_UBN, headings=H["tw_ubn"])
    tw_factory = RegistrationNumber(
        N_("Factory registration number (Taiwan)"), TW_FACTORY, headings=H["tw_factory"]
    )
    institution_no = RegistrationNumber(N_("Institution number"), INSTITUTION, headings=H["institution_no"])
    any_number = RegistrationNumber(
        N_("Number of any register"),
        headings=H["any_number"],
        hint=N_("The register is told by the shape of the number."),
    )
    registrations = Parts(N_("Registrations"), RegistrationSchema, headings=H["registrations"])
    operator_number = OperatorNumber(
        N_("Number of the operating entity"),
        60,
        hint=N_("Of the company or owner that runs these premises."),
        headings=H["operator_number"],
    )

    legal_representative = Text(
        N_("Legal representative"), 100, personal=True, headings=H["legal_representative"]
    )
    safety_manager = Text(N_("Safety manager"), 100, personal=True, headings=H["safety_manager"])
    safety_certificate = Text(N_("Safety manager's certificate"), 100, headings=H["safety_certificate"])
    phone = Text(
        N_("Phone"),
        60,
        sealed=True,
        indexed=True,
        mask=mask_phone,
        example="0416-3880000",
        headings=H["phone"],
    )
    safety_phone = Text(
        N_("Safety manager's phone"), 60, sealed=True, mask=mask_phone, headings=H["safety_phone"]
    )
    employees = Number(N_("Staff"), 0, 2_000_000, headings=H["employees"], example="12")
    floor_area_m2 = Number(N_("Floor area (m²)"), 0, 10_000_000, whole=False, headings=H["floor_area_m2"])
    floors = Number(N_("Floors used"), 0, 200, headings=H["floors"])
    address = Text(N_("Address"), 300, wanted=True, headings=H["address"], example="古塔区解放路12号")
    area_id = Area(
        N_("Area"), headings=H["area_id"], hint=N_("Code or name of the street, community or grid.")
    )
    longitude = longitude()
    latitude = latitude()
    datum = datum()
    captured_x = captured_x()
    captured_y = captured_y()
    position = position_text()
    opened_on = Day(N_("Opened on"), sortable=True, headings=H["opened_on"])
    closed_on = Day(N_("Closed on"), headings=H["closed_on"])
    dissolved_on = Day(N_("Deregistered on"), virtual=True, headings=H["dissolved_on"])
    operating_status = StatusCode(
        N_("Status"), "operating_status", filterable=True, headings=H["operating_status"]
    )
    responsible_department = Text(
        N_("Responsible department"), 100, repeats=True, headings=H["responsible_department"]
    )
    supervising_unit = Text(N_("Supervised by"), 100, repeats=True, headings=H["supervising_unit"])
    property_company = Text(N_("Property company"), headings=H["property_company"], repeats=True)
    parent_id = Link(N_("Part of"), "organisation", headings=H["parent_id"])
    successor_id = Link(N_("Succeeded by"), "organisation", headings=H["successor_id"])
    standardisation_level = Code(
        N_("Safety standardisation level"),
        "standardisation_level",
        filterable=True,
        headings=H["standardisation_level"],
    )
    key_unit_kinds = Codes(
        N_("Key unit"),
        "key_unit",
        filterable=True,
        headings=H["key_unit_kinds"],
        hint=N_("Several are parted by 、."),
    )
    small_venue = Code(N_("Small venue"), "small_venue", filterable=True, headings=H["small_venue"])
    fire_level = Code(N_("Fire-safety level"), "fire_level", filterable=True, headings=H["fire_level"])
    last_inspected_on = Day(
        N_("Last inspected on"), past=True, sortable=True, headings=H["last_inspected_on"]
    )
    inspection_days = Number(N_("Inspect every (days)"), 1, 3660, headings=H["inspection_days"])
    next_inspection_on = Day(N_("Next inspection"), sortable=True, headings=H["next_inspection_on"])
    evacuation_capacity = Number(N_("People to evacuate"), 0, 1_000_000, headings=H["evacuation_capacity"])
    ebike_charging = YesNo(N_("E-bikes charged here"), headings=H["ebike_charging"])
    dormitory = YesNo(N_("Staff sleep here"), headings=H["dormitory"])
    gas_kind = Code(N_("Gas"), "gas_kind", filterable=True, headings=H["gas_kind"])
    work_at_height = YesNo(N_("Work at height"), headings=H["work_at_height"])
    confined_space = YesNo(N_("Confined spaces"), headings=H["confined_space"])
    combustible_dust = YesNo(N_("Combustible dust"), headings=H["combustible_dust"])
    ammonia = YesNo(N_("Ammonia refrigeration"), headings=H["ammonia"])
    insured_until = Day(N_("Insured until"), headings=H["insured_until"])
    risk_colour = Code(N_("Risk"), "risk_colour", filterable=True, headings=H["risk_colour"])
    licences = Parts(N_("Licences"), LicenceSchema, headings=H["licences"])
    hazardous_chemicals = Parts(N_("Hazardous chemicals"), ChemicalSchema, headings=H["hazardous_chemicals"])
    special_equipment = Parts(N_("Special equipment"), EquipmentSchema, headings=H["special_equipment"])
    responsibility_letters = Parts(
        N_("Responsibility letters"), LetterSchema, headings=H["responsibility_letters"]
    )
    links = Parts(N_("Premises"), OrganisationLinkSchema, headings=H["links"])
    note = Text(N_("Note"), 2000, lines=True, headings=H["note"])

    def complete(self, checked: Checked, stored: Mapping[str, Any] | None) -> None:
        """Positions become WGS84, numbers in columns of their own become registrations, wordings become
        codes.
        """
        complete_position(checked, stored)
        self._gather_numbers(checked, stored or {})
        values = checked.values
        dissolved = values.get("dissolved_on")
        if dissolved:
            values.setdefault("closed_on", dissolved)
            if values.get("operating_status") is None and dissolved <= today():
                values["operating_status"] = "50"
        form = values.get("legal_form")
        if form and values.get("org_type") is None and not (stored or {}).get("org_type"):
            found = self.references.codes("org_type").find(form)
            if found and "org_type" not in checked.errors:
                values["org_type"] = found

    def _gather_numbers(self, checked: Checked, stored: Mapping[str, Any]) -> None:
        told: dict[str, str | None] = {}
        for name, item in NUMBERS.items():
            if name not in checked.values:
                continue
            number = checked.values[name]
            scheme = item.scheme_for(number) if number else item.scheme
            if number or (scheme and scheme not in told):
                told[scheme or OTHER] = number
            for doubt in check_number(scheme, number).warnings if number else ():
                checked.warn(name, doubt)
        if not told or "registrations" in checked.errors:
            return
        # A column tells one scheme: what other registers say of the organisation stays.
        rows = checked.values.get("registrations", stored.get("registrations")) or []
        kept = [row for row in rows if row["scheme"] not in told]
        fresh = [{"scheme": scheme, "number": number} for scheme, number in told.items() if number]
        if fresh or len(kept) != len(rows):
            checked.values["registrations"] = _in_order(rows, kept + fresh)

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """The rules over several fields, see `registries.organisations.rules`."""
        check_record(self.references, record, checked)


def _in_order(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries with those of known schemes where they stood, so that an unchanged list is the same
    list.
    """
    places = {row["scheme"]: place for place, row in enumerate(before)}
    return sorted(after, key=lambda row: places.get(row["scheme"], len(places)))


NUMBERS: dict[str, RegistrationNumber] = {
    name: item
    for name, item in vars(OrganisationSchema)["_declared_fields"].items()
    if isinstance(item, RegistrationNumber)
}
