"""What an address asks of a list: read from its words, and offered again in the form above the list.

A number that is looked for, such as that of an identity card, stands in the address sealed: addresses are kept by
browsers and sent around.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from registries import listing
from registries.fields import Day, RecordField, Text, YesNo
from registries.listing import Range, Wish
from registries.messages import N_
from registries.records import Records
from registries.reference_fields import Code
from registries.schemas import Parts

from .. import cursors, formats
from ..running import system
from ..values import Wording

MOST_VALUES = 20
LONGEST = 100
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


def sealing(told: Records, name: str) -> str:
    """For what a number is sealed: this filter of lists of this kind, and nothing else."""
    return cursors.purpose("filter", told.name, name)


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


def packed(told: Records, wish: Wish, cursor: listing.Cursor | None) -> str | None:
    """Where a page begins, as it stands in an address."""
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
    typed = cursors.unpack(system().keys, sealing(told, name), given)[0] if given else ""
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
