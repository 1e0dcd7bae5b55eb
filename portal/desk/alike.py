"""Records that a new one may be, shown while somebody types and once more before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import render_template, request
from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import duplicates, readings, showing
from registries.access import Actor
from registries.records import Records

from .. import forms
from ..running import system
from ..security import actor, allowed
from .pages import pages, records_of

MOST = 5


@dataclass(frozen=True, slots=True)
class Probable:
    """A record that may be the same, and why; without a title it lies outside what the actor may see."""

    id: UUID | None
    title: str
    why: str


def probable(session: Session, told: Records, raw: Mapping[str, Any], *, actor: Actor) -> list[Probable]:
    """The records that one with these values, as typed, may be; those outside the actor's scope are left out.

    Whoever types a number is told whose it is, so that people found are logged like those of a search.
    """
    if told.kind.like is None:
        return []
    values = told.check(session, raw).values
    found: dict[UUID, str] = {}
    for record_id, why in told.kind.like(session, values):
        found.setdefault(record_id, why)
    items = [
        item for item in told.load(session, list(found)) if actor.may("read", told.kind.database, item.area_path)
    ][:MOST]
    if items and showing.personal_fields(told):
        readings.note(system().database, actor, "search", told.name, fields=["name"], count=len(items))
    return [Probable(item.id, showing.title(session, told, item), gettext(duplicates.WHY[found[item.id]]))
            for item in items]  # fmt: skip


@pages.post("/<kind>/alike")
@allowed("write")
def look_alike(kind: str) -> str:
    """A part of the form: what the values typed so far may be already."""
    told = records_of(kind)
    raw = {name: value for name, value in forms.read(told.kind.schema, request.form).items() if value not in ("", [])}
    with system().database.reading() as session:
        found = probable(session, told, raw, actor=actor())
    return render_template("desk/alike.html", kind=kind, probable=found)
