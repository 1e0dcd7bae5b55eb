"""Making the databases: what ``sanku init`` does, and what ``sanku upgrade`` does again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

import migrations
from registries import area_files, area_tree, changes, codes, references
from registries.access import Actor
from registries.area_tree import AreaRow
from registries.db import DATABASES, Database


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


def load_areas(database: Database, file: Path, actor: str) -> int:
    """Bring the area tree to what a file says; returns how many areas are new or changed."""
    with database.reading() as session:
        known = [area.code for area in references.load(session).areas if area.code]
    rows = area_files.read(file, known)
    with database.writing("network") as session:
        return area_tree.load(session, rows, actor=Actor(actor))


def upgrade(database: Database, actor: str) -> None:
    """Bring the tables and the shipped code lists to what this version of Sanku needs."""
    migrations.upgrade(database)
    for name in DATABASES:
        with database.writing(name) as session:
            if session.execute(sa.select(changes.CHANGE_HEAD[name].c.id)).first() is None:
                changes.start(session, name)
    with database.writing("network") as session:
        codes.load_shipped(session, actor)
