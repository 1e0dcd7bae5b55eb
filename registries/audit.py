"""Who saw or changed what: the five change logs read together, the latest first.

Without a record or a batch in the question, an import is one line, told by the row that applied it: nobody reads its
hundred thousand others. Then every question has an index that runs in the order of time (`changes.BY_HAND`); which one
is chosen here for SQLite, whose planner cannot know that an erasure is rarer than an update.

*Scope.* An auditor sees all logs. An administrator of registries whose right covers the district sees the logs and
readings of these registries. Everybody sees what they did themselves. Others' rows are as if they were not there.

*Values.* Nobody sees what personal fields held, here: of people only the names of the fields are told, and of all
sealed or personal fields. Numbers that somebody wrote into a reason are masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import readings
from .access import Actor, Grant
from .changes import BY_HAND, CHANGE, Change, from_row
from .db import DATABASES
from .records import Records
from .references import References
from .schemas import Parts
from .storing import COMMON_LABELS

PAGE = 50
#: Actions that most rows of a log have, so that the kind narrows a question better.
USUAL_ACTIONS = frozenset({"create", "update", "view", "search"})
#: So many digits in a row that they may be the number of a person or of a phone; that of a request is none.
_NUMBER = re.compile(r"(?<!\d)(?!\d{4}-\d{5}(?!\d))\d[\d ·-]{5,}\d[0-9Xx]?")
_BY_HAND = sa.text(f"({BY_HAND})")

Catalogue = Mapping[str, Records]
#: The moment, the database and the row of the last line seen.
Cursor = tuple[datetime, str, int]


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for; what is ``None`` does not matter. ``since`` is included, ``before`` is not."""

    actor: str | None = None
    database: str | None = None
    kind: str | None = None
    action: str | None = None
    record_id: UUID | None = None
    batch_id: UUID | None = None
    since: datetime | None = None
    before: datetime | None = None
    after: Cursor | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Told:
    """A field that a line tells of; ``hidden`` where its values are nobody's business here."""

    name: str
    label: str
    before: Any = None
    after: Any = None
    hidden: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a log as an auditor reads it."""

    database: str
    id: int
    at: datetime
    actor: str
    kind: str
    record_id: UUID | None
    action: str
    reason: str | None
    batch_id: UUID | None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of lines, and the cursor from which the next, older ones follow."""

    lines: list[Line]
    after: Cursor | None


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may see of the logs: whose rows (``None``: everybody's), of which kinds, and whether with values.

    ``databases`` are those read whole; of ``system`` only the readings of ``kinds``, if these are named.
    """

    databases: tuple[str, ...]
    actor: str | None = None
    kinds: frozenset[str] | None = None
    values: bool = False


def scope_of(catalogue: Catalogue, known: References, *, actor: Actor) -> Scope:
    """What an actor may see; whoever may see nothing else sees what they did themselves."""
    if actor.console or actor.grants_of("auditor"):
        return Scope(DATABASES, values=True)
    root = known.areas.root()
    held = [grant for grant in actor.grants_of("registry_admin") if root and root.path.startswith(grant.area_path)]
    if not held:
        return Scope(DATABASES, actor.name)
    registries = {records.kind.database for records in catalogue.values() if _covers(held, records.kind.database)}
    kinds = frozenset(name for name, records in catalogue.items() if records.kind.database in registries)
    return Scope((*(name for name in DATABASES if name in registries), "system"), kinds=kinds)


def _covers(grants: Sequence[Grant], registry: str) -> bool:
    return any(grant.registry in (None, registry) for grant in grants)


def find(
    session: Session, catalogue: Catalogue, known: References, question: Question, *, actor: Actor
) -> Found:
    """A page of the lines that answer a question, the latest first."""
    scope = scope_of(catalogue, known, actor=actor)
    rows: list[tuple[str, Change]] = []
    for database in _asked(catalogue, scope, question):
        statement = _statement(session, database, scope, question)
        rows += [(database, from_row(row)) for row in session.execute(statement)]
    if not question.batch_id:
        rows.sort(key=lambda pair: (pair[1].at, pair[0], pair[1].id), reverse=True)
    page = rows[:question.limit]
    last = page[-1] if len(rows) > question.limit else None
    return Found(
        [_line(catalogue, known, database, change, scope) for database, change in page],
        (last[1].at, last[0], last[1].id) if last else None,
    )


def _asked(catalogue: Catalogue, scope: Scope, question: Question) -> Iterator[str]:
    """The databases whose logs can hold an answer."""
    for name in scope.databases:
        if question.database not in (None, name):
            continue
        records = catalogue.get(question.kind or "")
        if records and name not in (records.kind.database, "system"):
            continue
        if question.action in readings.ACTIONS and name != "system":
            continue
        yield name


def _statement(session: Session, database: str, scope: Scope, question: Question) -> sa.Select[Any]:
    table = CHANGE[database]
    conditions = list(_conditions(table, database, scope, question))
    statement = sa.select(table).where(*conditions)
    name = f"ix_{database}_change_{_index(scope, question)}"
    statement = statement.with_hint(table, f"INDEXED BY {name}", "sqlite")
    # An import stands in one log, where the order of the rows is that of time: nothing need be sorted.
    order = (table.c.id.desc(),) if question.batch_id else (table.c.at.desc(), table.c.id.desc())
    return statement.order_by(*order).limit(question.limit + 1)


def _index(scope: Scope, question: Question) -> str:
    if question.record_id:
        return "record"
    if question.batch_id:
        return "batch"
    if scope.actor or question.actor:
        return "actor"
    if question.action and (question.action not in USUAL_ACTIONS or not question.kind):
        return "action"
    return "kind" if question.kind else "at"


def _conditions(
    table: sa.Table, database: str, scope: Scope, question: Question
) -> Iterator[sa.ColumnElement[bool] | sa.TextClause]:
    if not (question.record_id or question.batch_id):
        yield _BY_HAND
    for column, value in (
        (table.c.actor, question.actor), (table.c.actor, scope.actor), (table.c.kind, question.kind),
        (table.c.action, question.action), (table.c.record_id, question.record_id),
        (table.c.batch_id, question.batch_id),
    ):
        if value is not None:
            yield column == value
    if scope.kinds is not None and database == "system":
        yield table.c.kind.in_(sorted(scope.kinds))
        yield table.c.action.in_(readings.ACTIONS)
    if question.since is not None:
        yield table.c.at >= question.since
    if question.before is not None:
        yield table.c.at < question.before
    if question.after is not None:
        yield table.c.id < question.after[2] if question.batch_id else _older(table, database, question.after)


def _older(table: sa.Table, database: str, after: Cursor) -> sa.ColumnElement[bool]:
    at, place, row = after
    if database < place:
        return table.c.at <= at
    if database > place:
        return table.c.at < at
    return sa.and_(table.c.at <= at, sa.or_(table.c.at < at, table.c.id < row))


def _line(catalogue: Catalogue, known: References, database: str, change: Change, scope: Scope) -> Line:
    records = catalogue.get(change.kind)
    if change.action in readings.ACTIONS:
        told = tuple(_read(records, change))
    else:
        told = tuple(
            _told(records, known, name, change.changes.get(name), scope.values)
            for name in (*change.changes, *change.sealed)
        )
    return Line(
        database, change.id, change.at, change.actor, change.kind, change.record_id, change.action,
        masked(change.reason), change.batch_id, told,
    )


def _read(records: Records | None, change: Change) -> Iterator[Told]:
    """Which fields somebody looked at, and of how many records at once; what stood in them no log knows."""
    fields = records.storage.fields if records else {}
    for name in (change.changes.get("fields") or (None, ()))[1]:
        yield Told(name, fields[name].label if name in fields else name)
    if "count" in change.changes:
        yield Told("count", "count", None, change.changes["count"][1], hidden=False)


def _told(
    records: Records | None, known: References, name: str, values: Sequence[Any] | None, may_see: bool
) -> Told:
    item = records.storage.fields.get(name) if records else None
    label = item.label if item else COMMON_LABELS.get(name, name)
    personal = records is not None and (
        records.kind.documents is None or item is None or item.personal or isinstance(item, Parts)
    )
    if values is None or personal or not may_see:
        return Told(name, label)
    before, after = (_shown(item, known, value) for value in values)
    return Told(name, label, before, after, hidden=False)


def _shown(item: Any, known: References, value: Any) -> Any:
    """A value as a cell of a sheet would show it; what no schema knows stands as the log has it."""
    if item is None or value is None:
        return masked(value) if isinstance(value, str) else value
    try:
        return item.to_cell(item.from_json(value), known)
    except (ValueError, TypeError, LookupError):
        return value


def masked(text: str | None) -> str | None:
    """A text without the numbers of people that somebody may have written into it."""
    return None if text is None else _NUMBER.sub("***", text)


@dataclass(frozen=True, slots=True)
class Choices:
    """What occurs in the logs that an actor may see, to choose from."""

    kinds: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    actors: list[str] = field(default_factory=list)


#: So many names are offered; any other can be typed.
MOST_NAMES = 500


def choices(session: Session, catalogue: Catalogue, known: References, *, actor: Actor) -> Choices:
    """The kinds, actions and names that can be asked for; each costs a step in an index, however long the log is."""
    scope = scope_of(catalogue, known, actor=actor)
    if scope.actor:
        return Choices(sorted(catalogue), [], [scope.actor])
    found: dict[str, set[str]] = {"kind": set(), "action": set(), "actor": set()}
    for database in scope.databases:
        for name, values in found.items():
            values.update(_values(session, database, name))
    kinds = found["kind"] if scope.kinds is None else found["kind"] & {*scope.kinds, "batch"}
    return Choices(sorted(kinds), sorted(found["action"]), sorted(found["actor"])[:MOST_NAMES])


def _values(session: Session, database: str, name: str) -> Sequence[str]:
    """The values that occur in a column, each found from the one before it in the index of that column."""
    table = CHANGE[database]
    hint = f"INDEXED BY ix_{database}_change_{name}"

    def least(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[str]:
        value = sa.cast(table.c[name], sa.String)
        statement = sa.select(value).where(_BY_HAND, *conditions).order_by(table.c[name]).limit(1)
        return statement.with_hint(table, hint, "sqlite").scalar_subquery()

    found = sa.select(least().label("value")).cte("found", recursive=True)
    following = sa.select(least(table.c[name] > found.c.value)).where(found.c.value.is_not(None))
    found = found.union_all(following)
    return session.scalars(sa.select(found.c.value).where(found.c.value.is_not(None)).limit(MOST_NAMES)).all()


def readers(session: Session, record_ids: Sequence[UUID], limit: int = 1000) -> list[Line]:
    """Who looked at records, the latest first: what a person may ask about their own."""
    table = CHANGE["system"]
    statement = sa.select(table).where(table.c.record_id.in_(record_ids), table.c.action.in_(readings.ACTIONS))
    rows = session.execute(statement.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit))
    return [
        Line("system", row.id, row.at, row.actor, row.kind, row.record_id, row.action, masked(row.reason), row.batch_id)
        for row in rows
    ]
