"""Narrowing the list of projects: by words, and by each of its filters with how many it would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from math import ceil
from typing import Any
from uuid import UUID

from flask_babel import gettext

from registries.chinese import fold
from registries.messages import N_
from registries.programme.documents import years
from registries.publishing import Published
from registries.records import NotFound
from registries.references import References

from .articles import Choice
from .blueprint import address, number_asked

#: What a list is narrowed by, with what it is called, in the order in which it is shown.
FILTERS = {
    "category": N_("Field of safety"), "status": N_("Status of the project"), "target": N_("Aimed at"),
    "group": N_("Target group"), "area": N_("Street or community"), "year": N_("Year"), "unit": N_("Lead unit"),
}
#: The texts of a project that are searched.
_TEXTS = (
    "title", "title_en", "summary", "summary_en", "target_group", "target_group_en", "lead_unit", "partner_units",
    "place", "goal", "problem", "evaluation", "indicator",
)
_LONGEST = 100
#: More pages there cannot be; larger numbers are taken for no number.
LAST_PAGE = 10_000
#: A filter with more values than this shows the most frequent only.
_MOST_CHOICES = 15


class Shelf:
    """The published projects, and what was asked of them."""

    def __init__(self, every: Sequence[Published], known: References, language: str, asked: Mapping[str, str]) -> None:
        self.every, self.known, self.language = every, known, language
        self.text = (asked.get("q") or "").strip()[:_LONGEST]
        self._texts: dict[UUID, str] = {}
        self.chosen = {name: asked[name] for name in FILTERS if asked.get(name)}

    def found(self) -> list[Published]:
        """The projects that fit."""
        return [one for one in self.every if self._fits(one)]

    def page(self, size: int, total: int) -> int:
        """The page that was asked for.

        :raises NotFound: there is no such page.
        """
        number = number_asked("page", 1, LAST_PAGE) or 1
        if number > self.last(size, total):
            raise NotFound(f"projects page {number}")
        return number

    def last(self, size: int, total: int) -> int:
        """The last page."""
        return max(1, ceil(total / size))

    def _fits(self, shown: Published, without: str = "") -> bool:
        if any(name != without and value not in self._values(name, shown) for name, value in self.chosen.items()):
            return False
        if not self._words:
            return True
        text = self._text_of(shown)
        return all(word in text for word in self._words)

    @cached_property
    def _words(self) -> list[str]:
        return [fold(word) for word in self.text.split()]

    def _text_of(self, shown: Published) -> str:
        """What is searched, folded once: it is asked for the list and again for each filter."""
        if shown.id not in self._texts:
            measures = " ".join(str(part.get("text") or "") for part in shown.values.get("measures") or ())
            texts = (str(shown.values.get(name) or "") for name in _TEXTS)
            self._texts[shown.id] = fold(" ".join((*texts, measures)))
        return self._texts[shown.id]

    def _values(self, name: str, shown: Published) -> list[str]:
        """What a project counts for in a filter."""
        values = shown.values
        single = {"category": "category", "status": "status", "target": "target_kind", "unit": "lead_unit"}
        if name in single:
            return [str(values[single[name]])] if values.get(single[name]) else []
        if name == "group":
            return [str(values["target_group"])] if values.get("target_group") else []
        if name == "area":
            return list(self._areas(values))
        return [str(year) for year in years(values.get("year_from"), values.get("year_to"))]

    def _areas(self, values: Mapping[str, Any]) -> Iterator[str]:
        area = self.known.areas.get(UUID(values["area_id"])) if values.get("area_id") else None
        while area is not None and area.parent_id is not None:
            if area.kind in ("street", "zone", "community"):
                yield str(area.id)
            area = self.known.areas.get(area.parent_id)

    def groups(self) -> list[tuple[str, list[Choice]]]:
        """The filters with their choices; a count says how many projects the choice would leave."""
        return [(gettext(text), self._choices(name)) for name, text in FILTERS.items()]

    def _choices(self, name: str) -> list[Choice]:
        counts = Counter(
            value for one in self.every if self._fits(one, without=name) for value in self._values(name, one)
        )
        own = self.chosen.get(name)
        frequent = [value for value, _ in counts.most_common(_MOST_CHOICES)]
        if own and own not in frequent:
            frequent.append(own)
        by_year = name == "year"  # An address may hold anything as a year, so the years are ordered as texts.
        return [
            Choice(
                self.name(name, value), counts[value], self.address(**{name: None if value == own else value}),
                value == own,
            )
            for value in (sorted(frequent, reverse=True) if by_year else frequent)
        ]

    def chips(self) -> list[tuple[str, str]]:
        """The filters in force, each with the address of the list without it."""
        words = [(gettext("Words: %(words)s", words=self.text), self.address(q=None))] if self.text else []
        return words + [
            (f"{gettext(FILTERS[name])}: {self.name(name, value)}", self.address(**{name: None}))
            for name, value in self.chosen.items()
        ]

    def name(self, name: str, value: str) -> str:
        """What a value of a filter is called."""
        scheme = {"category": "promotion_category", "status": "project_status", "target": "project_target"}.get(name)
        if scheme:
            return self.known.codes(scheme).name(value, self.language)
        area = self.known.areas.find(value) if name == "area" else None
        if area is not None:
            return self.known.areas.full_name(area, self.language)
        return self._english_group(value) if name == "group" and self.language == "en" else value

    def _english_group(self, value: str) -> str:
        found = (one.values.get("target_group_en") for one in self.every if one.values.get("target_group") == value)
        return next((str(text) for text in found if text), value)

    def address(self, page: int = 1, **changed: str | None) -> str:
        """The address of the list with some of its filters changed."""
        told = {"q": self.text, **self.chosen, **changed, "page": page if page > 1 else None}
        return address("projects", **{key: value for key, value in told.items() if value})
