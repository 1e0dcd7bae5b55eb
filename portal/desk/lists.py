"""Lists of the records of one kind: filters, order, columns, pages, counts beside the filters.

Everything that a list shows stands in its address, so that a list can be kept, sent and come back to. The columns are
the exception: they are remembered for the account. A number that is looked for, such as that of an identity card,
stands there sealed: addresses are kept by browsers and sent around.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from registries import listing, showing
from registries.fields import Day, RecordField, Text, YesNo
from registries.listing import Range, Wish
from registries.messages import N_
from registries.person_fields import IdNumber
from registries.records import Item, Records
from registries.reference_fields import Code
from registries.schemas import Parts

from .. import cursors, formats, preferences
from ..running import system
from ..security import account, actor, allowed, may
from ..values import WITHHELD, Wording, wording
from .pages import pages, records_of

MOST_CHOICES = 12
MOST_VALUES = 20
LONGEST = 100
#: Cells this short are not broken, nor are codes up to so many characters.
SHORT, SHORT_CODE = 12, 20
#: The marks that narrow a list besides the filters of its fields.
MARKS = {"retired": N_("Out of use"), "incomplete": N_("Incomplete"), "overdue": N_("Overdue")}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that the form above a list offers; ``kind`` is `text`, `choice` or `days`."""

    name: str
    label: str
    kind: str
    options: list[tuple[str, str]] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list."""

    wish: Wish
    order: str
    chips: list[tuple[str, str]]
    wrong: list[str] = field(default_factory=list)


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
        before=_page_address(kind, before=_packed(told, asked.wish, page.before)),
        after=_page_address(kind, after=_packed(told, asked.wish, page.after)), all_columns=all_columns(told, columns),
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
            asked[name] = [cursors.pack(system().keys, _sealing(told, name), asked[name][0].strip()[:LONGEST])]
    return redirect(url_for("desk.records", kind=kind, **asked), 303)


def _sealing(told: Records, name: str) -> str:
    return cursors.purpose("filter", told.name, name)


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


def read_wish(told: Records, args: MultiDict[str, str], words: Wording) -> Asked:
    """The wish that an address tells, with the filters in words; what cannot be read is left out and named."""
    filters: dict[str, Any] = {}
    chips: list[tuple[str, str]] = []
    wrong = []
    for name, item in told.storage.fields.items():
        if not _is_filter(item):
            continue
        try:
            read = _number if item.sealed else _filter_value
            value, text = read(told, name, item, args, words)
        except ValidationError:
            wrong.append(gettext("“%(label)s” is not narrowed: write a day as 2026-03-05.", label=gettext(item.label)))
            continue
        except cursors.Foreign:
            wrong.append(gettext("“%(label)s” is not narrowed: type it into the filter.", label=gettext(item.label)))
            continue
        if value is not None:
            filters[name] = value
            chips.append((parameter(name), gettext("%(label)s: %(text)s", label=gettext(item.label), text=text)))
    areas = []
    if args.get("area"):
        area = words.known.areas.find(args["area"])
        if area is None:
            wrong.append(gettext("There is no area “%(value)s”.", value=args["area"][:LONGEST]))
        else:
            areas = [area.path]
            chips.append(("area", words.area(area.id)))
    chips += [(name, gettext(text)) for name, text in MARKS.items() if args.get(name)]
    order = args.get("sort", "")
    name = order.removeprefix("-")
    if name not in sort_names(told):
        order = name = ""
    wish = Wish(
        areas=areas, filters=filters, sort=name or "id", descending=order.startswith("-") or not order,
        retired=bool(args.get("retired")), **_marks(args),
    )  # fmt: skip
    wish = replace(wish, **{name: _unpacked(told, wish, args.get(name, "")) for name in ("after", "before")})
    return Asked(wish, order, chips, wrong)


def _purpose(told: Records, wish: Wish) -> str:
    return cursors.purpose("desk", told.name, wish.sort)


def _packed(told: Records, wish: Wish, cursor: listing.Cursor | None) -> str | None:
    return None if cursor is None else cursors.pack(system().keys, _purpose(told, wish), *cursor)


def _unpacked(told: Records, wish: Wish, text: str) -> listing.Cursor | None:
    """Where a page begins; a mangled address shows the first page."""
    try:
        value, record_id = cursors.unpack(system().keys, _purpose(told, wish), text) if text else (None, None)
    except (cursors.Foreign, ValueError):
        return None
    return None if record_id is None else (value, record_id)


def _marks(args: MultiDict[str, str]) -> dict[str, bool]:
    return {name: True for name in ("incomplete", "overdue") if args.get(name)}


def parameter(name: str) -> str:
    """What a filter is called in an address: a field called ``kind`` must not be taken for the kind of the list."""
    return "kind_" if name == "kind" else name


def _is_filter(item: RecordField) -> bool:
    if isinstance(item, Parts):
        return _searchable(item) is not None
    return item.filterable or item.indexed or (item.sortable and isinstance(item, Day | Text))


def _searchable(item: Parts) -> Code | None:
    """The field by which a list of parts can be searched."""
    fields = dict(item.nested.items()).values()
    return next((part for part in fields if isinstance(part, Code) and part.indexed), None)


def _number(told: Records, name: str, item: RecordField, args: MultiDict[str, str], words: Wording) -> tuple[Any, str]:
    """A number that is looked for by its blind index; it is not repeated on the page.

    :raises cursors.Foreign: it stands in the address as somebody wrote it himself.
    """
    given = args.get(parameter(name), "")
    typed = cursors.unpack(system().keys, _sealing(told, name), given)[0] if given else ""
    return (item.tidy(typed, words.known) or typed, "…") if typed else (None, "")


def _filter_value(
    told: Records, name: str, item: RecordField, args: MultiDict[str, str], words: Wording
) -> tuple[Any, str]:
    if isinstance(item, Day):
        least, most = args.get(f"{name}_from", "")[:10], args.get(f"{name}_to", "")[:10]
        if not (least or most):
            return None, ""
        bounds = [item.deserialize(text) if text else None for text in (least, most)]
        return Range(*bounds), f"{formats.day(least) if least else '…'} – {formats.day(most) if most else '…'}"
    given = [text.strip()[:LONGEST] for text in args.getlist(parameter(name))[:MOST_VALUES] if text.strip()]
    if not given:
        return None, ""
    if isinstance(item, YesNo):
        return given[0] == "true", gettext("Yes") if given[0] == "true" else gettext("No")
    if isinstance(item, Parts):
        part = _searchable(item)
        return given, "、".join(words.text(part, one) for one in given if part is not None)
    if isinstance(item, Code):
        return given, "、".join(words.known.codes(item.scheme).name(one, words.language) for one in given)
    return given[0], given[0]


def offered(told: Records, args: MultiDict[str, str], words: Wording) -> list[Filter]:
    """The filters of the form above the list, with what is chosen in them."""
    found = []
    for field_name, item in told.storage.fields.items():
        if not _is_filter(item):
            continue
        name = parameter(field_name)
        given, label = args.getlist(name), gettext(item.label)
        if isinstance(item, Day):
            found.append(Filter(name, label, "days", values=[args.get(f"{name}_from", ""), args.get(f"{name}_to", "")]))
        elif isinstance(item, YesNo):
            found.append(Filter(name, label, "choice", [("true", gettext("Yes")), ("false", gettext("No"))], given))
        elif isinstance(item, Code | Parts):
            part = item if isinstance(item, Code) else _searchable(item)
            codes = words.known.codes(part.scheme if part is not None else "")
            options = [(code, codes.name(code, words.language)) for code, entry in codes.entries.items()
                       if entry.valid_to is None or code in given]  # fmt: skip
            found.append(Filter(name, label, "choice", options, given))
        else:
            # A number that is looked for does not stand in the page again.
            found.append(Filter(name, label, "text", values=[] if item.sealed else given))
    return found


def sort_names(told: Records) -> list[str]:
    """What lists of a kind can be ordered by."""
    return [*(name for name, item in told.storage.fields.items() if item.sortable), "updated_at"]


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
