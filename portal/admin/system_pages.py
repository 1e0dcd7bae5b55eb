"""The state of the system in the browser: settings, index, jobs, backups, tables; and the buttons that mend it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

import migrations
from registries import heads
from registries.checking import SOUND_SQLITE
from registries.db import DATABASES
from registries.importing import mapping, remembered
from registries.records import NotFound

from .. import backups, jobs
from ..api import tokens
from ..health import LEAST_FREE_BYTES, MOST_BEHIND
from ..rights import erasing
from ..running import system
from ..security import actor, allowed
from ..settings import Settings, environment_name
from .blueprint import pages
from .wording import DATABASES as DATABASE_NAMES

#: What the buttons of the page ask for, each about one thing of its own so that two presses are one job.
TASKS = {
    "index": UUID("5a1c0de5-0000-4000-8000-000000000002"), "backup": UUID("5a1c0de5-0000-4000-8000-000000000003"),
}
MOST_BACKUPS = 10
HIDDEN = "••••••••"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as the page shows it; ``parts`` are the pieces of its explanation, those at odd places code."""

    name: str
    value: str
    default: str
    is_set: bool
    parts: list[str]


@pages.get("/settings")
@allowed("administer")
def settings() -> str:
    """Every setting: what is in force, what would be without it, where it comes from. Secrets are not shown."""
    told = [_setting(item) for item in fields(Settings)]
    return render_template("admin/settings.html", settings=told, hidden=HIDDEN)


def _setting(item: Any) -> Setting:
    name, value = environment_name(item.name), getattr(system().settings, item.name)
    secret = not item.repr
    shown = (HIDDEN if value else "") if secret else str(value)
    default = HIDDEN if secret and item.metadata["default"] else item.metadata["default"]
    is_set = bool(os.environ.get(name, "").strip())
    explanation = item.metadata["doc"]
    return Setting(name, shown, default, is_set, gettext(explanation).split("`"))


@pages.get("/health")
@allowed("administer")
def health() -> str:
    """Index, jobs, disk, tables, backups, logs: what is well and what somebody has to do."""
    database, feed = system().database, system().feed
    with database.reading() as session:
        queue = jobs.health(session)
        latest = {name: jobs.latest(session, subject, [name]) for name, subject in TASKS.items()}
    disk = shutil.disk_usage(system().settings.data)
    return render_template(
        "admin/health.html", lags=feed.lags(), documents=feed.count(), most_behind=MOST_BEHIND, queue=queue,
        latest=latest, disk=disk, low=disk.free < LEAST_FREE_BYTES, names=DATABASE_NAMES,
        revisions=migrations.current(database), newest=migrations.head(),
        copies=backups.complete(system().settings.backups)[:MOST_BACKUPS],
        noted=_noted_at(), erasures=erasing.kept(database, system().catalogue), sizes=_sizes(),
        sqlite=sqlite3.sqlite_version if database.is_sqlite else None,
        old_sqlite=database.is_sqlite and sqlite3.sqlite_version_info < SOUND_SQLITE,
        sound=".".join(map(str, SOUND_SQLITE)),
    )  # fmt: skip


def _noted_at() -> datetime | None:
    """When the heads of the logs were noted beside the keys."""
    path = heads.file(system().keys)
    if path is None or not path.exists():
        return None
    return datetime.fromisoformat(json.loads(path.read_bytes())["noted_at"])


def _sizes() -> dict[str, int]:
    """How large the files of the databases are; nothing on PostgreSQL, which knows better."""
    database = system().database
    return {name: database.file(name).stat().st_size for name in DATABASES} if database.is_sqlite else {}


@pages.post("/health/<task>")
@allowed("administer")
def mend(task: str) -> Response:
    """Rebuild the index or make a backup, as a job."""
    if task not in TASKS:
        raise NotFound(task)
    with system().database.writing("system") as session:
        job = jobs.enqueue(session, task, {}, actor=actor(), subject_id=TASKS[task])
    if job.actor != actor().name:
        flash(gettext("Somebody else is having this done just now."))
        return redirect(url_for("admin.health"))
    flash(gettext("The work has begun."))
    return redirect(url_for("jobs.show", job_id=job.id))


@pages.get("/tokens")
@allowed("administer")
def api_tokens() -> str:
    """The tokens of all accounts: for which program, what they may do, when they were last used."""
    with system().database.reading() as session:
        found = tokens.everybodys(session, actor=actor())
    return render_template("admin/tokens.html", found=found, scopes=tokens.SCOPES, is_alive=tokens.is_alive)


@pages.post("/tokens/<uuid:token_id>/revoke")
@allowed("administer")
def revoke_token(token_id: UUID) -> Response:
    """End somebody's token at once."""
    with system().database.writing("system") as session:
        token = tokens.revoke(session, token_id, actor=actor())
    flash(gettext("The token “%(name)s” is revoked.", name=token.name))
    return redirect(url_for("admin.api_tokens"))


@pages.get("/mappings")
@allowed("administer_registries")
def mappings() -> str:
    """The mappings that are remembered per source of files."""
    with system().database.reading() as session:
        found = remembered.saved(session)
    return render_template("admin/mappings.html", found=found, catalogue=system().catalogue)


@pages.get("/mappings/<kind>/<path:source>")
@allowed("administer_registries")
def import_mapping(kind: str, source: str) -> str:
    """One mapping: which heading is which field."""
    with system().database.reading() as session:
        row = remembered.find(session, source, kind)
    if kind not in system().catalogue:
        raise NotFound(kind)
    labels = {name: told.label for name, told in system().catalogue[kind].storage.fields.items()}
    labels |= {name: words[1] for name, words in mapping.COMMON.items()}
    return render_template(
        "admin/mapping.html", row=row, told=mapping.shown(row), labels=labels,
        label=system().catalogue[kind].kind.label,
    )  # fmt: skip


@pages.post("/mappings/<kind>/<path:source>")
@allowed("administer_registries")
def forget_mapping(kind: str, source: str) -> Response:
    """Forget a mapping."""
    with system().database.writing("network") as session:
        remembered.forget(session, source, kind, actor=actor())
    flash(gettext("The mapping of “%(source)s” is forgotten.", source=source))
    return redirect(url_for("admin.mappings"))
