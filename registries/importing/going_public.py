"""Making public what was imported: the articles of an existing site were public there already.

Only the console does this. What somebody imports with an account waits for a reviewer like anything he writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..access import Actor, NotAllowed
from ..changes import CHANGE
from ..days import today
from ..db import Database, now
from ..moments import LOCAL
from ..publishing import Check, told_of
from ..records import Change, Item, Records, in_chunks
from .batches import Batch


def make_public(
    database: Database, records: Records, batch: Batch, check: Check, *, actor: Actor,
    progress: Callable[[int], None], after: Callable[[Session, Records, Item], None] | None = None,
) -> tuple[int, int]:
    """Publish what an applied batch wrote; gives how many are public now and how many wait because of what was found.

    ``after`` is told of each text in the same transaction. ``sanku undo`` takes it back together with the import.

    :raises NotAllowed: the actor is not the console.
    """
    if not actor.console:
        raise NotAllowed("publish an import")
    done = left = 0
    with database.writing(records.kind.database, large=True) as session:
        for ids in in_chunks(touched(session, records, batch)):
            items = records.load(session, ids)
            ready = [item for item in items if not any(one.serious for one in check(session, item))]
            told = [Change(item, _told(records, item, actor), _digest(item), "publish") for item in ready]
            records.change(session, told, actor=actor, batch_id=batch.id)
            if after is not None:
                for item in records.load(session, [item.id for item in ready]):
                    after(session, records, item)
            done, left = done + len(ready), left + len(items) - len(ready)
            progress(len(items))
    return done, left


def touched(session: Session, records: Records, batch: Batch) -> Iterator[UUID]:
    """The records of a kind that a batch wrote."""
    log = CHANGE[batch.database]
    statement = sa.select(log.c.record_id).where(
        log.c.batch_id == batch.id, log.c.kind == records.name, log.c.action != "undo", log.c.record_id.is_not(None)
    )
    return iter(list(dict.fromkeys(session.scalars(statement.order_by(log.c.id)))))


def _digest(item: Item) -> dict[str, Any]:
    """The row of the file still says the same as the record, so the next import of it has nothing to compare."""
    return {"row_digest": item.row_digest} if item.row_digest and item.row_version == item.version else {}


def _told(records: Records, item: Item, actor: Actor) -> dict[str, Any]:
    values = item.values
    start = values["show_from"] or values["public_from"] or _begin(values["dated_on"] or today())
    who = {"reviewed_by": actor.name, "written_by": values["written_by"] or actor.name}
    return {**told_of(records, item, start), **who}


def _begin(on: date) -> datetime:
    """The beginning of a day, or now if that is still to come."""
    return min(datetime.combine(on, time(), LOCAL).astimezone(now().tzinfo), now().replace(microsecond=0))
