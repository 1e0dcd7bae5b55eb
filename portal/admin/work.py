"""Long work of the administration, done by the worker: verify the logs, relocate an area, erase a person."""

from __future__ import annotations

import time
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from registries import area_administration, chain, changes, heads
from registries.area_administration import Relocation
from registries.changes import Entry
from registries.db import DATABASES, now

from ..exports import service as exports
from ..jobs.running import Work
from ..rights import erasing
from ..rights import service as requests
from ..system import System

#: So many faults of a log are listed; one is bad enough.
MOST_FAULTS = 50


def verify(system: System, work: Work) -> dict[str, Any]:
    """Walk all change logs and tell every row that is not as it was written; that it was done is logged too."""
    work.progress.expect(len(DATABASES))
    noted = heads.noted(system.database.keys)
    found: dict[str, Any] = {}
    for name in DATABASES:
        begun = time.monotonic()
        with system.database.reading() as session:
            rows = changes.head(session, name).last_id
            faults = list(islice(chain.verify(session, name, noted.get(name)), MOST_FAULTS))
        found[name] = {
            "rows": rows, "seconds": round(time.monotonic() - begun, 1),
            "faults": [{"row": one.row, "last": one.last, "what": one.what, "kind": one.kind} for one in faults],
        }
        work.progress(1)
    broken = sum(len(one["faults"]) for one in found.values())
    with system.database.writing("system") as session:
        changes.append(session, work.actor.name, [Entry("log", None, "verify", {"faults": [None, broken]})])
    return {"faults": broken, "verified_at": now().isoformat(), "databases": found}


def relocate(system: System, work: Work) -> dict[str, Any]:
    """Move or merge an area with everything in it, and bring the index up to date."""
    told = work.payload
    area_administration.carry_out(system.database, system.catalogue, Relocation(
        UUID(told["area"]), UUID(told["to"]), bool(told["merge"]), date.fromisoformat(told["on"]), told["reason"],
    ), actor=work.actor)  # fmt: skip
    return {"indexed": system.feed.catch_up()}


def erase(system: System, work: Work) -> dict[str, Any]:
    """Carry out an approved erasure, and let the files of exports and the index forget the record."""
    erasing.carry_out(system.database, system.catalogue, UUID(work.payload["request"]), actor=work.actor)
    exports.forget(system, requests.KIND)
    return {"indexed": system.feed.catch_up()}
