"""How far the change logs had come, noted beside the keys: what shows that the end of a log was cut off.

A chain of MACs proves that nothing inside a log was touched, but not that its last rows, and the head with
them, were not put back to an older copy. So the heads are noted daily and with every backup in a file that
lies where the data do not. A note is only ever moved forward along the same chain: one that no longer fits is
kept for ``sanku check`` to report.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes
from .changes import CHANGE, Head
from .crypto import Keys
from .db import DATABASES, Database, now


def file(keys: Keys) -> Path | None:
    """Where the heads are noted; keys that end with the process have no such place."""
    return None if keys.path is None else keys.path.with_name(f"{keys.path.stem}.heads.json")


def noted(keys: Keys) -> dict[str, Head]:
    """The heads as they were noted last."""
    path = file(keys)
    if path is None or not path.exists():
        return {}
    return from_json(json.loads(path.read_text(encoding="utf-8"))["heads"])


def note(database: Database) -> dict[str, Head]:
    """Note how far each log has come by now; a log that does not pass through its older note keeps it."""
    before = noted(database.keys)
    with database.reading() as session:
        found = {name: changes.head(session, name) for name in DATABASES}
        found |= {name: old for name, old in before.items() if not _passes(session, old)}
    replace(database.keys, found.values())
    return found


def _passes(session: Session, old: Head) -> bool:
    if old.last_id == 0:
        return True
    table = CHANGE[old.database]
    return session.scalar(sa.select(table.c.mac).where(table.c.id == old.last_id)) == old.mac


def replace(keys: Keys, heads: Iterable[Head]) -> None:
    """Note these heads whatever was noted before: after a restore, which goes back on purpose."""
    path = file(keys)
    if path is None:
        return
    content = {"noted_at": now().isoformat(), "heads": to_json(heads)}
    write_private(path, json.dumps(content, indent=2))


def write_private(path: Path, text: str) -> None:
    """Put a file for the owner's eyes in place, whole or not at all, and on the disk."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        draft.unlink(missing_ok=True)


def to_json(heads: Iterable[Head]) -> dict[str, dict[str, int | str]]:
    """Heads as a file keeps them."""
    return {head.database: {"last_id": head.last_id, "mac": head.mac.hex()} for head in heads}


def from_json(parts: dict[str, dict[str, int | str]]) -> dict[str, Head]:
    """The heads that `to_json` wrote."""
    return {name: Head(name, int(told["last_id"]), bytes.fromhex(str(told["mac"]))) for name, told in parts.items()}
