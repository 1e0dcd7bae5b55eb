"""Requests for residents whom another area holds, as they are made: by a person or by an imported file.

A request tells whoever made it nothing of the record, see `registries.population.transfers`, where it is answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .. import changes, references
from ..access import Actor, NotAllowed
from ..bulk import insert_rows
from ..changes import Entry
from ..db import new_id, now
from ..importing import batches
from ..importing.batches import STAGED_ROW, Batch
from ..messages import N_, Problem, Refused
from .models import TransferRequest

OPEN, WITHDRAWN = "open", "withdrawn"
TABLE: sa.Table = TransferRequest.__table__  # type: ignore[assignment]
_NO_ANSWER = {"decided_by": None, "decided_at": None, "answer": None}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as who made it sees it: it tells nothing of the record."""

    id: UUID
    area_id: UUID
    with_household: bool
    state: str
    reason: str
    requested_at: datetime
    answer: str | None


def asked(row: Any) -> Asked:
    """A row of the table without what concerns the record."""
    return Asked(row.id, row.area_id, row.with_household, row.state, row.reason, row.requested_at, row.answer)


def ask(
    session: Session, resident_id: UUID, area_id: UUID, path: str, *, actor: Actor, reason: str, with_household: bool,
) -> Asked:
    """Write down one request.

    :raises Refused: somebody asked for the same resident to the same area, and waits for the answer.
    """
    row = TransferRequest(**_values(resident_id, area_id, path, actor, reason), with_household=with_household)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Refused(Problem(
            N_("Somebody of your area has asked for this person already."), N_("Wait for the answer."),
        )) from error  # fmt: skip
    changes.append(session, actor.name, [_entry(row.id, area_id, with_household, reason)])
    return asked(row)


def ask_for_rows(session: Session, batch: Batch, actor: Actor) -> int:
    """Ask for everybody whom rows of a batch name and another area holds; returns how many were asked for now.

    Each goes to the area that the row tells, or to that of the whole batch; nobody is asked for twice.

    :raises NotAllowed: the actor may not import into such an area.
    """
    areas = references.load(session).areas
    waiting = sa.select(TABLE.c.resident_id, TABLE.c.area_id).where(TABLE.c.state == OPEN)
    known: set[tuple[UUID, UUID]] | None = None
    rows, entries = [], []
    for resident_id, area_id in _named(session, batch):
        known = known if known is not None else {(row.resident_id, row.area_id) for row in session.execute(waiting)}
        area = areas.get(area_id)
        if area is None or not actor.may("import", "population", area.path):
            raise NotAllowed("import")
        if (resident_id, area_id) in known:
            continue
        known.add((resident_id, area_id))
        values = _values(resident_id, area_id, area.path, actor, batch.file_name, batch.id)
        rows.append({**values, "with_household": False, **_NO_ANSWER})
        entries.append(_entry(values["id"], area_id, False, batch.file_name, batch.id))
    if rows:
        insert_rows(session, TABLE, rows)
        changes.append(session, actor.name, entries)
    return len(rows)


def _named(session: Session, batch: Batch) -> Iterator[tuple[UUID, UUID]]:
    staged, keys = STAGED_ROW["population"], session.info["keys"]
    statement = sa.select(staged.c.number, staged.c.record_id, staged.c.payload).where(
        staged.c.batch_id == batch.id, staged.c.state == "transfer",
    )
    for row in session.execute(statement.order_by(staged.c.number)).all():
        values, _cells = batches.told(keys, batch.id, row.number, row.payload)
        yield row.record_id, UUID(values["area_id"]) if values.get("area_id") else batch.area_id


def withdraw_for_rows(session: Session, batch: Batch, actor: Actor) -> None:
    """Take back what an import asked for and nobody has answered, because the import is taken back."""
    rows = session.scalars(
        sa.select(TransferRequest).where(TransferRequest.batch_id == batch.id, TransferRequest.state == OPEN)
    ).all()
    for row in rows:
        row.state, row.decided_by, row.decided_at = WITHDRAWN, actor.name, now()
    session.flush()
    changes.append(session, actor.name, [
        Entry("transfer_request", row.id, WITHDRAWN, {"state": [OPEN, WITHDRAWN]}) for row in rows
    ])  # fmt: skip


def forget_reasons(session: Session, resident_ids: Sequence[UUID]) -> None:
    """Blank what was written about erased residents when they were asked for; that somebody asked, and where, stays."""
    for row in session.scalars(sa.select(TransferRequest).where(TransferRequest.resident_id.in_(resident_ids))).all():
        row.reason, row.answer = "", None


def _values(
    resident_id: UUID, area_id: UUID, path: str, actor: Actor, reason: str, batch_id: UUID | None = None
) -> dict[str, Any]:
    return {
        "id": new_id(), "resident_id": resident_id, "area_id": area_id, "area_path": path, "state": OPEN,
        "reason": reason[:500], "requested_by": actor.name, "requested_at": now(), "batch_id": batch_id,
    }


def _entry(
    request_id: UUID, area_id: UUID, with_household: bool, reason: str, batch_id: UUID | None = None
) -> Entry:
    told: dict[str, list[Any]] = {"area_id": [None, str(area_id)], "with_household": [None, with_household]}
    return Entry("transfer_request", request_id, "request", told, reason=reason, batch_id=batch_id)
