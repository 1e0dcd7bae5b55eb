"""Probable duplicates: pairs of records that may be one thing, waiting for somebody to decide.

The importer queues a pair when a row without a code looks like a record that it differs from; the `alike` of a kind
finds more of them by ID, name and birth date, phone, credit code, address or position, see `find_all`. A pair is
decided once: merged, or told apart for good. A pair of which one record is merged or out of use stands aside as long as
it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .access import Actor
from .areas import within
from .db import DATABASES, Base, Database, UtcDateTime, now, plain_text
from .messages import N_
from .records import Records, in_chunks
from .storing import Kind, opened

#: So many new pairs of one kind are queued for one reason at a time: nobody looks through more.
MOST = 20_000
#: The reason that also joins a living record with a retired one: they are the same without doubt.
SAME_NUMBER = "number"
#: Why two records are thought to be one, in words.
WHY = {
    "number": N_("the same number"), "operator": N_("run by the other"), "name_birth": N_("name and birth date"),
    "name_phone": N_("name and phone"), "phone_birth": N_("phone and birth date"),
    "name_address": N_("name and address"), "name_point": N_("name and position"), "near": N_("the same spot"),
    "room": N_("the same room"), "fingerprint": N_("looks the same in an import"), "by hand": N_("named by hand"),
}  # fmt: skip


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


def queue(
    session: Session, kind: Kind, pairs: Iterable[tuple[UUID, UUID]], why: str, batch_id: UUID | None = None
) -> int:
    """Put pairs on the review list; those that stand there already, decided or not, are left alone."""
    table = DUPLICATE[kind.database]
    ordered = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    known: set[tuple[UUID, UUID]] = set()
    for chunk in in_chunks(ordered):
        statement = sa.select(table.c.first_id, table.c.second_id).where(
            table.c.kind == kind.name, sa.tuple_(table.c.first_id, table.c.second_id).in_(chunk),
        )
        known.update((row.first_id, row.second_id) for row in session.execute(statement))
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


def forget(session: Session, kind: Kind, batch_id: UUID) -> None:
    """Take the pairs that a batch queued off the list again, once its records are taken back.

    What somebody decided stands as long as both records do: nobody is asked about the same two again.
    """
    table = DUPLICATE[kind.database]
    there = sa.select(kind.table.c.id)
    session.execute(table.delete().where(table.c.batch_id == batch_id, sa.or_(
        table.c.state == "open", table.c.first_id.not_in(there), table.c.second_id.not_in(there),
    )))


@dataclass(slots=True)
class Search:
    """What a search for duplicates of one kind gave.

    ``cut`` names the reasons for which there are more than `MOST` new pairs: deciding about these makes room for the
    rest.
    """

    kind: str
    found: int = 0
    queued: int = 0
    cut: list[str] = field(default_factory=list)


def find_all(database: Database, records: Records) -> Search:
    """Queue the pairs of live records that may be one thing; a pair that was queued before, decided or not, stays."""
    kind, search = records.kind, Search(records.name)
    if kind.alike is None:
        return search
    fresh: dict[str, list[tuple[UUID, UUID]]] = {}
    with database.reading() as session:
        table = DUPLICATE[kind.database]
        rows = session.execute(sa.select(table.c.first_id, table.c.second_id).where(table.c.kind == kind.name))
        known = {(row.first_id, row.second_id) for row in rows}
        seen: set[tuple[UUID, UUID]] = set()
        for one, other, why in kind.alike(session):
            pair = min(one, other), max(one, other)
            if pair in seen:
                continue
            seen.add(pair)
            if pair in known:
                continue
            if len(fresh.setdefault(why, [])) < MOST:
                fresh[why].append(pair)
            elif why not in search.cut:
                search.cut.append(why)
    search.found = len(seen)
    for why, pairs in fresh.items():
        for chunk in in_chunks(pairs):
            with database.writing(kind.database) as session:
                search.queued += queue(session, kind, chunk, why)
    return search


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one, as the review list shows them: the titles are those of the records."""

    kind: str
    first_id: UUID
    second_id: UUID
    first_title: str
    second_title: str
    why: str
    found_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The form for programs."""
        return {
            "kind": self.kind, "first": str(self.first_id), "second": str(self.second_id), "why": self.why,
            "titles": [self.first_title, self.second_title], "found_at": self.found_at.isoformat(),
        }


def review_list(session: Session, records: Records, *, actor: Actor, limit: int = 200) -> list[Pair]:
    """The undecided pairs of which the actor may see both records, the oldest first."""
    table, kind = DUPLICATE[records.kind.database], records.kind
    rows = session.execute(
        _undecided(records, actor, table.c.first_id, table.c.second_id, table.c.why, table.c.found_at)
        .order_by(table.c.found_at, table.c.first_id, table.c.second_id).limit(limit)
    ).all()
    titles: dict[UUID, str] = {}
    for chunk in in_chunks({record_id for row in rows for record_id in (row.first_id, row.second_id)}):
        for item in records.load(session, chunk):
            titles[item.id] = kind.title(opened(session.info["keys"], item.values))
    return [
        Pair(kind.name, row.first_id, row.second_id, titles[row.first_id], titles[row.second_id], row.why, row.found_at)
        for row in rows
    ]


def count(session: Session, records: Records, *, actor: Actor) -> int:
    """How many undecided pairs there are of which the actor may see both records."""
    statement = _undecided(records, actor, sa.literal(1)).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(statement)) or 0


def _undecided(records: Records, actor: Actor, *columns: Any) -> sa.Select[Any]:
    table, kind = DUPLICATE[records.kind.database], records.kind
    one, other = kind.table.alias("one"), kind.table.alias("other")
    scopes = actor.scopes("read", kind.database)
    in_use = sa.or_(
        sa.and_(one.c.retired_at.is_(None), other.c.retired_at.is_(None)),
        sa.and_(table.c.why == SAME_NUMBER, sa.or_(one.c.retired_at.is_(None), other.c.retired_at.is_(None))),
    )
    return (
        sa.select(*columns).select_from(table)
        .join(one, one.c.id == table.c.first_id).join(other, other.c.id == table.c.second_id)
        .where(
            table.c.state == "open", table.c.kind == kind.name, in_use,
            one.c.merged_into.is_(None), other.c.merged_into.is_(None),
            *([] if scopes is None else [within(side.c.area_path, scopes) for side in (one, other)]),
        )
    )
