"""API tokens: what lets a program act for somebody, and never for more than that person may at that moment.

A token is 256 random bits, shown once and kept as a digest. It names scopes, registries and perhaps an area; what it
may do is what its owner may and the token names. It dies when it runs out, is revoked, or its owner is disabled.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes, references
from registries.access import REGISTRIES, Actor, Limits
from registries.changes import Entry
from registries.db import Database, new_id, now
from registries.messages import N_, Problem, Refused
from registries.records import Invalid, NotFound

from ..accounts.models import User
from ..accounts.people import Account, account_of
from .models import ApiToken

#: What a scope is called for people, and which actions of `registries.access` it lends.
SCOPES = {"read": N_("see records"), "write": N_("change records"), "import": N_("import files"),
          "export": N_("export records"), "reveal": N_("see full numbers")}  # fmt: skip
_ACTIONS = {
    "read": frozenset({"read"}), "write": frozenset({"write"}), "import": frozenset({"import", "undo"}),
    "export": frozenset({"export"}), "reveal": frozenset({"reveal"}),
}  # fmt: skip
#: Scopes that mean nothing to a program that may not see what it changes.
_NEED_READ = frozenset({"write", "export", "reveal"})
#: Where a token can reach: the registries, and what is published and planned in ``network``.
PLACES = (*REGISTRIES, "network")
MOST_NAME = 100
MARK = "sanku_"
PREFIX_LENGTH = len(MARK) + 6
LONGEST = timedelta(days=365)
#: The day a token was last used is told to the minute: no request writes more than that.
USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new token is to be: its name, what it may do where, for how many days.

    ``token_id`` comes from the form, so that a form that is sent twice makes one token.
    """

    name: str
    scopes: Collection[str]
    registries: Collection[str] = PLACES
    area_id: UUID | None = None
    days: int = 90
    token_id: UUID = field(default_factory=new_id)


def create(session: Session, owner: User, wanted: Wanted, *, actor: Actor) -> tuple[ApiToken, str]:
    """Make a token in a transaction of ``system``; the text is shown to the owner now and never again.

    :raises NotFound: the actor is neither the owner nor the console.
    :raises Invalid: the wish names nothing, something strange, or too long a time.
    :raises Refused: this very token was made before.
    """
    if not _is_own(owner.id, actor):
        raise NotFound(f"user {owner.id}")
    _require(session, wanted)
    if session.get(ApiToken, wanted.token_id) is not None:
        raise Refused(Problem(N_("This token was made already; it is shown only once."), N_("Make another one.")))
    text = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        id=wanted.token_id, user_id=owner.id, name=wanted.name.strip(), prefix=text[:PREFIX_LENGTH],
        digest=_digest(text), scopes=_words(wanted.scopes, SCOPES), registries=_words(wanted.registries, PLACES),
        area_id=wanted.area_id, created_at=now(), expires_at=now() + timedelta(days=wanted.days),
    )  # fmt: skip
    session.add(token)
    session.flush()
    changes.append(session, actor.name, [Entry("api_token", token.id, "create", {
        "name": [None, token.name], "prefix": [None, token.prefix], "user_id": [None, str(owner.id)],
        "scopes": [None, token.scopes], "registries": [None, token.registries],
        "area_id": [None, str(token.area_id) if token.area_id else None],
        "expires_at": [None, token.expires_at.isoformat()],
    })])  # fmt: skip
    return token, text


def _require(session: Session, wanted: Wanted) -> None:
    errors: dict[str, list[Problem]] = {}
    if not wanted.name.strip() or len(wanted.name) > MOST_NAME or not wanted.name.isprintable():
        errors["name"] = [Problem(
            N_("The token needs a name of at most %(most)s characters."), N_("Name the program."), most=MOST_NAME,
        )]  # fmt: skip
    if not wanted.scopes or {*wanted.scopes} - SCOPES.keys():
        errors["scopes"] = [Problem(N_("Nothing says what the token may do."), N_("Choose at least one right."))]
    elif _NEED_READ.intersection(wanted.scopes) and "read" not in wanted.scopes:
        errors["scopes"] = [Problem(
            N_("A program that changes, exports or reveals records must see them."), N_("Choose “see records” too."),
        )]  # fmt: skip
    if not wanted.registries or {*wanted.registries} - {*PLACES}:
        errors["registries"] = [Problem(N_("Nothing says where it may do so."), N_("Choose at least one registry."))]
    if not 1 <= wanted.days <= LONGEST.days:
        errors["days"] = [Problem(
            N_("A token lasts from one day to %(most)s days."), N_("Choose a day within that time."), most=LONGEST.days,
        )]  # fmt: skip
    if wanted.area_id is not None and references.load(session).areas.get(wanted.area_id) is None:
        errors["area"] = [Problem(N_("There is no such area."), N_("Choose an area in use."))]
    if errors:
        raise Invalid(errors)


def _words(told: Collection[str], order: Collection[str]) -> str:
    return " ".join(word for word in order if word in told)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _is_own(user_id: UUID, actor: Actor) -> bool:
    return actor.limits is None and (actor.console or actor.details.get("id") == str(user_id))


def _may_manage(user_id: UUID, actor: Actor) -> bool:
    return _is_own(user_id, actor) or bool(actor.grants_of("system_admin"))


def of_user(session: Session, user_id: UUID, *, actor: Actor) -> Sequence[ApiToken]:
    """The tokens of a user, the newest first; those that run no longer too.

    :raises NotFound: they are neither the actor's own nor is the actor an administrator of the system.
    """
    if not _may_manage(user_id, actor):
        raise NotFound(f"user {user_id}")
    return session.scalars(sa.select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())).all()


def everybodys(session: Session, *, actor: Actor, limit: int = 200) -> Sequence[tuple[ApiToken, User]]:
    """The latest tokens with their owners, for the administrators of the system.

    :raises NotFound: the actor is none.
    """
    if not (actor.console or actor.grants_of("system_admin")):
        raise NotFound("tokens")
    statement = sa.select(ApiToken, User).join(User, User.id == ApiToken.user_id).order_by(ApiToken.id.desc())
    return [(row[0], row[1]) for row in session.execute(statement.limit(limit))]


def revoke(session: Session, token_id: UUID, *, actor: Actor) -> ApiToken:
    """End a token at once, in a transaction of ``system``; an ended one stays as it is.

    :raises NotFound: there is none that the actor may end.
    """
    token = session.get(ApiToken, token_id)
    if token is None or not _may_manage(token.user_id, actor):
        raise NotFound(f"token {token_id}")
    if token.revoked_at is None:
        token.revoked_at = now()
        changes.append(session, actor.name, [
            Entry("api_token", token.id, "revoke", {"revoked_at": [None, token.revoked_at.isoformat()]})
        ])  # fmt: skip
    return token


def state_of(token: ApiToken) -> str:
    """``alive``, ``revoked`` or ``ended``, whatever has become of its owner."""
    return "revoked" if token.revoked_at is not None else "alive" if is_alive(token) else "ended"


def is_alive(token: ApiToken, at: datetime | None = None) -> bool:
    """Whether the token itself still runs, whatever has become of its owner."""
    return token.revoked_at is None and token.expires_at > (at or now())


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that was shown, and the account that it lets act: its actor is limited to what the token names."""

    token_id: UUID
    prefix: str
    account: Account
    last_used_at: datetime | None


def bearer(session: Session, text: str) -> Bearer | None:
    """Whom a token stands for; ``None`` if it is none, or one that does not run any more."""
    found = session.execute(
        sa.select(ApiToken, User).join(User, User.id == ApiToken.user_id)
        .where(ApiToken.digest == _digest(text), User.disabled_at.is_(None))
    ).one_or_none()
    if found is None or not is_alive(found[0]):
        return None
    token, user = found
    path = ""
    if token.area_id is not None:
        area = references.load(session).areas.get(token.area_id)
        if area is None:
            # Merged into another or ended: nobody said that the token reaches further now.
            return None
        path = area.path
    actions = frozenset[str]().union(*(_ACTIONS[scope] for scope in token.scopes.split()))
    account = account_of(session, user)
    limits = Limits(actions, frozenset(token.registries.split()), path)
    details = {**account.actor.details, "token": token.prefix}
    limited = replace(account.actor, limits=limits, details=details)
    return Bearer(token.id, token.prefix, replace(account, actor=limited), token.last_used_at)


def note_use(database: Database, shown: Bearer) -> None:
    """Note that a token was used just now; does nothing if that was noted a moment ago."""
    if shown.last_used_at is not None and now() - shown.last_used_at < USED_EVERY:
        return
    with database.writing("system") as session:
        session.get_one(ApiToken, shown.token_id).last_used_at = now()
