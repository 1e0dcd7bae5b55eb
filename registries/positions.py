"""The position of a thing: its fields, and how what was captured becomes longitude and latitude in WGS84.

Coordinates are stored as WGS84 (CGCS2000 agrees with it to a decimetre). Pairs captured in another system are
converted here, at the border, and nowhere else: ``captured_x`` and ``captured_y`` keep the pair as it came
and
``datum`` says what it was. A pair that comes back with its captured one beside it is therefore never
converted again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .coordinates import to_wgs84
from .fields import Number, Text
from .messages import N_, Problem
from .reference_fields import Code
from .references import References
from .schemas import Checked

NAMES = ("longitude", "latitude", "datum", "captured_x", "captured_y")

#: Longitudes and latitudes in which a record can lie: China with its islands.
WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
#: Metres in the projection TWD97 / TM2 zone 121.
TWD97_X, TWD97_Y = (50_000.0, 500_000.0), (2_350_000.0, 2_950_000.0)
UNPROJECTED = ("wgs84", "cgcs2000")
#: A hundred-thousandth of a millimetre would be noise: eight places are a millimetre.
PLACES = 8
SAME = 2e-6

_PAIR = re.compile(r"^[\s(\[]*([-+]?\d+(?:\.\d+)?)[\s,;]+([-+]?\d+(?:\.\d+)?)[\s)\]]*$")
_DEGREES = re.compile(r"^(\d{1,3})[°度](?:(\d{1,2}(?:\.\d+)?)['′分])?(?:(\d{1,2}(?:\.\d+)?)(?:\"|″|''|秒))?$")


class Coordinate(Number):
    """One coordinate, in degrees or metres; also written as 121°33′12″ or E121.55."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, -20_000_000, 20_000_000, whole=False, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        told = super().tidy(raw, references)
        if not isinstance(told, str):
            return told
        text = told.strip("EeNn东北经纬東經緯: ").removesuffix("°").replace(" ", "")
        match = _DEGREES.match(text)
        if match:
            degrees, minutes, seconds = (float(part or 0) for part in match.groups())
            return degrees + minutes / 60 + seconds / 3600
        return super().tidy(text, references) if text else None


def longitude() -> Coordinate:
    """The field ``longitude``."""
    return Coordinate(
        N_("Longitude"),
        example="121.127004",
        hint=N_("Decimal degrees, six places or more."),
        headings=(
            "经度",
            "lng",
            "lon",
            "long",
            "x坐标",
            "坐标x",
            "x",
            "addr_x",
            "经度坐标",
            "经度(x)",
            "twd97x",
            "longitude(wgs84)",
        ),
    )


def latitude() -> Coordinate:
    """The field ``latitude``."""
    return Coordinate(
        N_("Latitude"),
        example="41.095120",
        hint=N_("Decimal degrees, six places or more."),
        headings=(
            "纬度",
            "lat",
            "y坐标",
            "坐标y",
            "y",
            "addr_y",
            "纬度坐标",
            "纬度(y)",
            "twd97y",
            "latitude(wgs84)",
        ),
    )


def datum() -> Code:
    """The field ``datum``."""
    return Code(
        N_("Captured in"),
        "datum",
        headings=("坐标系", "坐标系统", "采集坐标系", "坐标类型", "coordinateSystem", "crs"),
        hint=N_("The system that the coordinates were captured in; web maps in China show GCJ-02 or BD-09."),
    )


def captured_x() -> Number:
    """The field ``captured_x``."""
    return Coordinate(N_("Captured x"), headings=("采集经度", "采集x", "原始经度", "原始x"))


def captured_y() -> Number:
    """The field ``captured_y``."""
    return Coordinate(N_("Captured y"), headings=("采集纬度", "采集y", "原始纬度", "原始y"))


def position_text() -> Text:
    """The virtual field ``position``: both coordinates in one cell."""
    return Text(
        N_("Position"),
        virtual=True,
        headings=("坐标", "经纬度", "坐标(经纬度)", "位置坐标", "lnglat", "coordinates"),
        example="121.127004,41.095120",
        hint=N_("Longitude and latitude in one cell."),
    )


def complete_position(checked: Checked, stored: Mapping[str, Any] | None) -> None:
    """Turn the position told in ``checked`` into WGS84 with the captured pair kept; tell what is odd about
    it.
    """
    values = checked.values
    _read_pair(checked)
    if checked.errors.keys() & set(NAMES):
        return
    if values.get("longitude") is None and values.get("latitude") is None:
        if "longitude" in values and "latitude" in values:
            values.update(dict.fromkeys(NAMES))
        return
    x, y = (values.get(name) for name in ("longitude", "latitude"))
    if x is not None and y is not None and _unchanged(values, x, y, stored or {}):
        return
    if x is None or y is None:
        x, y = _other_half(x, y, values, stored or {})
    if x is None or y is None or (x == 0 and y == 0):
        _leave_out(
            checked,
            Problem(
                N_("The position is left out: it needs both a longitude and a latitude."),
                N_("Fill in both or neither."),
            ),
        )
        return
    _settle(checked, x, y)


def _read_pair(checked: Checked) -> None:
    text = checked.values.get("position")
    if not text or checked.values.get("longitude") is not None:
        return
    match = _PAIR.match(text)
    if match:
        checked.values["longitude"], checked.values["latitude"] = float(match[1]), float(match[2])
    else:
        checked.warn(
            "position",
            Problem(
                N_("The position “%(value)s” cannot be read and is left out."),
                N_("Write it as 121.127004,41.095120."),
                value=text,
            ),
        )


def _other_half(
    x: float | None, y: float | None, values: Mapping[str, Any], stored: Mapping[str, Any]
) -> Any:
    # A change of one coordinate alone belongs with the stored other one, but never one told to be empty.
    x = stored.get("longitude") if x is None and "longitude" not in values else x
    y = stored.get("latitude") if y is None and "latitude" not in values else y
    return x, y


def _unchanged(values: dict[str, Any], x: float, y: float, stored: Mapping[str, Any]) -> bool:
    """Whether the pair is the stored one; then it is in WGS84 already, whatever the datum it was captured
    in.
    """
    if stored.get("longitude") is None or stored.get("latitude") is None:
        return False
    if abs(stored["longitude"] - x) > SAME or abs(stored["latitude"] - y) > SAME:
        return False
    if values.get("datum") in (None, *UNPROJECTED, stored.get("datum")):
        for name in NAMES:
            values.pop(name, None)
        return True
    return False


def _settle(checked: Checked, x: float, y: float) -> None:
    values = checked.values
    told: str | None = values.get("datum")
    captured_x, captured_y = values.get("captured_x"), values.get("captured_y")
    if told not in (None, *UNPROJECTED) and captured_x is not None and captured_y is not None:
        # An export: the pair has been converted, unless somebody has edited it since.
        lon, lat = to_wgs84(captured_x, captured_y, told)
        if abs(lon - x) <= SAME and abs(lat - y) <= SAME:
            values.update(longitude=round(x, PLACES), latitude=round(y, PLACES))
            return
        told = None
    x, y = _upright(checked, x, y)
    system = told or ("twd97" if _between(x, TWD97_X) and _between(y, TWD97_Y) else "wgs84")
    lon, lat = (x, y) if system in UNPROJECTED else to_wgs84(x, y, system)
    if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
        checked.error(
            "longitude",
            Problem(
                N_("The position %(x)s, %(y)s does not lie in China."),
                N_("Correct the coordinates or clear both cells."),
                x=x,
                y=y,
            ),
        )
        return
    if system == "twd97" and told is None:
        checked.warn(
            "longitude",
            Problem(N_("The position %(x)s, %(y)s was taken for metres in TWD97 and converted."), x=x, y=y),
        )
    converted = system not in UNPROJECTED
    values.update(
        longitude=round(lon, PLACES),
        latitude=round(lat, PLACES),
        datum=system,
        captured_x=x if converted else None,
        captured_y=y if converted else None,
    )


def _upright(checked: Checked, x: float, y: float) -> tuple[float, float]:
    degrees = SOUTH <= x <= NORTH and WEST <= y <= EAST
    if not (degrees or (_between(x, TWD97_Y) and _between(y, TWD97_X))):
        return x, y
    checked.warn(
        "longitude",
        Problem(N_("Longitude and latitude were swapped (%(x)s, %(y)s) and have been put right."), x=x, y=y),
    )
    return y, x


def _between(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _leave_out(checked: Checked, problem: Problem) -> None:
    checked.warn("longitude", problem)
    for name in NAMES:
        checked.values.pop(name, None)
