"""Two records that are one thing: merge them with a choice per field, and part them again to the letter.

The survivor takes the chosen values; the other keeps its id and all its values and points at the survivor, so that
whatever refers to it is answered by the survivor and nothing has to be rewritten. Both stand in the history.

`unmerge` replays the history of the survivor without that merge, so mergers of several records into one can be taken
back in any order; what somebody changed by hand since is left as it is and reported. A survivor that was itself merged
is parted first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import changes, duplicates, references
from .access import Actor, NotAllowed
from .areas import follow
from .changes import Entry
from .crypto import open_sealed
from .items import HELD
from .messages import N_, Problem, Refused
from .records import Change, Conflict, Invalid, Item, Records, require
from .schemas import Checked
from .storing import Kind, opened

#: Under which names the log tells of whom a record was merged with, or told apart from.
FROM, APART = "merged_from", "apart_from"


@dataclass(slots=True)
class Unmerged:
    """The two records after an unmerge, and the fields left alone because they were changed since the merge."""

    survivor: Item
    other: Item
    kept: list[str] = field(default_factory=list)


def merge(
    session: Session, records: Records, survivor: tuple[UUID, int], other: tuple[UUID, int], take: Iterable[str] = (),
    *, join: Collection[str] = (), actor: Actor, reason: str,
) -> Item:
    """Merge ``other`` into ``survivor``, each given as id and the version the decision was made on.

    ``take`` names the fields whose value comes from the other record, ``join`` the lists that get the rows of both; the
    rest stay the survivor's. Fields that mean something only together are taken together (`Kind.together`).

    :raises Conflict: one of the two was changed since.
    :raises Refused: the two are one record, or one of them is merged already.
    :raises Invalid: a field cannot be taken or joined, the chosen values break a rule together, or a third record
        holds a number that is taken. What is only doubtful (`doubts`) is confirmed by the reason, as in an edit.
    """
    first, second = (_mergeable(session, records, one, actor) for one in (survivor, other))
    if first.id == second.id or first.merged_into or second.merged_into:
        raise Refused(Problem(
            N_("These two records cannot be merged: they are one already."), N_("Read the page again."),
        ))  # fmt: skip
    if first.retired_at is not None:
        raise Refused(Problem(N_("The record that is to stay is out of use."), N_("Merge the other way round.")))
    ours, theirs = (opened(session.info["keys"], item.values) for item in (first, second))
    chosen = _chosen(records, ours, theirs, set(take), set(join))
    known = references.load(session)
    records.kind.settle(chosen, ours, known)
    require(_checked(records, chosen, ours, known), reason.strip())
    _refuse_held(session, records, {**ours, **chosen}, {first.id, second.id})
    # The other record steps back first: a number may belong to one living record only.
    away = Change(second, {}, {"merged_into": first.id}, "merge")
    stays = Change(first, chosen, {}, "merge", {FROM: [None, str(second.id)]})
    for change in (away, stays):
        records.change(session, [change], actor=actor, reason=reason, derive=False)
    duplicates.decide(session, records.kind, first.id, second.id, "merged", actor.name)
    return records.load(session, [first.id])[0]


def doubts(
    session: Session, records: Records, survivor: UUID, other: UUID, take: Iterable[str] = (),
    *, join: Collection[str] = (), actor: Actor,
) -> Checked:
    """What is wrong or doubtful in the record that `merge` would make of this choice, to be shown before it does."""
    pair = [records.writable(session, one, actor=actor, action="merge") for one in (survivor, other)]
    ours, theirs = (opened(session.info["keys"], item.values) for item in pair)
    chosen, known = _chosen(records, ours, theirs, set(take), set(join)), references.load(session)
    records.kind.settle(chosen, ours, known)
    return _checked(records, chosen, ours, known)


def _checked(records: Records, chosen: dict[str, Any], ours: dict[str, Any], known: references.References) -> Checked:
    """The rules over the values of two records; where the survivor keeps all its own there is nothing new to ask."""
    changed = {name: value for name, value in chosen.items() if value != ours[name]}
    return records.kind.schema(known).check_kept(changed, ours) if changed else Checked()


def _mergeable(session: Session, records: Records, one: tuple[UUID, int], actor: Actor) -> Item:
    item = records.writable(session, one[0], actor=actor, action="merge")
    if item.version != one[1]:
        raise Conflict(item)
    return item


def _chosen(
    records: Records, ours: dict[str, Any], theirs: dict[str, Any], take: set[str], join: set[str]
) -> dict[str, Any]:
    known, kind = records.storage.fields, records.kind
    for name in sorted((take | join) - known.keys()):
        raise Invalid({name: [Problem(N_("There is no field “%(name)s” to take."), None, name=name)]})
    for group in kind.together:
        take |= group if take & group else frozenset()
    for name in sorted(join):
        if name not in kind.parts or name in take or any(name in group for group in kind.together):
            raise Invalid({name: [Problem(
                N_("%(field)s of two records cannot be joined."), N_("Choose those of one of the two."),
                field=Problem(known[name].label),
            )]})  # fmt: skip
    joined = {name: [*ours[name], *(row for row in theirs[name] if row not in ours[name])] for name in join}
    return {**{name: theirs[name] for name in take}, **joined}


def apart(
    session: Session, records: Records, first: UUID, second: UUID, *, actor: Actor, reason: str | None = None
) -> None:
    """Say that two records are two things, so that they are not proposed again."""
    pair = [records.writable(session, record_id, actor=actor, action="merge") for record_id in (first, second)]
    if first == second:
        raise Refused(Problem(N_("This is one record."), N_("Name two records.")))
    changes.append(session, actor.name, [
        Entry(records.name, one.id, "apart", {APART: [None, str(other.id)]}, reason=reason)
        for one, other in (pair, pair[::-1])
    ])  # fmt: skip
    duplicates.decide(session, records.kind, first, second, "apart", actor.name)


def unmerge(session: Session, records: Records, other_id: UUID, *, actor: Actor, reason: str) -> Unmerged:
    """Part a merged record from its survivor again.

    :raises Refused: the record is not merged, its survivor was merged itself since, or both were erased.
    :raises Invalid: meanwhile another record holds a number that would come back.
    """
    other = records.writable(session, other_id, actor=actor, action="merge")
    if other.merged_into is None:
        raise Refused(Problem(N_("This record is not merged.")))
    survivor = next(iter(records.load(session, [other.merged_into])))
    if not actor.may("merge", records.kind.database, survivor.area_path):
        raise NotAllowed(f"merge {records.name}")
    if survivor.merged_into is not None:
        raise Refused(Problem(
            N_("The record that this one was merged into has itself been merged into %(id)s since."),
            N_("Unmerge that one first."), id=str(survivor.merged_into),
        ))  # fmt: skip
    story = _Story(session, records, survivor, other.id)
    _refuse_clash(session, records, survivor, other, story)
    told = {FROM: [str(other.id), None]}
    back = Change(survivor, story.before, {}, "unmerge", told)
    free = Change(other, {}, {"merged_into": None}, "unmerge")
    try:
        # The survivor gives back first what the other record may need for itself, such as its number.
        for change in (back, free):
            records.change(session, [change], actor=actor, reason=reason, derive=False)
    except IntegrityError as error:
        raise Invalid({"id": [HELD]}) from error
    first, second = records.load(session, [survivor.id, other.id])
    duplicates.decide(session, records.kind, first.id, second.id, "open", actor.name)
    return Unmerged(first, second, story.kept)


class _Story:
    """The survivor's history told without the merger with one record.

    ``before`` are the values to put back; ``kept`` the fields that hold something newer than the merge; ``stood`` what
    the survivor was at the moment before it.
    """

    def __init__(self, session: Session, records: Records, survivor: Item, other_id: UUID) -> None:
        self.session, self.records, self.survivor = session, records, survivor
        log = changes.history(session, records.kind.database, survivor.id)[::-1]
        undone, merge_at = _undone(log, other_id)
        self.stood: dict[str, Any] = {}
        values: dict[str, Any] = {}
        written: dict[str, int] = {}
        merged: dict[str, list[Any]] = {}
        for at, change in enumerate(log):
            if at == merge_at:
                self.stood, merged = dict(values), self._logged(change)
            # Nobody chose what a merger of areas wrote: `_follow_areas` does the same to what comes back.
            if at in undone or change.action == "area":
                for name, pair in self._logged(change).items():
                    values.setdefault(name, pair[0])
                continue
            for name, pair in self._logged(change).items():
                values[name] = pair[1]
                written[name] = at
        newer = {name for name in merged if written.get(name, -1) > merge_at}
        self.kept = sorted(name for name in newer if values[name] != merged[name][0])
        self.before = {name: values.get(name) for name in merged if name not in newer}
        self._follow_areas()
        records.kind.settle(self.before, opened(session.info["keys"], survivor.values), references.load(session))

    def _logged(self, change: changes.Change) -> dict[str, list[Any]]:
        """The values of a log row by field, clear, as [before, after]."""
        keys, fields = self.session.info["keys"], self.records.storage.fields
        values = {
            name: [fields[name].from_json(value) for value in pair]
            for name, pair in change.changes.items() if name in fields
        }  # fmt: skip
        for name, pair in change.sealed.items():
            values[name] = [
                None if data is None
                else fields[name].unseal_text(open_sealed(keys, change.kind, name, self.survivor.id, data))
                for data in pair
            ]
        return values

    def _follow_areas(self) -> None:
        """Areas may have been moved since, or merged into others: what comes back lies where they are now."""
        parts = (row for name in self.records.kind.parts for row in self.before.get(name) or ())
        follow(self.session, [self.before, *parts])


def merged_in(log: Iterable[changes.Change]) -> list[UUID]:
    """The records whose merger into this one still stands, by its history in any order, the latest merged last."""
    standing: dict[str, None] = {}
    for change in sorted(log, key=lambda one: one.id):
        before, after = change.changes.get(FROM, (None, None))
        if change.action == "merge" and after:
            standing[after] = None
        elif change.action == "unmerge" and before:
            standing.pop(before, None)
    return [UUID(one) for one in standing]


def _undone(log: Sequence[changes.Change], other_id: UUID) -> tuple[set[int], int]:
    """The places in a history of what an unmerge took back or wrote, and of the merger that is taken back now.

    An erased history tells of no merger, also not of those that were taken back before it was erased.
    """
    in_force: dict[str, int] = {}
    undone: set[int] = set()
    for at, change in enumerate(log):
        before, after = change.changes.get(FROM, (None, None))
        if change.action == "merge" and after:
            in_force[after] = at
        elif change.action == "unmerge" and before:
            undone |= {at, in_force.pop(before, at)}
    if str(other_id) not in in_force:
        raise Refused(Problem(
            N_("The history does not tell of this merger any more, because it was erased on request."),
            N_("Make a new record if one is needed."),
        ))  # fmt: skip
    merge_at = in_force[str(other_id)]
    return undone | {merge_at}, merge_at


def _refuse_held(session: Session, records: Records, values: dict[str, Any], allowed: set[UUID]) -> None:
    for (name, _text), holder in records.holders(session, set(records.kind.codes(values))).items():
        if holder not in allowed:
            raise Invalid({name: [HELD]})


def _refuse_clash(session: Session, records: Records, survivor: Item, other: Item, story: _Story) -> None:
    """Refuse to bring back a number that a third record holds now, or that the survivor got by hand meanwhile."""
    ours, theirs = (opened(session.info["keys"], item.values) for item in (survivor, other))
    ours.update(story.before)
    for item, values in ((survivor, ours), (other, theirs)):
        if item.retired_at is None:
            _refuse_held(session, records, values, {survivor.id, other.id})
    codes = records.kind.codes
    for name, _text in (set(codes(ours)) & set(codes(theirs))) - set(codes(story.stood)):
        raise Invalid({name: [HELD]})


def with_merged(session: Session, kind: Kind, record_id: UUID) -> list[UUID]:
    """A record's id and those of all that were merged into it, by which others may still refer to it."""
    table, found, ahead = kind.table, [record_id], [record_id]
    while ahead:
        ahead = list(session.scalars(sa.select(table.c.id).where(table.c.merged_into.in_(ahead))))
        found += ahead
    return found
