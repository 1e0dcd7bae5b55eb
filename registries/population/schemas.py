"""What a resident record may hold: labels, headings of sheets, and how sensitive each field is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ..fields import Day, PartialDay, Text, YesNo
from ..messages import N_, Problem
from ..person_fields import Address, IdNumber, LenientCode, PersonName, Phone
from ..reference_fields import Area, Code, Link
from ..schemas import Checked, Parts, RecordSchema
from .headings import HEADINGS
from .parts import EventSchema, GroupSchema, ResidentLinkSchema, StaySchema, is_left_out
from .rules import (
    Provinces,
    check_dates,
    check_guardian,
    check_household,
    check_name,
    check_number,
    complete_groups,
    complete_residence,
)
from .stays import settle
from .wordings import Residence

PHONES = ("phone", "guardian_phone", "emergency_phone")


class ResidentSchema(RecordSchema):
    """The fields and rules of a resident."""

    #: A list of mere names is hardly one of people, and nobody could be told apart in it.
    one_of = (("id_number", "birth_date", "phone", "address", "registered_address", "sex"),)
    columns = ("sex", "birth_date", "id_number", "phone", "address", "area_id", "stay_status")
    sections = (
        (N_("Person"), (
            "name", "doc_type", "id_number", "no_id_reason", "sex", "birth_date", "ethnicity", "education",
            "marital_status", "occupation", "phone",
        )),
        (N_("Where they live"), (
            "area_id", "address", "dwelling_id", "household_number", "household_id", "relation_to_head",
        )),
        (N_("Residence"), (
            "residence", "population_type", "stay_status", "moved_in_on", "moved_out_on", "expected_leave_on",
            "died_on", "registered_division", "registered_address", "registration_match", "separation_type",
        )),
        (N_("Groups at risk and contacts"), (
            "groups", "guardian_name", "guardian_phone", "emergency_contact", "emergency_phone",
        )),
        (N_("Work and links"), ("employer_name", "links")),
        (N_("Stays and life events"), ("stays", "life_events")),
        (N_("Where the data come from"), ("data_source", "verified_on", "verified_by", "notice_ref", "note")),
    )

    doc_type = Code(
        N_("Document type"),
        "document_type",
        filterable=True,
        headings=HEADINGS["doc_type"],
        hint=N_("Left empty, it is told by the number."),
    )
    id_number = IdNumber(
        N_("ID number"),
        hint=N_("18 characters for an identity card. Leave it empty only with a reason."),
        example="000101199003071115",
        headings=HEADINGS["id_number"],
    )
    no_id_reason = Code(N_("Reason for no ID number"), "no_id_reason", headings=HEADINGS["no_id_reason"])
    name = PersonName(N_("Name"), required=True, sortable=True, example="张三", headings=HEADINGS["name"])
    sex = Code(N_("Sex"), "sex", wanted=True, filterable=True, headings=HEADINGS["sex"])
    birth_date = PartialDay(
        N_("Birth date"),
        past=True,
        wanted=True,
        sortable=True,
        personal=True,
        repeats=True,
        example="1990-03-07",
        hint=N_("The year alone, or year and month, will do when no more is known."),
        headings=HEADINGS["birth_date"],
    )
    ethnicity = Code(N_("Ethnic group"), "ethnicity", filterable=True, headings=HEADINGS["ethnicity"])
    education = Code(N_("Education"), "education", headings=HEADINGS["education"])
    marital_status = Code(N_("Marital status"), "marital_status", headings=HEADINGS["marital_status"])
    occupation = LenientCode(N_("Occupation"), "occupation", "12", headings=HEADINGS["occupation"])
    phone = Phone(N_("Phone"), indexed=True, example="13800138000", headings=HEADINGS["phone"])
    residence = Residence(
        N_("Kind of residence"),
        headings=HEADINGS["residence"],
        hint=N_("Registered, floating, usual, temporary … in the words of the office."),
    )
    population_type = Code(
        N_("Population type"), "population_type", filterable=True, headings=HEADINGS["population_type"]
    )
    registration_match = Code(
        N_("Registered where living"), "registration_match", headings=HEADINGS["registration_match"]
    )
    separated = YesNo(N_("Lives away from registration"), virtual=True, headings=HEADINGS["separated"])
    separation_type = Code(N_("Kind of separation"), "separation_type", headings=HEADINGS["separation_type"])
    stay_status = Code(N_("Stay status"), "stay_status", filterable=True, headings=HEADINGS["stay_status"])
    moved_in_on = PartialDay(N_("Moved in on"), past=True, headings=HEADINGS["moved_in_on"])
    moved_out_on = Day(N_("Moved out on"), past=True, headings=HEADINGS["moved_out_on"])
    expected_leave_on = Day(N_("Expects to leave on"), headings=HEADINGS["expected_leave_on"])
    died_on = Day(N_("Died on"), past=True, headings=HEADINGS["died_on"])
    moved_away = YesNo(N_("Has moved away"), virtual=True, headings=HEADINGS["moved_away"])
    deceased = YesNo(N_("Has died"), virtual=True, headings=HEADINGS["deceased"])
    registered_division = Code(
        N_("Registered division"), "division", headings=HEADINGS["registered_division"]
    )
    registered_address = Address(
        N_("Registered address"), repeats=True, headings=HEADINGS["registered_address"]
    )
    address = Address(
        N_("Home address"),
        wanted=True,
        repeats=True,
        filterable=True,
        example="解放路12号3单元501室",
        headings=HEADINGS["address"],
    )
    area_id = Area(
        N_("Area"), hint=N_("Code or name of the street, community or grid."), headings=HEADINGS["area_id"]
    )
    household_number = Text(
        N_("Household number"), 60, personal=True, repeats=True, headings=HEADINGS["household_number"]
    )
    household_id = Link(N_("Household"), "household", computed=True)
    relation_to_head = LenientCode(
        N_("Relation to head"), "family_relationship", "80", headings=HEADINGS["relation_to_head"]
    )
    dwelling_id = Link(N_("Dwelling"), "dwelling", headings=HEADINGS["dwelling_id"])
    employer_name = Text(N_("Employer"), 200, headings=HEADINGS["employer_name"])
    guardian_name = PersonName(N_("Guardian"), headings=HEADINGS["guardian_name"])
    guardian_phone = Phone(N_("Guardian's phone"), headings=HEADINGS["guardian_phone"])
    emergency_contact = PersonName(N_("Emergency contact"), headings=HEADINGS["emergency_contact"])
    emergency_phone = Phone(N_("Emergency contact's phone"), headings=HEADINGS["emergency_phone"])
    groups = Parts(N_("Groups at risk"), GroupSchema, sealed=True, headings=HEADINGS["groups"])
    stays = Parts(N_("Stays"), StaySchema, personal=True, headings=HEADINGS["stays"])
    life_events = Parts(N_("Life events"), EventSchema, personal=True, headings=HEADINGS["life_events"])
    links = Parts(N_("Links"), ResidentLinkSchema, headings=HEADINGS["links"])
    data_source = LenientCode(N_("Data source"), "data_source", "other", headings=HEADINGS["data_source"])
    verified_on = Day(N_("Verified on"), past=True, headings=HEADINGS["verified_on"])
    verified_by = PersonName(N_("Verified by"), headings=HEADINGS["verified_by"])
    notice_ref = Text(N_("Notice or consent"), 100, headings=HEADINGS["notice_ref"])
    note = Text(N_("Note"), 1000, lines=True, personal=True, headings=HEADINGS["note"])

    def check(self, raw: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> Checked:
        """Besides the rules, the doubts that only the wording of a cell shows."""
        checked = super().check(raw, stored)
        for name in PHONES:
            for doubt in Phone.doubts(raw.get(name)) if name not in checked.errors else ():
                checked.warn(name, doubt)
        told = raw.get("groups")
        if isinstance(told, str) and is_left_out(told):
            checked.warn(
                "groups",
                Problem(
                    N_("The cell names a list that this register does not keep: it was left out."),
                ),
            )
        for name in ("occupation", "relation_to_head", "data_source"):
            item = self.plan[name]
            if not isinstance(item, LenientCode) or checked.values.get(name) != item.other or name not in raw:
                continue
            if not item.is_known(raw[name], self.references):
                checked.warn(
                    name,
                    Problem(
                        N_("%(field)s: “%(value)s” is not in the list and was read as “%(other)s”."),
                        field=Problem(item.label),
                        value=str(raw[name])[:40],
                        other=self.references.codes(item.scheme).name(item.other),
                    ),
                )
        return checked

    @cached_property
    def _provinces(self) -> Provinces:
        return Provinces(self.references)

    def complete(self, checked: Checked, stored: Mapping[str, Any] | None) -> None:
        """Fill in what the number and the wordings tell, and what a stored group already says of itself."""
        check_number(self._provinces, checked, stored)
        complete_residence(checked, stored)
        if checked.values.get("groups"):
            complete_groups(self.references, checked, stored)
        if checked.values.get("stays"):
            record = {**(stored or {}), **checked.values}
            checked.values["stays"] = settle(checked.values["stays"], record, self.references.areas)

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """The rules over several fields of the whole record."""
        check_name(record, checked)
        check_dates(record, checked)
        check_guardian(record, checked)
        check_household(record, checked)
