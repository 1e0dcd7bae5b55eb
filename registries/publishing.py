"""Publishing: a working text, the edition that people read, and the two people it takes.

Records of kinds that are published (articles, promotion projects) have the columns of `Publication`. Who writes a text
does not publish it: a reviewer does who neither wrote nor changed what is reviewed. Publishing fixes an edition; a
later change of the working text waits for its own review while people go on reading the edition. So nothing that is
being written can be read by accident (internal and public text are separate fields, never filtered when shown).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import changes
from .access import Actor, NotAllowed
from .days import today
from .db import UtcDateTime, now, plain_text
from .fields import Day, Text, YesNo
from .items import same
from .messages import N_, Problem, Refused
from .moments import Edition, Moment
from .records import Change, Conflict, Item, NotFound, Records
from .reference_fields import Code
from .schemas import RecordSchema
from .storing import Context, live

DRAFT, SUBMITTED, RETURNED, LIVE, WITHDRAWN = "draft", "submitted", "returned", "published", "withdrawn"
#: From which states a text goes on to which.
STEPS = {
    "submit": ({DRAFT, RETURNED, WITHDRAWN}, SUBMITTED), "return": ({SUBMITTED}, RETURNED),
    "publish": ({SUBMITTED}, LIVE), "withdraw": ({DRAFT, SUBMITTED, RETURNED, LIVE}, WITHDRAWN),
}  # fmt: skip
#: What publishing itself writes; all other fields are the working text.
COLUMNS = frozenset({
    "edition_state", "written_by", "reviewed_by", "answer", "edition", "public_from", "public_to", "public_category",
    "public_on", "public_pinned", "published_at",
})  # fmt: skip


class Publication:
    """The columns of whatever is published."""

    dated_on: Mapped[date | None] = mapped_column(sa.Date)
    show_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    show_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pinned: Mapped[bool | None] = mapped_column(sa.Boolean)
    edition_state: Mapped[str] = mapped_column(plain_text(20))
    written_by: Mapped[str | None] = mapped_column(sa.String(120))
    reviewed_by: Mapped[str | None] = mapped_column(sa.String(120))
    answer: Mapped[str | None] = mapped_column(sa.String(1000))
    edition: Mapped[Any | None] = mapped_column(sa.JSON(none_as_null=True))
    public_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    public_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the edition was fixed; a row changes with the working text, too.
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What lists of editions are narrowed and sorted by; the working text may say otherwise by now.
    public_category: Mapped[str | None] = mapped_column(plain_text(40))
    public_on: Mapped[date | None] = mapped_column(sa.Date)
    public_pinned: Mapped[bool | None] = mapped_column(sa.Boolean)


def readable_index(name: str) -> sa.Index:
    """The index that the lists of a kind are read and counted from: the editions alone, without their texts."""
    where = sa.text("edition IS NOT NULL AND retired_at IS NULL AND merged_into IS NULL")
    return sa.Index(
        f"ix_{name}_readable", "public_pinned", "public_on", "id", "public_from", "public_to", "public_category",
        sqlite_where=where, postgresql_where=where,
    )


class PublicationSchema(RecordSchema):
    """The fields of whatever is published."""

    #: What an edition holds of the working text.
    published: ClassVar[tuple[str, ...]] = ()
    #: What a list of editions is narrowed by.
    category_field: ClassVar[str] = "category"

    dated_on = Day(
        N_("Date"), sortable=True, wanted=True, headings=("日期", "发布日期", "published_at", "发文日期", "成文日期")
    )
    show_from = Moment(N_("Show from"), headings=("上线时间",), hint=N_("Empty: as soon as it is published."))
    show_to = Moment(N_("Show until"), headings=("下线时间",), hint=N_("Empty: until it is withdrawn."))
    pinned = YesNo(N_("Keep on top"), headings=("置顶",))
    edition_state = Code(N_("State of the text"), "edition_state", filterable=True, computed=True)
    written_by = Text(N_("Written by"), 120, computed=True)
    reviewed_by = Text(N_("Reviewed by"), 120, computed=True)
    answer = Text(N_("What the reviewer says"), 1000, computed=True)
    edition = Edition(N_("What people read"))
    public_from = Moment(N_("Public from"), computed=True)
    public_to = Moment(N_("Public until"), computed=True)
    published_at = Moment(N_("Edition fixed"), computed=True)
    public_category = Text(N_("Published category"), 40, computed=True)
    public_on = Day(N_("Published date"), computed=True)
    public_pinned = YesNo(N_("Published on top"), computed=True)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found in a text; ``serious`` ones must be mended before it goes on."""

    field: str
    problem: Problem
    serious: bool = True


Check = Callable[[Session, Item], list[Finding]]


def derive(values: dict[str, Any], stored: Mapping[str, Any] | None, context: Context) -> None:
    """A new text is a draft; a changed one has to be reviewed again, one that was saved as it stood has not."""
    if stored is None:
        values.setdefault("edition_state", DRAFT)
        return
    changed = {name for name, value in values.items() if name not in COLUMNS and not same(value, stored.get(name))}
    if changed and "edition_state" not in values and stored.get("edition_state") in (SUBMITTED, LIVE, WITHDRAWN):
        values["edition_state"] = DRAFT


@dataclass(frozen=True, slots=True)
class Published:
    """A record as people read it: what the edition holds, since when it is public, and since when it is as it is."""

    kind: str
    id: UUID
    values: dict[str, Any]
    public_from: datetime
    public_to: datetime | None
    changed_at: datetime


def submit(
    session: Session, records: Records, record_id: UUID, check: Check, *, version: int, actor: Actor
) -> Item:
    """Hand a text to a reviewer.

    :raises Refused: something that readers need is missing, personal data stand in it, or its time is over.
    """
    item = _at(session, records, record_id, version, actor, "write", "submit")
    found = [one for one in (*check(session, item), *untimely(item.values)) if one.serious]
    if found:
        raise Refused(found[0].problem)
    return _step(session, records, item, "submit", {"answer": None, "written_by": actor.name}, actor)


def send_back(
    session: Session, records: Records, record_id: UUID, *, version: int, actor: Actor, answer: str
) -> Item:
    """Give a text back to who wrote it, with what is to be changed."""
    if not answer.strip():
        raise Refused(Problem(N_("A text goes back with a word on why."), N_("Write what is to be changed.")))
    item = _at(session, records, record_id, version, actor, "publish", "return")
    return _step(session, records, item, "return", {"answer": answer.strip(), "reviewed_by": actor.name}, actor)


def publish(
    session: Session, records: Records, record_id: UUID, check: Check, *, version: int, actor: Actor,
    at: datetime | None = None,
) -> Item:
    """Make the text public: at ``at``, else from the moment it names, else at once.

    :raises NotAllowed: the actor wrote or changed the text.
    :raises Refused: something that readers need is missing, or its time does not fit.
    """
    item = _at(session, records, record_id, version, actor, "publish", "publish")
    if actor.name in authors(session, records, item):
        raise NotAllowed("publish own text")
    found = [one for one in check(session, item) if one.serious]
    if found:
        raise Refused(found[0].problem)
    late = untimely(item.values, at)
    if late:
        raise Refused(late[0].problem)
    told = told_of(records, item, begin_of(item.values, at))
    return _step(session, records, item, "publish", {**told, "answer": None, "reviewed_by": actor.name}, actor)


def told_of(records: Records, item: Item, start: datetime) -> dict[str, Any]:
    """What is written when a text is published from a moment on: the edition, and what it is found by."""
    values = item.values
    on = values["dated_on"] or today()
    return {
        "edition": edition_of(records, values), "edition_state": LIVE, "dated_on": on,
        "public_from": start, "public_to": values["show_to"], "published_at": now().replace(microsecond=0),
        "public_category": category_of(records, values), "public_on": on, "public_pinned": bool(values["pinned"]),
    }  # fmt: skip


def begin_of(values: Mapping[str, Any], at: datetime | None = None) -> datetime:
    """From when a text would be public if it were published now: at ``at``, or at the moment it names."""
    begun: datetime | None = values["public_from"] if values["edition"] else None
    start: datetime = at or values["show_from"] or begun or now().replace(microsecond=0)
    return start


def untimely(values: Mapping[str, Any], at: datetime | None = None) -> list[Finding]:
    """What is wrong with the times of a text, should it be published now.

    There is one edition: one that begins later would take the edition that is public off the site until then. Who
    hands such a text in may still have it reviewed at its time, so that alone is not serious.
    """
    moment, start, end, found = now(), begin_of(values, at), values["show_to"], []
    is_read = values["edition"] is not None and values["public_from"] <= moment and (
        values["public_to"] is None or values["public_to"] > moment
    )
    if end and end <= moment:
        problem = Problem(N_("The time until which the text is shown is over."), N_("Correct it or take it out."))
        found.append(Finding("show_to", problem))
    elif end and end <= start:
        problem = Problem(N_("The text ends before it begins."), N_("Correct one of the two times."))
        found.append(Finding("show_to", problem))
    if start > moment and is_read:
        problem = Problem(
            N_("Readers see an earlier edition, and this one would begin later."),
            N_("Publish it at that time, or take the text off the site first."),
        )
        found.append(Finding("show_from", problem, False))
    return found


def withdraw(session: Session, records: Records, record_id: UUID, *, version: int, actor: Actor, reason: str) -> Item:
    """Take a text off the site; it stays with all its versions."""
    if not reason.strip():
        raise Refused(Problem(N_("Withdrawing needs a reason."), N_("Write why; it is kept in the history.")))
    item = _at(session, records, record_id, version, actor, "publish", "withdraw")
    told = {"edition": None, "public_to": now().replace(microsecond=0), "answer": reason.strip()}
    return _step(session, records, item, "withdraw", told, actor, reason.strip())


def edition_of(records: Records, values: Mapping[str, Any]) -> dict[str, Any]:
    """What people will read of a working text, as JSON."""
    fields = records.storage.fields
    told = {name: fields[name].to_json(values.get(name)) for name in _schema(records).published}
    told["dated_on"] = told["dated_on"] or today().isoformat()
    return told


def category_of(records: Records, values: Mapping[str, Any]) -> str | None:
    """What lists of editions are narrowed by."""
    told: str | None = values[_schema(records).category_field]
    return told


def _schema(records: Records) -> type[PublicationSchema]:
    schema = records.kind.schema
    assert issubclass(schema, PublicationSchema)  # noqa: S101  Only such kinds are published.
    return schema


def authors(session: Session, records: Records, item: Item) -> set[str]:
    """Who wrote or changed the text that stands for review: everybody since it was last published.

    By whatever way: also who merged two texts, or took a change back, chose what readers will see.
    """
    found, told = set(), set(_schema(records).published)
    for change in changes.history(session, records.kind.database, item.id):
        if change.action == "publish":
            break
        if change.action in ("create", "update", "restore", "submit") or told & change.changes.keys():
            found.add(change.actor)
    return found


def _at(
    session: Session, records: Records, record_id: UUID, version: int, actor: Actor, action: str, step: str
) -> Item:
    item = records.writable(session, record_id, actor=actor, action=action)
    if item.version != version:
        raise Conflict(item)
    if item.values["edition_state"] not in STEPS[step][0]:
        raise Refused(Problem(N_("The text is not in a state for that."), N_("Read the page again.")))
    return item


def _step(
    session: Session, records: Records, item: Item, step: str, told: dict[str, Any], actor: Actor,
    reason: str | None = None,
) -> Item:
    values = {**told, "edition_state": STEPS[step][1]}
    records.change(session, [Change(item, values, {}, step)], actor=actor, reason=reason)
    return records.load(session, [item.id])[0]


def is_public(moment: datetime, table: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that people may read a text at a moment."""
    return sa.and_(
        table.c.edition.is_not(None), table.c.public_from <= moment,
        sa.or_(table.c.public_to.is_(None), table.c.public_to > moment),
        live(table),
    )  # fmt: skip


def readable(table: sa.FromClause) -> sa.Select[Any]:
    """The columns that `as_published` reads of a row: the working text is as long again, and nobody's business."""
    c = table.c
    return sa.select(c.id, c.edition, c.public_from, c.public_to, c.published_at)


def changed_at(table: sa.FromClause) -> sa.ColumnElement[datetime]:
    """Since when readers see an edition as it is: it was fixed then, or became public later."""
    since = sa.func.coalesce(table.c.published_at, table.c.public_from)
    return sa.case((table.c.public_from > since, table.c.public_from), else_=since)


def read(session: Session, records: Records, record_id: UUID) -> Published:
    """One edition that people may read now.

    :raises NotFound: there is none.
    """
    table = records.kind.table
    row = session.execute(readable(table).where(table.c.id == record_id, is_public(now(), table))).first()
    if row is None:
        raise NotFound(f"{records.name} {record_id}")
    return as_published(records.name, row)


def read_many(session: Session, records: Records, ids: Sequence[UUID], moment: datetime) -> list[Published]:
    """Those of some editions that people may read at a moment, in no order."""
    table = records.kind.table
    rows = session.execute(readable(table).where(table.c.id.in_(ids), is_public(moment, table)))
    return [as_published(records.name, row) for row in rows]


def next_turn(session: Session, records: Records, after: datetime) -> datetime | None:
    """The next moment at which a text becomes public or ceases to be: until then the pages stay as they are."""
    table = records.kind.table
    turns = [
        session.scalar(sa.select(sa.func.min(column)).where(column > after, table.c.edition.is_not(None)))
        for column in (table.c.public_from, table.c.public_to)
    ]
    return min(filter(None, turns), default=None)


def as_published(kind: str, row: Any) -> Published:
    """A row of `readable` as people read it."""
    values = dict(row.edition)
    if values.get("dated_on"):
        values["dated_on"] = date.fromisoformat(values["dated_on"])
    since = max(filter(None, (row.public_from, row.published_at)))
    return Published(kind, row.id, values, row.public_from, row.public_to, since)
