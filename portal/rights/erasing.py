"""Carrying out an erasure that was approved: two databases, each step repeatable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from registries import erasure
from registries.access import Actor
from registries.crypto import Keys
from registries.db import Database
from registries.messages import N_, Problem, Refused
from registries.records import Records

from . import service


def carry_out(
    database: Database, catalogue: Mapping[str, Records], request_id: UUID, *, actor: Actor
) -> None:
    """Erase the record of an approved request, then note the request as done; may be repeated after a kill.

    :raises Refused: nobody has approved the request, who is a second person always.
    """
    records = catalogue[service.KIND]
    with database.reading() as session:
        row = service.find(session, request_id, actor=actor, action="erase")
        if row.state == "done":
            return
        if row.state != "approved" or row.right != "erasure":
            raise Refused(Problem(N_("This request is not approved."), N_("Look at it again before you go on.")))
        waiting = erasure.pending(session, records, [row.record_id])
    if waiting:
        erasure.erase(database, records, row.record_id, f"request {row.number}", actor=actor)
    with database.writing("system") as session:
        service.erased(session, request_id, actor=actor)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of all erasures: how many are noted beside the keys, and how many came back with a backup."""

    noted: int
    unmet: int


def kept(database: Database, catalogue: Mapping[str, Records]) -> Kept:
    """Whether every erasure that ever was still holds; one that does not, ``sanku upgrade`` carries out again."""
    keys: Keys = database.keys
    with database.reading() as session:
        unmet = sum(len(erasure.unmet(session, records)) for records in catalogue.values())
    return Kept(len(erasure.noted(keys)), unmet)


def note_of(keys: Keys, record_id: UUID) -> erasure.Erased | None:
    """What is noted beside the keys of the erasure of a record, so that a restored backup is erased again."""
    return next((one for one in erasure.noted(keys) if one.record_id == str(record_id)), None)
