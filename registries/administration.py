"""Who may change what all records hang on: the area tree and the code lists."""

from __future__ import annotations

from .access import Actor, NotAllowed
from .messages import N_, Problem, Refused
from .references import References


def administers(known: References, path: str | None, *, actor: Actor) -> bool:
    """Whether the actor administers the registries at an area path, or (``None``) in the whole district."""
    if actor.console:
        return True
    root = known.areas.root()
    place = path if path is not None else root.path if root else ""
    return any(place.startswith(grant.area_path) for grant in actor.grants_of("registry_admin"))


def require_administrator(known: References, path: str | None, *, actor: Actor) -> None:
    """Let only an administrator of the registries there go on.

    :raises NotAllowed: the actor is none.
    """
    if not administers(known, path, actor=actor):
        raise NotAllowed("administer")


def require_reason(reason: str) -> str:
    """The reason of a change that cannot be taken back, tidied.

    :raises Refused: there is none.
    """
    if not reason.strip():
        raise Refused(Problem(N_("A reason is missing."), N_("Write which decision or letter this follows.")))
    return reason.strip()[:500]
