"""Which function does which kind of job."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from registries import backup, duplicates
from registries.db import now

from ..admin import work as administration
from ..exports import work as exports
from ..imports import work as imports
from ..system import System
from .running import Doer, Work

#: How long the backups that were asked for in the browser are kept.
BACKUPS_KEPT = timedelta(days=35)


def rebuild_index(system: System, work: Work) -> dict[str, Any]:
    """Build the search index anew beside the old one."""
    return {"documents": system.feed.rebuild(work.progress)}


def back_up(system: System, work: Work) -> dict[str, Any]:
    """Copy all databases into a new folder among the backups; a folder that a killed attempt left has no manifest."""
    folder = system.settings.backups / f"{now():%Y%m%d-%H%M%S}-{work.job_id.hex[:8]}"
    manifest = backup.backup(system.database, folder)
    _forget_old(system.settings.backups, folder)
    return {"folder": str(folder), "files": len(manifest["files"])}


def _forget_old(folder: Path, newest: Path) -> None:
    """Backups end when what was erased since must be gone from them too (`BACKUPS_KEPT`); the newest stays."""
    before = f"{now() - BACKUPS_KEPT:%Y%m%d-%H%M%S}"
    for old in folder.iterdir():
        if old != newest and re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{8}", old.name) and old.name < before:
            shutil.rmtree(old, ignore_errors=True)


def search_duplicates(system: System, work: Work) -> dict[str, Any]:
    """Look for records that may be one thing, in all kinds or in one; pairs queued before stay as they are."""
    wanted = [work.payload["kind"]] if work.payload.get("kind") else list(system.catalogue)
    work.progress.expect(len(wanted))
    found = queued = 0
    for kind in wanted:
        search = duplicates.find_all(system.database, system.catalogue[kind])
        found, queued = found + search.found, queued + search.queued
        work.progress(1)
    return {"found": found, "queued": queued}


DOERS: Mapping[str, Doer] = {
    "import_stage": imports.stage, "import_apply": imports.apply, "import_undo": imports.undo,
    "export": exports.make, "index": rebuild_index, "backup": back_up, "duplicates": search_duplicates,
    "verify": administration.verify, "area_relocate": administration.relocate, "erase_request": administration.erase,
}
