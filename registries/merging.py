"""Two records that are one thing: merge them with a choice per field, and part them again to the letter.

The survivor takes the chosen values; the other keeps its id and all its values and points at the survivor, so that
whatever refers to it is answered by the survivor and nothing has to be rewritten. `unmerge` gives both records the
values they had; a field of the survivor that somebody changed since the merge is left as it is and reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from . import changes, duplicates
from .access import Actor
from .crypto import open_sealed
from .messages import N_, Problem, Refused
from .records import Change, Conflict, Item, Records
from .storing import opened


@dataclass(slots=True)
class Unmerged:
    """The two records after an unmerge, and the fields left alone because they were changed since the merge."""

    survivor: Item
    other: Item
    kept: list[str] = field(default_factory=list)


def merge(
    session: Session, records: Records, survivor: tuple[UUID, int], other: tuple[UUID, int], take: Mapping[str, Any], *,
    actor: Actor, reason: str,
) -> Item:
    """Merge ``other`` into ``survivor``, each given as id and the version the decision was made on.

    ``take`` names the fields whose value comes from the other record; the rest stay the survivor's.

    :raises Conflict: one of the two was changed since.
    :raises Refused: the two are one record, or the other is merged already.
    """
    first = records.writable(session, survivor[0], actor=actor, action="write")
    second = records.writable(session, other[0], actor=actor, action="write")
    for item, version in ((first, survivor[1]), (second, other[1])):
        if item.version != version:
            raise Conflict(item)
    if first.id == second.id or first.merged_into or second.merged_into:
        raise Refused(Problem(N_("These two records cannot be merged: they are one already."), N_("Read the page again.")))
    values = opened(session.info["keys"], second.values)
    chosen = {name: values[name] for name in take if name in values}
    # The other record steps back first: a number may belong to one living record only.
    records.change(session, [Change(second, {}, {"merged_into": first.id}, "merge")], actor=actor, reason=reason, derive=False)
    records.change(session, [Change(first, chosen, {}, "merge")], actor=actor, reason=reason, derive=False)
    _decide(session, records, first.id, second.id, "merged", actor)
    return records.load(session, [first.id])[0]


def apart(session: Session, records: Records, first: UUID, second: UUID, *, actor: Actor) -> None:
    """Say that two records are two things, so that they are not proposed again."""
    for record_id in (first, second):
        records.writable(session, record_id, actor=actor)
    _decide(session, records, first, second, "apart", actor)


def unmerge(session: Session, records: Records, other_id: UUID, *, actor: Actor, reason: str) -> Unmerged:
    """Part a merged record from its survivor again.

    :raises Refused: the record is not merged.
    """
    other = records.writable(session, other_id, actor=actor)
    if other.merged_into is None:
        raise Refused(Problem(N_("This record is not merged."), None))
    survivor = records.writable(session, other.merged_into, actor=actor)
    before, kept = _values_before(session, records, survivor, other)
    # The survivor gives back first what the other record may need for itself, such as its number.
    records.change(session, [Change(survivor, before, {}, "unmerge")], actor=actor, reason=reason, derive=False)
    records.change(session, [Change(other, {}, {"merged_into": None}, "unmerge")], actor=actor, reason=reason, derive=False)
    _decide(session, records, survivor.id, other.id, "open", actor)
    first, second = records.load(session, [survivor.id, other.id])
    return Unmerged(first, second, kept)


def _values_before(session: Session, records: Records, survivor: Item, other: Item) -> tuple[dict[str, Any], list[str]]:
    """The survivor's values from before the merge, of those fields that still hold what the merge wrote."""
    database = records.kind.database
    merged_at = next(
        change.id for change in changes.history(session, database, other.id)
        if change.action == "merge" and change.changes.get("merged_into", [None, None])[1] == str(survivor.id)
    )
    change = next(
        (c for c in reversed(changes.history(session, database, survivor.id)) if c.action == "merge" and c.id > merged_at), None
    )
    if change is None:
        return {}, []
    now_stands = opened(session.info["keys"], survivor.values)
    before: dict[str, Any] = {}
    kept = []
    for name, (old, new) in _logged(session, records, change).items():
        if now_stands.get(name) == new or (not now_stands.get(name) and not new):
            before[name] = old
        else:
            kept.append(name)
    return before, kept


def _logged(session: Session, records: Records, change: changes.Change) -> dict[str, list[Any]]:
    """The values of a log row by field, clear, as [before, after]."""
    keys, fields = session.info["keys"], records.storage.fields
    values = {
        name: [fields[name].from_json(value) for value in pair] for name, pair in change.changes.items() if name in fields
    }
    for name, pair in change.sealed.items():
        assert change.record_id is not None
        values[name] = [
            None if data is None
            else fields[name].unseal_text(open_sealed(keys, change.kind, name, change.record_id, data)) for data in pair
        ]
    return values


def _decide(session: Session, records: Records, first: UUID, second: UUID, state: str, actor: Actor) -> None:
    duplicates.decide(session, records.kind, first, second, state, actor.name)
