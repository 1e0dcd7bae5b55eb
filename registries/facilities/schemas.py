"""What is allowed in the record of a facility, and how the files of offices call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..fields import Day, Number, Text, YesNo
from ..identifiers import spoiled
from ..links import LinkSchema
from ..messages import N_, Problem
from ..positions import captured_x, captured_y, complete_position, datum, latitude, longitude, position_text
from ..reference_fields import Area, Code
from ..references import References
from ..schemas import Checked, Parts, RecordSchema
from .attributes import AttributeColumns, Attributes, added
from .codes import split_code
from .headings import HEADINGS as H


class ComponentCode(Text):
    """The 16-digit code of a component."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "form": (
            N_("%(field)s has 16 digits, “%(value)s” has not."),
            N_("Correct it, or clear the cell to get a new code."),
        ),
        "spoiled": (
            N_("%(field)s was spoiled by a spreadsheet: %(value)s."),
            N_("Format the column as text and enter the code again."),
        ),
    }

    def tidy(self, raw: Any, references: References) -> Any:
        if spoiled(raw):
            raise self.problem("spoiled", raw)
        text = super().tidy(raw, references)
        return text.replace(" ", "").replace("-", "") if isinstance(text, str) else text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if split_code(text) is None:
            raise self.problem("form", text)
        return text


class SubclassCode(Code):
    """The subclass of a component; a zero that a spreadsheet dropped at the beginning comes back."""

    def tidy(self, raw: Any, references: References) -> Any:
        if isinstance(raw, int | float) and 100 <= raw <= 9999 and raw == int(raw):
            raw = f"{int(raw):04d}"
        elif isinstance(raw, str) and raw.strip().isdigit() and len(raw.strip()) == 3:
            raw = raw.strip().zfill(4)
        return super().tidy(raw, references)


class PlaceWords(Text):
    """Where a thing stands, in words; several columns tell it one after the other."""

    takes_many = True

    def tidy(self, raw: Any, references: References) -> Any:
        if not isinstance(raw, list):
            return super().tidy(raw, references)
        parts = [text for text in (super(PlaceWords, self).tidy(cell, references) for cell in raw) if text]
        return " ".join(
            part for part in dict.fromkeys(parts) if not any(part in more and part != more for more in parts)
        )


class FacilityLinkSchema(LinkSchema):
    """Who keeps, owns or supervises the facility, and where it stands."""

    FROM = "facility"


class FacilitySchema(RecordSchema):
    """A municipal component or safety facility."""

    one_of = (("name", "subclass", "code"),)
    columns = ("code", "subclass", "location", "area_id", "state", "next_check_on")
    sections = (
        (N_("Facility"), ("name", "subclass", "code", "state", "is_public", "opening_hours", "capacity")),
        (N_("Whereabouts"), ("area_id", "location", "address", "longitude", "latitude", "datum")),
        (N_("Check"), ("last_checked_on", "check_days", "next_check_on", "risk_colour")),
        (N_("Who is in charge"), (
            "competent_department", "competent_department_code", "owner", "owner_code", "maintainer",
            "maintainer_code", "links",
        )),
        (N_("Make"), (
            "model", "made_on", "installed_on", "warranty_until", "size", "material", "attributes", "surveyed_on",
            "data_source", "note",
        )),
    )

    code = ComponentCode(
        N_("Component code"),
        16,
        sortable=True,
        example="2107020101000001",
        hint=N_("6 digits county, 4 subclass, 6 serial; leave it empty to get the next one."),
        headings=H["code"],
    )
    name = Text(N_("Facility name"), sortable=True, example="解放路12号消火栓", headings=H["name"])
    subclass = SubclassCode(
        N_("Subclass"),
        "facility_subclass",
        filterable=True,
        wanted=True,
        example="2101",
        headings=H["subclass"],
    )
    competent_department = Text(
        N_("Competent department"), 100, repeats=True, headings=H["competent_department"]
    )
    competent_department_code = Text(
        N_("Code of the competent department"), 40, repeats=True, headings=H["competent_department_code"]
    )
    owner = Text(N_("Owner"), repeats=True, headings=H["owner"])
    owner_code = Text(N_("Owner's code"), 40, repeats=True, headings=H["owner_code"])
    maintainer = Text(N_("Kept by"), repeats=True, headings=H["maintainer"])
    maintainer_code = Text(N_("Keeper's code"), 40, repeats=True, headings=H["maintainer_code"])
    area_id = Area(
        N_("Area"), hint=N_("Code or name of the street, community or grid."), headings=H["area_id"]
    )
    location = PlaceWords(
        N_("Position in words"), 500, wanted=True, example="小区东门北侧", headings=H["location"]
    )
    address = Text(N_("Address"), 300, headings=H["address"])
    longitude = longitude()
    latitude = latitude()
    datum = datum()
    captured_x = captured_x()
    captured_y = captured_y()
    position = position_text()
    state = Code(N_("State"), "facility_state", filterable=True, headings=H["state"])
    out_of_service = YesNo(N_("Out of service"), virtual=True, headings=H["out_of_service"])
    model = Text(N_("Model"), 100, headings=H["model"])
    made_on = Day(N_("Made on"), headings=H["made_on"])
    installed_on = Day(N_("Installed on"), sortable=True, headings=H["installed_on"])
    warranty_until = Day(N_("Under warranty until"), headings=H["warranty_until"])
    size = Text(N_("Size"), 100, headings=H["size"])
    material = Text(N_("Material"), 100, repeats=True, headings=H["material"])
    capacity = Number(N_("Capacity (persons)"), 0, 10_000_000, headings=H["capacity"])
    opening_hours = Text(N_("Opening hours"), repeats=True, headings=H["opening_hours"])
    is_public = YesNo(N_("Shown to the public"), filterable=True, headings=H["is_public"])
    check_days = Number(N_("Check every (days)"), 1, 3660, headings=H["check_days"], example="180")
    last_checked_on = Day(N_("Last checked on"), past=True, sortable=True, headings=H["last_checked_on"])
    next_check_on = Day(N_("Next check"), sortable=True, headings=H["next_check_on"])
    risk_colour = Code(N_("Risk"), "risk_colour", filterable=True, headings=H["risk_colour"])
    surveyed_on = Day(N_("First surveyed on"), headings=H["surveyed_on"])
    data_source = Text(N_("Data source"), 100, repeats=True, headings=H["data_source"])
    attributes = Attributes(
        N_("Attributes"),
        headings=H["attributes"],
        hint=N_("What only this kind of facility has, as name：value；name：value."),
    )
    more_attributes = AttributeColumns(
        N_("Further attributes"),
        headings=H["more_attributes"],
        hint=N_("Columns of their own; added to the attributes that are stored."),
    )
    links = Parts(N_("Linked organisations"), FacilityLinkSchema, headings=H["links"])
    note = Text(N_("Note"), 2000, lines=True, headings=H["note"])

    def complete(self, checked: Checked, stored: Mapping[str, Any] | None) -> None:
        """Positions become WGS84; subclass, name and usual check days follow from each other where they are
        not told.

        What follows is never laid over what is stored, so a file that lacks a column takes nothing back.
        """
        complete_position(checked, stored)
        values, before = checked.values, stored or {}
        if values.get("out_of_service") and values.get("state") is None:
            values["state"] = "05"
        if "more_attributes" in values and "attributes" not in checked.errors:
            told = values.get("attributes", before.get("attributes"))
            values["attributes"] = added(told, values["more_attributes"] or {})
        self._complete_subclass(checked, before)
        entry = self.references.codes("facility_subclass").entries.get(
            values.get("subclass") or before.get("subclass") or ""
        )
        if entry is None:
            return
        for name, value in (
            ("name", entry.name_zh),
            ("check_days", entry.extra.get("default_check_days")),
            ("is_public", entry.extra.get("public")),
        ):
            if (
                value is not None
                and values.get(name) is None
                and before.get(name) is None
                and name not in checked.errors
            ):
                values[name] = value

    def _complete_subclass(self, checked: Checked, before: Mapping[str, Any]) -> None:
        values = checked.values
        if values.get("subclass") or before.get("subclass") or "subclass" in checked.errors:
            return
        codes = self.references.codes("facility_subclass")
        parts = split_code(values.get("code"))
        found = parts[1] if parts and codes.has(parts[1]) else codes.find(values.get("name") or "")
        if found and len(found) == 4:
            values["subclass"] = found

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """Code and subclass must agree, and the days must be in order."""
        if not record.get("name") and "name" not in checked.errors:
            checked.error(
                "name",
                Problem(N_("The facility has neither a name nor a subclass."), N_("Fill in one of the two.")),
            )
        self._check_code(record, checked)
        made, installed = record.get("made_on"), record.get("installed_on")
        if made and installed and installed < made:
            checked.error(
                "installed_on",
                Problem(
                    N_("It was installed (%(installed)s) before it was made (%(made)s)."),
                    N_("Correct one of the two dates."),
                    installed=installed,
                    made=made,
                ),
            )
        last, installed = record.get("last_checked_on"), record.get("installed_on")
        if last and installed and last < installed:
            checked.warn(
                "last_checked_on",
                Problem(
                    N_("The last check (%(last)s) was before it was installed (%(installed)s)."),
                    N_("Correct one of the two dates."),
                    last=last,
                    installed=installed,
                ),
            )

    def _check_code(self, record: Mapping[str, Any], checked: Checked) -> None:
        subclass, parts = record.get("subclass"), split_code(record.get("code"))
        entry = self.references.codes("facility_subclass").entries.get(subclass or "")
        if entry is not None and entry.extra.get("level") == "class":
            checked.error(
                "subclass",
                Problem(
                    N_("“%(name)s” is a class, not a subclass."),
                    N_("Choose the kind of facility within it."),
                    name=entry.name_zh,
                ),
            )
        elif parts and subclass and len(subclass) == 4 and parts[1] != subclass:
            checked.error(
                "code",
                Problem(
                    N_("The code %(code)s belongs to subclass %(told)s, not %(subclass)s."),
                    N_("Correct the code or the subclass."),
                    code=record["code"],
                    told=parts[1],
                    subclass=subclass,
                ),
            )
