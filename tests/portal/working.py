"""A program over the databases of a test, users of it, and a worker that does its jobs at once."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal.accounts.models import RoleGrant, User
from portal.imports import arriving, service
from portal.imports.arriving import Arrival
from portal.jobs import Job
from portal.jobs.kinds import DOERS
from portal.jobs.running import Runner
from portal.settings import Settings
from portal.system import System
from registries import references
from registries.access import Actor, Grant
from registries.db import Database, new_id, now


def make_system(database: Database, folder: Path, catalogue: Any) -> System:
    """The program over a database; its index and its backups lie in ``folder``."""
    keys = database.keys.path
    system = System(Settings(data=folder / "data", keys=keys, index=folder / "index"), catalogue, "en")
    system.__dict__["database"] = database  # The property is worked out once; this is the test's own.
    return system


def make_user(database: Database, name: str, role: str, area: str) -> Actor:
    """An account with one role, written past the service: passwords are no matter here. Its actor."""
    with database.reading() as session:
        found = references.load(session).areas.find(area)
    user_id = new_id()
    with database.writing("system") as session:
        session.add(User(
            id=user_id, name=name, password_hash="-", must_change_password=False, created_at=now(),
        ))
        session.flush()
        session.add(RoleGrant(id=new_id(), user_id=user_id, role=role, area_id=found.id))
    return Actor(name, (Grant(role, found.path),), details={"id": str(user_id)})


def run_all(system: System) -> None:
    """Do the jobs that wait."""
    runner = Runner(system, DOERS)
    while runner.turn():
        pass


def send(system: System, actor: Actor, kind: str, content: bytes | str, name: str = "list.csv", **told: Any) -> UUID:
    """Send a file in as the form would."""
    data = content.encode("utf-8-sig") if isinstance(content, str) else content
    return arriving.arrive(system, Arrival(kind=kind, **told), io.BytesIO(data), name, actor=actor)


def checked(system: System, actor: Actor, import_id: UUID, constants: dict[str, str] | None = None) -> service.Import:
    """Name the columns as they are proposed, and let the file be checked."""
    with system.database.reading() as session:
        proposed = service.proposed(system, session, import_id, actor=actor)
    service.check(system, import_id, proposed.columns, constants or {}, [], False, actor=actor)
    run_all(system)
    return look(system, import_id, actor)


def look(system: System, import_id: UUID, actor: Actor) -> service.Import:
    """The import as it stands."""
    with system.database.reading() as session:
        return service.find(session, import_id, actor=actor)


def applied(system: System, actor: Actor, import_id: UUID) -> service.Import:
    """Apply what was checked."""
    service.ask(system, import_id, service.APPLY, actor=actor)
    run_all(system)
    return look(system, import_id, actor)


def jobs_of(system: System) -> list[Job]:
    """All jobs, the oldest first."""
    with system.database.reading() as session:
        return list(session.scalars(sa.select(Job).order_by(Job.id)))


def count(system: System, kind: str) -> int:
    """How many live records of a kind there are."""
    table = system.catalogue[kind].kind.table
    with system.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.retired_at.is_(None))) or 0
