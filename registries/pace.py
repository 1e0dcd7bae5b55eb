"""How much personal data one account may look at in a time: beyond it nothing is shown, and the auditor finds it noted.

Whoever works through the register person by person is either a program or copies it out. The limits are counted where
readings are logged, so that pages, the interface for programs and commands share them. What is shown together, such as
a page of a list, is one reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from .access import Actor
from .db import Base, UtcDateTime, now, plain_text

#: What stands in the log when an account was held up.
THROTTLED = "throttled"
_WITHIN = {"search": timedelta(minutes=1), "view": timedelta(hours=1), "reveal": timedelta(days=1)}
#: The kinds whose records are people.
_PEOPLE = ("resident",)


class Pace(Base):
    """How many readings of one sort an account has had since a moment."""

    __tablename__ = "pace"
    __table_args__ = {"schema": "system"}

    actor: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    action: Mapped[str] = mapped_column(plain_text(20), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    readings: Mapped[int] = mapped_column(sa.Integer)


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """At most so many readings of people in a time; who is a grid worker and nothing else opens fewer numbers."""

    lookups_per_minute: int = 60
    views_per_hour: int = 300
    reveals_per_day: int = 60
    reveals_per_day_of_grid_workers: int = 20

    def most(self, action: str, actor: Actor) -> int:
        """The number for an actor."""
        if action == "search":
            return self.lookups_per_minute
        if action == "view":
            return self.views_per_hour
        only_grid = {grant.role for grant in actor.live_grants()} == {"grid_worker"}
        return min(self.reveals_per_day, self.reveals_per_day_of_grid_workers) if only_grid else self.reveals_per_day


DEFAULT = ReadingLimits()


class TooFast(Exception):
    """An account has looked at too much in a time; ``seconds`` until it may go on."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def count(session: Session, actor: Actor, action: str, kind: str) -> tuple[int, bool]:
    """Count a reading; or the seconds that the actor has to wait for it, and whether that is new and to be noted."""
    if actor.console or kind not in _PEOPLE or action not in _WITHIN:
        return 0, False
    limits: ReadingLimits = session.info["database"].reading_limits or DEFAULT
    row, moment = session.get(Pace, (actor.name, action)), now()
    if row is None:
        row = Pace(actor=actor.name, action=action, since=moment, readings=0)
        session.add(row)
    elif not row.since <= moment < row.since + _WITHIN[action]:
        row.since, row.readings = moment, 0
    most = limits.most(action, actor)
    row.readings += 1
    if row.readings <= most:
        return 0, False
    return max(1, ceil((row.since + _WITHIN[action] - moment).total_seconds())), row.readings == most + 1
