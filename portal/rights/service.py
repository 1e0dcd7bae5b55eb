"""The request desk: a request is received, the identity checked, decided by a second person, and carried out.

Whoever may change a resident's record may receive a request about it and check who asks. Whoever may erase in that area
decides; never the one who received the request or checked the identity, for then one person could erase or hand out
anybody's data alone. What is outside one's area is as if it were not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes
from registries.access import Actor, NotAllowed
from registries.areas import within
from registries.changes import CHANGE, Entry
from registries.days import today
from registries.db import new_id, now
from registries.merging import with_merged
from registries.messages import N_, Problem, Refused
from registries.records import Invalid, Item, NotFound, Records

from .models import RightsRequest
from .wording import ASKED_BY, OPEN, RIGHTS

#: A person is a resident; what other records say of people is found through them.
KIND = "resident"
DATABASE = "population"
PAGE = 50
_NUMBER = re.compile(r"\d(?:[\d ·-]{4,})\d")

Catalogue = Mapping[str, Records]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for, as it was typed."""

    right: str
    asked_by: str
    proof: str
    fields: Sequence[str] = ()


def receive(
    session: Session, catalogue: Catalogue, record_id: UUID, wish: Wish, *, days: int, actor: Actor
) -> RightsRequest:
    """Note a request about a resident, to be answered within so many calendar ``days``.

    :raises Invalid: something is missing, or a number was written where none belongs.
    :raises Refused: the same was asked for already and is not answered yet.
    """
    records = catalogue[KIND]
    item = _resident(session, records, record_id, "write", actor)
    _require(records, wish)
    same = sa.select(RightsRequest.number).where(
        RightsRequest.record_id == item.id, RightsRequest.right == wish.right, RightsRequest.state.in_(OPEN)
    )
    number = session.scalar(same)
    if number is not None:
        raise Refused(Problem(
            N_("The same was asked for already: request %(number)s."), N_("Go on with that one."), number=number,
        ))
    row = RightsRequest(
        id=new_id(), number=_next_number(session), right=wish.right, kind=KIND, record_id=item.id,
        area_path=item.area_path, asked_by=wish.asked_by, proof=wish.proof.strip(),
        fields=list(wish.fields) if wish.right == "correction" else [], state="received", received_at=now(),
        received_by=actor.name, due_on=today() + timedelta(days=days), version=1,
    )
    session.add(row)
    session.flush()
    _log(session, row, "receive", actor, {"right": [None, row.right], "record_id": [None, str(row.record_id)]})
    return row


def _require(records: Records, wish: Wish) -> None:
    errors: dict[str, list[Problem]] = {}
    if wish.right not in RIGHTS:
        errors["right"] = [Problem(N_("What is asked for is not chosen."), N_("Choose one of the three."))]
    if wish.asked_by not in ASKED_BY:
        errors["asked_by"] = [Problem(N_("It is not said who asks."), N_("Choose who came with the request."))]
    if not wish.proof.strip():
        errors["proof"] = [Problem(N_("The proof of identity is missing."), N_("Write which paper you were shown."))]
    elif _NUMBER.search(wish.proof):
        errors["proof"] = [Problem(
            N_("The proof of identity holds a number."), N_("Write which paper it was, not what stands on it."),
        )]
    if wish.right == "correction" and not set(wish.fields) & set(records.kind.fields()):
        errors["fields"] = [Problem(N_("No field is chosen."), N_("Tick what is to be corrected."))]
    if errors:
        raise Invalid(errors)


def _next_number(session: Session) -> str:
    """The next number of the year; the turn of ``system`` keeps two from getting the same."""
    year = str(today().year)
    last = session.scalar(
        sa.select(sa.func.max(RightsRequest.number)).where(RightsRequest.number.startswith(f"{year}-", autoescape=True))
    )
    return f"{year}-{int(last.partition('-')[2]) + 1 if last else 1:05}"


def check(session: Session, request_id: UUID, *, version: int, actor: Actor) -> RightsRequest:
    """Confirm that whoever asks has shown who they are."""
    row = _held(session, request_id, "write", version, ("received",), actor)
    row.state, row.checked_at, row.checked_by = "checked", now(), actor.name
    return _saved(session, row, "check", actor)


def approve(session: Session, request_id: UUID, *, version: int, actor: Actor) -> RightsRequest:
    """Decide that a checked request is to be met.

    :raises Refused: the actor received it or checked the identity.
    """
    row = _held(session, request_id, "erase", version, ("checked",), actor)
    _require_second(row, actor)
    row.state, row.decided_at, row.decided_by = "approved", now(), actor.name
    return _saved(session, row, "approve", actor)


def refuse(session: Session, request_id: UUID, *, version: int, reason: str, actor: Actor) -> RightsRequest:
    """Decide that a request is not met, for a reason that the person is told.

    :raises Refused: the actor received it or checked the identity.
    """
    row = _held(session, request_id, "erase", version, OPEN, actor)
    _require_second(row, actor)
    if not reason.strip():
        raise Invalid({"reason": [Problem(N_("A reason is missing."), N_("Write what the person is to be told."))]})
    row.state, row.decided_at, row.decided_by = "refused", now(), actor.name
    row.answer = reason.strip()[:1000]
    return _saved(session, row, "refuse", actor, row.answer)


def _require_second(row: RightsRequest, actor: Actor) -> None:
    if actor.name in (row.received_by, row.checked_by):
        raise Refused(Problem(
            N_("You received this request or checked the identity yourself."),
            N_("Somebody else has to decide on it."),
        ))


def finish(
    session: Session, catalogue: Catalogue, request_id: UUID, *, version: int, answer: str, actor: Actor
) -> RightsRequest:
    """Note that an approved request is met: the copy was handed over, or the record corrected.

    :raises Refused: nothing of what was to be corrected has changed since it was approved, or it is an erasure, which
        is done by erasing.
    """
    row = _held(session, request_id, "write", version, ("approved",), actor)
    if row.right == "erasure":
        raise Refused(Problem(N_("The record is not erased yet."), N_("Erase it; the request is then done.")))
    if row.right == "correction":
        row.change_id = _edit_since(session, catalogue[KIND], row)
        if row.change_id is None:
            raise Refused(Problem(
                N_("Nothing of what was to be corrected has changed since the request was approved."),
                N_("Change the record first, or refuse the request."),
            ))
    return _done(session, row, answer, actor)


def erased(session: Session, request_id: UUID, *, actor: Actor) -> RightsRequest:
    """Note that the record of an approved request is erased; doing so twice changes nothing more."""
    row = find(session, request_id, actor=actor, action="erase", lock=True)
    if row.state == "done":
        return row
    if row.state != "approved" or row.right != "erasure":
        raise Refused(_MOVED_ON)
    return _done(session, row, "", actor)


def _done(session: Session, row: RightsRequest, answer: str, actor: Actor) -> RightsRequest:
    row.state, row.done_at, row.done_by = "done", now(), actor.name
    row.answer = answer.strip()[:1000] or None
    return _saved(session, row, "finish", actor, row.answer)


def same_person(session: Session, records: Records, record_id: UUID) -> list[UUID]:
    """The record and all that are merged with it in either direction, the one in use first."""
    item = records.load(session, [record_id])[0]
    while item.merged_into is not None:
        item = records.load(session, [item.merged_into])[0]
    return [item.id, *(one for one in with_merged(session, records.kind, item.id) if one != item.id)]


def _edit_since(session: Session, records: Records, row: RightsRequest) -> int | None:
    """The last change of a field that was to be corrected, made since the request was approved."""
    log = CHANGE[DATABASE]
    ids = same_person(session, records, row.record_id)
    statement = sa.select(log).where(log.c.record_id.in_(ids), log.c.at >= row.decided_at)
    for found in session.execute(statement.order_by(log.c.id.desc())):
        change = changes.from_row(found)
        if set(row.fields) & {*change.changes, *change.sealed}:
            return change.id
    return None


_MOVED_ON = Problem(
    N_("Somebody else has dealt with this request since you opened it."), N_("Look at it again before you go on."),
)


def _held(
    session: Session, request_id: UUID, action: str, version: int, states: Sequence[str], actor: Actor
) -> RightsRequest:
    row = find(session, request_id, actor=actor, action=action, lock=True)
    if row.version != version or row.state not in states:
        raise Refused(_MOVED_ON)
    return row


def find(
    session: Session, request_id: UUID, *, actor: Actor, action: str = "write", lock: bool = False
) -> RightsRequest:
    """A request about a record in which the actor may do ``action``.

    :raises NotFound: there is none in the actor's area.
    :raises NotAllowed: there is, but the actor may not.
    """
    row = session.get(RightsRequest, request_id, with_for_update=lock)
    if row is None or not actor.may("write", DATABASE, row.area_path):
        raise NotFound(f"request {request_id}")
    if not actor.may(action, DATABASE, row.area_path):
        raise NotAllowed(action)
    return row


def may_decide(row: RightsRequest, *, actor: Actor) -> bool:
    """Whether the actor is the second person that a decision needs."""
    return actor.may("erase", DATABASE, row.area_path) and actor.name not in (row.received_by, row.checked_by)


def _resident(session: Session, records: Records, record_id: UUID, action: str, actor: Actor) -> Item:
    item = records.get(session, record_id, actor=actor)
    if not actor.may(action, DATABASE, item.area_path):
        raise NotAllowed(action)
    return item


def _saved(
    session: Session, row: RightsRequest, action: str, actor: Actor, reason: str | None = None
) -> RightsRequest:
    row.version += 1
    session.flush()
    _log(session, row, action, actor, {"state": [None, row.state]}, reason)
    return row


def _log(
    session: Session, row: RightsRequest, action: str, actor: Actor, told: Mapping[str, list[Any]],
    reason: str | None = None,
) -> None:
    told = {"number": [None, row.number], **told}
    changes.append(session, actor.name, [Entry("rights_request", row.id, action, told, reason=reason)])


@dataclass(frozen=True, slots=True)
class Found:
    """A page of requests and where the next one begins."""

    rows: list[RightsRequest]
    after: UUID | None


def in_state(
    session: Session, states: Sequence[str], *, actor: Actor, after: UUID | None = None, limit: int = PAGE
) -> Found:
    """Requests in one of the states: open ones by the day they are due, answered ones the latest first."""
    statement = sa.select(RightsRequest).where(_visible(actor), RightsRequest.state.in_(states))
    last = session.get(RightsRequest, after) if after else None
    if set(states) <= set(OPEN):
        key = sa.tuple_(RightsRequest.due_on, RightsRequest.id)
        statement = statement.order_by(RightsRequest.due_on, RightsRequest.id)
        statement = statement.where(key > sa.tuple_(last.due_on, last.id)) if last else statement
    else:
        statement = statement.order_by(RightsRequest.id.desc())
        statement = statement.where(RightsRequest.id < last.id) if last else statement
    rows = list(session.scalars(statement.limit(limit + 1)))
    return Found(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def of_record(session: Session, record_ids: Sequence[UUID], *, actor: Actor) -> list[RightsRequest]:
    """All requests about a record, the latest first."""
    statement = sa.select(RightsRequest).where(_visible(actor), RightsRequest.record_id.in_(record_ids))
    return list(session.scalars(statement.order_by(RightsRequest.id.desc())))


def _visible(actor: Actor) -> sa.ColumnElement[bool]:
    scopes = actor.scopes("write", DATABASE)
    return sa.true() if scopes is None else within(RightsRequest.area_path, scopes)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many requests wait: in each state, how many of them the actor may decide on, how many are overdue."""

    states: Mapping[str, int]
    to_decide: int
    overdue: int

    @property
    def total(self) -> int:
        """All that are open."""
        return sum(self.states.values())


def waiting(session: Session, *, actor: Actor, on: date | None = None) -> Waiting:
    """The open requests in the actor's area, counted."""
    day = on or today()
    rows = session.execute(
        sa.select(
            RightsRequest.state, RightsRequest.due_on, RightsRequest.area_path, RightsRequest.received_by,
            RightsRequest.checked_by,
        ).where(_visible(actor), RightsRequest.state.in_(OPEN))
    ).all()
    states = {state: sum(row.state == state for row in rows) for state in OPEN}
    to_decide = sum(row.state == "checked" and may_decide(row, actor=actor) for row in rows)
    return Waiting(states, to_decide, sum(row.due_on < day for row in rows))
