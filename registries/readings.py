"""The access log: who looked at personal data, why, and what they saw.

A reading is logged in ``system`` before anything is shown; if the log cannot be written nothing is shown. It stands in
the change log of that database, so it is chained and checked like every other change.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from . import changes, pace
from .access import Actor
from .changes import Entry
from .db import Database

#: What can be done with personal data short of changing it.
ACTIONS = ("reveal", "view", "search", "export", "denied")


def note(
    database: Database, actor: Actor, action: str, kind: str, *, record_ids: Iterable[UUID | None] = (None,),
    fields: Iterable[str] = (), reason: str | None = None, count: int | None = None,
) -> None:
    """Log a reading of ``fields`` of records of a kind, or of ``count`` records at once; commits before it returns.

    :raises TooFast: the actor has looked at too much lately; that is noted instead.
    """
    told: dict[str, list[object]] = {"fields": [None, sorted(fields)]}
    if count is not None:
        told["count"] = [None, count]
    with database.writing("system") as session:
        seconds, to_be_noted = pace.count(session, actor, action, kind)
        if not seconds:
            changes.append(session, actor.name, [
                Entry(kind, record_id, action, told, reason=reason) for record_id in record_ids
            ])
        elif to_be_noted:
            changes.append(session, actor.name, [Entry(kind, None, pace.THROTTLED, {"of": [None, action]})])
    if seconds:
        raise pace.TooFast(seconds)
