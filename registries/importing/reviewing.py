"""What people look at between a file and the registry: the list of imports, what a batch would change, what it did.

A batch is seen by whoever staged it and by those who may import for the area it was staged for; for everybody else it
does not exist. Values are masked like everywhere; the cells of failed rows are those of a file, so numbers are veiled
in them wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import references, showing
from ..access import REGISTRIES, Actor
from ..areas import Area, within
from ..changes import CHANGE
from ..fields import RecordField
from ..masks import mask_id
from ..messages import Problem
from ..records import Item, NotFound, Records
from ..references import References
from ..storing import opened
from . import batches
from .batches import BATCH, STAGED_ROW, Batch
from .undoing import edited_since

PAGE = 50
#: Faults are counted by their sort up to so many, and so many rows are named for each.
SCANNED, ROWS_NAMED = 3_000, 5
#: What may be somebody's phone or identity number, also with a digit too few or too many; no code of a firm, which has
#: letters.
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:1[3-9]\d{9}|\d{14,}[Xx]?)(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Search:
    """Which imports are wanted: of kinds, in a state, by somebody; those before a batch for the next page."""

    kinds: Sequence[str] = ()
    state: str | None = None
    author: str | None = None
    before: UUID | None = None
    limit: int = PAGE


def listed(session: Session, search: Search, *, actor: Actor) -> list[Batch]:
    """The imports that the actor may see, the newest first."""
    found: list[Batch] = []
    for database in REGISTRIES:
        seen = _seen(database, actor)
        if seen is None:
            continue
        table = BATCH[database]
        conditions = [seen, *([table.c.id < search.before] if search.before else [])]
        if search.kinds:
            conditions.append(table.c.kind.in_(search.kinds))
        if search.state:
            conditions.append(table.c.state == search.state)
        if search.author:
            conditions.append(table.c.actor == search.author)
        statement = sa.select(table).where(*conditions).order_by(table.c.id.desc()).limit(search.limit)
        found += [batches.from_row(database, row) for row in session.execute(statement)]
    return sorted(found, key=lambda batch: batch.id, reverse=True)[: search.limit]


def _seen(database: str, actor: Actor) -> sa.ColumnElement[bool] | None:
    """The condition that the actor may see a batch of a database; ``None`` if he may see none."""
    scopes = [actor.scopes(action, database) for action in ("import", "undo")]
    if None in scopes:
        return sa.true()
    paths = [path for told in scopes for path in told or ()]
    if not paths:
        return None
    table = BATCH[database]
    return sa.or_(table.c.actor == actor.name, table.c.area_id.in_(sa.select(Area.id).where(within(Area.path, paths))))


def seen(session: Session, batch_id: UUID, *, actor: Actor) -> Batch:
    """A batch that the actor may see.

    :raises NotFound: there is none, or it lies outside what the actor may see.
    """
    batch = batches.find(session, batch_id, REGISTRIES)
    condition, table = _seen(batch.database, actor), BATCH[batch.database]
    if condition is None or session.scalar(sa.select(table.c.id).where(table.c.id == batch_id, condition)) is None:
        raise NotFound(f"batch {batch_id}")
    return batch


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a row: the field, the heading of its column, its cell as it may be shown."""

    number: int
    name: str
    position: int | None
    heading: str | None
    value: str
    problem: Problem


@dataclass(slots=True)
class Group:
    """All that is wrong in one way in one column: the first case, how many there are, the first rows."""

    first: Fault
    count: int = 0
    rows: list[int] = field(default_factory=list)


def grouped(session: Session, records: Records, batch: Batch, limit: int = SCANNED) -> list[Group]:
    """What is wrong with the rows that failed, by column and sort, the most frequent first; of so many faults."""
    found: dict[tuple[str, str], Group] = {}
    for fault in _faults(session, records, batch, "errors"):
        limit -= 1
        if limit < 0:
            break
        group = found.setdefault((fault.name, fault.problem.msgid), Group(fault))
        group.count += 1
        if len(group.rows) < ROWS_NAMED:
            group.rows.append(fault.number)
    return sorted(found.values(), key=lambda group: -group.count)


def faults(session: Session, records: Records, batch: Batch, limit: int = PAGE, what: str = "errors") -> list[Fault]:
    """What is wrong with the first rows that failed, or with ``what="warnings"`` doubtful in those that did not."""
    return list(islice(_faults(session, records, batch, what), limit))


def _faults(session: Session, records: Records, batch: Batch, what: str) -> Iterator[Fault]:
    fields, places = records.storage.fields, positions(batch)
    table = STAGED_ROW[batch.database]
    wanted = ("error",) if what == "errors" else ("new", "changed")
    statement = sa.select(table).where(
        table.c.batch_id == batch.id, table.c.state.in_(wanted), table.c.problems.is_not(None)
    ).order_by(table.c.number)
    keys = session.info["keys"]
    for row in session.execute(statement.execution_options(yield_per=100)):
        cells = batches.open_row(keys, batch.id, row.number, row.cells) if row.cells else []
        for name, problems in batches.problems_of(keys, row)[what].items():
            place = places.get(name)
            cell = cells[place] if place is not None and place < len(cells) else None
            for problem in problems:
                yield Fault(
                    row.number, name, place, batch.headings[place] if place is not None else None,
                    veiled(fields.get(name), cell), Problem.from_json(problem),
                )


def positions(batch: Batch) -> dict[str, int]:
    """For each field the position of its (first) column in the file."""
    found: dict[str, int] = {}
    for position, heading in enumerate(batch.headings):
        name = batch.mapping["columns"].get(heading)
        if name:
            found.setdefault(name, position)
    return found


def veiled(item: RecordField | None, cell: Any) -> str:
    """A cell of a file as it may be shown: masked as its field is, and no long number in any other."""
    if cell is None or cell == "":
        return ""
    text = item.shown(cell) if item is not None else str(cell)[:60]
    return _NUMBER.sub(lambda found: mask_id(found.group()), text)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a record that a row changes: its label, and the values before and after as they may be shown."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that changes a record."""

    number: int
    record_id: UUID
    title: str
    differences: list[Difference] = field(default_factory=list)


def differences(
    session: Session, records: Records, batch: Batch, known: References, *, actor: Actor, after: int = 0,
    limit: int = PAGE,
) -> tuple[list[ChangedRow], int | None]:
    """What the rows of a waiting batch would change, those after the row ``after``; and where the next page begins.

    Records out of reach are left out.
    """
    storage, table = records.storage, STAGED_ROW[batch.database]
    rows = session.execute(sa.select(table).where(
        table.c.batch_id == batch.id, table.c.state == "changed", table.c.number > after, table.c.payload.is_not(None),
    ).order_by(table.c.number).limit(limit + 1)).all()
    onward, rows = (rows[limit - 1].number if len(rows) > limit else None), rows[:limit]
    items = {item.id: item for item in records.load(session, [row.record_id for row in rows])}
    keys = session.info["keys"]
    found = []
    for row in rows:
        item = items.get(row.record_id)
        if item is None or not actor.may("read", batch.database, item.area_path):
            continue
        values = storage.from_json(batches.told(keys, batch.id, row.number, row.payload)[0])
        told = _differences(keys, storage.fields, item, values, known)
        found.append(ChangedRow(row.number, item.id, showing.title(session, records, item), told))
    return found, onward


def _differences(
    keys: Any, fields: Mapping[str, RecordField], item: Item, values: Mapping[str, Any], known: References
) -> list[Difference]:
    found = []
    for name, value in values.items():
        told, before = fields.get(name), opened(keys, item.values.get(name))
        if told is not None and before != value:
            found.append(Difference(told.label, shown(told, before, known), shown(told, value, known)))
    return found


def shown(item: RecordField, value: Any, known: References) -> str:
    """A clear value as a page may show it: the words of its cell, masked; a sealed one without a mask is hidden."""
    if value is None or value == []:
        return ""
    if item.sealed:
        return item.shown(value)
    cell = item.to_cell(value, known)
    return "" if cell is None else item.shown(cell)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A new record that may be one that is there already."""

    number: int
    record_id: UUID
    other_id: UUID
    title: str


def doubts(session: Session, records: Records, batch: Batch, *, actor: Actor, limit: int = PAGE) -> list[Doubt]:
    """The probable duplicates among the new rows of a batch; the other record is named if the actor may see it."""
    table = STAGED_ROW[batch.database]
    rows = session.execute(sa.select(table.c.number, table.c.record_id, table.c.probable).where(
        table.c.batch_id == batch.id, table.c.state == "new", table.c.probable.is_not(None),
    ).order_by(table.c.number).limit(limit)).all()
    items = {item.id: item for item in records.load(session, [row.probable for row in rows])}
    return [
        Doubt(row.number, row.record_id, row.probable, showing.title(session, records, items[row.probable]))
        for row in rows
        if row.probable in items and actor.may("read", batch.database, items[row.probable].area_path)
    ]


def numbers(session: Session, batch: Batch, state: str, limit: int = PAGE) -> list[tuple[int, int | None]]:
    """The row numbers in a state, each with the row that it repeats, if it does."""
    table = STAGED_ROW[batch.database]
    statement = sa.select(table.c.number, table.c.first_row).where(
        table.c.batch_id == batch.id, table.c.state == state
    ).order_by(table.c.number).limit(limit)
    return [(row.number, row.first_row) for row in session.execute(statement)]


def written(
    session: Session, catalogue: Mapping[str, Records], batch: Batch, *, actor: Actor, limit: int = PAGE
) -> Iterator[tuple[str, UUID, str, str]]:
    """The first records that a batch wrote, as (kind, id, what was done, title), those that the actor may read."""
    log = CHANGE[batch.database]
    rows = session.execute(sa.select(log.c.kind, log.c.record_id, log.c.action).where(
        log.c.batch_id == batch.id, log.c.action.in_(("create", "update")), log.c.kind.in_(catalogue),
    ).order_by(log.c.id).limit(limit)).all()
    items = {
        item.id: item for kind in {row.kind for row in rows}
        for item in catalogue[kind].load(session, list({row.record_id for row in rows if row.kind == kind}))
    }
    for row in rows:
        item = items.get(row.record_id)
        if item is not None and actor.may("read", batch.database, item.area_path):
            yield row.kind, row.record_id, row.action, showing.title(session, catalogue[row.kind], item)


def left_behind(session: Session, batch: Batch, limit: int = PAGE) -> list[tuple[str, UUID]]:
    """The records of a batch that was taken back which its undo left as they are."""
    log = CHANGE[batch.database]
    back = log.alias("back")
    rows = session.execute(sa.select(log.c.kind, log.c.record_id).distinct().where(
        log.c.batch_id == batch.id, log.c.action != "undo", log.c.kind != "batch",
        ~sa.exists().where(
            back.c.batch_id == batch.id, back.c.record_id == log.c.record_id, back.c.action == "undo"
        ),
    ).limit(limit))
    return [(row.kind, row.record_id) for row in rows]


def edited(session: Session, batch: Batch) -> int:
    """How many records of a batch somebody edited since, which an undo would leave as they are."""
    return session.scalar(sa.select(sa.func.count()).select_from(edited_since(batch).subquery())) or 0


def area_name(session: Session, batch: Batch, language: str) -> str:
    """The full name of the area that rows without one went to."""
    areas = references.load(session).areas
    area = areas.get(batch.area_id)
    return areas.full_name(area, language) if area else ""
