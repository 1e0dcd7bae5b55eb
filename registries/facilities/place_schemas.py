"""What is allowed in the record of a place, and how the files of offices call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..days import today
from ..fields import Number, Text, YesNo
from ..masks import mask_phone
from ..messages import N_, Problem
from ..positions import captured_x, captured_y, complete_position, datum, latitude, longitude, position_text
from ..reference_fields import Area, Code
from ..schemas import Checked, RecordSchema
from .place_headings import HEADINGS as H

#: Above this height a residential building counts as high-rise (GB 50016) and needs a lift and two stairs.
HIGH_RISE_M = 27


class PlaceSchema(RecordSchema):
    """A place: mostly a building, also an estate, a road or a stretch of water."""

    one_of = (("name", "address"),)
    columns = ("kind", "address", "area_id", "floors_up", "danger_grade")
    sections = (
        (N_("Place"), ("name", "code", "kind", "use", "danger_grade")),
        (N_("Whereabouts"), ("area_id", "address", "longitude", "latitude", "datum")),
        (N_("About the building"), (
            "floors_up", "floors_down", "height_m", "structure", "built_year", "floor_area_m2", "households",
        )),
        (N_("Safety"), (
            "lifts", "fire_lane", "evacuation_stairs", "exterior_insulation", "gas_kind", "property_company",
            "safety_manager", "phone", "note",
        )),
    )

    code = Text(N_("Place code"), 40, sortable=True, headings=H["code"])
    name = Text(N_("Place name"), sortable=True, example="锦绣小区3号楼", headings=H["name"])
    kind = Code(N_("Kind of place"), "place_kind", filterable=True, wanted=True, headings=H["kind"])
    address = Text(N_("Address"), 300, wanted=True, headings=H["address"])
    area_id = Area(
        N_("Area"), hint=N_("Code or name of the street, community or grid."), headings=H["area_id"]
    )
    longitude = longitude()
    latitude = latitude()
    datum = datum()
    captured_x = captured_x()
    captured_y = captured_y()
    position = position_text()
    floors_up = Number(N_("Floors above ground"), 0, 200, headings=H["floors_up"])
    floors_down = Number(N_("Floors below ground"), 0, 20, headings=H["floors_down"])
    height_m = Number(N_("Height (m)"), 0, 1000, whole=False, headings=H["height_m"])
    structure = Code(N_("Structure"), "building_structure", filterable=True, headings=H["structure"])
    built_year = Number(N_("Built in"), 1000, 2200, headings=H["built_year"])
    use = Text(N_("Use"), 100, repeats=True, headings=H["use"])
    floor_area_m2 = Number(N_("Floor area (m²)"), 0, 10_000_000, whole=False, headings=H["floor_area_m2"])
    households = Number(N_("Number of households"), 0, 100_000, headings=H["households"])
    lifts = Number(N_("Lifts"), 0, 1000, headings=H["lifts"])
    property_company = Text(N_("Property company"), repeats=True, headings=H["property_company"])
    fire_lane = YesNo(N_("Fire lane"), headings=H["fire_lane"])
    evacuation_stairs = Number(N_("Evacuation stairs"), 0, 200, headings=H["evacuation_stairs"])
    danger_grade = Code(N_("Danger grade"), "danger_grade", filterable=True, headings=H["danger_grade"])
    exterior_insulation = YesNo(N_("Exterior insulation"), headings=H["exterior_insulation"])
    gas_kind = Code(N_("Gas"), "gas_kind", headings=H["gas_kind"])
    has_gas = YesNo(N_("Has piped gas"), virtual=True, headings=H["has_gas"])
    safety_manager = Text(N_("Safety manager"), 100, personal=True, headings=H["safety_manager"])
    phone = Text(N_("Safety manager's phone"), 60, sealed=True, mask=mask_phone, headings=H["phone"])
    note = Text(N_("Note"), 2000, lines=True, headings=H["note"])

    def complete(self, checked: Checked, stored: Mapping[str, Any] | None) -> None:
        """The position becomes WGS84; a place without a name is called by its address."""
        complete_position(checked, stored)
        values, before = checked.values, stored or {}
        if (
            values.get("has_gas") is not None
            and values.get("gas_kind") is None
            and not before.get("gas_kind")
        ):
            values["gas_kind"] = "piped" if values["has_gas"] else "none"
        if (
            not values.get("name")
            and not before.get("name")
            and "name" not in checked.errors
            and values.get("address")
        ):
            values["name"] = values["address"][:200]

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """Figures of a building must fit one another."""
        if not record.get("name") and "name" not in checked.errors:
            checked.error(
                "name",
                Problem(N_("The place has neither a name nor an address."), N_("Fill in one of the two.")),
            )
        year = record.get("built_year")
        if year is not None and year > today().year + 5:
            checked.error(
                "built_year",
                Problem(
                    N_("The year %(year)s lies too far in the future."), N_("Correct the year."), year=year
                ),
            )
        floors, height = record.get("floors_up"), record.get("height_m")
        if floors and height and not 2 <= height / floors <= 12:
            checked.warn(
                "height_m",
                Problem(
                    N_("%(floors)s floors do not fit a height of %(height)s m."),
                    N_("Correct one of the two."),
                    floors=floors,
                    height=height,
                ),
            )
        if height and height > HIGH_RISE_M and record.get("kind") == "building" and record.get("lifts") == 0:
            checked.warn(
                "lifts",
                Problem(
                    N_("A building of %(height)s m should have a lift."),
                    N_("Check the figures."),
                    height=height,
                ),
            )
