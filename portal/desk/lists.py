"""Lists of the records of one kind: filters, order, columns, pages, counts beside the filters.

Everything that a list shows stands in its address, so that a list can be kept, sent and come back to. The columns are
the exception: they are remembered for the account.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from registries import listing, showing
from registries.fields import Day, YesNo
from registries.person_fields import IdNumber
from registries.records import Item, Records
from registries.reference_fields import Code
from registries.schemas import Parts

from .. import cursors, formats, preferences
from ..running import system
from ..security import account, actor, allowed, may
from ..values import WITHHELD, Wording, wording
from .narrowing import LONGEST, offered, packed, parameter, read_wish, sealing, sort_names
from .pages import pages, records_of

MOST_CHOICES = 12
#: Cells this short are not broken, nor are codes up to so many characters.
SHORT, SHORT_CODE = 12, 20


@pages.get("/<kind>/")
@allowed("read")
def records(kind: str) -> str:
    """The records that the address asks for, a page of them."""
    told = records_of(kind)
    with system().database.reading() as session:
        words = wording(session)
        asked = read_wish(told, request.args, words)
        page = listing.find(session, told, asked.wish, actor=actor())
        number, more = listing.count(session, told, asked.wish, actor=actor())
        columns = chosen_columns(session, told)
        rows = [row_of(told, item, columns, words) for item in page.items]
        filters = offered(told, request.args, words)
    showing.note_view(system().database, told, page.items, actor=actor())
    return render_template(
        "desk/records.html", kind=kind, records=told, asked=asked, rows=rows, columns=_headings(told, columns),
        found=count_text(number, more), filters=filters, address=address_maker(kind),
        before=_page_address(kind, before=packed(told, asked.wish, page.before)),
        after=_page_address(kind, after=packed(told, asked.wish, page.after)), all_columns=all_columns(told, columns),
        column_names=columns, chosen=[(text, without_filter(kind, name)) for name, text in asked.chips],
        bulk=may("write", kind) and not asked.wish.retired,
        area=request.args.get("area", ""), groups=_groups(told, kind) if request.args.get("counts") else None,
    )


@pages.get("/<kind>/counts")
@allowed("read")
def counts(kind: str) -> str:
    """The counts beside a list, as a part of its page: they take longer than the page itself."""
    told = records_of(kind)
    return render_template("desk/counts.html", groups=_groups(told, kind))


@pages.post("/<kind>/narrow")
@allowed("read")
def narrow(kind: str) -> Response:
    """The list that the form above it asks for, with the numbers that were typed sealed in its address."""
    told = records_of(kind)
    fields = told.storage.fields
    asked = {name: values for name, values in request.form.lists() if name != "csrf_token" and any(values)}
    for name in fields.keys() & asked.keys():
        if fields[name].sealed:
            asked[name] = [cursors.pack(system().keys, sealing(told, name), asked[name][0].strip()[:LONGEST])]
    return redirect(url_for("desk.records", kind=kind, **asked), 303)


@pages.post("/<kind>/columns")
@allowed("read")
def choose_columns(kind: str) -> Response:
    """Remember which columns this account wants in lists of a kind."""
    told = records_of(kind)
    wanted = [name for name in request.form.getlist("column") if name in dict(all_columns(told, ()))]
    person = account()
    if person is not None:
        with system().database.writing("system") as session:
            preferences.put(session, person.id, f"columns.{kind}", wanted or None)
    return redirect(url_for("desk.records", kind=kind, **_args(MultiDict(request.args))))


def chosen_columns(session: Session, told: Records) -> list[str]:
    """The columns that this account wants, or those that the kind begins with."""
    person = account()
    kept = preferences.get(session, person.id, f"columns.{told.name}") if person is not None else None
    known = dict(all_columns(told, ()))
    return [name for name in kept or told.kind.schema.columns if name in known]


def all_columns(told: Records, chosen: Any) -> list[tuple[str, str]]:
    """Every field that can be a column, with its name; the chosen ones first in their order."""
    fields = told.storage.fields
    possible = [
        name for _title, names in told.kind.schema.sections for name in names
        if name in fields and not isinstance(fields[name], Parts) and not getattr(fields[name], "lines", False)
    ]
    order = [*chosen, *(name for name in possible if name not in chosen)]
    return [(name, gettext(fields[name].label)) for name in order if name in fields]


def _headings(told: Records, columns: list[str]) -> list[tuple[str, str | None, str]]:
    fields = told.storage.fields
    title = "name" if "name" in fields else next(iter(told.kind.schema.sections[0][1]))
    first = (gettext(told.kind.label), title if title in sort_names(told) else None, "")
    return [first, *((gettext(fields[name].label), name if fields[name].sortable else None, "") for name in columns
                     if name != title)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: the title that links to the record, the cells, and what is marked."""

    id: UUID
    version: int
    title: str
    cells: list[tuple[str, str, bool]]
    retired: bool


def row_of(told: Records, item: Item, columns: list[str], words: Wording) -> Row:
    """A record as a line of a list."""
    shown = showing.masked(told, item, system().keys)
    fields = told.storage.fields
    cells = []
    for name in columns:
        if name == "name":
            continue
        value = shown.values.get(name)
        text = gettext(WITHHELD) if value is None and name in shown.masked else words.text(fields[name], value)
        code = len(text) <= SHORT_CODE and text.isascii() and text.isalnum()
        short = len(text) <= SHORT or code or isinstance(fields[name], IdNumber | Day)
        cells.append((gettext(fields[name].label), text, short))
    title = showing.title(words.session, told, item) or gettext("(without a name)")
    return Row(item.id, item.version, title, cells, item.retired_at is not None)


def count_text(number: int, more: bool) -> str:
    """How many records a list has, in words: exact up to ten thousand."""
    text = formats.number(number) + ("+" if more else "")
    return gettext("%(count)s records", count=text) if number != 1 or more else gettext("1 record")


def _groups(told: Records, kind: str) -> list[tuple[str, list[tuple[str, str, str, bool]]]]:
    names = [name for name, item in told.storage.fields.items()
             if item.filterable and isinstance(item, Code | YesNo)][:5]  # fmt: skip
    with system().database.reading() as session:
        words = wording(session)
        wish = replace(read_wish(told, request.args, words).wish, after=None, before=None)
        found = listing.facets(session, told, wish, names, actor=actor())
        return [
            (gettext(told.storage.fields[name].label), [_choice(told, kind, name, one, words) for one in counted])
            for name in names if (counted := found[name][:MOST_CHOICES])
        ]


def _choice(told: Records, kind: str, name: str, one: listing.Count, words: Wording) -> tuple[str, str, str, bool]:
    value = {True: "true", False: "false"}.get(one.value, one.value)
    given = request.args.getlist(parameter(name))
    chosen = str(value) in given
    left = [text for text in given if text != str(value)]
    address = address_maker(kind)(**{parameter(name): left if chosen else [*left, value]})
    text = words.text(told.storage.fields[name], [one.value] if isinstance(one.value, list) else one.value)
    if hasattr(told.storage.fields[name], "scheme"):
        text = words.known.codes(told.storage.fields[name].scheme).name(one.value, words.language)
    return text, formats.number(one.number) + ("+" if one.more else ""), address, chosen


def _args(args: MultiDict[str, str], without: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {name: values for name, values in args.lists() if name not in without and any(values)}


def address_maker(kind: str) -> Any:
    """What gives the address of this list with some of it changed; it begins at the first page again."""

    def address(**changed: Any) -> str:
        kept = _args(MultiDict(request.args), frozenset({"after", "before", "counts"}))
        kept.update(changed)
        return url_for("desk.records", kind=kind, **{name: value for name, value in kept.items() if value})

    return address


def without_filter(kind: str, name: str) -> str:
    """The address of this list without one of its filters."""
    return str(address_maker(kind)(**{name: None, f"{name}_from": None, f"{name}_to": None}))


def _page_address(kind: str, **cursor: str | None) -> str | None:
    if not any(cursor.values()):
        return None
    kept = _args(MultiDict(request.args), frozenset({"after", "before"}))
    return url_for("desk.records", kind=kind, **kept, **cursor)
