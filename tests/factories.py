"""Believable values for a record of any kind, worked out from its schema, and sheets made of them.

`raw` fills every field that a form could fill; what a field alone cannot know (a number that fits the sex, a code
that fits the subclass) is told for each kind in `FITTING`. Serials make two records differ in all that tells records
apart. Everybody in here is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import person_fields
from registries.crypto import blinds
from registries.db import new_id
from registries.demo.numbers import Phones, credit_code, with_id_check
from registries.facilities.attributes import Attributes
from registries.fields import Day, Number, PartialDay, RecordField, Text, YesNo
from registries.positions import NAMES as POSITION
from registries.records import Item, Records
from registries.reference_fields import Area, Code, Codes, Link
from registries.references import References
from registries.schemas import Parts
from registries.storing import live

GRIDS = tuple(f"00010100{street}00{community}00{grid}" for street in (1, 2) for community in (1, 2) for grid in (1, 2))
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", "安民和平国泰丰乐新华"
#: Codes that need more than themselves, or that the register works out.
AVOIDED = {"vulnerable_group": 1}


def id_number(serial: int) -> str:
    """A number of the address code 000101 whose birthday and sequence follow from the serial."""
    born = date(1950, 1, 1) + timedelta(days=serial * 37 % 18_000)
    return with_id_check(f"000101{born:%Y%m%d}{serial % 499 * 2 + 1:03d}")


def phone(serial: int) -> str:
    """A number of a prefix that no operator has."""
    return Phones(serial).next()


def name(serial: int) -> str:
    """A person's name."""
    return SURNAMES[serial % 10] + GIVEN[serial // 10 % 10] + GIVEN[serial // 100 % 10]


def raw(records: Records, serial: int, references: References) -> dict[str, Any]:
    """What somebody would type into the form of a new record."""
    values = {
        field: value
        for field, item in records.kind.schema._declared_fields.items()
        if isinstance(item, RecordField)
        and not item.computed
        and not item.virtual
        and (value := _value(field, item, serial, references)) is not None
    }
    return {**values, **FITTING.get(records.name, lambda _serial: {})(serial)}


def _value(field: str, item: RecordField, serial: int, references: References) -> Any:
    if field in POSITION:
        return None
    if isinstance(item, Parts):
        return _rows(item, serial, references)
    if isinstance(item, Codes):
        return _codes(item, references)[serial % 3 : serial % 3 + 2]
    if isinstance(item, Code):
        codes = _codes(item, references)
        return codes[serial % len(codes)] if codes else None
    if isinstance(item, Link):
        return None
    return next(make(serial, item) for kind, make in _MADE if isinstance(item, kind))


_MADE: tuple[tuple[type, Callable[[int, Any], Any]], ...] = (
    (Area, lambda n, _item: GRIDS[n % len(GRIDS)]),
    (person_fields.Phone, lambda n, _item: phone(n)),
    (person_fields.PersonName, lambda n, _item: name(n)),
    (PartialDay, lambda n, _item: "1990-04"),
    (Day, lambda n, _item: date(2020, 1, 1) + timedelta(days=n % 500)),
    (Number, lambda n, item: max(item.least, min(item.most, 20 + n % 7))),
    (YesNo, lambda n, _item: n % 2 == 0),
    (Attributes, lambda n, _item: {"压力": f"{n}", "说明：甲；乙": "半开\\的"}),
    (Text, lambda n, item: phone(n) if item.mask else f"{(item.headings or (item.label,))[-1][: item.most - 6]}{n}"),
    (RecordField, lambda n, _item: None),
)


def _codes(item: Code, references: References) -> list[str]:
    entries = references.codes(item.scheme).entries.values()
    return [
        e.code
        for e in entries
        if e.valid_to is None and not e.extra.get("computed") and not e.extra.get("needs_end_date")
    ]


def _rows(parts: Parts, serial: int, references: References) -> list[dict[str, Any]] | None:
    if parts.computed or "role" in parts.nested._declared_fields or "scheme" in parts.nested._declared_fields:
        return None
    if "counted_from" in parts.nested._declared_fields or "event_on" in parts.nested._declared_fields:
        return None
    return [
        {
            field: value
            for field, item in parts.nested.items()
            if not item.computed and (value := _value(field, item, serial + step, references)) is not None
        }
        for step in range(2)
    ]


def _resident(serial: int) -> dict[str, Any]:
    number = id_number(serial)
    return {
        "doc_type": "RIC",
        "id_number": number,
        "sex": "1",
        "no_id_reason": None,
        "died_on": None,
        "moved_out_on": None,
        "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "household_number": f"H{serial}",
        "relation_to_head": "02",
        "stay_status": "1",
        "moved_in_on": "2015-06",
        "residence": None,
        "expected_leave_on": None,
    }


def _organisation(serial: int) -> dict[str, Any]:
    return {
        "registrations": [{"scheme": "uscc", "number": credit_code("91", serial)}],
        "org_type": "03",
        "legal_form": None,
        "small_venue": None,
        "employees": 120,
        "floor_area_m2": 2000,
        "closed_on": None,
        "operating_status": "10",
        "next_inspection_on": None,
        **_position(serial),
    }


def _facility(serial: int) -> dict[str, Any]:
    return {
        "code": f"0001010101{serial:06d}",
        "subclass": "0101",
        "next_check_on": None,
        **_position(serial),
    }


def _place(serial: int) -> dict[str, Any]:
    return {"built_year": 1999, "floors_up": 20, "height_m": 60, **_position(serial)}


def _position(serial: int) -> dict[str, Any]:
    """A point of its own, every other one captured on a web map."""
    return {"longitude": round(121.1 + serial / 10_000, 6), "latitude": 41.1, "datum": "gcj02" if serial % 2 else None}


FITTING: dict[str, Callable[[int], dict[str, Any]]] = {
    "resident": _resident,
    "organisation": _organisation,
    "facility": _facility,
    "place": _place,
    "dwelling": lambda _serial: {"rent_to": None},
}


class Sheet:
    """A table in memory with the face of `registries.sheets.Table`."""

    def __init__(self, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.headings, self.rows = list(headings), [tuple(row) for row in rows]
        self.columns = [""] * len(self.headings)
        self.notes: list[Any] = []
        self.total_hint = len(self.rows)

    def chunks(self, size: int = 2000) -> Iterator[list[tuple[int, tuple[Any, ...]]]]:
        """The rows, numbered as below one line of headings."""
        numbered = list(enumerate(self.rows, 2))
        for start in range(0, len(numbered), size):
            yield numbered[start : start + size]

    def cell(self, row: int, heading: str) -> Any:
        """One cell, rows counted from 0."""
        return self.rows[row][self.headings.index(heading)]

    def with_cells(self, row: int, **cells: Any) -> Sheet:
        """The sheet with some cells of a row written over."""
        changed = list(self.rows[row])
        for heading, value in cells.items():
            changed[self.headings.index(heading)] = value
        return Sheet(self.headings, [*self.rows[:row], changed, *self.rows[row + 1 :]])

    def only(self, *headings: str) -> Sheet:
        """The sheet with these columns alone."""
        return Sheet(headings, [[self.cell(n, heading) for heading in headings] for n in range(len(self.rows))])


def sheet(records: Records, serials: Sequence[int], references: References) -> Sheet:
    """A sheet with a column for every field that a cell can tell, headed by the field's name."""
    fields = {
        field: item
        for field, item in records.kind.schema._declared_fields.items()
        if isinstance(item, RecordField) and not item.computed and not item.virtual
    }
    rows = []
    for serial in serials:
        values = raw(records, serial, references)
        checked = records.kind.schema(references).check(values)
        assert not checked.errors, (records.name, checked.errors)
        rows.append(
            [
                fields[field].to_cell(checked.values[field], references)
                if checked.values.get(field) is not None
                else None
                for field in fields
            ]
        )
    return Sheet(list(fields), rows)


def unknown_id() -> str:
    """The id of no record."""
    return str(new_id())


def holding(session: Session, records: Records, field: str, value: str) -> list[Item]:
    """The records in use whose sealed field has exactly this value, as its index finds them."""
    table = records.kind.table
    wanted = blinds(session.info["keys"], f"{records.name}.{field}", value)
    rows = session.execute(sa.select(table).where(table.c[f"{field}_index"].in_(wanted), live(table))).all()
    return records.items(session, rows)
