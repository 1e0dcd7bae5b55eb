"""Backups: a folder with copies of all databases, a manifest that tells of damage, and never a key.

The manifest is written last, so a backup that was cut short has none. It holds the digest of every file,
the number of rows of every table and the heads of the change logs, and carries a MAC of its own: what was
changed in any of them is found and named before anything is restored. The keys are kept apart; the manifest
says which belong to it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from . import copies, heads
from .changes import CHANGE_HEAD, Head, json_text
from .crypto import Keys
from .db import DATABASES, Database, now
from .messages import N_, Problem, Refused

MANIFEST = "manifest.json"
FORMAT = 1


def backup(database: Database, folder: Path) -> dict[str, Any]:
    """Copy all databases into ``folder``, which must be new or empty, and return the manifest.

    Others may go on writing: what was saved before the call is in the copy.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(Problem(
            N_("The folder %(folder)s is not empty."), N_("Name a new folder for each backup."),
            folder=str(folder),
        ))  # fmt: skip
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    described = copies.copy_out(database, folder, _describe)
    manifest = {
        "format": FORMAT, "made_at": now().isoformat(), "engine": _engine(database),
        "keys": {"fingerprint": fingerprint(database.keys), "version": database.keys.version}, **described,
        "files": {
            path.name: {"sha256": copies.sha256(path), "bytes": path.stat().st_size}
            for path in sorted(folder.iterdir())
        },
    }  # fmt: skip
    manifest["mac"] = _mac(database.keys, manifest)
    heads.write_private(folder / MANIFEST, json.dumps(manifest, indent=2))
    heads.note(database)
    return manifest


def _engine(database: Database) -> str:
    return "sqlite" if database.is_sqlite else "postgresql"


def _describe(connection: sa.Connection) -> dict[str, Any]:
    found = []
    revisions = {}
    for name in DATABASES:
        table = CHANGE_HEAD[name]
        row = connection.execute(sa.select(table.c.last_id, table.c.mac)).one()
        found.append(Head(name, row.last_id, row.mac))
        version = sa.table(copies.VERSION_TABLE, sa.column("version_num"), schema=name)
        revisions[name] = connection.scalar(sa.select(version.c.version_num))
    return {"rows": copies.row_counts(connection), "heads": heads.to_json(found), "revisions": revisions}


def fingerprint(keys: Keys) -> str:
    """What tells one key file from another without giving anything away; a rotation does not change it."""
    return keys.mac("backup.keys", b"")[:8].hex()


def _mac(keys: Keys, manifest: Mapping[str, Any]) -> str:
    told = {name: value for name, value in manifest.items() if name != "mac"}
    return keys.mac("backup.manifest", json_text(told).encode()).hex()


def verified(folder: Path, keys: Keys) -> dict[str, Any]:
    """The manifest of a backup that is whole.

    :raises Refused: a file is damaged, missing or was added; the problem names it.
    """
    manifest = _manifest(folder, keys)
    for name, told in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise Refused(Problem(N_("The backup lacks the file %(file)s."), *_USE_ANOTHER, file=name))
        if path.stat().st_size != told["bytes"] or copies.sha256(path) != told["sha256"]:
            raise Refused(Problem(N_("The file %(file)s of the backup is damaged."), *_USE_ANOTHER, file=name))
    return manifest


_USE_ANOTHER = (N_("Use another backup."),)


def _manifest(folder: Path, keys: Keys) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        mac, told = bytes.fromhex(manifest["mac"]), str(manifest["keys"]["fingerprint"])
    except FileNotFoundError as error:
        raise Refused(Problem(
            N_("%(folder)s holds no complete backup: there is no %(file)s."), *_USE_ANOTHER,
            folder=str(folder), file=MANIFEST,
        )) from error  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        damaged = Problem(N_("The file %(file)s of the backup is damaged."), *_USE_ANOTHER, file=MANIFEST)
        raise Refused(damaged) from error
    if told != fingerprint(keys):
        raise Refused(Problem(
            N_("This backup belongs to other keys (%(fingerprint)s)."),
            N_("Put back the key file that was kept for it, and name it in SANKU_KEYS."), fingerprint=told,
        ))  # fmt: skip
    if not hmac.compare_digest(mac, bytes.fromhex(_mac(keys, manifest))):
        raise Refused(Problem(N_("The file %(file)s of the backup is damaged."), *_USE_ANOTHER, file=MANIFEST))
    return manifest


def restore(database: Database, folder: Path, build: Callable[[str], None]) -> dict[str, Any]:
    """Fill empty databases from a backup and return its manifest.

    Whoever was erased since stands there again until the tables are of this version and `erasure.erase_again` ran.
    ``build(revision)`` makes the tables of that revision in an empty PostgreSQL database.

    :raises Refused: the backup is damaged, of another engine or for other keys, or the target is not empty.
    """
    manifest = verified(folder, database.keys)
    if manifest["engine"] != _engine(database):
        raise Refused(Problem(
            N_("This is a backup of %(engine)s databases."), N_("Restore it into databases of the same kind."),
            engine=manifest["engine"],
        ))  # fmt: skip
    revisions = set(manifest["revisions"].values())
    if len(revisions) > 1 and not database.is_sqlite:
        raise Refused(Problem(N_("The backup was made in the middle of an upgrade."), *_USE_ANOTHER))
    if not copies.is_empty(database):
        raise Refused(Problem(
            N_("There are databases already where the backup would go."),
            N_("Restore into an empty folder or database, and look before you replace anything."),
        ))  # fmt: skip
    copies.copy_in(database, folder, lambda: build(revisions.pop()))
    _compare(database, manifest)
    heads.replace(database.keys, heads.from_json(manifest["heads"]).values())
    return manifest


def _compare(database: Database, manifest: Mapping[str, Any]) -> None:
    with database.engine.connect() as connection:
        found = _describe(connection)
    for name in ("rows", "heads", "revisions"):
        if found[name] != manifest[name]:
            raise RuntimeError(f"What was restored differs from the backup in its {name}.")
