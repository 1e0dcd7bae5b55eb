"""The area tree as an administrator changes it: who may, what would move, and each verb with its checks.

Whatever is done in an area needs the right to the registries there; a move or merger also at the other end. The
verbs themselves stand in `registries.area_tree` and `registries.area_moves`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import area_moves, area_tree, changes, references
from .access import Actor
from .administration import administers, require_administrator, require_reason
from .area_tree import AreaRow
from .areas import KINDS, Area, AreaMove, within
from .days import today
from .db import Database
from .items import Invalid, NotFound
from .local_codes import check_area_code
from .messages import N_, Problem, Refused
from .records import Records
from .storing import live

Catalogue = Mapping[str, Records]
#: What may lie directly below what; a zone lies wherever the site wants it.
BELOW = {
    "district": ("street", "zone"), "street": ("community", "zone"), "community": ("grid", "building", "zone"),
    "grid": ("building", "zone"), "building": (), "zone": ("zone", "grid", "building"),
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies in an area, and so moves with it: areas and records in use, by kind."""

    areas: Mapping[str, int] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the area could be ended."""
        return not self.areas and not self.records


@dataclass(frozen=True, slots=True)
class Wish:
    """A new area, or new names for one, as they were typed."""

    kind: str
    name_zh: str
    name_en: str
    code: str = ""
    valid_from: date | None = None


def find(session: Session, area_id: UUID) -> Area:
    """An area, in use or not; the tree itself is no secret among staff.

    :raises NotFound: there never was one.
    """
    area = session.get(Area, area_id)
    if area is None:
        raise NotFound(f"area {area_id}")
    return area


def children(session: Session, area_id: UUID | None, ended: bool = False) -> list[Area]:
    """The areas directly below one (``None``: the top), in the order of their codes, those in use or those ended."""
    statement = sa.select(Area).where(Area.parent_id == area_id if area_id else Area.parent_id.is_(None))
    statement = statement.where(Area.valid_to.is_not(None) if ended else Area.valid_to.is_(None))
    return list(session.scalars(statement.order_by(Area.code.is_(None), Area.code, Area.path)))


def sizes(session: Session, areas: Sequence[Area]) -> dict[UUID, int]:
    """How many areas in use lie below each of these."""
    found = {}
    for area in areas:
        inside = sa.select(sa.func.count()).where(within(Area.path, [area.path]), Area.valid_to.is_(None))
        found[area.id] = (session.scalar(inside) or 1) - 1
    return found


def contents(session: Session, catalogue: Catalogue, area: Area, *, actor: Actor | None = None) -> Contents:
    """What lies in an area and would move with it; for an ``actor`` only the records of kinds that he may see there."""
    below = sa.select(Area.kind, sa.func.count()).where(
        within(Area.path, [area.path]), Area.id != area.id, Area.valid_to.is_(None)
    )
    areas = {row[0]: row[1] for row in session.execute(below.group_by(Area.kind))}
    records = {}
    for name, kind in catalogue.items():
        if actor is not None and not actor.may("read", kind.kind.database, area.path):
            continue
        table = kind.kind.table
        inside = within(table.c.area_path, [area.path])
        count = session.scalar(sa.select(sa.func.count()).select_from(table).where(inside, live(table))) or 0
        if count:
            records[name] = count
    return Contents({kind: areas[kind] for kind in KINDS if kind in areas}, records)


def history(session: Session, area_id: UUID) -> list[changes.Change]:
    """What happened to an area, the latest first."""
    return changes.history(session, "network", area_id)


def add(session: Session, above: UUID, wish: Wish, *, actor: Actor) -> UUID:
    """Add an area below another one, in a transaction of ``network``; returns its id.

    :raises Invalid: a name is missing, the code is wrong or taken, or that kind does not lie there.
    """
    parent = _in_use(session, above)
    require_administrator(references.load(session), parent.path, actor=actor)
    wish = _checked(session, wish, parent.kind)
    key = wish.code or f"{parent.id}/{wish.name_zh}"
    return area_tree.add(session, AreaRow(
        key, wish.kind, wish.name_zh, wish.name_en, wish.code or None, str(parent.id), wish.valid_from or today(),
    ), actor=actor)  # fmt: skip


def rename(session: Session, area_id: UUID, wish: Wish, *, on: date, reason: str, actor: Actor) -> None:
    """Give an area other names or another code from a day on.

    :raises Invalid: a name is missing, the code is wrong or taken, or the day lies in the future.
    """
    area = _in_use(session, area_id)
    require_administrator(references.load(session), area.path, actor=actor)
    wish = _checked(session, replace(wish, kind=area.kind, valid_from=None), None, area)
    _require_past(on)
    area_tree.rename(
        session, area.id, name_zh=wish.name_zh, name_en=wish.name_en, on=on, actor=actor,
        reason=require_reason(reason), code=wish.code or area.code,
    )


def end(session: Session, catalogue: Catalogue, area_id: UUID, *, on: date, reason: str, actor: Actor) -> None:
    """End an area in which nothing lies any more.

    :raises Refused: something does.
    """
    area = _in_use(session, area_id)
    require_administrator(references.load(session), area.path, actor=actor)
    _require_past(on)
    if area.parent_id is None:
        raise Refused(Problem(N_("The district itself cannot be ended.")))
    if contents(session, catalogue, area).records:
        raise Refused(Problem(
            N_("Records still lie in “%(name)s”."), N_("Merge it into another area instead."), name=area.name_zh,
        ))
    area_tree.end(session, area.id, on=on, actor=actor, reason=require_reason(reason))


@dataclass(frozen=True, slots=True)
class Relocation:
    """A move of an area below another one, or (``merge``) the merger into it, from the day ``on``."""

    area_id: UUID
    to: UUID
    merge: bool
    on: date
    reason: str


def check(session: Session, told: Relocation, *, actor: Actor) -> tuple[Area, Area]:
    """The two areas of a relocation that may be carried out.

    :raises Refused: it makes no sense, such as into itself or where it lies already.
    :raises NotAllowed: the actor administers one of the two ends only.
    """
    area, other = _in_use(session, told.area_id), _in_use(session, told.to)
    known = references.load(session)
    for path in (area.path, other.path):
        require_administrator(known, path, actor=actor)
    _require_past(told.on)
    require_reason(told.reason)
    if other.path.startswith(area.path):
        raise Refused(Problem(
            N_("“%(other)s” lies in “%(name)s” itself."), N_("Choose an area outside of it."), other=other.name_zh,
            name=area.name_zh,
        ))
    if told.merge and area.kind != other.kind:
        raise Refused(Problem(
            N_("Only areas of the same kind are merged."), N_("Move it, or choose an area of its own kind."),
        ))
    if not told.merge and area.kind not in BELOW[other.kind]:
        raise Refused(Problem(
            N_("Such an area does not lie directly in “%(name)s”."), N_("Choose another place for it."),
            name=other.name_zh,
        ))
    if not told.merge and area.parent_id == other.id:
        raise Refused(Problem(
            N_("“%(name)s” lies in “%(above)s” already."), name=area.name_zh, above=other.name_zh,
        ))
    return area, other


def carry_out(database: Database, catalogue: Catalogue, told: Relocation, *, actor: Actor) -> None:
    """Move or merge with everything in it; may be repeated after a kill, which leaves the tree changed at most."""
    with database.reading() as session:
        area = find(session, told.area_id)
        there = area.merged_into == told.to if told.merge else area.parent_id == told.to
        if not there:
            check(session, told, actor=actor)
    if there:
        area_moves.finish(database, catalogue)
        return
    verb = area_moves.merge if told.merge else area_moves.move
    verb(database, catalogue, told.area_id, told.to, on=told.on, actor=actor, reason=require_reason(told.reason))


def targets(session: Session, area: Area, merge: bool, *, actor: Actor) -> list[Area]:
    """The areas that one may be moved below or merged into, in the order of the tree."""
    known = references.load(session)
    kinds = [area.kind] if merge else [kind for kind in KINDS if area.kind in BELOW[kind]]
    statement = sa.select(Area).where(Area.valid_to.is_(None), Area.kind.in_(kinds)).order_by(Area.path)
    return [
        one for one in session.scalars(statement)
        if not one.path.startswith(area.path) and (merge or one.id != area.parent_id)
        and administers(known, one.path, actor=actor)
    ]  # fmt: skip


def _in_use(session: Session, area_id: UUID) -> Area:
    area = find(session, area_id)
    if area.valid_to is not None:
        raise Refused(Problem(N_("“%(name)s” was ended and cannot be changed any more."), name=area.name_zh))
    return area


def _require_past(on: date) -> None:
    if on > today():
        raise Invalid({"on": [Problem(N_("The day lies in the future."), N_("Do it on that day."))]})


def _checked(session: Session, wish: Wish, above: str | None, area: Area | None = None) -> Wish:
    errors: dict[str, list[Problem]] = {}
    if above is not None and wish.kind not in BELOW[above]:
        errors["kind"] = [Problem(N_("Such an area does not lie here."), N_("Choose another kind."))]
    for name in ("name_zh", "name_en"):
        if not getattr(wish, name).strip():
            errors[name] = [Problem(N_("A name is missing."), N_("Write it in Chinese and in English."))]
    code = wish.code.strip()
    if code:
        checked = check_area_code(code)
        code = checked.value
        holder = session.scalar(sa.select(Area).where(Area.code == code, Area.valid_to.is_(None)))
        if checked.errors:
            errors["code"] = list(checked.errors)
        elif holder is not None and (area is None or holder.id != area.id):
            errors["code"] = [Problem(
                N_("“%(name)s” has this code."), N_("Compare it with the list of areas."), name=holder.name_zh,
            )]
    if errors:
        raise Invalid(errors)
    return replace(wish, name_zh=wish.name_zh.strip(), name_en=wish.name_en.strip(), code=code)


def load(session: Session, rows: Sequence[AreaRow], *, actor: Actor) -> int:
    """Bring the tree to what a file says; returns how many areas are new or changed."""
    require_administrator(references.load(session), None, actor=actor)
    return area_tree.load(session, rows, actor=actor)


def moves(session: Session, limit: int = 20) -> list[AreaMove]:
    """The latest moves and mergers, those under way among them."""
    return list(session.scalars(sa.select(AreaMove).order_by(AreaMove.id.desc()).limit(limit)))
