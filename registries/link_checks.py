"""Links that lead nowhere, contradict what they lead to, or hold things that are overdue; areas that do not
fit.

A link may lead to another database, where no foreign key can watch it, so everything is asked here with one
statement each: all databases can be read together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import references
from .areas import Area, AreaMove
from .days import today
from .findings import Finding
from .links import target_kind
from .messages import N_, Problem
from .records import Records
from .reference_fields import Link
from .storing import live

#: Days by which something should have been done, and what.
DUE = {
    "next_check_on": N_("The check is overdue since %(day)s."),
    "next_inspection_on": N_("The inspection is overdue since %(day)s."),
    "review_on": N_("The review is overdue since %(day)s."),
    "valid_to": N_("The licence ran out on %(day)s."),
    "insured_until": N_("The insurance ran out on %(day)s."),
}
#: So many findings of one sort are told one by one; the rest as a number.
MOST = 200


@dataclass(frozen=True, slots=True)
class _LinkColumn:
    """Where links of one sort stand: their owner, what they lead to, and when they hold."""

    owner: sa.ColumnElement[Any]
    target: sa.ColumnElement[Any]
    kind: str
    condition: sa.ColumnElement[bool]
    since: sa.ColumnElement[Any] | None = None
    until: sa.ColumnElement[Any] | None = None


def check(session: Session, records: Records, catalogue: Mapping[str, Records]) -> Iterator[Finding]:
    """What is wrong with the links, areas and due days of a kind."""
    day = today()
    for link in _links(session, records):
        if link.kind in catalogue:
            yield from _dangling(session, records, link, catalogue[link.kind])
            yield from _contradictory(session, records, link, catalogue[link.kind], day)
    yield from _contradictions(session, records)
    yield from _merged(session, records)
    yield from _areas(session, records)
    yield from _overdue(session, records, day)


def _links(session: Session, records: Records) -> Iterator[_LinkColumn]:
    table = records.kind.table
    in_use = live(table)
    for name, item in records.storage.fields.items():
        if isinstance(item, Link):
            yield _LinkColumn(table.c.id, table.c[name], item.kind, in_use)
    for name, model in records.kind.parts.items():
        part = model.__table__
        owned = sa.and_(part.c.owner_id == table.c.id, in_use)
        for field_name, item in records.storage.parts[name].nested.items():
            if isinstance(item, Link) and item.kind:
                yield _LinkColumn(part.c.owner_id, part.c[field_name], item.kind, owned)
        if "role" in part.c and "target_id" in part.c:
            for role in session.scalars(sa.select(part.c.role).distinct()):
                kind = target_kind(references.load(session), role)
                of_role = sa.and_(owned, part.c.role == role)
                yield _LinkColumn(part.c.owner_id, part.c.target_id, kind or "", of_role, part.c.since, part.c.until)


def _dangling(session: Session, records: Records, link: _LinkColumn, other: Records) -> Iterator[Finding]:
    there = other.kind.table.alias("target")
    missing = sa.select(link.owner, link.target).where(
        link.condition, link.target.is_not(None), ~sa.exists().where(there.c.id == link.target)
    )
    for owner, target in session.execute(missing.distinct()):
        yield _finding("error", records, owner, Problem(
            N_("This record points at %(kind)s %(id)s, which is not there."),
            N_("Take the link out, or choose another record."),
            kind=Problem(other.kind.label), id=str(target),
        ))  # fmt: skip


def _contradictory(
    session: Session, records: Records, link: _LinkColumn, other: Records, on: date
) -> Iterator[Finding]:
    there = other.kind.table.alias("target")
    holds = sa.true() if link.until is None else sa.or_(link.until.is_(None), link.until >= on)
    ended = sa.select(link.owner, link.target).where(
        link.condition,
        holds,
        there.c.id == link.target,
        there.c.retired_at.is_not(None),
        there.c.merged_into.is_(None),
    )
    yield from _limited(session, ended, lambda row: _finding("warning", records, row[0], Problem(
        N_("This record still points at %(kind)s %(id)s, which is out of use."),
        N_("End the link, or bring that record back."), kind=Problem(other.kind.label), id=str(row[1]),
    )))  # fmt: skip
    if link.since is None or link.until is None:
        return
    backwards = sa.select(link.owner, link.since, link.until).where(link.condition, link.until < link.since)
    yield from _limited(session, backwards, lambda row: _finding("warning", records, row[0], Problem(
        N_("A link ends (%(until)s) before it begins (%(since)s)."), N_("Correct one of the two days."),
        since=row[1].isoformat(), until=row[2].isoformat(),
    )))  # fmt: skip


def _contradictions(session: Session, records: Records) -> Iterator[Finding]:
    """What the kind itself finds contradictory; of each sort the first one by one, then their number."""
    if records.kind.contradictions is None:
        return
    told: Counter[str] = Counter()
    for record_id, problem in records.kind.contradictions(session):
        told[problem.msgid] += 1
        if told[problem.msgid] <= MOST:
            yield _finding("warning", records, record_id, problem)
    for count in told.values():
        if count > MOST:
            yield Finding("warning", Problem(
                N_("%(count)s more of the same kind in “%(kind)s”."),
                count=count - MOST, kind=Problem(records.kind.label),
            ), records.kind.database, records.name)  # fmt: skip


def _merged(session: Session, records: Records) -> Iterator[Finding]:
    table = records.kind.table
    survivor = table.alias("survivor")
    lost = sa.select(table.c.id, table.c.merged_into).where(
        table.c.merged_into.is_not(None), ~sa.exists().where(survivor.c.id == table.c.merged_into)
    )
    for record_id, target in session.execute(lost):
        yield _finding("error", records, record_id, Problem(
            N_("This record was merged into %(id)s, which is not there."),
            N_("Restore it from a backup."), id=str(target),
        ))  # fmt: skip


def _areas(session: Session, records: Records) -> Iterator[Finding]:
    table = records.kind.table
    wrong = sa.select(table.c.id).where(
        table.c.merged_into.is_(None), table.c.area_id.is_not(None),
        ~sa.exists().where(Area.id == table.c.area_id, Area.path == table.c.area_path),
    )  # fmt: skip
    yield from _limited(session, wrong, lambda row: _finding("error", records, row[0], Problem(
        N_("The area of this record is not where the record says it is."),
        N_("Finish the move of the area, or choose the area anew."),
    )))  # fmt: skip


def _overdue(session: Session, records: Records, on: date) -> Iterator[Finding]:
    table = records.kind.table
    in_use = live(table)
    columns = [(table.c.id, table.c[name], in_use) for name in DUE if name in table.c]
    for model in records.kind.parts.values():
        part = model.__table__
        owned = sa.and_(part.c.owner_id == table.c.id, in_use)
        columns += [(part.c.owner_id, part.c[name], owned) for name in DUE if name in part.c]
    for owner, day, condition in columns:
        due = sa.select(owner, day).where(condition, day < on).order_by(day, owner)
        message = DUE[day.name]

        def told(row: Any, message: str = message) -> Finding:
            problem = Problem(message, N_("See to it, or correct the day."), day=row[1].isoformat())
            return _finding("info", records, row[0], problem)

        yield from _limited(session, due, told)


def _limited(session: Session, statement: sa.Select[Any], told: Any) -> Iterator[Finding]:
    """The first findings one by one; how many more there are, in one."""
    for row in session.execute(statement.limit(MOST)).all():
        finding: Finding = told(row)
        yield finding
    more = (session.scalar(sa.select(sa.func.count()).select_from(statement.order_by(None).subquery())) or 0) - MOST
    if more > 0:
        yield Finding(finding.severity, Problem(
            N_("%(count)s more of the same: %(what)s"), count=more, what=finding.problem,
        ), finding.database, finding.kind)  # fmt: skip


def _finding(severity: str, records: Records, record_id: UUID, problem: Problem) -> Finding:
    return Finding(severity, problem, records.kind.database, records.name, record_id)


def unfinished_moves(session: Session) -> Iterator[Finding]:
    """Moves and mergers of areas that were interrupted."""
    for move in session.scalars(sa.select(AreaMove).where(AreaMove.finished_at.is_(None))):
        yield Finding("warning", Problem(
            N_("The move of an area was not finished: some records do not follow it yet."),
            N_("Run “sanku upgrade”: it finishes it."),
        ), "network", "area", move.area_id)  # fmt: skip
