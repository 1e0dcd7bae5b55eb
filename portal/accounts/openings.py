"""Openings: how a leader sees people's records, for a reason, for a few hours, under the eyes of the auditor.

Leaders work with organisations, facilities and figures. Who needs the records of people says why; the opening and all
that is looked at during it stand in the log (the rule of “breaking the glass”, as DHIS2 has it for protected records).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes, references
from registries.access import Actor, NotAllowed
from registries.changes import Entry
from registries.db import new_id, now
from registries.messages import N_, Problem, Refused
from registries.records import NotFound

from .models import Opening

LASTS = timedelta(hours=3)
LEAST_REASON, MOST_REASON = 10, 1000


def open_people(session: Session, *, actor: Actor, reason: str, area_id: UUID | None = None) -> Opening:
    """Open the records of people in an area of the leader's (none: his whole area) for three hours.

    :raises Refused: no reason that says anything.
    :raises NotAllowed: the actor is no leader there.
    """
    reason = reason.strip()
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise Refused(Problem(
            N_("Say why you need to see people's records."),
            N_("Write %(least)s to %(most)s characters; the auditor reads them."), least=LEAST_REASON, most=MOST_REASON,
        ))  # fmt: skip
    areas = references.load(session).areas
    led = [grant.area_path for grant in actor.grants_of("leader")]
    if area_id is None:
        area = next((found for found in areas if found.path == min(led, key=len)), None) if led else None
    else:
        area = areas.get(area_id)
    if area is None or not any(area.path.startswith(path) for path in led):
        raise NotAllowed("open people's records")
    moment = now()
    made = Opening(
        id=new_id(), user_id=UUID(actor.details["id"]), area_id=area.id, reason=reason, opened_at=moment,
        until=moment + LASTS,
    )  # fmt: skip
    session.add(made)
    told = {"area_id": [None, str(area.id)], "until": [None, made.until.isoformat()]}
    changes.append(session, actor.name, [Entry("opening", made.id, "open", told, reason=reason)])
    return made


def close(session: Session, opening_id: UUID, *, actor: Actor) -> None:
    """End an opening of one's own before its time.

    :raises NotFound: there is no such opening of the actor's.
    """
    made = session.get(Opening, opening_id)
    if made is None or str(made.user_id) != actor.details.get("id"):
        raise NotFound(f"opening {opening_id}")
    if made.until > now():
        told = {"until": [made.until.isoformat(), now().isoformat()]}
        made.until = now()
        changes.append(session, actor.name, [Entry("opening", made.id, "close", told)])


def of_user(session: Session, user_id: UUID, limit: int = 20) -> Sequence[Opening]:
    """The openings of a leader, the latest first."""
    statement = sa.select(Opening).where(Opening.user_id == user_id).order_by(Opening.id.desc()).limit(limit)
    return session.scalars(statement).all()
