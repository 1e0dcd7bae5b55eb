"""Orders of exports: who asked for which records and why, who approved it, what was logged, where the file is.

The access log is written before the file is begun, in the transaction that marks the order as logged: a worker that is
killed after that finds the mark and logs nothing twice. An export with whole numbers waits for an administrator of the
registries who is not the one that asked. The file lies sealed for a day and is given to whoever asked for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes, listing, sheets
from registries.access import Actor, NotAllowed
from registries.changes import Entry
from registries.crypto import open_sealed, seal
from registries.days import today
from registries.db import new_id, now
from registries.importing import exporting
from registries.importing.exporting import Wish
from registries.messages import N_, Problem, Refused
from registries.records import Invalid, NotFound, Records

from .. import jobs
from ..accounts import people
from ..sealed_files import SealedFiles
from ..system import System
from . import wishes
from .models import ExportOrder

FILE_KEPT = timedelta(days=1)
#: A request that nobody answered within this time has to be made again.
ANSWER_WITHIN = timedelta(days=14)
#: Up to so many records the file is made while one waits for the page.
AT_ONCE = 2_000
LEAST_REASON = 4
JOB = "export"

STATE_NAMES = {
    "asked": N_("waits for approval"), "ready": N_("being made"), "made": N_("made"), "refused": N_("refused"),
    "gone": N_("not kept any more"),
}
NO_REASON = Problem(N_("A reason is missing."), N_("Write what the records are needed for; it is kept in the log."))


@dataclass(frozen=True, slots=True)
class Asking:
    """What the form of an export says."""

    columns: list[str]
    listing: listing.Wish
    reveal: bool
    reason: str
    language: str


def files(system: System) -> SealedFiles:
    """Where the files of exports lie."""
    return SealedFiles(system.settings.data, system.keys, "export")


def order(system: System, records: Records, asking: Asking, *, actor: Actor) -> UUID:
    """Write an order down; gives its id. One with whole numbers waits for approval.

    :raises NotAllowed: the actor may not export from this registry, or not see whole numbers.
    :raises Invalid: no column was chosen, or a reason is missing.
    """
    database = records.kind.database
    wanted = ("export", "reveal") if asking.reveal else ("export",)
    if any(actor.scopes(action, database) == [] for action in wanted):
        raise NotAllowed("export")
    fields = exporting.columns(records, Wish(reveal=asking.reveal, columns=asking.columns))
    errors: dict[str, list[Problem]] = {}
    if not fields:
        errors["column"] = [Problem(N_("No column was chosen."), N_("Choose at least one."))]
    personal = any(item.personal for item in fields.values())
    if (personal or asking.reveal) and len(asking.reason.strip()) < LEAST_REASON:
        errors["reason"] = [NO_REASON]
    if errors:
        raise Invalid(errors)
    order_id = new_id()
    with system.database.writing("system") as session:
        keys = session.info["keys"]
        text = wishes.to_text(list(fields), asking.listing)
        reason = asking.reason.strip()[:500]
        session.add(ExportOrder(
            id=order_id, number=_next_number(session), actor=actor.name, kind=records.name,
            state="asked" if asking.reveal else "ready", reveal=asking.reveal, language=asking.language,
            wish=seal(keys, "export_order", "wish", order_id, text), created_at=now(), file_gone=False,
            reason=seal(keys, "export_order", "reason", order_id, reason) if reason else None,
        ))
    return order_id


def _next_number(session: Session) -> str:
    """The number on the cover sheet: the day and how many there were; counted within the turn of ``system``."""
    day = f"{today():%Y%m%d}"
    last = session.scalar(sa.select(sa.func.max(ExportOrder.number)).where(ExportOrder.number.like(f"{day}-%")))
    return f"{day}-{int(last.partition('-')[2]) + 1 if last else 1:04}"


def wish_of(session: Session, found: ExportOrder) -> Wish:
    """What an order is to hold."""
    keys = session.info["keys"]
    columns, asked = wishes.from_text(open_sealed(keys, "export_order", "wish", found.id, found.wish))
    return Wish(
        reveal=found.reveal, reason=reason_of(session, found), language=found.language, listing=asked, columns=columns,
    )


def reason_of(session: Session, found: ExportOrder) -> str | None:
    """Why it was asked for."""
    if found.reason is None:
        return None
    return open_sealed(session.info["keys"], "export_order", "reason", found.id, found.reason)


def size(system: System, session: Session, found: ExportOrder) -> int | None:
    """How many records an order holds, or would hold for whoever asked, if he may still ask; ``None`` if not."""
    if found.rows is not None:
        return found.rows
    try:
        asker = people.actor_named(session, found.actor)
    except NotFound:
        return None
    return exporting.size(session, system.catalogue[found.kind], wish_of(session, found), actor=asker)


def find(system: System, session: Session, order_id: UUID, *, actor: Actor) -> ExportOrder:
    """An order of the actor's own, or one that he may decide about.

    :raises NotFound: there is none.
    """
    found = session.get(ExportOrder, order_id)
    if found is None or (found.actor != actor.name and not _decides(system, session, found, actor)):
        raise NotFound(f"export {order_id}")
    return found


def _decides(system: System, session: Session, found: ExportOrder, actor: Actor) -> bool:
    """Whether the actor may approve what another asked for: he administers all that the other would get."""
    if found.actor == actor.name or not found.reveal:
        return False
    database = system.catalogue[found.kind].kind.database
    own = actor.grants_of("registry_admin")
    try:
        asker = people.actor_named(session, found.actor)
    except NotFound:
        return False
    paths = asker.scopes("export", database) or []
    return bool(paths) and all(
        any(grant.registry in (None, database) and path.startswith(grant.area_path) for grant in own) for path in paths
    )


def still_may(system: System, found: ExportOrder, *, actor: Actor) -> bool:
    """Whether the actor may still export from the registry of a file of his own, as he might when it was made."""
    database = system.catalogue[found.kind].kind.database
    wanted = ("export", "reveal") if found.reveal else ("export",)
    return all(actor.scopes(action, database) != [] for action in wanted)


def own(session: Session, *, actor: Actor, before: UUID | None = None, limit: int = 50) -> list[ExportOrder]:
    """The actor's own orders, the newest first."""
    conditions = [ExportOrder.actor == actor.name, *([ExportOrder.id < before] if before else [])]
    statement = sa.select(ExportOrder).where(*conditions).order_by(ExportOrder.id.desc()).limit(limit)
    return list(session.scalars(statement))


def waiting(system: System, session: Session, *, actor: Actor, limit: int = 50) -> list[ExportOrder]:
    """What others asked for and the actor may decide about, the oldest first."""
    statement = sa.select(ExportOrder).where(
        ExportOrder.state == "asked", ExportOrder.created_at > now() - ANSWER_WITHIN
    ).order_by(ExportOrder.created_at).limit(500)
    return [found for found in session.scalars(statement) if _decides(system, session, found, actor)][:limit]


def decide(system: System, order_id: UUID, approved: bool, answer: str, *, actor: Actor) -> None:
    """Approve or refuse what another asked for; an approved one is made by a job.

    :raises NotFound: there is no such order that the actor may decide about.
    :raises Refused: it was decided about already, or too long ago.
    """
    with system.database.reading() as session:
        found = find(system, session, order_id, actor=actor)
        if found.actor == actor.name:
            raise NotFound(f"export {order_id}")
        asker = people.actor_named(session, found.actor)
    with system.database.writing("system") as session:
        found = session.get_one(ExportOrder, order_id)
        if found.state != "asked" or found.created_at < now() - ANSWER_WITHIN:
            raise Refused(Problem(N_("This request was answered already, or is too old."), N_("It can be made anew.")))
        found.state, found.decided_by, found.decided_at = "ready" if approved else "refused", actor.name, now()
        found.answer = answer.strip()[:500] or None
        changes.append(session, actor.name, [Entry(
            found.kind, None, "approve" if approved else "refuse", {"export": [None, found.number]},
            reason=found.answer,
        )])
        if approved:
            jobs.enqueue(session, JOB, {"order": str(order_id)}, actor=asker, subject_id=order_id)


def begin(system: System, order_id: UUID, *, actor: Actor) -> None:
    """Make the file of an order that needs no approval: at once if it is small, else by a job."""
    with system.database.reading() as session:
        found = find(system, session, order_id, actor=actor)
        records = system.catalogue[found.kind]
        count = exporting.size(session, records, wish_of(session, found), actor=actor)
    if found.state != "ready" or found.actor != actor.name:
        return
    if count <= AT_ONCE:
        make(system, order_id, lambda rows: None, actor=actor)
        return
    with system.database.writing("system") as session:
        jobs.enqueue(session, JOB, {"order": str(order_id)}, actor=actor, subject_id=order_id)


def make(system: System, order_id: UUID, progress: Callable[[int], None], *, actor: Actor) -> int:
    """Log an export and make its file; one that is made already stays. Returns the number of records.

    :raises NotFound: it is not the actor's.
    :raises NotAllowed: the actor may not export any more.
    """
    with system.database.reading() as session:
        found = find(system, session, order_id, actor=actor)
        if found.actor != actor.name or found.state not in ("ready", "made"):
            raise NotFound(f"export {order_id}")
        wish, records = wish_of(session, found), system.catalogue[found.kind]
        count = exporting.size(session, records, wish, actor=actor)
    if found.state == "made":
        return found.rows or 0
    _log(system, order_id, records, wish, count, actor=actor)
    headings, rows = exporting.export(system.database, records, replace(wish, noted=True), actor=actor)
    translate = system.translate(found.language)

    def counted() -> Any:
        for row in rows:
            progress(1)
            yield row

    made = f"{now().astimezone(ZoneInfo(system.settings.timezone)):%Y-%m-%d %H:%M}"
    cover = _cover(found, records, wish, count, made, translate)
    files(system).save_made(order_id, lambda path: sheets.write_xlsx(
        path, [translate(heading) for heading in headings], counted(), sheet=translate(records.kind.label), cover=cover,
    ))
    with system.database.writing("system") as session:
        stored = session.get_one(ExportOrder, order_id)
        stored.state, stored.made_at, stored.file_until = "made", now(), now() + FILE_KEPT
    return count


def _log(system: System, order_id: UUID, records: Records, wish: Wish, count: int, *, actor: Actor) -> None:
    fields = exporting.columns(records, wish)
    personal = [name for name, item in fields.items() if item.personal]
    with system.database.writing("system") as session:
        found = session.get_one(ExportOrder, order_id)
        if found.logged_at is None:
            told = {
                "fields": [None, sorted(personal if wish.reveal else ["masked"] if personal else list(fields))],
                "count": [None, count], "export": [None, found.number],
            }
            changes.append(session, actor.name, [Entry(records.name, None, "export", told, reason=wish.reason)])
            found.logged_at, found.rows = now(), count


def _cover(
    found: ExportOrder, records: Records, wish: Wish, count: int, made: str, translate: Callable[[str], str]
) -> sheets.Cover:
    """The sheet before the table, which says whose copy this is."""
    number = translate(N_("Export %(number)s")) % {"number": found.number}
    lines: list[tuple[str, Any]] = [
        (translate(N_("Number")), found.number), (translate(N_("Made for")), found.actor),
        (translate(N_("Made on")), made), (translate(N_("Records")), count),
        (translate(N_("Reason")), wish.reason or ""),
        (translate(N_("Personal numbers")), translate(N_("whole") if wish.reveal else N_("masked"))),
        (translate(N_("Approved by")), found.decided_by or ""),
        (translate(N_("Handle with care")), translate(N_(
            "This copy was made for the person named above and is logged. Do not pass it on, and delete it when it is "
            "no longer needed."
        ))),
    ]
    title = f"{translate(records.kind.label)} · {number}"
    shown = [line for line in lines if line[1] != ""]
    return sheets.Cover(translate(N_("Cover")), title, shown, f"{number} · {found.actor} · {made}")


def purge(system: System) -> int:
    """Delete files that were kept long enough, and those that no order knows; returns how many."""
    with system.database.reading() as session:
        old = session.scalars(
            sa.select(ExportOrder.id).where(ExportOrder.file_until < now(), ExportOrder.file_gone.is_(False))
        ).all()
        known = set(session.scalars(sa.select(ExportOrder.id).where(ExportOrder.file_gone.is_(False))))
    for order_id in old:
        _delete(system, order_id)
    return len(old) + files(system).strays(known)


def forget(system: System, kind: str) -> int:
    """Delete the files with records of a kind, because one of these was erased; returns how many.

    Nobody knows which of them hold it. Whoever needs one asks for it anew.
    """
    with system.database.reading() as session:
        held = session.scalars(sa.select(ExportOrder.id).where(
            ExportOrder.kind == kind, ExportOrder.state == "made", ExportOrder.file_gone.is_(False)
        )).all()
    for order_id in held:
        _delete(system, order_id)
    return len(held)


def _delete(system: System, order_id: UUID) -> None:
    files(system).delete(order_id)
    with system.database.writing("system") as session:
        found = session.get_one(ExportOrder, order_id)
        found.file_gone, found.state = True, "gone"
