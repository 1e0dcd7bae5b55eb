"""Which records point at one: the other half of every link, found through the indexes of the links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import showing
from .access import Actor
from .areas import within
from .merging import with_merged
from .records import Records
from .reference_fields import Link

#: So many of one sort are listed.
MOST = 50


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record that points at the one asked about; ``label`` names the field that does, or ``role`` the relation."""

    kind: str
    id: UUID
    title: str
    label: str
    role: str | None = None
    since: date | None = None
    until: date | None = None


def links_to(
    session: Session, catalogue: Mapping[str, Records], kind: str, record_id: UUID, *, actor: Actor
) -> list[Incoming]:
    """The records in use, within the actor's scope, that point at a record or at one merged into it."""
    ids = with_merged(session, catalogue[kind].kind, record_id)
    found: list[Incoming] = []
    for records in catalogue.values():
        scopes = actor.scopes("read", records.kind.database)
        if scopes == []:
            continue
        told = [*_fields(session, records, kind, ids, scopes), *_parts(session, records, ids, scopes)]
        items = {item.id: item for item in records.load(session, list(dict.fromkeys(row[0] for row in told)))}
        for owner, label, role, since, until in told:
            title = showing.title(session, records, items[owner])
            found.append(Incoming(records.name, owner, title, label, role, since, until))
    return found


_Found = tuple[UUID, str, str | None, date | None, date | None]


def _seen(table: sa.Table, scopes: Sequence[str] | None) -> Iterator[sa.ColumnElement[bool]]:
    """That a record is in use and lies where the actor may see it: asked before some are left out for their number."""
    yield table.c.retired_at.is_(None)
    yield table.c.merged_into.is_(None)
    if scopes is not None:
        yield within(table.c.area_path, scopes)


def _fields(
    session: Session, records: Records, kind: str, ids: list[UUID], scopes: Sequence[str] | None
) -> Iterator[_Found]:
    table = records.kind.table
    for name, item in records.storage.fields.items():
        if isinstance(item, Link) and item.kind == kind:
            statement = sa.select(table.c.id).where(table.c[name].in_(ids), *_seen(table, scopes))
            for owner in session.scalars(statement.limit(MOST)):
                yield owner, item.label, None, None, None


def _parts(session: Session, records: Records, ids: list[UUID], scopes: Sequence[str] | None) -> Iterator[_Found]:
    owners = records.kind.table
    for name, part in records.storage.parts.items():
        model: Any = records.kind.parts[name]
        if "target_id" not in model.__table__.c:
            continue
        table = model.__table__
        statement = (
            sa.select(table.c.owner_id, table.c.role, table.c.since, table.c.until)
            .join(owners, owners.c.id == table.c.owner_id)
            .where(table.c.target_id.in_(ids), *_seen(owners, scopes))
        )
        for row in session.execute(statement.limit(MOST)):
            yield row.owner_id, part.label, row.role, row.since, row.until
