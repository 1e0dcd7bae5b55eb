"""Moving an area below another one, and merging one into another, with all that lies in them.

The tree changes first, in one transaction of ``network``, which also notes the move. Then each database
follows in a transaction of its own: paths are rewritten, records of a merged area get the other one, and
each record that is touched is logged, so that the search index takes it in. Every step only touches what
does not follow yet, so it can be repeated; `finish` takes up whatever a kill left, and whoever starts a
move finishes older ones first.

*Closed on the way.* The old path is never given out again and the new one is new, so in between nobody sees
a record whom neither the old nor the new place of the area would let see it: those with a right to the area
itself see none of its records until they follow, those above its new place see them from then on, those
above its old place until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes
from .access import Actor
from .area_tree import next_path
from .areas import PATH_LENGTH, Area, AreaMove, within
from .changes import Entry
from .db import DATABASES, Base, Database, new_id, now
from .messages import N_, Problem, Refused
from .records import Records

CHUNK = 1000

Catalogue = Mapping[str, Records]


def move(
    database: Database, catalogue: Catalogue, area_id: UUID, to: UUID, *, on: date, actor: Actor, reason: str
) -> None:
    """Put an area, with everything in it, below another one from the day ``on``."""
    finish(database, catalogue)
    with database.writing("network") as session:
        area, above = _in_use(session, area_id), _in_use(session, to)
        if area.parent_id == above.id:
            raise Refused(Problem(
                N_("“%(name)s” lies in “%(above)s” already."), name=area.name_zh, above=above.name_zh,
            ))  # fmt: skip
        _move_below(session, area, above, on, actor, reason)
    finish(database, catalogue)


def merge(
    database: Database,
    catalogue: Catalogue,
    area_id: UUID,
    into: UUID,
    *,
    on: date,
    actor: Actor,
    reason: str,
) -> None:
    """End an area on the day ``on`` and give everything in it to another one: areas, records, stays."""
    finish(database, catalogue)
    with database.writing("network") as session:
        area, other = _in_use(session, area_id), _in_use(session, into)
        _refuse_inside(area, other)
        for child in session.scalars(sa.select(Area).where(Area.parent_id == area.id).order_by(Area.path)):
            _move_below(session, child, other, on, actor, reason)
        _note(session, area, other.path, actor, reason, other.id)
        told: dict[str, list[Any]] = {"merged_into": [None, other.id], "valid_to": [area.valid_to, on]}
        area.merged_into, area.valid_to = other.id, on
        area.version += 1
        session.flush()
        changes.append(session, actor.name, [Entry("area", area.id, "merge", told, reason=reason)])
    finish(database, catalogue)


def _in_use(session: Session, area_id: UUID) -> Area:
    area = session.get(Area, area_id)
    if area is None or area.valid_to is not None:
        raise Refused(Problem(N_("There is no such area in use.")))
    return area


def _refuse_inside(area: Area, other: Area) -> None:
    if other.path.startswith(area.path):
        raise Refused(Problem(
            N_("“%(other)s” lies in “%(name)s” itself."), N_("Choose an area outside of it."),
            other=other.name_zh, name=area.name_zh,
        ))  # fmt: skip


def _move_below(session: Session, area: Area, above: Area, on: date, actor: Actor, reason: str) -> None:
    _refuse_inside(area, above)
    old, new = area.path, next_path(session, above.path)
    deepest = session.scalar(sa.select(sa.func.max(sa.func.length(Area.path))).where(within(Area.path, [old]))) or 0
    if deepest - len(old) + len(new) > PATH_LENGTH:
        raise Refused(Problem(N_("The area tree would become too deep."), N_("Choose a place further up.")))
    _note(session, area, new, actor, reason)
    told: dict[str, list[Any]] = {
        "parent_id": [area.parent_id, above.id],
        "path": [old, new],
        "on": [None, on],
    }
    area.parent_id = above.id
    area.version += 1
    session.flush()
    _rewrite(session, Area.__table__, old, new)  # type: ignore[arg-type]
    session.expire_all()
    changes.append(session, actor.name, [Entry("area", area.id, "move", told, reason=reason)])


def _note(
    session: Session, area: Area, new_path: str, actor: Actor, reason: str, merged_into: UUID | None = None
) -> None:
    session.add(AreaMove(
        id=new_id(), area_id=area.id, merged_into=merged_into, old_path=area.path, new_path=new_path,
        actor=actor.name, reason=reason, started_at=now(),
    ))  # fmt: skip
    session.flush()


def _rewrite(session: Session, table: sa.Table, old: str, new: str) -> int:
    """Put everything of a table that lies below one path below another one."""
    column = table.c.path if "path" in table.c else table.c.area_path
    rest = sa.func.substr(column, len(old) + 1)
    statement = table.update().where(within(column, [old])).values({column: sa.literal(new) + rest})
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def unfinished(session: Session) -> list[AreaMove]:
    """The moves that not all databases follow yet, the oldest first."""
    return list(session.scalars(sa.select(AreaMove).where(AreaMove.finished_at.is_(None)).order_by(AreaMove.id)))


def finish(database: Database, catalogue: Catalogue) -> int:
    """Let every database follow the moves that are noted; returns how many were not finished."""
    with database.reading() as session:
        moves = unfinished(session)
    for one in moves:
        # A writer that knew the old tree may have come in between: go round until nothing is left behind.
        while sum(follow(database, name, catalogue, one) for name in DATABASES):
            pass
        with database.writing("network") as session:
            session.get_one(AreaMove, one.id).finished_at = now()
            session.flush()
            changes.append(session, one.actor, [Entry("area", one.area_id, "moved", reason=one.reason)])
    return len(moves)


def follow(database: Database, name: str, catalogue: Catalogue, one: AreaMove) -> int:
    """Let one database follow a move, in one transaction; returns how many rows did not yet."""
    count = 0
    kinds = {records.kind.table: records for records in catalogue.values() if records.kind.database == name}
    with database.writing(name) as session:
        for records in kinds.values():
            count += _merge_records(session, records, one) if one.merged_into else 0
            count += _move_records(session, records, one)
        for table in Base.metadata.tables.values():
            if table.schema == name and table not in kinds and "area_path" in table.c:
                count += _rewrite(session, table, one.old_path, one.new_path)
    return count


def _merge_records(session: Session, records: Records, one: AreaMove) -> int:
    table, count = records.kind.table, 0
    told = {"area_id": [str(one.area_id), str(one.merged_into)]}
    while ids := session.scalars(sa.select(table.c.id).where(table.c.area_id == one.area_id).limit(CHUNK)).all():
        session.execute(table.update().where(table.c.id.in_(ids)).values(
            area_id=one.merged_into, area_path=one.new_path, version=table.c.version + 1, updated_at=now(),
        ))  # fmt: skip
        _log(session, records, ids, told, one)
        count += len(ids)
    return count


def _move_records(session: Session, records: Records, one: AreaMove) -> int:
    table = records.kind.table
    rest = sa.func.substr(table.c.area_path, len(one.old_path) + 1)
    below, count = within(table.c.area_path, [one.old_path]), 0
    while ids := session.scalars(sa.select(table.c.id).where(below).limit(CHUNK)).all():
        new_path = sa.literal(one.new_path) + rest
        session.execute(table.update().where(table.c.id.in_(ids)).values(area_path=new_path))
        _log(session, records, ids, {}, one)
        count += len(ids)
    return count


def _log(
    session: Session, records: Records, ids: Sequence[UUID], told: Mapping[str, list[Any]], one: AreaMove
) -> None:
    """Log that records lie elsewhere, and write and log what follows from that, such as the key of a household."""
    table, follow_up = records.kind.table, records.kind.relocate(session, ids)
    for record_id, columns in follow_up.items():
        values = {name: pair[1] for name, pair in columns.items()}
        session.execute(table.update().where(table.c.id == record_id).values(**values))
    changes.append(session, one.actor, [
        Entry(records.name, record_id, "area", {**told, **follow_up.get(record_id, {})}, reason=one.reason)
        for record_id in ids
    ])  # fmt: skip
