"""Taking a report of an error, and settling it. Anybody may report; who writes for the site reads and settles."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries.access import Actor, NotAllowed
from registries.db import new_id, now
from registries.messages import N_, Problem, Refused
from registries.records import NotFound

from ..accounts import throttle
from ..addresses import safe_path
from .models import Mistake

#: What an error may be about.
SUBJECTS = {
    "wrong": N_("Something is not true or out of date"), "link": N_("A link or a file does not open"),
    "typing": N_("A word is misspelt"), "use": N_("I cannot use the page"), "other": N_("Something else"),
}  # fmt: skip
LEAST, MOST = 5, 2_000
#: So many open reports are shown; nobody works through more at once.
SHOWN = 200


def take(session: Session, page: str, subject: str, words: str, *, address: str) -> Mistake:
    """Keep a report that came from a network address.

    :raises Refused: nothing is said, too much is said, or too much comes from there; the problem says which.
    """
    key = throttle.Key("report", address)
    if throttle.locked_until(session, key):
        raise Refused(Problem(N_("Many reports have come from your network just now."), N_("Try again in a while.")))
    said = words.strip().replace("\r\n", "\n")
    if len(said) < LEAST:
        raise Refused(Problem(N_("It is not said what is wrong."), N_("Write a few words.")))
    if len(said) > MOST:
        raise Refused(Problem(N_("This is more than %(most)s characters."), N_("Say it in fewer words."), most=MOST))
    throttle.count(session, key)
    kept = Mistake(
        id=new_id(), told_at=now(), page=safe_path(page)[:300], subject=subject if subject in SUBJECTS else "other",
        words=said,
    )
    session.add(kept)
    return kept


def unsettled(session: Session, *, actor: Actor) -> list[Mistake]:
    """The reports that nobody has settled, the oldest first.

    :raises NotAllowed: the actor does not write for the site.
    """
    _require(actor)
    statement = sa.select(Mistake).where(Mistake.settled_at.is_(None)).order_by(Mistake.told_at, Mistake.id)
    return list(session.scalars(statement.limit(SHOWN)))


def settle(session: Session, mistake_id: UUID, *, actor: Actor) -> None:
    """Note that an error was mended, or is none.

    :raises NotAllowed: the actor does not write for the site.
    :raises NotFound: there is no such report.
    """
    _require(actor)
    kept = session.get(Mistake, mistake_id)
    if kept is None:
        raise NotFound(f"mistake {mistake_id}")
    if kept.settled_at is None:
        kept.settled_at, kept.settled_by = now(), actor.name


def _require(actor: Actor) -> None:
    if actor.scopes("write", "network") == []:
        raise NotAllowed("settle reports")
