"""The area tree, on which every record and permission hangs: district → street → community → grid → building.

An area has an id that never changes, perhaps a national code, and a ``path`` of fixed-width segments. What
lies in an area is what has a path that begins with its path, so a scope is a range of an index. Codes and
names may change and areas may be merged or moved: the dates stand in the row, what was before stands in the
change log.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base, UtcDateTime, plain_text
from .messages import N_, Problem, Refused

KINDS = ("district", "street", "community", "grid", "building", "zone")
SEGMENT = 4
PATH_LENGTH = 8 * SEGMENT
#: Why nothing is written: a record without an area would be out of everybody's reach.
UNKNOWN = Problem(N_("The area of the record is not known."), N_("Choose an area in use, or load the area tree."))


class Area(Base):
    """One area; ``boundary`` is a GeoJSON geometry in WGS84, ``valid_to`` the day it was merged or ended."""

    __tablename__ = "area"
    __table_args__ = (
        sa.Index("ix_area_path", "path", unique=True),
        sa.Index("ix_area_code", "code"),
        {"schema": "network"},
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    code: Mapped[str | None] = mapped_column(plain_text(20))
    kind: Mapped[str] = mapped_column(plain_text(20))
    name_zh: Mapped[str] = mapped_column(sa.String(100))
    name_en: Mapped[str] = mapped_column(sa.String(200))
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("network.area.id"))
    path: Mapped[str] = mapped_column(plain_text(PATH_LENGTH))
    boundary: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    valid_from: Mapped[date | None] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    merged_into: Mapped[UUID | None] = mapped_column(sa.ForeignKey("network.area.id"))
    version: Mapped[int] = mapped_column(sa.Integer, default=1)


class AreaMove(Base):
    """A move or merger of an area: what records of every database still have to follow until ``finished_at``.

    ``old_path`` is never given to another area, also when the move is long finished.
    """

    __tablename__ = "area_move"
    __table_args__ = (sa.Index("ix_area_move_finished_at", "finished_at"), {"schema": "network"})

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    area_id: Mapped[UUID] = mapped_column(sa.ForeignKey("network.area.id"))
    merged_into: Mapped[UUID | None] = mapped_column(sa.ForeignKey("network.area.id"))
    old_path: Mapped[str] = mapped_column(plain_text(PATH_LENGTH))
    new_path: Mapped[str] = mapped_column(plain_text(PATH_LENGTH))
    actor: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.Text)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def successor(session: Session, area_id: UUID) -> Area:
    """The area in which what lay in this one lies now: itself, also when it was ended, or what it was merged into.

    :raises Refused: there never was such an area.
    """
    area = session.get(Area, area_id)
    while area is not None and area.merged_into is not None:
        area = session.get(Area, area.merged_into)
    if area is None:
        raise Refused(UNKNOWN)
    return area


def follow(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Let values that come back from the past lie where their areas are now; ``area_path`` is put right if told."""
    for row in rows:
        if row.get("area_id") is not None:
            area = successor(session, row["area_id"])
            row["area_id"] = area.id
            if "area_path" in row:
                row["area_path"] = area.path


def after(path: str) -> str:
    """The first text after everything that begins with ``path``, for a range on an index."""
    return path[:-1] + chr(ord(path[-1]) + 1)


def within(column: Any, paths: Iterable[str]) -> sa.ColumnElement[bool]:
    """The condition that a path column lies in one of the areas with these paths; none of them is nothing."""
    ranges = [sa.and_(column >= path, column < after(path)) for path in outermost(paths)]
    return sa.or_(*ranges) if ranges else sa.false()


def outermost(paths: Iterable[str]) -> list[str]:
    """The paths that do not lie in another of them, in order."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept
