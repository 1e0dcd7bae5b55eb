"""Reading what is published: lists by category and year with their counts, and what stands beside an edition.

Everything here is open to everybody: only editions are read, and only while they are public.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .db import now
from .publishing import Published, as_published, is_public
from .records import NotFound, Records

#: A site shows so many editions at most where it takes all of a kind at once.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to."""

    category: str | None = None
    year: int | None = None

    def conditions(self, table: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        """The same as conditions on the table of a kind, with that of being public now."""
        found = [is_public(now(), table)]
        if self.category:
            found.append(table.c.public_category == self.category)
        if self.year:
            found.append(table.c.public_on.between(date(self.year, 1, 1), date(self.year, 12, 31)))
        return found


def listed(
    session: Session, records: Records, wanted: Wanted = Wanted(), *, limit: int = 20, offset: int = 0,
    without: Collection[UUID] = (),
) -> list[Published]:
    """The editions of a list, those kept on top first, then the newest."""
    table = records.kind.table
    statement = (
        sa.select(table).where(*wanted.conditions(table), table.c.id.not_in(list(without)))
        .order_by(table.c.public_pinned.desc(), table.c.public_on.desc(), table.c.id.desc())
        .limit(limit).offset(offset)
    )  # fmt: skip
    return [as_published(records.name, row) for row in session.execute(statement)]


def count(session: Session, records: Records, wanted: Wanted = Wanted()) -> int:
    """How many editions a list has."""
    table = records.kind.table
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(*wanted.conditions(table))) or 0


def by_category(session: Session, records: Records, year: int | None = None) -> dict[str, int]:
    """How many editions each category has, of one year or of all."""
    table = records.kind.table
    statement = sa.select(table.c.public_category, sa.func.count()).where(*Wanted(year=year).conditions(table))
    return {
        category: number for category, number in session.execute(statement.group_by(table.c.public_category))
        if category
    }


def by_year(session: Session, records: Records, category: str | None = None) -> dict[int, int]:
    """How many editions each year has, the newest first, of one category or of all."""
    table = records.kind.table
    year = sa.extract("year", table.c.public_on)
    statement = sa.select(year, sa.func.count()).where(*Wanted(category).conditions(table)).group_by(year)
    return {int(key): number for key, number in sorted(session.execute(statement).all(), reverse=True) if key}


def beside(session: Session, records: Records, shown: Published) -> tuple[Published | None, Published | None]:
    """The edition before this one in the order of days, and the one after it."""
    table = records.kind.table
    key, own = sa.tuple_(table.c.public_on, table.c.id), sa.tuple_(
        sa.literal(shown.values["dated_on"], sa.Date), sa.literal(shown.id, sa.Uuid)
    )
    pages = sa.select(table).where(*Wanted().conditions(table))
    before = session.execute(pages.where(key < own).order_by(table.c.public_on.desc(), table.c.id.desc())).first()
    after = session.execute(pages.where(key > own).order_by(table.c.public_on, table.c.id)).first()
    return (
        as_published(records.name, before) if before else None, as_published(records.name, after) if after else None
    )


def alike(session: Session, records: Records, shown: Published, limit: int = 5) -> list[Published]:
    """The newest editions of the same category, without this one."""
    return listed(session, records, Wanted(shown.values.get("category")), limit=limit, without=[shown.id])


def by_slug(session: Session, records: Records, slug: str) -> Published:
    """The page that is published under an address of its own, or else under its id.

    :raises NotFound: there is none.
    """
    table = records.kind.table
    own = table.c.edition["slug"].as_string() == slug
    with suppress(ValueError):
        own = sa.or_(own, table.c.id == UUID(slug))
    row = session.execute(sa.select(table).where(own, is_public(now(), table)).order_by(table.c.id)).first()
    if row is None:
        raise NotFound(f"{records.name} {slug}")
    return as_published(records.name, row)


@dataclass(frozen=True, slots=True)
class Addressed:
    """What the address of an edition is made from, and when it last changed."""

    id: UUID
    slug: str | None
    changed_at: datetime


def addresses(session: Session, records: Records, limit: int) -> list[Addressed]:
    """All editions without their texts, the newest first."""
    table = records.kind.table
    slug = table.c.edition["slug"].as_string() if "slug" in table.c else sa.null()
    rows = session.execute(
        sa.select(table.c.id, slug, table.c.updated_at).where(*Wanted().conditions(table))
        .order_by(table.c.public_on.desc(), table.c.id.desc()).limit(limit)
    )
    return [Addressed(*row) for row in rows]
