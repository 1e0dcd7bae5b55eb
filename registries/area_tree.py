"""What may be done to the area tree: load it, add to it, rename, draw boundaries, end an area.

Every verb runs in a transaction of ``network`` and is logged there. Moves and mergers concern records of all
databases and stand in `registries.area_moves`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes
from .access import Actor
from .areas import KINDS, PATH_LENGTH, SEGMENT, Area, AreaMove
from .boundaries import Boundaries, Shape
from .changes import Entry
from .db import new_id
from .local_codes import check_area_code
from .messages import N_, Problem, Refused

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOGGED = ("code", "kind", "name_zh", "name_en", "parent_id", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area as a file tells of it; ``parent`` is the key or code of the area above, ``key`` its own there.

    An area without a national code is known by its parent and its Chinese name.
    """

    key: str
    kind: str
    name_zh: str
    name_en: str = ""
    code: str | None = None
    parent: str | None = None
    valid_from: date | None = None
    boundary: Mapping[str, Any] | None = None


def load(session: Session, rows: Iterable[AreaRow], *, actor: Actor) -> int:
    """Bring the tree to what ``rows`` say and return how many areas are new or changed.

    Areas that the rows do not name are left alone: ending one is a decision of its own. A row that draws the boundary
    of a known area need not repeat its name.

    :raises Refused: a row's parent is unknown, a kind is unknown, a new area has no name, a code is none, or the rows
        go round in a circle.
    """
    tree = _Tree(session)
    entries = []
    for row in _parents_first(list(rows), tree):
        entry = tree.put(row)
        if entry is not None:
            entries.append(entry)
    session.flush()
    if entries:
        changes.append(session, actor.name, entries)
    return len(entries)


def compare(session: Session, rows: Iterable[AreaRow]) -> list[tuple[AreaRow, Entry | None]]:
    """What `load` would do with each row: the entry it would log, ``None`` for one that changes nothing.

    For a reading session: areas are changed in memory, so that a row may lie in the one before it, and let go again.

    :raises Refused: as `load` does.
    """
    tree = _Tree(session)
    found = [(row, tree.put(row)) for row in _parents_first(list(rows), tree)]
    session.expunge_all()
    return found


def add(session: Session, row: AreaRow, *, actor: Actor) -> UUID:
    """Add one area, such as a grid or a zone of the site's own, and return its id."""
    tree = _Tree(session)
    if tree.find(row) is not None:
        raise Refused(Problem(
            N_("There is already an area “%(name)s” with this code or in this place."),
            N_("Change that one instead."), name=row.name_zh,
        ))  # fmt: skip
    load(session, [row], actor=actor)
    return _Tree(session).known(row).id


def rename(
    session: Session, area_id: UUID, *, name_zh: str, name_en: str, on: date, actor: Actor, reason: str,
    code: str | None = None,
) -> None:  # fmt: skip
    """Give an area another name, or another code, from the day ``on``; the log keeps what it was called."""
    area = _area(session, area_id)
    values: dict[str, Any] = {"name_zh": name_zh, "name_en": name_en}
    if code is not None:
        values["code"] = code
    _change(session, area, "rename", values, actor, reason, on)


def _require_shape(boundary: Mapping[str, Any]) -> None:
    try:
        Shape.of(boundary)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise Refused(Problem(
            N_("A boundary is a polygon or several."), N_("Choose a GeoJSON file with polygons."),
        )) from error  # fmt: skip


def boundaries(session: Session) -> Boundaries[UUID]:
    """Which areas a point lies in, for the areas in use that are drawn; made once and asked often."""
    found = sa.select(Area.id, Area.boundary).where(Area.valid_to.is_(None), Area.boundary.is_not(None))
    return Boundaries((row.id, row.boundary) for row in session.execute(found) if row.boundary)


def end(session: Session, area_id: UUID, *, on: date, actor: Actor, reason: str) -> None:
    """End an area in which nothing lies any more; the row stays for what happened in it.

    :raises Refused: areas still lie in it. That no record does is for the caller to see to.
    """
    area = _area(session, area_id)
    below = sa.select(Area.id).where(Area.parent_id == area_id, Area.valid_to.is_(None))
    if session.execute(below).first() is not None:
        raise Refused(Problem(
            N_("Other areas still lie in “%(name)s”."), N_("Move or merge them first."), name=area.name_zh,
        ))  # fmt: skip
    _change(session, area, "end", {"valid_to": on}, actor, reason, on)


def _area(session: Session, area_id: UUID) -> Area:
    area = session.get(Area, area_id)
    if area is None or area.valid_to is not None:
        raise Refused(Problem(N_("There is no such area in use.")))
    return area


def _change(
    session: Session, area: Area, action: str, values: Mapping[str, Any], actor: Actor, reason: str, on: date
) -> None:
    told = {name: [getattr(area, name), value] for name, value in values.items() if getattr(area, name) != value}
    for name, (_, value) in told.items():
        setattr(area, name, value)
    area.version += 1
    session.flush()
    changes.append(session, actor.name, [Entry("area", area.id, action, {**told, "on": [None, on]}, reason=reason)])


def next_path(session: Session, above: str) -> str:
    """A path below ``above`` that no area has or ever had, so that no record can still carry it."""
    return _after_last(above, _last_paths(session).get(above))


def _after_last(above: str, last: str | None) -> str:
    if len(above) + SEGMENT > PATH_LENGTH:
        raise Refused(Problem(N_("The area tree may be %(depth)s levels deep."), depth=PATH_LENGTH // SEGMENT))
    return above + segment(1 + (int(last[-SEGMENT:], 36) if last else 0))


def _last_paths(session: Session) -> dict[str, str]:
    """The last path that was ever given out below each path."""
    paths = {*session.scalars(sa.select(Area.path)), *session.scalars(sa.select(AreaMove.old_path))}
    return {path[:-SEGMENT]: path for path in sorted(paths)}


def segment(number: int) -> str:
    """A number as one fixed-width segment of a path, in an order that is also that of the text."""
    text = ""
    for _ in range(SEGMENT):
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
    return text


class _Tree:
    """The areas in use, found as a file names them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.by_name: dict[tuple[UUID | None, str], Area] = {}
        self.by_key: dict[str, Area] = {}
        self.last = _last_paths(session)
        for area in session.scalars(sa.select(Area).where(Area.valid_to.is_(None)).order_by(Area.path)):
            self._note(area)

    def _note(self, area: Area, key: str | None = None) -> None:
        self.by_name[area.parent_id, area.name_zh] = area
        for word in (area.code, str(area.id), key):
            if word:
                self.by_key[word] = area

    def find(self, row: AreaRow) -> Area | None:
        """The area that a row speaks of."""
        found = self.by_key.get(row.code or row.key)
        if found is None and row.code is None:
            parent = self.by_key.get(row.parent) if row.parent else None
            found = self.by_name.get((parent.id if parent else None, row.name_zh))
        return found

    def known(self, row: AreaRow) -> Area:
        """The same for a row that was put."""
        found = self.find(row)
        if found is None:
            raise LookupError(row.key)
        return found

    def put(self, row: AreaRow) -> Entry | None:
        """Add or change the area of a row; what there is to log, if anything."""
        if row.boundary is not None:
            _require_shape(row.boundary)
        if row.kind not in KINDS:
            raise Refused(Problem(
                N_("“%(kind)s” is no kind of area."), N_("Known kinds: %(known)s."),
                kind=row.kind, known=list(KINDS),
            ))  # fmt: skip
        if row.code and check_area_code(row.code).errors:
            raise Refused(Problem(
                N_("The area “%(name)s” has the code “%(code)s”, but area codes have 6, 9, 12, 14 or 15 digits."),
                N_("Correct it, or leave it empty and give the area a “key” of your own."),
                name=row.name_zh, code=row.code,
            ))  # fmt: skip
        area = self.find(row)
        if area is None and not row.name_zh.strip():
            raise Refused(Problem(
                N_("The area “%(key)s” has no name."), N_("Write its Chinese name in the column name_zh."), key=row.key,
            ))  # fmt: skip
        if area is None:
            return self._add(row)
        self.by_key.setdefault(row.key, area)
        told = self._differences(area, row)
        if not told:
            return None
        for name, (_, value) in told.items():
            setattr(area, name, value)
        area.version += 1
        return Entry("area", area.id, "update", {name: both for name, both in told.items() if name in _LOGGED})

    def _differences(self, area: Area, row: AreaRow) -> dict[str, list[Any]]:
        said = {
            "code": row.code, "name_zh": row.name_zh.strip() or None, "name_en": row.name_en or None,
            "valid_from": row.valid_from, "boundary": dict(row.boundary) if row.boundary else None,
        }  # fmt: skip
        return {
            name: [getattr(area, name), value]
            for name, value in said.items()
            if value is not None and value != getattr(area, name)
        }

    def _add(self, row: AreaRow) -> Entry:
        parent = self.by_key[row.parent] if row.parent else None
        area = Area(
            id=new_id(), code=row.code, kind=row.kind, name_zh=row.name_zh,
            name_en=row.name_en or row.name_zh, parent_id=parent.id if parent else None,
            path=self._next_path(parent.path if parent else ""), version=1,
            boundary=dict(row.boundary) if row.boundary else None, valid_from=row.valid_from,
        )  # fmt: skip
        self.session.add(area)
        self._note(area, row.key)
        return Entry("area", area.id, "create", {
            name: [None, getattr(area, name)] for name in _LOGGED if getattr(area, name) is not None
        })  # fmt: skip

    def _next_path(self, above: str) -> str:
        path = self.last[above] = _after_last(above, self.last.get(above))
        return path


def _parents_first(rows: list[AreaRow], tree: _Tree) -> list[AreaRow]:
    """The rows in an order in which every parent comes before its children."""
    waiting = {row.key: row for row in rows}
    coded = {row.code: row.key for row in rows if row.code}
    done: list[AreaRow] = []
    placed: set[str] = set()
    while waiting:
        ready = []
        for row in waiting.values():
            parent = coded.get(row.parent, row.parent) if row.parent else None
            if parent is None or parent in placed or (parent not in waiting and row.parent in tree.by_key):
                ready.append(replace(row, parent=row.parent if row.parent in tree.by_key else parent))
        if not ready:
            first = next(iter(waiting.values()))
            raise Refused(Problem(
                N_("The area “%(name)s” is said to lie in “%(parent)s”, which is not there."),
                N_("Add that area to the file, above it."), name=first.name_zh, parent=first.parent,
            ))  # fmt: skip
        for row in ready:
            del waiting[row.key]
            placed.add(row.key)
        done += ready
    return done
