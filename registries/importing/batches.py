"""Where an import waits: its batch, and the rows that are going to change something or could not be read.

Batches and staged rows live in the database that they change and commit with it. What a row holds is sealed; rows that
change nothing are only counted. Failed rows keep their cells as they came, for the error workbook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..crypto import Keys, open_sealed, seal
from ..db import DATABASES, Base, UtcDateTime, now, plain_text
from ..messages import N_
from ..records import NotFound

#: How long the contents of staged rows are kept.
KEPT = timedelta(days=30)
#: How long those of rows that failed can be had as a workbook.
FAILED_KEPT = timedelta(days=7)

#: What the states of a batch are called for people.
STATE_NAMES = {
    "staging": N_("not checked to the end"), "staged": N_("checked, not applied"), "applied": N_("applied"),
    "undone": N_("taken back"), "expired": N_("too old to be applied"),
}
#: The states of a row.
STATES = ("new", "changed", "same", "duplicate", "transfer", "error")
MARKS = ("warnings", "incomplete", "probable")


def _batch_table(database: str) -> sa.Table:
    return sa.Table(
        "batch", Base.metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("state", plain_text(20), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("area_id", sa.Uuid, nullable=False),
        sa.Column("as_of", sa.Date),
        sa.Column("clear_blanks", sa.Boolean, nullable=False),
        sa.Column("headings", sa.Text, nullable=False),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("log_position", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("applied_at", UtcDateTime),
        sa.Column("undone_at", UtcDateTime),
        sa.Index(f"ix_{database}_batch_created", "created_at"),
        schema=database,
    )


def _staged_table(database: str) -> sa.Table:
    return sa.Table(
        "staged_row", Base.metadata,
        sa.Column("batch_id", sa.ForeignKey(f"{database}.batch.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("record_id", sa.Uuid),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("cells", sa.LargeBinary),
        sa.Column("problems", sa.LargeBinary),
        sa.Column("incomplete", sa.Text),
        sa.Column("probable", sa.Uuid),
        sa.Column("source_key", sa.String(200)),
        sa.Column("row_digest", sa.LargeBinary(16)),
        sa.Column("first_row", sa.Integer),
        schema=database,
    )


BATCH: Mapping[str, sa.Table] = {name: _batch_table(name) for name in DATABASES}
STAGED_ROW: Mapping[str, sa.Table] = {name: _staged_table(name) for name in DATABASES}


@dataclass(slots=True)
class Batch:
    """One file on its way into a registry, or already in it, or taken back out."""

    id: UUID
    database: str
    kind: str
    state: str
    actor: str
    source: str
    file_name: str
    area_id: UUID
    as_of: date | None
    clear_blanks: bool
    headings: list[str]
    mapping: dict[str, Any]
    log_position: int
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    applied_at: Any = None
    undone_at: Any = None
    created_at: Any = None


def add(session: Session, batch: Batch) -> None:
    """Write a new batch."""
    session.execute(BATCH[batch.database].insert().values(
        id=batch.id, kind=batch.kind, state=batch.state, actor=batch.actor, source=batch.source,
        file_name=batch.file_name, area_id=batch.area_id, as_of=batch.as_of, clear_blanks=batch.clear_blanks,
        headings=json.dumps(batch.headings, ensure_ascii=False), mapping=json.dumps(batch.mapping, ensure_ascii=False),
        counts=json.dumps(batch.counts), notes=json.dumps(batch.notes, ensure_ascii=False),
        log_position=batch.log_position, created_at=now(),
    ))


def set_state(session: Session, batch: Batch, state: str, **columns: Any) -> None:
    """Move a batch on to ``state``, with its counts and notes as they stand."""
    batch.state = state
    table = BATCH[batch.database]
    session.execute(table.update().where(table.c.id == batch.id).values(
        state=state, counts=json.dumps(batch.counts), notes=json.dumps(batch.notes, ensure_ascii=False), **columns,
    ))


def find(session: Session, batch_id: UUID, databases: tuple[str, ...] = DATABASES, lock: bool = False) -> Batch:
    """The batch with this id, in whichever database it lives; ``lock`` makes others wait who would do the same with it.

    :raises NotFound: there is none.
    """
    for database in databases:
        table = BATCH[database]
        statement = sa.select(table).where(table.c.id == batch_id)
        row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
        if row is not None:
            return from_row(database, row)
    raise NotFound(f"batch {batch_id}")


def recent(session: Session, database: str, limit: int = 50) -> list[Batch]:
    """The latest batches of a database, the newest first."""
    table = BATCH[database]
    rows = session.execute(sa.select(table).order_by(table.c.created_at.desc()).limit(limit))
    return [from_row(database, row) for row in rows]


def from_row(database: str, row: Any) -> Batch:
    """A batch as its table keeps it."""
    return Batch(
        row.id, database, row.kind, row.state, row.actor, row.source, row.file_name, row.area_id, row.as_of,
        row.clear_blanks, json.loads(row.headings), json.loads(row.mapping), row.log_position, json.loads(row.counts),
        json.loads(row.notes), row.applied_at, row.undone_at, row.created_at,
    )


def seal_row(keys: Keys, batch_id: UUID, number: int, text: str) -> bytes:
    """The contents of a staged row as they are kept."""
    return seal(keys, "staged_row", str(number), batch_id, text)


def open_row(keys: Keys, batch_id: UUID, number: int, data: bytes) -> Any:
    """The contents that `seal_row` sealed, as JSON gives them back."""
    return orjson.loads(open_sealed(keys, "staged_row", str(number), batch_id, data))


def cells_text(cells: Sequence[Any]) -> str:
    """The cells of a row as they came; days and what else JSON has no word for as text."""
    return orjson.dumps(list(cells), default=str, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def payload(keys: Keys, batch_id: UUID, number: int, values: str, cells: Sequence[Any] = ()) -> bytes:
    """What waits of a row: the JSON text of what it would write, and its cells in case it fails after all."""
    return seal_row(keys, batch_id, number, f'{{"values":{values},"cells":{cells_text(cells)}}}')


def told(keys: Keys, batch_id: UUID, number: int, data: bytes | None) -> tuple[dict[str, Any], list[Any]]:
    """The values, in their JSON form, and the cells that `payload` put away."""
    if data is None:
        return {}, []
    found = open_row(keys, batch_id, number, data)
    return found["values"], found["cells"]


def problems_of(keys: Keys, row: Any) -> dict[str, dict[str, Any]]:
    """What is wrong with a staged row, ``errors`` and ``warnings``, each by field; both empty if nothing is known."""
    if row.problems is None:
        return {"errors": {}, "warnings": {}}
    found: dict[str, dict[str, Any]] = open_row(keys, row.batch_id, row.number, row.problems)
    return found


def discard(session: Session, batch: Batch) -> None:
    """Forget a batch that was only looked at, with its rows.

    One that was applied, be it a moment ago by somebody else, stays: an undo needs it, and its failed rows are still to
    be mended.
    """
    table, staged = BATCH[batch.database], STAGED_ROW[batch.database]
    try:
        stands = find(session, batch.id, (batch.database,), lock=True)
    except NotFound:
        return
    if stands.applied_at is not None:
        return
    session.execute(sa.delete(staged).where(staged.c.batch_id == batch.id))
    session.execute(sa.delete(table).where(table.c.id == batch.id))


def purge(session: Session, database: str, kept: timedelta = KEPT, failed_kept: timedelta = FAILED_KEPT) -> int:
    """Forget the contents of staged rows older than ``kept``; returns how many batches were emptied.

    Batches that still waited are ``expired`` then and cannot be applied any more. The cells of failed rows are
    forgotten after ``failed_kept`` already.
    """
    batch, staged = BATCH[database], STAGED_ROW[database]
    waiting = batch.c.state.in_(("staging", "staged"))
    # This comes first: it waits for whoever is just applying such a batch, and keeps others from beginning.
    session.execute(batch.update().where(batch.c.created_at < now() - kept, waiting).values(state="expired"))
    failed = sa.select(batch.c.id).where(batch.c.created_at < now() - failed_kept)
    session.execute(
        staged.update().where(staged.c.batch_id.in_(failed), staged.c.cells.is_not(None)).values(cells=None)
    )
    old = session.scalars(
        sa.select(batch.c.id).where(
            batch.c.created_at < now() - kept, sa.exists().where(staged.c.batch_id == batch.c.id),
        )
    ).all()
    for batch_id in old:
        session.execute(sa.delete(staged).where(staged.c.batch_id == batch_id))
    return len(old)
