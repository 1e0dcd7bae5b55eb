"""What is found, as it is shown: told from the database as it is now, with what it can be narrowed by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import publishing
from registries.db import now
from registries.facilities import public
from registries.facilities.public import PublicFacility
from registries.publishing import Published
from registries.references import References
from search.engine import Hit, Key, Result
from search.finding import facet_name

from .. import formats
from ..news.documents import SCHEMES
from ..running import system
from .articles import Choice
from .blueprint import address
from .frame import Told, read_at, told
from .wish import FACETS, KINDS, Wish

_MOST_CHOICES = 12
#: The code list of a facet whose values are the business of the portal.
_SCHEMES = {"promotion_category": "promotion_category", "project_status": "project_status"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A hit as it is shown."""

    hit: Hit
    title: Told
    address: str
    kind: str
    notes: list[Told] = field(default_factory=list)


class StillPublic:
    """The check of hits against the database as a search asks for it; keeps what it read of each."""

    def __init__(self, session: Session) -> None:
        self.session, self.moment = session, now()
        self.read: dict[Key, Published | PublicFacility] = {}

    def __call__(self, hits: Sequence[Hit]) -> Collection[Key]:
        """The keys of those that everybody may see now."""
        for kind in {hit.kind for hit in hits} & KINDS.keys():
            ids = [UUID(hit.id) for hit in hits if hit.kind == kind]
            self.read.update({(kind, str(shown.id)): shown for shown in self._load(kind, ids)})
        return self.read.keys()

    def _load(self, kind: str, ids: list[UUID]) -> Sequence[Published | PublicFacility]:
        if kind == "facility":
            return public.load(self.session, ids)
        return publishing.read_many(self.session, system().catalogue[kind], ids, self.moment)


def answers(there: StillPublic, known: References, result: Result, language: str) -> list[Answer]:
    """The hits with what the database says of them now."""
    return [_answer(hit, there.read[hit.key], known, language) for hit in result.hits]


def _answer(hit: Hit, shown: Published | PublicFacility, known: References, language: str) -> Answer:
    return _edition(hit, shown) if isinstance(shown, Published) else _facility(hit, shown, known, language)


def _edition(hit: Hit, shown: Published) -> Answer:
    values = shown.values
    day: date | None = values.get("dated_on")
    whose = str(values.get("origin") or values.get("lead_unit") or "")
    notes = [Told(formats.day(day) if day else ""), Told(whose, True)]
    return Answer(
        hit, told(values, "title"), read_at(shown), gettext(KINDS[hit.kind]), [one for one in notes if one]
    )


def _facility(hit: Hit, shown: PublicFacility, known: References, language: str) -> Answer:
    area = known.areas.at(shown.area_path)
    open_at = gettext("Open: %(hours)s", hours=shown.opening_hours) if shown.opening_hours else ""
    notes = [
        Told(shown.address or shown.location or "", True), Told(known.areas.full_name(area, language) if area else ""),
        Told(open_at),
    ]
    return Answer(
        hit, Told(shown.name, True), address("facility", record_id=shown.id),
        known.codes("facility_subclass").name(shown.subclass, language), [one for one in notes if one],
    )


def groups(
    wish: Wish, known: References, result: Result, kinds: Iterable[tuple[str, int]], language: str
) -> list[tuple[str, list[Choice]]]:
    """What the answers can be narrowed by, each choice with its count and where it leads."""
    counts = dict(kinds)
    told_kinds = [
        Choice(
            gettext(text), counts[kind], wish.address(kind=None if kind == wish.kind else kind), kind == wish.kind
        )
        for kind, text in KINDS.items() if counts.get(kind)
    ]
    found = [(gettext("What it is"), told_kinds)]
    for facet, text in FACETS.items():
        chosen = wish.filters.get(facet, [])
        choices = [
            Choice(
                _name(known, facet, value, language), number,
                wish.address(**{facet: [one for one in chosen if one != value] if value in chosen else [value]}),
                value in chosen,
            )
            for value, number in result.facets.get(facet, ())[:_MOST_CHOICES]
        ]
        found.append((gettext(text), choices))
    return [group for group in found if group[1]]


def _name(known: References, facet: str, value: str, language: str) -> str:
    if facet == "category":
        lists = (known.codes(scheme) for scheme in SCHEMES.values())
        return next((codes.name(value, language) for codes in lists if codes.has(value)), value)
    if facet in _SCHEMES:
        return known.codes(_SCHEMES[facet]).name(value, language)
    return facet_name(known.in_language(language), facet, value)

