"""Everything that ``sanku check`` looks at: keys, files, migrations, change logs, records, links, the index.

Nothing is written. What is found is given as data (`Finding`), the gravest first within each part. How far
the search index is behind, and which migrations are missing, is known higher up and passed in.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import chain, erasure, heads, link_checks, record_checks
from .db import DATABASES, Database
from .findings import Finding
from .messages import N_, Problem
from .records import Records

#: Before this version several processes could in rare cases damage a write-ahead log that starts anew.
SOUND_SQLITE = (3, 51, 3)
#: How many changes the index may be behind without anybody needing to know.
LAG_ALLOWED = 1000


class Lag(Protocol):
    """How far the index is behind one change log."""

    @property
    def database(self) -> str:
        """Whose log."""

    @property
    def behind(self) -> int:
        """By how many changes."""


def check(
    database: Database, catalogue: Mapping[str, Records], lags: Callable[[], Iterable[Lag]] = tuple,
    behind: Callable[[Database], Iterable[str]] = lambda _: (), sample: int = record_checks.SAMPLE,
    damage: Callable[[], str | None] = lambda: None,
) -> Iterator[Finding]:  # fmt: skip
    """All findings; none of severity *error* means that nothing is damaged.

    ``damage`` tells what is wrong with the search index, which is never more than a warning: it can be made anew.
    ``sample`` is how many records of each kind are compared with what the log says of them.
    """
    lacking = list(behind(database))
    yield from (_old_tables(name) for name in lacking)
    yield from _keys(database)
    if database.is_sqlite:
        yield from _sqlite(database)
    if _strange_keys(database):
        yield _wrong_keys(database)
        return
    for name in DATABASES:
        yield from _log(database, name)
    if lacking:
        return
    for records in catalogue.values():
        with database.reading() as session:
            yield from record_checks.check(session, records, sample)
            yield from link_checks.check(session, records, catalogue)
            yield from _not_erased(session, records)
    with database.reading() as session:
        yield from link_checks.unfinished_moves(session)
    reason = damage()
    if reason is not None:
        yield Finding("warning", Problem(
            N_("The search index is damaged: %(reason)s."), N_("Run “sanku index rebuild”."), reason=reason,
        ))  # fmt: skip
        return
    for lag in lags():
        if lag.behind > LAG_ALLOWED:
            yield Finding("warning", Problem(
                N_("The search index is %(count)s changes behind."), N_("Run “sanku index catch-up”."),
                count=lag.behind,
            ), lag.database)  # fmt: skip


def _strange_keys(database: Database) -> bool:
    """Whether nothing that was ever logged stands under these keys; nobody alters everything by hand."""
    with database.reading() as session:
        return all(chain.nothing_holds(session, name) for name in DATABASES)


def _wrong_keys(database: Database) -> Finding:
    return Finding("error", Problem(
        N_("Nothing in the change logs fits the key file %(file)s: it is that of another system, or was replaced."),
        N_("Name the right key file in SANKU_KEYS, or restore it from its own backup, and check again."),
        file=str(database.keys.path or ""),
    ))  # fmt: skip


def _not_erased(session: Session, records: Records) -> Iterator[Finding]:
    for record_id in erasure.unmet(session, records):
        yield Finding("error", Problem(
            N_("This record was erased on legal request and is here again."), N_("Run “sanku upgrade”."),
        ), records.kind.database, records.name, record_id)  # fmt: skip


def _old_tables(name: str) -> Finding:
    return Finding("error", Problem(
        N_("The tables are those of another version of Sanku."), N_("Run “sanku upgrade”."),
    ), name)  # fmt: skip


def _keys(database: Database) -> Iterator[Finding]:
    keys = database.keys
    if keys.rotating:
        yield Finding("warning", Problem(
            N_("The renewal of the keys was not finished."), N_("Run “sanku keys rotate” again."),
        ))  # fmt: skip
    if keys.path is None:
        return
    if database.is_sqlite and keys.path.resolve().is_relative_to(database.folder.resolve()):
        yield Finding("error", Problem(
            N_("The keys lie in the data folder: whoever copies the one has the other."),
            N_("Move the key file elsewhere and name its place in SANKU_KEYS."),
        ))  # fmt: skip
    if not heads.noted(keys):
        yield Finding("info", Problem(
            N_("The heads of the change logs were never noted, so a cut end would not show."),
            N_("Make a backup: it notes them."),
        ))  # fmt: skip


def _sqlite(database: Database) -> Iterator[Finding]:
    if sqlite3.sqlite_version_info < SOUND_SQLITE:
        yield Finding("info", Problem(
            N_("SQLite %(version)s is older than %(sound)s, which mends a rare fault of several writers."),
            N_("Update it, or use PostgreSQL where many write."),
            version=sqlite3.sqlite_version, sound=".".join(map(str, SOUND_SQLITE)),
        ))  # fmt: skip
    with database.engine.connect() as connection:
        for name in DATABASES:
            yield from _file(database.file(name), name)
            yield from _pragmas(connection, name)
            yield from _damage(connection, name)


def _file(path: Path, name: str) -> Iterator[Finding]:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("warning", Problem(
            N_("Others than its owner may read the file %(file)s."),
            N_("Allow it to its owner only: chmod 600."),
            file=str(path),
        ), name)  # fmt: skip


def _pragmas(connection: sa.Connection, name: str) -> Iterator[Finding]:
    for pragma, wanted in (("synchronous", 2), ("journal_mode", "wal"), ("secure_delete", 1)):
        found = connection.exec_driver_sql(f"PRAGMA {name}.{pragma}").scalar()
        if found != wanted:
            yield Finding("error", Problem(
                N_("SQLite runs with %(pragma)s = %(found)s, where saved work may be lost or leave traces."),
                N_("Remove the setting that changes it."), pragma=pragma, found=str(found),
            ), name)  # fmt: skip


def _damage(connection: sa.Connection, name: str) -> Iterator[Finding]:
    try:
        told = connection.exec_driver_sql(f"PRAGMA {name}.integrity_check(20)").scalars().all()
        lost: list[Any] = list(connection.exec_driver_sql(f"PRAGMA {name}.foreign_key_check").fetchmany(20))
    except sa.exc.DatabaseError as error:
        told, lost = [str(error.orig)], []
    for text in told:
        if text != "ok":
            yield Finding("error", Problem(
                N_("The file is damaged: %(text)s."), N_("Restore a backup."), text=str(text),
            ), name)  # fmt: skip
    for table, row, parent, _ in lost:
        yield Finding("error", Problem(
            N_("Row %(row)s of “%(table)s” points at nothing in “%(parent)s”."), N_("Restore a backup."),
            row=row, table=table, parent=parent,
        ), name)  # fmt: skip


_BROKEN = {
    "missing": N_("Row %(row)s of the change log was taken out."),
    "inserted": N_("Row %(row)s of the change log was put in."),
    "altered": N_("Row %(row)s of the change log was altered."),
    "values": N_("The values in row %(row)s of the change log were altered."),
    "replaced": N_("Row %(row)s of the change log is not the one that stood there when its head was noted."),
    "tail": N_("The end of the change log was cut off: row %(row)s is not what the head says."),
    "head": N_("The head of the change log, after row %(row)s, was altered."),
}
_BROKEN_ROWS = {
    "missing": N_("Rows %(row)s to %(last)s of the change log were taken out."),
    "tail": N_("The end of the change log was cut off: rows %(row)s to %(last)s are not what the head says."),
}


def _log(database: Database, name: str) -> Iterator[Finding]:
    with database.reading() as session:
        for broken in chain.verify(session, name, heads.noted(database.keys).get(name)):
            text = _BROKEN[broken.what] if broken.last is None else _BROKEN_ROWS[broken.what]
            yield Finding("error", Problem(
                text, N_("Find out who had access, and compare with a backup."), row=broken.row, last=broken.last,
            ), name, broken.kind, broken.record_id, broken.row)  # fmt: skip
