"""Where a unit stands among the units of its trade: simple numbers, each with how many units it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import marks
from ..access import Actor
from ..areas import after, within
from ..records import Item, Records
from ..storing import live
from .due import uninspected
from .models import Licence, Organisation

#: Among fewer units a position says little.
FEW = 5
#: A trade is the division of the industry (F52) or, where that has too few units, its section (F).
_DEPTHS = (3, 1)
_TABLE = Organisation.__table__


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the units of which it is known have something: ``of`` may be less than all of them."""

    having: int
    of: int

    @property
    def value(self) -> float | None:
        """The share; ``None`` where it is known of none."""
        return self.having / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Peers:
    """The units of one trade, this one among them, and where this one stands.

    ``larger`` of the ``staff_known`` units have more staff than this one. ``colours`` counts the risk colours, ``None``
    standing for units without.
    """

    trade: str
    units: int
    staff_known: int
    larger: int | None
    median_staff: float | None
    overdue: Share
    expired: Share
    filled: Share
    colours: Mapping[str | None, int] = field(default_factory=dict)

    @property
    def few(self) -> bool:
        """Whether there are too few units for a position to say much."""
        return self.units < FEW


def of_trade(session: Session, records: Records, item: Item, day: date, *, actor: Actor) -> Peers | None:
    """The units of the trade of an organisation in the areas of which the actor may see figures, on a day.

    Nothing is told without an industry, and nothing of single units.
    """
    industry, scopes = item.values["industry"], actor.scopes("count", "organisations")
    if not industry or scopes == []:
        return None
    for depth in _DEPTHS:
        trade = industry[:depth]
        inside = _of(trade, scopes)
        if (session.scalar(sa.select(sa.func.count()).where(*inside)) or 0) >= FEW:
            break
    return _counted(session, records, item, day, trade, inside)


def _of(trade: str, scopes: Sequence[str] | None) -> list[sa.ColumnElement[bool]]:
    of_trade = sa.and_(_TABLE.c.industry >= trade, _TABLE.c.industry < after(trade))
    return [of_trade, live(_TABLE), *([] if scopes is None else [within(_TABLE.c.area_path, scopes)])]


def _counted(
    session: Session, records: Records, item: Item, day: date, trade: str, inside: Sequence[sa.ColumnElement[bool]]
) -> Peers:
    own, staff = item.values["employees"], _TABLE.c.employees
    every = sa.func.count()
    wanted = list(marks.wanted(records).values())
    row = session.execute(sa.select(
        every, every.filter(staff.is_not(None)), every.filter(staff > (own if own is not None else -1)),
        every.filter(uninspected(day)), every.filter(_TABLE.c.next_inspection_on.is_not(None)),
        every.filter(_licences(Licence.valid_to < day)), every.filter(_licences(Licence.valid_to.is_not(None))),
        *(every.filter(condition) for condition in wanted),
    ).where(*inside)).one()
    units, known, larger, overdue, watched, expired, licensed, *filled = row
    colours: dict[Any, int] = dict(session.execute(
        sa.select(_TABLE.c.risk_colour, every).where(*inside).group_by(_TABLE.c.risk_colour)
    ).all())
    return Peers(
        trade, units, known, larger if own is not None else None, _median(session, known, inside),
        Share(overdue, watched), Share(expired, licensed), Share(sum(filled), units * len(wanted)), colours,
    )


def _licences(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Licence.owner_id == _TABLE.c.id, condition).correlate(_TABLE)


def _median(session: Session, known: int, inside: Sequence[sa.ColumnElement[bool]]) -> float | None:
    if not known:
        return None
    middle = sa.select(_TABLE.c.employees).where(_TABLE.c.employees.is_not(None), *inside)
    rows = session.scalars(middle.order_by(_TABLE.c.employees).offset((known - 1) // 2).limit(2 - known % 2)).all()
    return sum(rows) / len(rows)
