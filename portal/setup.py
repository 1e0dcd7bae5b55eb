"""Making the databases: what ``sanku init`` does, and what ``sanku upgrade`` does again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import migrations
from registries import area_files, area_moves, area_tree, backup, changes, codes, erasure, references
from registries.access import Actor
from registries.area_tree import AreaRow
from registries.crypto import Keys
from registries.db import DATABASES, Database
from registries.messages import N_, Problem, Refused
from registries.records import Records

from .system import System


def make_ready(system: System) -> Database:
    """Make keys and databases where there are none, and bring those that are there to this version.

    :raises Refused: there are databases but no keys: new ones could not read what is in them.
    """
    if not system.settings.keys.exists():
        unsealed = Database(system.settings.data, system.settings.database_url)
        if len(unsealed.missing()) < len(DATABASES):
            raise Refused(
                Problem(
                    N_("There are databases, but the key file %(keys)s that belongs to them is missing."),
                    N_("Put it back from where it was kept, or name it in SANKU_KEYS."),
                    keys=str(system.settings.keys),
                )
            )
        Keys.create(system.settings.keys, system.settings.cipher)
    database = system.connect()
    migrations.create_empty(database)
    upgrade(database, system.console().name, system.catalogue)
    return database


def initialise(database: Database, actor: str, areas: Iterable[AreaRow] = ()) -> None:
    """Make what is missing: data folder, files or schemas, tables, first log heads, code lists, areas.

    May be called at any time; what exists stays as it is.
    """
    migrations.create_empty(database)
    upgrade(database, actor)
    rows = list(areas)
    if rows:
        with database.writing("network") as session:
            area_tree.load(session, rows, actor=Actor(actor))


def restore(database: Database, folder: Path, catalogue: Mapping[str, Records], actor: str) -> dict[str, Any]:
    """Fill empty databases from a backup, bring them to this version and erase again whoever was erased since.

    What a kill leaves undone of this, `upgrade` does. Returns the backup's manifest.
    """
    manifest = backup.restore(database, folder, lambda revision: migrations.upgrade(database, revision))
    upgrade(database, actor, catalogue)
    return manifest


def load_areas(database: Database, file: Path, actor: str) -> int:
    """Bring the area tree to what a file says; returns how many areas are new or changed."""
    with database.reading() as session:
        known = [area.code for area in references.load(session).areas if area.code]
    rows = area_files.read(file, known)
    with database.writing("network") as session:
        return area_tree.load(session, rows, actor=Actor(actor))


def upgrade(database: Database, actor: str, catalogue: Mapping[str, Records] | None = None) -> None:
    """Bring the tables and the shipped code lists to what this version of Sanku needs.

    With the ``catalogue`` also what a kill left half way is finished: moves of areas, and the erasures that a
    restored backup does not know of.
    """
    migrations.upgrade(database)
    for name in DATABASES:
        with database.writing(name) as session:
            if session.execute(sa.select(changes.CHANGE_HEAD[name].c.id)).first() is None:
                changes.start(session, name)
    with database.writing("network") as session:
        codes.load_shipped(session, actor)
    if catalogue is not None:
        area_moves.finish(database, catalogue)
        erasure.erase_again(database, catalogue)
