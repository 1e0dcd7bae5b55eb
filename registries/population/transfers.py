"""Asking for a resident whose record another area holds, and answering.

Whoever enters or imports a number that is held elsewhere learns that a transfer was asked for, and nothing else: not
who holds the record nor what it says. Whoever may move residents in the holding area sees the request with the record
and answers it. Nobody answers a request of their own. An approved one moves the resident, or with the household
everybody in it, as the life event that it is, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import changes, days, references
from ..access import Actor, NotAllowed
from ..areas import Area, within
from ..changes import Entry
from ..db import now
from ..messages import N_, Problem, Refused
from ..records import Item, NotFound
from .asking import OPEN, TABLE, WITHDRAWN, Asked, ask, asked
from .homes import households
from .households import members, move_household
from .life_events import return_after_absence, transfer
from .models import Resident, TransferRequest
from .numbers import number_codes
from .rules import MOVED_OUT
from .service import residents

APPROVED, REFUSED = "approved", "refused"
#: Whom the log names beside who decided: the move needs rights on both sides, which the two have together.
_BOTH = "%s, asked by %s"
_RESIDENT: sa.Table = Resident.__table__  # type: ignore[assignment]


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
    session: Session, id_number: str, *, doc_type: str | None = None, area_id: UUID, actor: Actor, reason: str,
    with_household: bool = False,
) -> Asked:
    """Ask for the resident with this number to come to an area of the actor's own; without a ``doc_type`` it is that
    of the usual document, or of whichever only one resident has it with.

    :raises NotAllowed: the actor may not write residents there.
    :raises Refused: the number is in no record, or in one that the actor may change without asking.
    """
    known = references.load(session).areas.get(area_id)
    if known is None or not actor.may("write", "population", known.path):
        raise NotAllowed("write resident there")
    if not reason.strip():
        raise Refused(Problem(N_("A transfer needs a reason."), N_("Write why the person belongs to your area.")))
    item = _holder(session, id_number, doc_type)
    if item is None or actor.may("write", "population", item.area_path):
        raise Refused(Problem(
            N_("There is nobody to ask for with this number."), N_("Add the person, or change the record you have."),
        ))  # fmt: skip
    return ask(
        session, item.id, area_id, known.path, actor=actor, reason=reason.strip(), with_household=with_household,
    )


def enter(
    session: Session, raw: Mapping[str, Any], *, actor: Actor, reason: str | None = None, as_of: date | None = None,
) -> Item | Asked:
    """Make a resident of what was typed, or ask for the one whom another area holds under the same number.

    Only the number, the area and the reason of what was typed become part of the request.

    :raises Refused: a transfer needs a reason and none is given, or it was asked for already.
    """
    checked = residents.check(session, raw)
    number, doc_type = checked.values.get("id_number"), checked.values.get("doc_type")
    item = _holder(session, number, doc_type)
    area_id = checked.values.get("area_id")
    if number is None or item is None or area_id is None or actor.may("read", "population", item.area_path):
        return residents.create(session, raw, actor=actor, reason=reason, as_of=as_of)
    return request(session, number, doc_type=doc_type, area_id=area_id, actor=actor, reason=reason or "")


def _holder(session: Session, id_number: str | None, doc_type: str | None) -> Item | None:
    codes = number_codes({"id_number": id_number, "doc_type": doc_type})
    held = residents.holders(session, set(codes))
    holder = next((held[code] for code in codes if code in held), None)
    return next(iter(residents.load(session, [holder])), None) if holder else None


def mine(session: Session, *, actor: Actor, limit: int = 200) -> list[Asked]:
    """What the actor has asked for and what became of it, the latest first."""
    statement = sa.select(TABLE).where(TABLE.c.requested_by == actor.name)
    return [asked(row) for row in session.execute(statement.order_by(TABLE.c.requested_at.desc()).limit(limit))]


def to_answer(session: Session, *, actor: Actor, limit: int = 200) -> list[ToAnswer]:
    """The open requests that the actor may answer, the oldest first."""
    scopes = actor.scopes("transfer", "population")
    holders = _holders()
    statement = (
        sa.select(TABLE, holders.c.id.label("whom"))
        .join(holders, holders.c.asked == TABLE.c.resident_id)
        .where(TABLE.c.state == OPEN, TABLE.c.requested_by != actor.name, holders.c.merged_into.is_(None))
        .where(*([] if scopes is None else [within(holders.c.area_path, scopes)]))
    )
    return [
        ToAnswer(row.id, row.whom, row.area_id, row.with_household, row.reason, row.requested_by, row.requested_at)
        for row in session.execute(statement.order_by(TABLE.c.requested_at).limit(limit))
    ]


def _holders() -> sa.CTE:
    """Whoever is asked for, and from each record that was merged the one that it was merged into, to the last."""
    wanted = sa.select(TABLE.c.resident_id).where(TABLE.c.state == OPEN)
    columns = (_RESIDENT.c.id, _RESIDENT.c.merged_into, _RESIDENT.c.area_path)
    first = sa.select(_RESIDENT.c.id.label("asked"), *columns).where(_RESIDENT.c.id.in_(wanted))
    chain = first.cte("holders", recursive=True)
    return chain.union(sa.select(chain.c.asked, *columns).where(_RESIDENT.c.id == chain.c.merged_into))


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

