"""The folder of backups: which complete ones are there, and how old they are."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from registries import backup
from registries.db import now

#: How long backups are kept: what was erased since must be gone from them too, and people are told by when.
KEPT = timedelta(days=35)
#: The names of the folders of backups by their moment: sorted, they stand in order of time.
_NAME = "%Y%m%d-%H%M%S"
_OURS = re.compile(r"\d{8}-\d{6}(-[0-9a-f]{8})?")


@dataclass(frozen=True, slots=True)
class Copy:
    """One complete backup."""

    name: str
    made_at: datetime
    bytes: int


def complete(folder: Path) -> list[Copy]:
    """The complete backups in a folder, those with a manifest, the latest first."""
    found = []
    for manifest in folder.glob(f"*/{backup.MANIFEST}"):
        try:
            told = json.loads(manifest.read_bytes())
            size = sum(int(file["bytes"]) for file in told["files"].values())
            found.append(Copy(manifest.parent.name, datetime.fromisoformat(told["made_at"]), size))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda copy: copy.made_at, reverse=True)


def latest(folder: Path) -> datetime | None:
    """When the latest complete backup was made, if there is one."""
    return next((copy.made_at for copy in complete(folder)), None)


def new_folder(folder: Path, mark: str = "") -> Path:
    """Where the next backup goes; ``mark`` is eight hexadecimal digits that keep two of one second apart."""
    return folder / f"{now().strftime(_NAME)}{f'-{mark}' if mark else ''}"


def forget_old(folder: Path, newest: Path) -> None:
    """Delete backups older than `KEPT`, whole or cut short, but not the newest; what others put there stays."""
    before = (now() - KEPT).strftime(_NAME)
    for old in folder.iterdir():
        if old != newest and _OURS.fullmatch(old.name) and old.name < before:
            shutil.rmtree(old, ignore_errors=True)
