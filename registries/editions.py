"""Reading what is published: lists by category and year with their counts, and what stands beside an edition.

Everything here is open to everybody: only editions are read, and only while they are public.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .db import now
from .publishing import Published, as_published, changed_at, is_public, readable
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
    without: Collection[UUID] = (), also: Sequence[sa.ColumnElement[bool]] = (),
    first: Sequence[sa.ColumnElement[bool]] = (),
) -> list[Published]:
    """The editions of a list, those kept on top first, then the newest.

    ``also`` are further conditions; of ``first`` each puts those that it holds for before the others.
    """
    table = records.kind.table
    statement = readable(table).where(*wanted.conditions(table), *also)
    if without:
        statement = statement.where(table.c.id.not_in(list(without)))
    statement = statement.order_by(
        table.c.public_pinned.desc(), *(one.desc() for one in first), table.c.public_on.desc(), table.c.id.desc(),
    )
    return [as_published(records.name, row) for row in session.execute(statement.limit(limit).offset(offset))]


def count(session: Session, records: Records, wanted: Wanted = Wanted()) -> int:
    """How many editions a list has."""
    table = records.kind.table
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(*wanted.conditions(table))) or 0


@dataclass(frozen=True, slots=True)
class Counted:
    """How many editions there are of each category and year."""

    numbers: Mapping[tuple[str | None, int], int]

    def total(self, wanted: Wanted) -> int:
        """How many a list has."""
        return sum(
            number for (category, year), number in self.numbers.items()
            if wanted.category in (None, category) and wanted.year in (None, year)
        )

    def categories(self, year: int | None = None) -> dict[str, int]:
        """How many each category has, of one year or of all."""
        found: Counter[str] = Counter()
        for (category, own), number in self.numbers.items():
            if category and year in (None, own):
                found[category] += number
        return dict(found)

    def years(self, category: str | None = None) -> dict[int, int]:
        """How many each year has, the newest first, of one category or of all."""
        found: Counter[int] = Counter()
        for (own, year), number in self.numbers.items():
            if year and category in (None, own):
                found[year] += number
        return dict(sorted(found.items(), reverse=True))


def counted(session: Session, records: Records) -> Counted:
    """The editions that people may read now, counted at once by all that their lists are narrowed by."""
    table = records.kind.table
    # Worked out of the column: SQLite would take the index of categories, which cannot tell what is public.
    category = sa.func.coalesce(table.c.public_category, sa.literal_column("''"))
    year = sa.extract("year", table.c.public_on)
    statement = sa.select(category, year, sa.func.count()).where(*Wanted().conditions(table))
    rows = session.execute(statement.group_by(category, year))
    return Counted({(name or None, int(number or 0)): count for name, number, count in rows})


def beside(session: Session, records: Records, shown: Published) -> tuple[Published | None, Published | None]:
    """The edition before this one in the order of days, and the one after it."""
    table = records.kind.table
    key, own = sa.tuple_(table.c.public_on, table.c.id), sa.tuple_(
        sa.literal(shown.values["dated_on"], sa.Date), sa.literal(shown.id, sa.Uuid)
    )
    pages = readable(table).where(*Wanted().conditions(table)).limit(1)
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
    row = session.execute(readable(table).where(own, is_public(now(), table)).order_by(table.c.id)).first()
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
        sa.select(table.c.id, slug, changed_at(table)).where(*Wanted().conditions(table))
        .order_by(table.c.public_on.desc(), table.c.id.desc()).limit(limit)
    )
    return [Addressed(*row) for row in rows]
