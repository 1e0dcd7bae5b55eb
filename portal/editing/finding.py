"""Finding texts of all kinds at once: by state, kind, words, and whose work they are; counted beside the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries.access import Actor
from registries.db import now
from registries.publishing import DRAFT, LIVE, RETURNED, SUBMITTED
from registries.records import Records
from registries.storing import live

PAGE = 30
#: A text that is published for a moment still to come, or whose time is over: no states of their own.
SCHEDULED, EXPIRED = "scheduled", "expired"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; ``state`` also takes `SCHEDULED` and `EXPIRED`."""

    kind: str | None = None
    state: str | None = None
    words: str = ""
    written_by: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One text in a list."""

    kind: str
    id: UUID
    title: str
    category: str | None
    state: str
    written_by: str | None
    dated_on: date | None
    updated_at: datetime
    public_from: datetime | None
    public_to: datetime | None
    is_read: bool
    answer: str | None

    @property
    def shown_state(self) -> str:
        """The state, or that it is still to come or over."""
        return by_the_clock(self.is_read, self.public_from, self.public_to) or self.state


def by_the_clock(is_read: bool, public_from: datetime | None, public_to: datetime | None) -> str | None:
    """What the clock says of an edition: still to come, or over; nothing where readers see it, or there is none."""
    moment = now()
    if is_read and public_from and public_from > moment:
        return SCHEDULED
    return EXPIRED if is_read and public_to and public_to <= moment else None


def found(
    session: Session, kinds: Mapping[str, Records], wanted: Wanted, *, actor: Actor, page: int = 1, limit: int = PAGE
) -> list[Line]:
    """The texts of a page, the last changed first; one more than a page tells that it goes on."""
    wholes = [_select(records, wanted, actor) for name, records in kinds.items() if wanted.kind in (None, name)]
    union = sa.union_all(*wholes).subquery()
    statement = sa.select(union).order_by(union.c.updated_at.desc(), union.c.id.desc())
    rows = session.execute(statement.limit(limit + 1).offset((page - 1) * limit))
    return [Line(*row) for row in rows]


def counted(
    session: Session, kinds: Mapping[str, Records], wanted: Wanted, *, actor: Actor
) -> tuple[dict[str, int], dict[str, int]]:
    """How many texts there are by kind and by state; each ignores what it is itself narrowed to."""
    by_kind: dict[str, int] = {}
    by_state: dict[str, int] = {}
    for name, records in kinds.items():
        table = records.kind.table
        every = sa.select(table.c.edition_state, sa.func.count()).group_by(table.c.edition_state)
        free = Wanted(None, None, wanted.words, wanted.written_by)
        for state, number in session.execute(every.where(*_conditions(table, free, actor))):
            if wanted.state in (None, state):
                by_kind[name] = by_kind.get(name, 0) + number
            if wanted.kind in (None, name):
                by_state[state] = by_state.get(state, 0) + number
        for state in (SCHEDULED, EXPIRED):
            only = Wanted(None, state, wanted.words, wanted.written_by)
            count = sa.select(sa.func.count()).select_from(table).where(*_conditions(table, only, actor))
            number = session.scalar(count) or 0
            if wanted.state == state:
                by_kind[name] = number
            if wanted.kind in (None, name):
                by_state[state] = by_state.get(state, 0) + number
    return by_kind, by_state


def _select(records: Records, wanted: Wanted, actor: Actor) -> sa.Select[Any]:
    c = records.kind.table.c
    return sa.select(
        sa.literal(records.name).label("kind"), c.id, c.title, c.category, c.edition_state, c.written_by, c.dated_on,
        c.updated_at, c.public_from, c.public_to, c.edition.is_not(None).label("is_read"), c.answer,
    ).where(*_conditions(records.kind.table, wanted, actor))


def _conditions(table: sa.FromClause, wanted: Wanted, actor: Actor) -> Sequence[sa.ColumnElement[bool]]:
    told = [live(table)]
    scopes = actor.scopes("read", "network")
    if scopes is not None:
        told.append(sa.or_(sa.false(), *(table.c.area_path.startswith(path, autoescape=True) for path in scopes)))
    if wanted.state == SCHEDULED:
        told += [table.c.edition.is_not(None), table.c.public_from > now()]
    elif wanted.state == EXPIRED:
        told += [table.c.edition.is_not(None), table.c.public_to <= now()]
    elif wanted.state:
        told.append(table.c.edition_state == wanted.state)
    for word in wanted.words.split()[:5]:
        columns = [table.c[name] for name in ("title", "title_en", "document_number") if name in table.c]
        told.append(sa.or_(*(column.contains(word, autoescape=True) for column in columns)))
    if wanted.written_by:
        told.append(table.c.written_by == wanted.written_by)
    return told


@dataclass(frozen=True, slots=True)
class Pile:
    """Texts that wait for somebody."""

    key: str
    lines: list[Line]


def waiting(session: Session, kinds: Mapping[str, Records], *, actor: Actor, limit: int = 6) -> list[Pile]:
    """What waits for this account: texts that came back, its drafts, what is to be reviewed, what comes up."""
    piles = []
    if actor.scopes("write", "network") != []:
        for state in (RETURNED, DRAFT):
            own = Wanted(state=state, written_by=actor.name)
            piles.append(Pile(state, found(session, kinds, own, actor=actor, limit=limit)[:limit]))
    if actor.scopes("publish", "network") != []:
        piles.append(Pile(SUBMITTED, found(session, kinds, Wanted(state=SUBMITTED), actor=actor, limit=limit)[:limit]))
    coming = Wanted(state=SCHEDULED)
    piles.append(Pile(SCHEDULED, found(session, kinds, coming, actor=actor, limit=limit)[:limit]))
    return [pile for pile in piles if pile.lines]


STATES = (DRAFT, SUBMITTED, RETURNED, LIVE, "withdrawn", SCHEDULED, EXPIRED)
