"""Probable duplicates: pairs of records that may be one thing, waiting for somebody to decide.

The importer queues a pair when a row without a code looks like a record that it differs from; the `alike` of a kind
finds more of them by ID, name and birth date, phone, credit code, address or position. A pair is decided once: merged,
or told apart for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .db import DATABASES, Base, UtcDateTime, now, plain_text
from .storing import Kind

STATES = ("open", "merged", "apart")


def _table(database: str) -> sa.Table:
    return sa.Table(
        "duplicate", Base.metadata,
        sa.Column("kind", plain_text(40), primary_key=True),
        sa.Column("first_id", sa.Uuid, primary_key=True),
        sa.Column("second_id", sa.Uuid, primary_key=True),
        sa.Column("why", plain_text(40), nullable=False),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("batch_id", sa.Uuid),
        sa.Column("found_at", UtcDateTime, nullable=False),
        sa.Column("decided_by", sa.String(120)),
        sa.Index(f"ix_{database}_duplicate_state", "state", "kind"),
        sa.Index(f"ix_{database}_duplicate_batch", "batch_id"),
        schema=database,
    )


DUPLICATE: Mapping[str, sa.Table] = {name: _table(name) for name in DATABASES}


def queue(session: Session, kind: Kind, pairs: Iterable[tuple[UUID, UUID]], why: str, batch_id: UUID | None = None) -> int:
    """Put pairs on the review list; those that stand there already, decided or not, are left alone."""
    table = DUPLICATE[kind.database]
    ordered = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    known: set[tuple[UUID, UUID]] = {
        (row.first_id, row.second_id) for row in session.execute(
            sa.select(table.c.first_id, table.c.second_id).where(
                table.c.kind == kind.name, sa.tuple_(table.c.first_id, table.c.second_id).in_(list(ordered)),
            )
        )
    } if ordered else set()
    fresh = [
        {"kind": kind.name, "first_id": first, "second_id": second, "why": why, "state": "open", "batch_id": batch_id,
         "found_at": now()}
        for first, second in sorted(ordered - known)
    ]
    if fresh:
        session.execute(table.insert(), fresh)
    return len(fresh)


def decide(session: Session, kind: Kind, first: UUID, second: UUID, state: str, who: str) -> None:
    """Write down what became of a pair: ``merged``, ``apart``, or ``open`` again; a pair nobody queued is added."""
    table = DUPLICATE[kind.database]
    queue(session, kind, [(first, second)], "by hand")
    session.execute(table.update().where(
        table.c.kind == kind.name, table.c.first_id == min(first, second), table.c.second_id == max(first, second),
    ).values(state=state, decided_by=who))


def forget(session: Session, database: str, batch_id: UUID) -> None:
    """Take the pairs that a batch queued off the list again."""
    table = DUPLICATE[database]
    session.execute(table.delete().where(table.c.batch_id == batch_id))


def waiting(session: Session, database: str, kind: str | None = None, limit: int = 200) -> list[Any]:
    """The pairs nobody has decided yet, the oldest first."""
    table = DUPLICATE[database]
    condition = [table.c.state == "open", *([table.c.kind == kind] if kind else [])]
    return list(session.execute(sa.select(table).where(*condition).order_by(table.c.found_at).limit(limit)))
