"""Values of records in words: codes by name, areas in full, days as people read them, links by title.

What comes in here has been through `registries.showing`, so sensitive values are masked already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import references, showing
from registries.access import Actor
from registries.fields import Day, Number, RecordField, YesNo
from registries.links import target_kind
from registries.messages import N_
from registries.moments import Moment
from registries.reference_fields import Area, Code, Codes, Link
from registries.schemas import Parts

from . import formats
from .running import language, system
from .security import actor
from .system import Catalogue

#: What stands for a sealed value of which not even a mask is shown.
WITHHELD = N_("on record, shown for a reason only")
#: What stands for a linked record that is not the reader's to see.
OUT_OF_SIGHT = N_("on record, outside what you may see")


class Wording:
    """Words for the values of one page, in one language and within what one actor may see."""

    def __init__(self, session: Session, catalogue: Catalogue, actor: Actor, language: str) -> None:
        self.session, self.catalogue, self.actor, self.language = session, catalogue, actor, language
        self.known = references.load(session).in_language(language)
        #: The areas that may be chosen for a record; ``None`` is everywhere.
        self.write_scopes: list[str] | None = None
        self._titles: dict[tuple[str, UUID], str | None] = {}

    def text(self, told: RecordField, value: Any) -> str:
        """A value of a field, as JSON knows it, in words; nothing for an empty one."""
        if value in (None, "", [], {}):
            return ""
        if isinstance(told, Parts):
            return "；".join(" ".join(cells) for cells in self.rows(told, value))
        if isinstance(told, Codes):
            return ("、" if self.language == "zh" else ", ").join(self._code(told.scheme, code) for code in value)
        if isinstance(told, Code):
            return self._code(told.scheme, value)
        if isinstance(told, Area):
            return self.area(UUID(str(value)))
        if isinstance(told, Link):
            return self.title(told.kind, UUID(str(value))) or gettext(OUT_OF_SIGHT)
        if isinstance(value, dict):
            return "；".join(f"{name}：{item}" for name, item in value.items())
        return _plain(told, value)

    def rows(self, told: Parts, value: Iterable[Mapping[str, Any]]) -> list[list[str]]:
        """The entries of a list of parts, each as the words of its fields in the order of `columns`."""
        plan = self.columns(told)
        return [[self._cell(name, item, row) for name, item in plan.items()] for row in value]

    @staticmethod
    def columns(told: Parts) -> dict[str, RecordField]:
        """The fields of an entry that people see."""
        return {name: item for name, item in told.nested.items() if not item.computed}

    def _cell(self, name: str, item: RecordField, row: Mapping[str, Any]) -> str:
        value = row.get(name)
        if isinstance(item, Link) and value and not item.kind:
            kind = target_kind(self.known, str(row.get("role") or ""))
            return (self.title(kind, UUID(str(value))) if kind else None) or gettext(OUT_OF_SIGHT)
        return self.text(item, value)

    def _code(self, scheme: str, code: str) -> str:
        return self.known.codes(scheme).name(code, self.language)

    def area(self, area_id: UUID) -> str:
        """The full name of an area."""
        entry = self.known.areas.get(area_id)
        return "" if entry is None else self.known.areas.full_name(entry, self.language)

    def title(self, kind: str, record_id: UUID) -> str | None:
        """What a record is called; ``None`` where it lies outside what the actor may see."""
        self.learn(kind, [record_id])
        return self._titles.get((kind, record_id))

    def linked(self, kind: str, value: Any) -> str:
        """How a link stands in an input: the title with the id that makes it certain, or what was typed."""
        try:
            record_id = UUID(str(value))
        except ValueError:
            return str(value or "")
        title = self.title(kind, record_id) if kind else self._title_anywhere(record_id)
        return f"{title} [{record_id}]" if title else str(record_id)

    def _title_anywhere(self, record_id: UUID) -> str | None:
        return next(filter(None, (self.title(kind, record_id) for kind in self.catalogue)), None)

    def learn(self, kind: str, ids: Iterable[UUID]) -> None:
        """Read the titles of several records at once."""
        wanted = [one for one in dict.fromkeys(ids) if (kind, one) not in self._titles]
        if not wanted or kind not in self.catalogue:
            return
        records = self.catalogue[kind]
        self._titles.update(dict.fromkeys([(kind, one) for one in wanted]))
        for item in records.load(self.session, wanted):
            if self.actor.may("read", records.kind.database, item.area_path):
                self._titles[kind, item.id] = showing.title(self.session, records, item)


def _plain(told: RecordField, value: Any) -> str:
    if isinstance(told, Day):
        return formats.day(value)
    if isinstance(told, Moment):
        return formats.moment(datetime.fromisoformat(value))
    if isinstance(told, YesNo) and isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    # Years are numbers too, and nobody writes 2,024.
    if isinstance(told, Number) and isinstance(value, int | float) and abs(value) >= 10_000:
        return formats.number(value)
    return str(value)


def wording(session: Session) -> Wording:
    """Words for values in the language of the request, within what who asks may see."""
    return Wording(session, system().catalogue, actor(), language())
