"""Asking for a resident whose record another area holds, and answering.

Whoever enters or imports a number that is held elsewhere learns that a transfer was asked for, and nothing else: not
who holds the record nor what it says. Whoever may move residents in the holding area sees the request with the record
and answers it. Nobody answers a request of their own. An approved one moves the resident, or with the household
everybody in it, as the life event that it is, in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .. import changes, days, references
from ..access import Actor, NotAllowed
from ..areas import Area, within
from ..changes import Entry
from ..db import new_id, now
from ..importing.batches import STAGED_ROW, Batch
from ..messages import N_, Problem, Refused
from ..records import Item, NotFound
from .homes import households
from .households import members, move_household
from .life_events import return_after_absence, transfer
from .models import Resident, TransferRequest
from .rules import MOVED_OUT
from .service import residents

OPEN, APPROVED, REFUSED, WITHDRAWN = "open", "approved", "refused", "withdrawn"
#: Whom the log names beside who decided: the move needs rights on both sides, which the two have together.
_BOTH = "%s, asked by %s"
_TABLE: sa.Table = TransferRequest.__table__  # type: ignore[assignment]
_RESIDENT: sa.Table = Resident.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as who made it sees it: it tells nothing of the record."""

    id: UUID
    area_id: UUID
    with_household: bool
    state: str
    reason: str
    requested_at: datetime
    answer: str | None


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """A request as the holding area sees it; the resident is whom the record is about now."""

    id: UUID
    resident_id: UUID
    area_id: UUID
    with_household: bool
    reason: str
    requested_by: str
    requested_at: datetime


def request(
    session: Session, id_number: str, *, area_id: UUID, actor: Actor, reason: str, with_household: bool = False,
) -> Asked:
    """Ask for the resident with this number to come to an area of the actor's own.

    :raises NotAllowed: the actor may not write residents there.
    :raises Refused: the number is in no record, or in one that the actor may change without asking.
    """
    known = references.load(session).areas.get(area_id)
    if known is None or not actor.may("write", "population", known.path):
        raise NotAllowed("write resident there")
    if not reason.strip():
        raise Refused(Problem(N_("A transfer needs a reason."), N_("Write why the person belongs to your area.")))
    holder = residents.holders(session, {("id_number", id_number)}).get(("id_number", id_number))
    item = next(iter(residents.load(session, [holder])), None) if holder else None
    if item is None or actor.may("write", "population", item.area_path):
        raise Refused(Problem(
            N_("There is nobody to ask for with this number."), N_("Add the person, or change the record you have."),
        ))  # fmt: skip
    return _ask(session, item.id, area_id, known.path, actor, reason.strip(), with_household, None)


def request_for_batch(session: Session, batch: Batch, *, actor: Actor, reason: str) -> int:
    """Ask for everybody whom a file of the actor's named and another area holds; returns how many were asked for now.

    Repeating it asks for nobody twice.
    """
    if actor.name != batch.actor and not actor.console:
        raise NotAllowed("transfer of another's import")
    known = references.load(session).areas.get(batch.area_id)
    if known is None or not actor.may("import", "population", known.path):
        raise NotAllowed("import")
    staged = STAGED_ROW["population"]
    asked = sa.select(_TABLE.c.resident_id).where(_TABLE.c.area_id == batch.area_id, _TABLE.c.state == OPEN)
    ids = session.scalars(
        sa.select(staged.c.record_id).distinct().where(
            staged.c.batch_id == batch.id, staged.c.state == "transfer", staged.c.record_id.not_in(asked),
        )
    ).all()  # fmt: skip
    for record_id in ids:
        _ask(session, record_id, batch.area_id, known.path, actor, reason, False, batch.id)
    return len(ids)


def _ask(
    session: Session, resident_id: UUID, area_id: UUID, path: str, actor: Actor, reason: str, with_household: bool,
    batch_id: UUID | None,
) -> Asked:
    row = TransferRequest(
        id=new_id(), resident_id=resident_id, with_household=with_household, area_id=area_id, area_path=path,
        state=OPEN, reason=reason[:500], requested_by=actor.name, requested_at=now(), batch_id=batch_id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Refused(Problem(
            N_("Somebody of your area has asked for this person already."), N_("Wait for the answer."),
        )) from error  # fmt: skip
    told: dict[str, list[Any]] = {"area_id": [None, str(area_id)], "with_household": [None, with_household]}
    changes.append(session, actor.name, [Entry("transfer_request", row.id, "request", told, reason=reason)])
    return _asked(row)


def _asked(row: Any) -> Asked:
    return Asked(
        row.id, row.area_id, row.with_household, row.state, row.reason, row.requested_at, row.answer
    )


def mine(session: Session, *, actor: Actor, limit: int = 200) -> list[Asked]:
    """What the actor has asked for and what became of it, the latest first."""
    statement = sa.select(_TABLE).where(_TABLE.c.requested_by == actor.name)
    return [_asked(row) for row in session.execute(statement.order_by(_TABLE.c.requested_at.desc()).limit(limit))]


def to_answer(session: Session, *, actor: Actor, limit: int = 200) -> list[ToAnswer]:
    """The open requests that the actor may answer, the oldest first."""
    scopes = actor.scopes("transfer", "population")
    holder, survivor = _RESIDENT.alias("holder"), _RESIDENT.alias("survivor")
    path = sa.func.coalesce(survivor.c.area_path, holder.c.area_path)
    statement = (
        sa.select(_TABLE, sa.func.coalesce(survivor.c.id, holder.c.id).label("whom"))
        .join(holder, holder.c.id == _TABLE.c.resident_id)
        .outerjoin(survivor, survivor.c.id == holder.c.merged_into)
        .where(_TABLE.c.state == OPEN, _TABLE.c.requested_by != actor.name)
        .where(*([] if scopes is None else [within(path, scopes)]))
    )
    return [
        ToAnswer(row.id, row.whom, row.area_id, row.with_household, row.reason, row.requested_by, row.requested_at)
        for row in session.execute(statement.order_by(_TABLE.c.requested_at).limit(limit))
    ]


def withdraw(session: Session, request_id: UUID, *, actor: Actor) -> None:
    """Take back a request of one's own that nobody has answered."""
    row = session.get(TransferRequest, request_id)
    if row is None or row.requested_by != actor.name:
        raise NotFound(f"transfer_request {request_id}")
    _close(session, row, WITHDRAWN, actor, None)


def refuse(session: Session, request_id: UUID, *, actor: Actor, answer: str) -> None:
    """Keep the resident; the ``answer`` is what the asking side is told.

    :raises NotFound: there is no such request, or the record lies outside the actor's area.
    """
    row, _item = _answerable(session, request_id, actor)
    _close(session, row, REFUSED, actor, answer)


def approve(
    session: Session, request_id: UUID, *, event_on: date | None = None, number: str | None = None, actor: Actor,
    answer: str | None = None,
) -> Item:
    """Let the resident go, or the household with everybody in it, and give the record as it is then.

    Address and dwelling become empty, for a resident alone also the household: the new area fills them in. A household
    keeps its number unless another ``number`` is given.

    :raises NotFound: there is no such request, or the record lies outside the actor's area.
    :raises NotAllowed: the actor asked for it, or somebody of the household lies outside the actor's area.
    :raises Invalid: the person died, or the new community has a household with the number.
    """
    row, item = _answerable(session, request_id, actor)
    area_id = _area_now(session, row.area_id)
    household_id = item.values["household_id"] if row.with_household else None
    mover = _mover(session, actor, row, household_id)
    day = event_on or days.today()
    if household_id is not None:
        household = households.get(session, household_id, actor=mover)
        move_household(
            session, household.id, area_id=area_id, event_on=day, version=household.version, actor=mover,
            told={"number": number} if number else None, reason=row.reason,
        )  # fmt: skip
    elif item.values["stay_status"] == MOVED_OUT:
        return_after_absence(
            session, item.id, told={"area_id": area_id}, event_on=day, version=item.version, actor=mover,
            reason=row.reason,
        )  # fmt: skip
    else:
        transfer(
            session, item.id, area_id=area_id, event_on=day, version=item.version, actor=mover, reason=row.reason,
        )  # fmt: skip
    _close(session, row, APPROVED, actor, answer)
    return residents.load(session, [item.id])[0]


def _answerable(session: Session, request_id: UUID, actor: Actor) -> tuple[TransferRequest, Item]:
    row = session.scalar(sa.select(TransferRequest).where(TransferRequest.id == request_id).with_for_update())
    item = next(iter(residents.load(session, [row.resident_id])), None) if row else None
    while item is not None and item.merged_into is not None:
        item = next(iter(residents.load(session, [item.merged_into])), None)
    if row is None or item is None or not actor.may("transfer", "population", item.area_path):
        raise NotFound(f"transfer_request {request_id}")
    if row.requested_by == actor.name:
        raise NotAllowed("transfer: one's own request")
    if row.state != OPEN:
        raise Refused(Problem(N_("This request has been answered already."), N_("Read the page again.")))
    return row, item


def _mover(session: Session, actor: Actor, row: TransferRequest, household_id: UUID | None) -> Actor:
    """Who moves the record in the log: the two who agreed, with the right to write on both sides.

    The one who lets go must hold everybody who goes; nobody gets a right by being in a household with somebody else.
    """
    if household_id is not None:
        everybody = [*members(session, household_id), *households.load(session, [household_id])]
        if not all(actor.may("transfer", "population", one.area_path) for one in everybody):
            raise NotAllowed("transfer of the whole household")
    return replace(actor, name=(_BOTH % (actor.name, row.requested_by))[:120], console=True)


def _area_now(session: Session, area_id: UUID) -> UUID:
    """The area that was asked for, or the one that it was merged into since."""
    area = session.get(Area, area_id)
    while area is not None and area.merged_into is not None:
        area = session.get(Area, area.merged_into)
    if area is None:
        raise Refused(Problem(N_("The area that asked is no longer there."), N_("Refuse the request.")))
    return area.id


def _close(session: Session, row: TransferRequest, state: str, actor: Actor, answer: str | None) -> None:
    if row.state != OPEN:
        raise Refused(Problem(N_("This request has been answered already."), N_("Read the page again.")))
    row.state, row.decided_by, row.decided_at = state, actor.name, now()
    row.answer = answer and answer[:500]
    session.flush()
    changes.append(session, actor.name, [
        Entry("transfer_request", row.id, state, {"state": [OPEN, state]}, reason=answer)
    ])  # fmt: skip

