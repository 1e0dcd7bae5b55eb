"""The answers of a search as a sheet: what is publicly known of units, without people and phones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Response, request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from registries import readings
from registries.days import CHINA_TIME
from registries.findable import DEADLINES
from registries.messages import N_
from registries.organisations.people import led_by
from registries.records import Item
from registries.sheets.writing import write_xlsx
from search import units
from search.engine import Hit

from ..downloads import named
from ..running import system
from ..security import account, actor, allowed
from ..values import Wording, wording
from .pages import pages
from .saved import tidied
from .searching import MOST_IN_SHEET, read_wish, value_name

_CHUNK = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: The columns, each with the fields that it is filled from: the first that a kind has and the record tells.
COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Kind"), ("org_type", "subclass", "kind")), (N_("Industry"), ("industry",)),
    (N_("Street, community, grid"), ("area_id",)), (N_("Address"), ("address", "location")),
    (N_("Status"), ("operating_status", "state")), (N_("Risk"), ("risk_colour",)),
    (N_("Key unit"), ("key_unit_kinds",)), (N_("Staff"), ("employees",)),
    (N_("Next inspection"), ("next_inspection_on", "next_check_on")),
)  # fmt: skip


@pages.post("/units/sheet")
@allowed("lead")
def sheet() -> Response:
    """The answers of the search that the form carries; the access log says who took how many."""
    wish = read_wish(MultiDict(parse_qsl(tidied(request.form.get("query", "")))))
    hits = list(_hits(wish))
    by_kind = {kind: sum(hit.kind == kind for hit in hits) for kind in units.KINDS}
    for kind, number in by_kind.items():
        if number:
            known = system().catalogue[kind].storage.fields
            told = {name for _title, names in COLUMNS for name in names if name in known}
            readings.note(system().database, actor(), "export", kind, fields=told, count=number)
    with system().database.reading() as session:
        words = wording(session)
        headings = [
            gettext("Register"), gettext("Name"), gettext("Number"), *(gettext(title) for title, _of in COLUMNS),
            gettext("Overdue"), gettext("Record id"),
        ]
        content = _written(headings, list(_rows(hits, words)))
    person = account()
    name = f"units-{datetime.now(CHINA_TIME):%Y%m%d-%H%M}-{person.name if person else ''}.xlsx"
    answer = Response(content, mimetype=XLSX)
    return named(answer, name)


def _hits(wish: units.Wish) -> Iterator[Hit]:
    for page in range(1, MOST_IN_SHEET // _CHUNK + 1):
        found = units.find(system().feed, replace(wish, page=page, limit=_CHUNK), actor=actor(), led_by=led_by)
        yield from found.hits
        if page * _CHUNK >= found.total:
            return


def _rows(hits: Sequence[Hit], words: Wording) -> Iterator[list[Any]]:
    for start in range(0, len(hits), _CHUNK):
        chunk = hits[start:start + _CHUNK]
        items: dict[tuple[str, str], Item] = {}
        for kind in {hit.kind for hit in chunk}:
            ids = [UUID(hit.id) for hit in chunk if hit.kind == kind]
            items.update({(kind, str(one.id)): one for one in system().catalogue[kind].load(words.session, ids)})
        yield from (_row(hit, items[hit.key], words) for hit in chunk if hit.key in items)


def _row(hit: Hit, item: Item, words: Wording) -> list[Any]:
    fields = system().catalogue[hit.kind].storage.fields
    numbers = [row["number"] for row in item.values.get("registrations") or ()] or [item.values.get("code")]
    cells: list[Any] = [value_name("kind", hit.kind, words), hit.title, "、".join(filter(None, numbers))]
    for _title, names in COLUMNS:
        name = next((one for one in names if one in fields and item.values.get(one) is not None), None)
        cells.append(words.text(fields[name], fields[name].to_json(item.values[name])) if name else "")
    overdue = [gettext(DEADLINES[name]) for name in system().feed.overdue(words.session, item)]
    return [*cells, "、".join(overdue), hit.id]


def _written(headings: list[str], rows: list[list[Any]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.xlsx"
        write_xlsx(path, headings, rows, sheet=gettext("Units"))
        return path.read_bytes()
