"""One change of several records, made by hand from a list: a batch of its own, so that it can be undone like an import.

What is wrong with one record leaves that one as it is and is told; the others are changed. Who may not change one of
them changes none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from .. import references
from ..access import Actor, NotAllowed
from ..changes import head
from ..db import new_id, now
from ..items import HELD, same
from ..messages import N_, Problem, Refused
from ..records import Change, Item, NotFound, Records, place
from ..schemas import Findings, merged
from ..storing import opened
from . import batches
from .batches import MARKS, STATES, Batch

#: More records than these are no longer looked at one by one by whoever chose them.
MOST = 1_000
SOURCE = "by hand"


@dataclass(slots=True)
class Outcome:
    """What became of a change of several records: the batch (``None`` if none was changed), how many, what failed."""

    batch: Batch | None = None
    changed: int = 0
    failed: dict[UUID, Findings] = field(default_factory=dict)


def change_many(
    session: Session, records: Records, ids: Sequence[UUID], raw: Mapping[str, Any], *, actor: Actor, reason: str,
    retire: bool = False,
) -> Outcome:
    """Set the same values in several records, or with ``retire`` take them out of use; what is so already is no change.

    :raises Refused: there are too many, or no reason is given.
    :raises NotFound: one of them is not there for the actor.
    :raises NotAllowed: the actor may not change one of them, or not where it is to lie.
    """
    if len(ids) > MOST:
        raise Refused(Problem(
            N_("These are %(count)s records; at most %(most)s are changed at once."),
            N_("Narrow the list, or export, change and import them."), count=len(ids), most=MOST,
        ))  # fmt: skip
    if not reason.strip():
        raise Refused(Problem(N_("A change of several records needs a reason."), N_("Write why.")))
    outcome, changed = Outcome(), []
    given: set[tuple[str, str]] = set()
    for item in writable(session, records, ids, actor=actor):
        values, problems = ({}, {}) if retire else _checked(session, records, item, raw, actor, given)
        if problems:
            outcome.failed[item.id] = problems
        elif retire and item.retired_at is None:
            changed.append(Change(item, {}, {"retired_at": now()}, "retire"))
        elif values:
            changed.append(Change(item, values))
    if changed:
        outcome.batch = _batch(session, records, len(ids), len(changed), len(outcome.failed), actor)
        records.change(session, changed, actor=actor, reason=reason.strip(), batch_id=outcome.batch.id)
        outcome.changed = len(changed)
    return outcome


def writable(session: Session, records: Records, ids: Sequence[UUID], *, actor: Actor) -> list[Item]:
    """The records that are to be changed, read at once; those that were merged are left out.

    :raises NotFound: one of them is not there for the actor.
    :raises NotAllowed: the actor may not change one of them.
    """
    items = {item.id: item for item in records.load(session, list(dict.fromkeys(ids)))}
    for record_id in ids:
        item = items.get(record_id)
        if item is None or not actor.may("read", records.kind.database, item.area_path):
            raise NotFound(f"{records.name} {record_id}")
        if not actor.may("write", records.kind.database, item.area_path):
            raise NotAllowed(f"write {records.name}")
    return [item for item in items.values() if item.merged_into is None]


def _checked(
    session: Session, records: Records, item: Item, raw: Mapping[str, Any], actor: Actor, given: set[tuple[str, str]]
) -> tuple[dict[str, Any], Findings]:
    """The values that are new to one record; doubts are confirmed by the reason that goes for all.

    ``given`` are the codes that the records before it get, to which its own are added.
    """
    stored = opened(session.info["keys"], item.values)
    checked, known = records.check(session, raw, stored), references.load(session)
    place(checked, known)
    target = known.areas.get(checked.values.get("area_id") or stored["area_id"])
    if target is not None and not actor.may("write", records.kind.database, target.path):
        raise NotAllowed(f"write {records.name} there")
    values = {name: value for name, value in checked.values.items() if not same(value, stored.get(name))}
    coming = {*records.kind.codes({**stored, **values})} - {*records.kind.codes(stored)}
    taken = given | {code for code, holder in records.holders(session, coming).items() if holder != item.id}
    held: Findings = {name: [HELD] for name, _text in coming & taken}
    given |= coming
    return values, merged(checked.errors, held)


def _batch(session: Session, records: Records, rows: int, changed: int, failed: int, actor: Actor) -> Batch:
    root = references.load(session).areas.root()
    scopes = actor.scopes("write", records.kind.database)
    area = root if scopes is None else references.load(session).areas.at(min(scopes, key=len)) or root
    counts = {
        **dict.fromkeys((*STATES, *MARKS), 0), "rows": rows, "changed": changed, "error": failed,
        "same": rows - changed - failed,
    }  # fmt: skip
    batch = Batch(
        new_id(), records.kind.database, records.name, "applied", actor.name, SOURCE, "",
        area.id if area is not None else new_id(), None, False, [], {},
        head(session, records.kind.database).last_id, counts,
    )  # fmt: skip
    batches.add(session, batch)
    batches.set_state(session, batch, "applied", applied_at=now())
    return batch
