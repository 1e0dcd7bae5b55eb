"""The page of one record: its sections, what it is linked with, its history; full numbers for a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext

from registries import attachments, changes, incoming, merging, readings, showing
from registries.fields import RecordField
from registries.messages import N_
from registries.records import Item, NotFound, Records
from registries.reference_fields import Link
from registries.schemas import Parts

from ..running import system
from ..security import actor, allowed
from ..values import WITHHELD, Wording, wording
from . import locating
from .extras import EXTRAS
from .pages import pages, records_of

#: So many lines of the history stand on the page of a record.
LATEST = 10
#: Why full numbers are needed, most often.
REASONS = (
    N_("To compare with the paper the person shows"), N_("To call the person or the family"),
    N_("To correct the record"), N_("For an emergency"),
)
#: What happened to a record, in words.
ACTIONS = {
    "create": N_("Created"), "update": N_("Changed"), "retire": N_("Taken out of use"), "restore": N_("Brought back"),
    "merge": N_("Merged"), "unmerge": N_("Parted again"), "import": N_("Imported"), "undo": N_("Import taken back"),
    "attach": N_("File added"), "detach": N_("File taken away"), "check": N_("Checked in place"),
    "propose": N_("Change proposed"), "take": N_("Proposal taken over"), "return": N_("Proposal sent back"),
    "submit": N_("Handed in for review"), "publish": N_("Published"), "withdraw": N_("Withdrawn from the site"),
    "move": N_("Moved with its area"), "apart": N_("Told apart"), "erase": N_("Erased"), "transfer": N_("Transferred"),
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """A field of a record as its page shows it; a list of parts has ``heads`` and ``rows`` instead of text."""

    name: str
    label: str
    text: str = ""
    address: str | None = None
    masked: bool = False
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the timeline."""

    when: datetime
    who: str
    what: str
    reason: str | None
    rows: list[tuple[str, str, str]]
    batch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """A record that points at this one, and in what relation."""

    kind: str
    id: UUID
    title: str
    relation: str
    until: date | None

    @classmethod
    def of(cls, one: incoming.Incoming, words: Wording) -> Linked:
        """An incoming link in words."""
        role = words.known.codes("link_role").name(one.role, words.language) if one.role else gettext(one.label)
        kind = gettext(system().catalogue[one.kind].kind.label)
        return cls(one.kind, one.id, one.title, f"{kind} · {role}", one.until)


@pages.get("/<kind>/<uuid:record_id>")
@allowed("read")
def record(kind: str, record_id: UUID) -> Any:
    """The page of a record, masked; a merged one shows its survivor and says so."""
    told = records_of(kind)
    with system().database.reading() as session:
        item = told.get(session, record_id, actor=actor())
    showing.note_view(system().database, told, [item], actor=actor())
    return _page(told, item, came_from=record_id if item.id != record_id else None)


@pages.post("/<kind>/<uuid:record_id>")
@allowed("reveal")
def reveal(kind: str, record_id: UUID) -> Any:
    """The page with the asked-for values whole; the access log is written first."""
    told = records_of(kind)
    reason = (request.form.get("reason") or request.form.get("other_reason") or "").strip()
    fields = told.storage.fields
    names = [name for name in request.form.getlist("field") if name in fields and fields[name].sealed]
    if not reason or not names:
        with system().database.reading() as session:
            item = told.get(session, record_id, actor=actor())
        showing.note_view(system().database, told, [item], actor=actor())
        text = gettext("Say which values you need, and why.")
        return _page(told, item, problems=[("reveal", text)]), 422
    item, values = showing.reveal(system().database, told, record_id, names, actor=actor(), reason=reason)
    return _page(told, item, revealed=values)


@pages.get("/<kind>/<uuid:record_id>/history")
@allowed("read")
def history(kind: str, record_id: UUID) -> str:
    """All that happened to a record, the latest first."""
    told = records_of(kind)
    with system().database.reading() as session:
        item = told.get(session, record_id, actor=actor())
        words = wording(session)
        log = changes.history(session, told.kind.database, item.id)
        happened = [happening(told, one, words) for one in log]
        title = showing.title(session, told, item)
    showing.note_view(system().database, told, [item], actor=actor())
    return render_template("desk/history.html", kind=kind, records=told, item=item, title=title, happened=happened)


def _page(
    told: Records, item: Item, *, revealed: dict[str, Any] | None = None, came_from: UUID | None = None,
    problems: Any = (),
) -> str:
    with system().database.reading() as session:
        words = wording(session)
        shown = showing.masked(told, item, system().keys)
        values = {**shown.values, **(revealed or {})}
        hidden = [name for name in shown.masked if name not in (revealed or {})]
        sections = sections_of(told, item, values, hidden, words)
        log = changes.history(session, told.kind.database, item.id)
        found = incoming.links_to(session, system().catalogue, told.name, item.id, actor=actor())
        people = sum(one.kind == "resident" for one in found)
        if people:
            readings.note(system().database, actor(), "view", "resident", fields=["name"], count=people)
        links = [Linked.of(one, words) for one in found]
        extra = EXTRAS[told.name](session, item, words) if told.name in EXTRAS else None
        if extra is not None:
            showing.note_view(system().database, system().catalogue["resident"], extra.people, actor=actor())
        return render_template(
            "desk/record.html", kind=told.name, records=told, item=item, sections=sections, links=links,
            title=showing.title(session, told, item) or gettext("(without a name)"), came_from=came_from,
            merged=merging.merged_in(log),
            happened=[happening(told, one, words) for one in log[:LATEST]], more=len(log) > LATEST,
            masked=[(name, gettext(told.storage.fields[name].label)) for name in hidden],
            reasons=[(gettext(one), gettext(one)) for one in REASONS],
            revealed=bool(revealed), problems=problems, area=words.area(item.values["area_id"]),
            map=locating.map_of(session, words.known.areas, item.area_path, _point(values), words.language),
            may_write=actor().may("write", told.kind.database, item.area_path),
            may_reveal=actor().may("reveal", told.kind.database, item.area_path),
            files=attachments.listed(session, told, item.id),
            extra=extra.given if extra else None, extra_template=extra.template if extra else "",
        )  # fmt: skip


def sections_of(
    told: Records, item: Item, values: dict[str, Any], hidden: list[str], words: Wording
) -> list[tuple[str, list[Line]]]:
    """The sections of the schema with the lines that say something."""
    fields = told.storage.fields
    found = []
    for title, names in told.kind.schema.sections:
        lines = [line_of(name, fields[name], values.get(name), name in hidden, words) for name in names
                 if name in fields and (values.get(name) not in (None, "", [], {}) or name in hidden)]  # fmt: skip
        if lines:
            found.append((gettext(title), lines))
    return found


def line_of(name: str, told: RecordField, value: Any, masked: bool, words: Wording) -> Line:
    """One field in words."""
    line = Line(name, gettext(told.label), masked=masked)
    if masked and value is None:
        line.text = gettext(WITHHELD)
    elif isinstance(told, Parts):
        columns = words.columns(told)
        rows = words.rows(told, value)
        used = [at for at in range(len(columns)) if any(row[at] for row in rows)]
        heads = [gettext(item.label) for item in columns.values()]
        line.heads, line.rows = [heads[at] for at in used], [[row[at] for at in used] for row in rows]
    else:
        line.text = words.text(told, value)
        if isinstance(told, Link) and words.title(told.kind, UUID(str(value))):
            line.address = url_for("desk.record", kind=told.kind, record_id=value)
    return line


def happening(told: Records, one: changes.Change, words: Wording) -> Happening:
    """A row of the log in words, with sealed values masked."""
    shown = showing.change(told, one, system().keys)
    fields = told.storage.fields
    labels = showing.labels(told, shown.values)
    rows = []
    for name, pair in shown.values.items():
        if name in fields and fields[name].computed:
            continue
        before, after = (
            ("•••" if name in shown.masked and value is None and one.sealed[name][at] else
             words.text(fields[name], value) if name in fields else str(value or ""))
            for at, value in enumerate(pair)
        )  # fmt: skip
        rows.append((gettext(labels[name]), before, after))
    what = gettext(ACTIONS[one.action]) if one.action in ACTIONS else one.action
    return Happening(one.at, one.actor, what, one.reason, rows, one.batch_id)


def _point(values: dict[str, Any]) -> tuple[float, float] | None:
    x, y = values.get("longitude"), values.get("latitude")
    return (x, y) if isinstance(x, float | int) and isinstance(y, float | int) else None


def require_live(item: Item) -> None:
    """Only records in use are edited.

    :raises NotFound: this one was merged into another, whose page is the place to go.
    """
    if item.merged_into is not None:
        raise NotFound(str(item.id))
