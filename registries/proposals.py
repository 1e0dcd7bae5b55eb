"""Proposals: what somebody who may not change a record thinks it should say, for somebody who may.

A grid worker visits a household and writes down what has changed; a clerk takes it over or sends it back with a word
on why. What is proposed may name people, so it lies sealed, in the database of the record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes
from .access import Actor, NotAllowed
from .areas import within
from .bulk import insert_rows
from .changes import Entry
from .crypto import open_sealed, seal
from .db import DATABASES, Base, UtcDateTime, new_id, now, plain_text
from .messages import N_, Problem, Refused
from .records import Item, NotFound, Records

OPEN, TAKEN, RETURNED, DROPPED = "open", "taken", "returned", "dropped"


def _table(database: str) -> sa.Table:
    return sa.Table(
        "proposal", Base.metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.String(1000)),
        sa.Column("state", plain_text(10), nullable=False),
        sa.Column("proposed_by", sa.String(120), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("decided_by", sa.String(120)),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("answer", sa.String(1000)),
        sa.Index(f"ix_{database}_proposal_state", "state", "kind", "proposed_at"),
        sa.Index(f"ix_{database}_proposal_by", "proposed_by", "proposed_at"),
        sa.Index(f"ix_{database}_proposal_record", "record_id"),
        schema=database,
    )  # fmt: skip


PROPOSAL: Mapping[str, sa.Table] = {name: _table(name) for name in DATABASES if name != "system"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal; ``raw`` are the values as they were typed, by field."""

    id: UUID
    kind: str
    record_id: UUID
    state: str
    proposed_by: str
    proposed_at: datetime
    note: str | None
    answer: str | None
    decided_by: str | None
    raw: dict[str, Any] = field(repr=False)


def propose(
    session: Session, records: Records, record_id: UUID, raw: Mapping[str, Any], *, actor: Actor, note: str | None
) -> UUID:
    """Write down what the record should say.

    :raises NotAllowed: the actor may not propose changes there.
    :raises Refused: nothing is proposed.
    """
    item = records.get(session, record_id, actor=actor)
    if not actor.may("propose", records.kind.database, item.area_path):
        raise NotAllowed(f"propose {records.name}")
    if not raw and not note:
        raise Refused(Problem(N_("Nothing is proposed."), N_("Change a field, or write a note.")))
    proposal_id = new_id()
    text = json.dumps(dict(raw), ensure_ascii=False)
    insert_rows(session, PROPOSAL[records.kind.database], [{
        "id": proposal_id, "kind": records.name, "record_id": item.id,
        "payload": seal(session.info["keys"], "proposal", records.name, proposal_id, text), "note": note,
        "state": OPEN, "proposed_by": actor.name, "proposed_at": now(), "decided_by": None, "decided_at": None,
        "answer": None,
    }])  # fmt: skip
    changes.append(session, actor.name, [Entry(records.name, item.id, "propose", {"fields": [None, sorted(raw)]})])
    return proposal_id


def waiting(session: Session, records: Records, *, actor: Actor, limit: int = 100) -> list[Proposal]:
    """The open proposals that the actor may decide about, the oldest first; none of the actor's own."""
    scopes = actor.scopes("write", records.kind.database)
    table = PROPOSAL[records.kind.database]
    conditions = [table.c.state == OPEN, table.c.kind == records.name, table.c.proposed_by != actor.name]
    if scopes is not None:
        # Where a record lies now, wherever it lay when the proposal was made.
        place = records.kind.table
        here = sa.exists().where(place.c.id == table.c.record_id, within(place.c.area_path, scopes))
        conditions.append(here if scopes else sa.false())
    return _read(session, table, conditions, table.c.proposed_at.asc(), limit)


def own(session: Session, records: Records, *, actor: Actor, limit: int = 100) -> list[Proposal]:
    """What the actor proposed and what became of it, the newest first."""
    table = PROPOSAL[records.kind.database]
    conditions = [table.c.proposed_by == actor.name, table.c.kind == records.name]
    return _read(session, table, conditions, table.c.proposed_at.desc(), limit)


def find(session: Session, records: Records, proposal_id: UUID, *, actor: Actor) -> tuple[Proposal, Item]:
    """A proposal that the actor made or may decide about, with the record.

    :raises NotFound: there is none for the actor.
    """
    table = PROPOSAL[records.kind.database]
    conditions = [table.c.id == proposal_id, table.c.kind == records.name]
    found = next(iter(_read(session, table, conditions, table.c.id.asc(), 1)), None)
    if found is None:
        raise NotFound(f"proposal {proposal_id}")
    item = records.get(session, found.record_id, actor=actor)
    if found.proposed_by != actor.name and not actor.may("write", records.kind.database, item.area_path):
        raise NotFound(f"proposal {proposal_id}")
    return found, item


def decide(
    session: Session, records: Records, proposal_id: UUID, *, take: bool, version: int, actor: Actor,
    answer: str | None = None,
) -> None:
    """Mark a proposal as taken over (the record was changed in the same transaction), or send it back.

    ``version`` is that of the record beside which the proposal was looked at.

    :raises Refused: it is decided already, goes back without a word, or the record was changed since.
    :raises NotAllowed: the actor made it.
    """
    found, item = find(session, records, proposal_id, actor=actor)
    if found.proposed_by == actor.name:
        raise NotAllowed("decide own proposal")
    if found.state != OPEN:
        raise Refused(Problem(N_("The proposal is decided already."), N_("Read the page again.")))
    if take and item.version != version:
        raise Refused(Problem(N_("Somebody else has just changed this record."), N_("Look at it again.")))
    if not take and not (answer or "").strip():
        raise Refused(Problem(N_("A proposal goes back with a word on why."), N_("Write it; the other side reads it.")))
    _set(session, records, found, TAKEN if take else RETURNED, actor, answer)
    action = "take" if take else "return"
    changes.append(session, actor.name, [Entry(records.name, item.id, action, {}, reason=answer or None)])


def drop(session: Session, records: Records, proposal_id: UUID, *, actor: Actor) -> None:
    """Put away a proposal of one's own: withdrawn, or read after it came back.

    :raises Refused: it was taken over; who did that stands in it.
    """
    found, _item = find(session, records, proposal_id, actor=actor)
    if found.proposed_by != actor.name:
        raise NotFound(f"proposal {proposal_id}")
    if found.state not in (OPEN, RETURNED):
        raise Refused(Problem(N_("The proposal is decided already."), N_("Read the page again.")))
    _set(session, records, found, DROPPED, actor, found.answer)


def _set(
    session: Session, records: Records, found: Proposal, state: str, actor: Actor, answer: str | None
) -> None:
    table = PROPOSAL[records.kind.database]
    session.execute(sa.update(table).where(table.c.id == found.id).values(
        state=state, decided_by=actor.name, decided_at=now(), answer=answer,
    ))  # fmt: skip


def _read(session: Session, table: sa.Table, conditions: list[Any], order: Any, limit: int) -> list[Proposal]:
    keys = session.info["keys"]
    return [
        Proposal(
            row.id, row.kind, row.record_id, row.state, row.proposed_by, row.proposed_at, row.note, row.answer,
            row.decided_by, json.loads(open_sealed(keys, "proposal", row.kind, row.id, row.payload)),
        )
        for row in session.execute(sa.select(table).where(*conditions).order_by(order).limit(limit))
    ]  # fmt: skip
