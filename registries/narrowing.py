"""What a list is narrowed to, in SQL: the conditions a record must meet, and which of them an index answers.

Neither engine knows how the records of one area lie in the order of another column, or that few have a rare value. So
the list itself counts, through the index of each condition and no further than it needs to know, and reads through the
one that leaves the fewest records. SQLite is told which index to use; PostgreSQL is told which part to read first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .access import Actor
from .areas import outermost, within
from .records import Records
from .storing import live

Condition = sa.ColumnElement[bool]
_LIVE, _RETIRED = "retired_at IS NULL AND merged_into IS NULL", "retired_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Narrow:
    """One condition. ``test`` asks a record that is at hand; ``index`` finds all that meet it.

    ``members`` are what to look up in the index, parts that have no record in common: SQLite would go through all of an
    index for an OR of ranges. ``indexes`` are those of the members where each has another, and ``index`` is that of
    most. ``sized`` selects as many rows as there are members, where that is quicker to count.
    """

    test: Condition
    members: tuple[Condition, ...] = ()
    index: sa.Index | None = None
    indexes: tuple[sa.Index | None, ...] = ()
    sized: Any = None


class Narrowed:
    """The records of one kind that an actor may see and a wish asks for."""

    def __init__(self, session: Session, records: Records, actor: Actor, asked: Sequence[str], retired: bool) -> None:
        self.session, self.records, self.table = session, records, records.kind.table
        self.retired = retired
        self.on_sqlite = session.get_bind().dialect.name == "sqlite"
        table = self.table
        self.state: Condition = table.c.retired_at.is_not(None) if retired else live(table)
        self.areas = areas_of(records, actor, asked)
        self.by_area: Narrow | None = None
        if self.areas is not None:
            parts = tuple(within(table.c.area_path, [path]) for path in self.areas)
            self.by_area = Narrow(within(table.c.area_path, self.areas), parts, self.index_of("area_path"))
        self.filters: dict[str, Narrow] = {}

    @property
    def narrows(self) -> list[Narrow]:
        """The conditions, the area first."""
        return [*([self.by_area] if self.by_area else []), *self.filters.values()]

    def index_of(self, column: str, then: str | None = None) -> sa.Index | None:
        """The index that leads with a column and holds every record in this state."""
        for index in sorted(self.table.indexes, key=lambda one: str(one.name)):
            names = [one.name for one in index.columns]
            where = _where(index).removeprefix(f"{column} IS NOT NULL").removeprefix(" AND ")
            holds_all = where in ("", _RETIRED if self.retired else _LIVE)
            if names[0] == column and then in (None, *names[1:2]) and holds_all:
                return index
        return None

    def rare(self, column: str) -> sa.Index | None:
        """The index of the values of a column that few records have; its ``info`` names those that most have."""
        if self.retired:
            return None
        found = (one for one in self.table.indexes if "usual" in one.info and one.columns[0].name == column)
        return next(found, None)

    def size(self, narrow: Narrow, most: int) -> int:
        """How many records meet one condition; ``most`` if it is that many or more, or if no index tells."""
        if not narrow.members:
            return most
        some = narrow.sized if narrow.sized is not None else self.through(narrow, [], sa.literal(1))
        return self.session.scalar(sa.select(sa.func.count()).select_from(some.limit(most).subquery())) or 0

    def smallest(self, most: int, holding: str | None = None, otherwise: int = 0) -> Narrow | None:
        """The condition that the fewest records meet, if fewer than ``most``.

        With ``holding``, an index without that column is good for fewer than ``otherwise`` records only.
        """
        best = None
        for one in self.narrows:
            bound = most
            if holding and not (one.index is not None and holding in one.index.columns):
                bound = min(most, otherwise)
            size = self.size(one, bound)
            if size < bound:
                best, most = one, size
        return best

    def through(self, narrow: Narrow | None, conditions: Sequence[Condition], *columns: Any) -> Any:
        """The columns of the records that one condition finds and all the others hold for; without one, of all."""
        statement = sa.select(*columns).select_from(self.table).where(self.state, *conditions)
        if narrow is None:
            return statement
        members = narrow.members or (narrow.test,)
        indexes = narrow.indexes or (narrow.index,) * len(members)
        found = [self.using(statement.where(one), index) for one, index in zip(members, indexes, strict=True)]
        return found[0] if len(found) == 1 else sa.union_all(*found)

    def using(self, statement: sa.Select[Any], index: sa.Index | None) -> sa.Select[Any]:
        """The statement with its rows found through an index: SQLite is told so and must obey."""
        if index is None:
            return statement
        where = index.info.get("where")
        statement = statement.where(sa.text(where)) if where else statement
        return statement.with_hint(self.table, f"INDEXED BY {index.name}", "sqlite")

    def others(self, narrow: Narrow | None) -> list[Condition]:
        """The tests of all conditions but one."""
        return [one.test for one in self.narrows if one is not narrow]


def areas_of(records: Records, actor: Actor, asked: Sequence[str]) -> list[str] | None:
    """The paths to look in, or ``None`` for everywhere: what is asked for, cut to what the actor may see."""
    scopes = actor.scopes("read", records.kind.database)
    if scopes is not None and "" in scopes:
        scopes = None
    wanted = None if not asked or "" in asked else list(asked)
    if scopes is None or wanted is None:
        found = wanted if scopes is None else scopes
        return None if found is None else outermost(found)
    return outermost(
        max(path, scope, key=len) for path in wanted for scope in scopes
        if path.startswith(scope) or scope.startswith(path)
    )


def _where(index: sa.Index) -> str:
    where = index.dialect_options["sqlite"]["where"]
    return "" if where is None else str(where)
