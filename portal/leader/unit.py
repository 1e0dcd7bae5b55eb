"""The page of one unit: everything known of it on a page that can be printed, and where it stands in its trade."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext

from registries import marks, showing
from registries.days import CHINA_TIME
from registries.organisations import peers

from ..running import system
from ..security import account, actor, allowed
from ..values import wording
from .pages import pages, unit_records
from .searching import badges, value_name
from .sections import Section, Unit, register, sections_of


@pages.get("/units/<kind>/<uuid:record_id>")
@allowed("lead")
def unit(kind: str, record_id: UUID) -> Any:
    """The page of a unit; a merged one leads to its survivor. People are no units and answered as not being there."""
    told = unit_records(kind)
    with system().database.reading() as session:
        item = told.get(session, record_id, actor=actor())
    if item.id != record_id:
        return redirect(url_for("leader.unit", kind=kind, record_id=item.id))
    showing.note_view(system().database, told, [item], actor=actor())
    with system().database.reading() as session:
        words = wording(session)
        about = Unit(session, told, item, showing.masked(told, item, system().keys), words)
        person = account()
        return render_template(
            "leader/unit.html", kind=kind, item=item, register=value_name("kind", kind, words),
            title=showing.title(session, told, item) or gettext("(without a name)"),
            area=words.area(item.values["area_id"]), badges=list(badges(item, words)), sections=sections_of(about),
            printed_at=datetime.now(CHINA_TIME), printed_by=person.name if person else "",
            may_edit=actor().may("write", told.kind.database, item.area_path),
        )


@register(70)
def position(about: Unit) -> Section | None:
    """Where an organisation stands among the units of its trade."""
    if about.records.name != "organisation":
        return None
    found = peers.of_trade(about.session, about.records, about.item, about.day, actor=about.words.actor)
    if found is None:
        return None
    names, colours = about.words.known.codes("industry"), about.words.known.codes("risk_colour")
    own = about.item.values["risk_colour"]
    content = {
        "peers": found, "trade": names.name(found.trade, about.words.language), "staff": about.item.values["employees"],
        "overdue": "inspection" in system().feed.overdue(about.session, about.item),
        "expired": "licence" in system().feed.overdue(about.session, about.item),
        "filled": 1 - len(marks.lacking(about.records, about.item)) / (len(marks.wanted(about.records)) or 1),
        "licensed": any(row["valid_to"] for row in about.item.values["licences"]),
        "colours": [
            (colours.name(code, about.words.language) if code else gettext("not graded"), number, code == own)
            for code, number in sorted(found.colours.items(), key=lambda pair: pair[0] or "~")
        ],
    }  # fmt: skip
    return Section("peers", gettext("Among the units of its trade"), "leader/parts/peers.html", content)

