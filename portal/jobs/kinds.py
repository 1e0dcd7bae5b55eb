"""Which function does which kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registries import backup, duplicates

from .. import backups
from ..admin import work as administration
from ..exports import work as exports
from ..imports import work as imports
from ..system import System
from .running import Doer, Work


def rebuild_index(system: System, work: Work) -> dict[str, Any]:
    """Build the search index anew beside the old one."""
    return {"documents": system.feed.rebuild(work.progress)}


def back_up(system: System, work: Work) -> dict[str, Any]:
    """Copy all databases into a new folder among the backups; a folder that a killed attempt left has no manifest."""
    folder = backups.new_folder(system.settings.backups, work.job_id.hex[:8])
    manifest = backup.backup(system.database, folder)
    backups.forget_old(system.settings.backups, folder)
    return {"folder": str(folder), "files": len(manifest["files"])}


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
