"""What the site says of itself: how it can be used by everybody, what becomes of personal data, where everything is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import editions, references
from registries.editions import Wanted
from registries.fields import RecordField
from registries.references import References

from ..running import system
from ..security import allowed
from .articles import LISTS, category_names
from .blueprint import pages
from .keeping import kept
from .purposes import PURPOSES, Purpose


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A field that tells of a person, as the notice names it."""

    label: str
    sealed: bool


@dataclass(frozen=True, slots=True)
class PersonalKind:
    """The personal fields of a kind of record, with what they are for and how long they are kept."""

    name: str
    purpose: Purpose
    fields: list[PersonalField]


@pages.get("/accessibility")
@allowed("anyone")
@kept()
def accessibility() -> str:
    """How the site can be used by everybody, and whom to tell where it cannot."""
    return render_template("public/accessibility.html")


@pages.get("/privacy")
@allowed("anyone")
@kept("network")
def privacy() -> str:
    """Which personal data the district keeps, why and for how long: read from the field table itself."""
    with system().database.reading() as session:
        known = references.load(session)
    return render_template(
        "public/privacy.html", kinds=list(_personal_kinds(known)), days=system().settings.request_days
    )


def _personal_kinds(known: References) -> Iterator[PersonalKind]:
    for name, records in system().catalogue.items():
        found = [
            PersonalField(gettext(field.label), bool(field.sealed))
            for field in records.kind.schema(known).fields.values()
            if isinstance(field, RecordField) and (field.personal or field.sealed) and not field.computed
        ]
        if found and name in PURPOSES:
            yield PersonalKind(gettext(records.kind.plural), PURPOSES[name], found)


@pages.get("/site-map")
@allowed("anyone")
@kept("network")
def site_map() -> str:
    """All parts of the site on one page."""
    with system().database.reading() as session:
        categories = {view: _categories(session, kind) for view, kind in LISTS.items()}
        shown = [
            one for category in ("knowledge", "site")
            for one in editions.listed(session, system().catalogue["page"], Wanted(category), limit=200)
        ]
    return render_template("public/site_map.html", categories=categories, shown=shown)


def _categories(session: Session, kind: str) -> list[tuple[str, str]]:
    counts = editions.counted(session, system().catalogue[kind]).categories()
    return [(code, name) for code, name in category_names(session, kind).items() if counts.get(code)]
