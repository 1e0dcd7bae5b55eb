"""Who may do what: pure functions over an `Actor`, asked by the services and by nobody else.

A permission is actor × action × kind × area. What lies outside an actor's scope is answered exactly as if it did not
exist. Everything is denied that no role allows. The table `ALLOWED` is the whole of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .days import today
from .messages import N_

ROLES = ("grid_worker", "clerk", "registry_admin", "leader", "editor", "reviewer", "system_admin", "auditor")
#: What the roles are called for people.
ROLE_NAMES = {
    "grid_worker": N_("grid worker"), "clerk": N_("clerk"), "registry_admin": N_("administrator of the registries"),
    "leader": N_("leader"), "editor": N_("editor"), "reviewer": N_("reviewer"),
    "system_admin": N_("administrator of the system"), "auditor": N_("auditor"),
}
#: What each thing that a role may do is called for people.
ACTION_NAMES = {
    "read": N_("see records"), "write": N_("change records"), "import": N_("import files"),
    "export": N_("export records"), "reveal": N_("see full numbers"), "undo": N_("take back imports"),
    "merge": N_("merge records"), "erase": N_("erase records"), "transfer": N_("transfer people"),
    "publish": N_("publish texts"), "propose": N_("propose changes"), "inspect": N_("note checks"),
    "count": N_("see figures"),
}
REGISTRIES = ("population", "organisations", "facilities")

#: Roles that one account may not hold together (separation of duties, GB/T 22239-2019 三权分立).
EXCLUSIVE = frozenset({"registry_admin", "system_admin", "auditor"})

#: No role that can be given: what a leader holds for some hours after opening people's records with a reason.
OPENING = "opening"

#: What a role may do with the records of a registry. Leaders reach people only by a reasoned opening.
ALLOWED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "grid_worker": {registry: frozenset({"read", "reveal", "propose", "inspect"}) for registry in REGISTRIES},
    "clerk": {
        registry: frozenset({"read", "write", "import", "export", "reveal", "inspect"}) for registry in REGISTRIES
    },
    "registry_admin": {
        registry: frozenset(
            {"read", "write", "import", "undo", "export", "reveal", "merge", "erase", "transfer", "count", "inspect"}
        )
        for registry in REGISTRIES
    },
    "leader": {
        "population": frozenset({"count"}),
        **{registry: frozenset({"read", "count"}) for registry in ("organisations", "facilities")},
    },
    "editor": {"network": frozenset({"read", "write", "import", "undo", "export", "merge"})},
    "reviewer": {"network": frozenset({"read", "publish", "export"})},
    "system_admin": {}, "auditor": {},
    OPENING: {"population": frozenset({"read"})},
}


class NotAllowed(Exception):
    """The actor may see the thing but not do this with it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within an area (as its path), for one registry or (``None``) for all, until a day or without end."""

    role: str
    area_path: str
    registry: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What an actor lends to a program: some actions, in some registries, within an area (as its path).

    They take away and never add: the program may do what the actor may and the limits name.
    """

    actions: frozenset[str]
    registries: frozenset[str]
    area_path: str = ""

    def narrow(self, scopes: list[str] | None, action: str, registry: str) -> list[str] | None:
        """What is left of the areas in which the actor may do ``action``; ``None`` is everywhere."""
        if action not in self.actions or registry not in self.registries:
            return []
        if not self.area_path:
            return scopes
        if scopes is None:
            return [self.area_path]
        return [
            max(path, self.area_path, key=len) for path in scopes
            if path.startswith(self.area_path) or self.area_path.startswith(path)
        ]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks: a signed-in person, a program that one of them lets act, the console, or the public."""

    name: str
    grants: tuple[Grant, ...] = ()
    console: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits | None = None

    def scopes(self, action: str, registry: str) -> list[str] | None:
        """The area paths in which the actor may do ``action`` with records of ``registry``; ``None`` is everywhere."""
        own = None if self.console else [
            grant.area_path for grant in self.live_grants()
            if grant.registry in (None, registry) and action in ALLOWED[grant.role].get(registry, ())
        ]
        return own if self.limits is None else self.limits.narrow(own, action, registry)

    def live_grants(self) -> list[Grant]:
        """The grants that hold today: the last day of a grant is part of it."""
        day = today()
        return [grant for grant in self.grants if grant.until is None or grant.until >= day]

    def grants_of(self, role: str) -> list[Grant]:
        """The grants of a role that hold today; a program has no role, only what it was lent."""
        if self.limits is not None:
            return []
        day = today()
        return [grant for grant in self.grants if grant.role == role and (grant.until is None or grant.until >= day)]

    def may(self, action: str, registry: str, area_path: str | None) -> bool:
        """Whether the actor may do ``action`` with a record of ``registry`` that lies at ``area_path``."""
        scopes = self.scopes(action, registry)
        return scopes is None or any((area_path or "").startswith(scope) for scope in scopes)


PUBLIC = Actor("public")


def console(user: str) -> Actor:
    """The person at the machine itself, logged with the name of the operating-system user; may do everything."""
    return Actor(f"console:{user}", console=True)
