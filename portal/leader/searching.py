"""The search of units: one box, facets with counts, everything asked for standing in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from registries.findable import DEADLINES
from registries.organisations.people import led_by
from registries.records import Item
from search import units
from search.engine import Hit
from search.finding import facet_name
from search.units import UNIT_FACETS, Units, Wish

from .. import formats
from ..running import system
from ..security import account, actor, allowed
from ..values import Wording, wording
from .pages import address_of, pages
from .saved import saved_of

LONGEST = 100
#: So many answers go into one sheet; whoever wants more narrows the search street by street.
MOST_IN_SHEET = 5_000
#: So many values of one facet are shown, the chosen ones always.
FEW, ALL = 6, 200
#: Facets whose values are few and worth seeing all of them.
WHOLE = frozenset({"kind", "risk_colour", "overdue"})
#: Answers may be put in these orders.
ORDERS = ("relevance", "date")
#: How grave a risk colour is shown to be.
TONES = {"1": "danger", "2": "warn", "3": "warn", "4": "info"}


@dataclass(frozen=True, slots=True)
class Row:
    """A unit in the list of answers."""

    address: str | None
    title: Any
    passage: Any
    register: str
    where: str
    area: str
    badges: list[tuple[str, str]]
    led: str | None


@pages.get("/units", endpoint="units")
@allowed("lead")
def found_units() -> str:
    """The units that the address asks for; without a question all, and by what they can be narrowed."""
    wish = read_wish(request.args)
    found = units.find(system().feed, wish, actor=actor(), led_by=led_by)
    with system().database.reading() as session:
        words = wording(session)
        rows = _rows(found, words)
        groups = _groups(found, wish, words)
        chips = _chips(wish, words)
        saved = saved_of(session, account())
    return render_template(
        "leader/units.html", wish=wish, found=found, rows=rows, groups=groups, chips=chips, saved=saved,
        most=MOST_IN_SHEET, query=urlencode(query_of(wish), doseq=True),
        before=_address(wish, page=wish.page - 1) if wish.page > 1 else None,
        after=_address(wish, page=wish.page + 1) if wish.page < found.last_page else None,
        orders=[(gettext("Best first"), _address(wish, order="relevance", page=1), wish.order != "date"),
                (gettext("Newest first"), _address(wish, order="date", page=1), wish.order == "date")],
        corrected=url_for("leader.units", **{**query_of(wish), "q": found.suggestion}) if found.suggestion else None,
    )  # fmt: skip


def read_wish(args: MultiDict[str, str]) -> Wish:
    """The wish that an address tells; what is no facet is left out."""
    chosen = {
        name: tuple(dict.fromkeys(value[:80] for value in args.getlist(name) if value))[:40]
        for name in UNIT_FACETS if any(args.getlist(name))
    }
    order = args.get("order", ORDERS[0])
    return Wish(
        args.get("q", "").strip()[:LONGEST], chosen, order if order in ORDERS else ORDERS[0],
        min(max(args.get("page", 1, type=int) or 1, 1), units.LAST_PAGE),
    )


def query_of(wish: Wish) -> dict[str, Any]:
    """A wish as the parts of an address, without its page."""
    told: dict[str, Any] = {"q": wish.text} if wish.text else {}
    told.update({name: list(values) for name, values in wish.chosen.items()})
    return {**told, "order": wish.order} if wish.order != ORDERS[0] else told


def _address(wish: Wish, **changed: Any) -> str:
    told = {**query_of(wish), **changed}
    if told.get("order") == ORDERS[0]:
        del told["order"]
    if told.get("page") == 1:
        del told["page"]
    return url_for("leader.units", **told)


def _toggled(wish: Wish, name: str, value: str) -> str:
    values = wish.chosen.get(name, ())
    others = [one for one in values if one != value]
    return _address(wish, **{name: others if value in values else [*others, value], "page": 1})


def value_name(facet: str, value: str, words: Wording) -> str:
    """What a value of a facet is called."""
    catalogue = system().catalogue
    if facet == "kind":
        return gettext(catalogue[value].kind.label) if value in catalogue else value
    if facet == "lacks":
        labels = (catalogue[kind].storage.fields.get(value) for kind in units.KINDS if kind in catalogue)
        return next((gettext(told.label) for told in labels if told is not None), value)
    name = facet_name(words.known, facet, value)
    return gettext(name) if facet == "overdue" and value in DEADLINES else name


def _groups(found: Units, wish: Wish, words: Wording) -> list[tuple[str, list[tuple[str, str, str, bool]]]]:
    """The facets as the macro of lists takes them: (title, choices of name, count, address, chosen)."""
    groups = []
    for facet, title in UNIT_FACETS.items():
        values = list(found.facets.get(facet, ()))
        chosen = wish.chosen.get(facet, ())
        whole = facet in WHOLE or request.args.get("all") == facet
        shown = values[:ALL if whole else FEW]
        shown += [(value, count) for value, count in values[len(shown):] if value in chosen]
        shown += [(value, 0) for value in chosen if value not in dict(values)]
        if len(shown) < 2 and not chosen:
            continue
        choices = [
            (value_name(facet, value, words), formats.number(count), _toggled(wish, facet, value), value in chosen)
            for value, count in shown
        ]
        if len(values) > len(shown):
            more = gettext("All %(number)s", number=formats.number(min(len(values), ALL)))
            choices.append((more, "…", _address(wish, all=facet, page=1), False))
        groups.append((gettext(title), choices))
    return groups


def _chips(wish: Wish, words: Wording) -> list[tuple[str, str]]:
    chips = [(f"“{wish.text}”", _address(wish, q=None, page=1))] if wish.text and wish.chosen else []
    return chips + [
        (f"{gettext(UNIT_FACETS[name])}: {value_name(name, value, words)}", _toggled(wish, name, value))
        for name, values in wish.chosen.items() for value in values
    ]


def _rows(found: Units, words: Wording) -> list[Row]:
    items: dict[str, Item] = {}
    for kind in {hit.kind for hit in found.hits}:
        ids = [UUID(hit.id) for hit in found.hits if hit.kind == kind]
        items.update({str(item.id): item for item in system().catalogue[kind].load(words.session, ids)})
    return [_row(hit, items[hit.id], found.led, words) for hit in found.hits if hit.id in items]


def _row(hit: Hit, item: Item, led: Mapping[str, str], words: Wording) -> Row:
    title, *passages = hit.highlights or (((hit.title, False),),)
    # Where the name tells why a unit was found, a passage of its codes in words says nothing more.
    passage = passages[0] if passages and not any(matched for _text, matched in title) else ()
    values = item.values
    return Row(
        address_of(hit.kind, item.id), title, passage,
        value_name("kind", hit.kind, words), values.get("address") or values.get("location") or "",
        words.area(values["area_id"]) if values.get("area_id") else "", list(badges(item, words)), led.get(hit.id),
    )


def badges(item: Item, words: Wording) -> Iterable[tuple[str, str]]:
    """What should be seen of a unit at once: its risk, what it is watched for, what is overdue."""
    values = item.values
    risk = values.get("risk_colour")
    if risk:
        yield words.known.codes("risk_colour").name(risk, words.language), TONES.get(risk, "")
    for code in values.get("key_unit_kinds") or ():
        yield words.known.codes("key_unit").name(code, words.language), "info"
    if values.get("operating_status") not in (None, "10"):
        yield words.known.codes("operating_status").name(values["operating_status"], words.language), ""
    for name in system().feed.overdue(words.session, item):
        yield gettext(DEADLINES[name]), "danger"
