"""The steps of a text towards its readers, for every kind that is published, and what goes public along with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from registries import publishing
from registries.access import Actor
from registries.programme.service import findings as project_findings
from registries.publishing import Check, Finding
from registries.records import Item, Records

from ..media import store
from . import checks


def _project(session: Session, item: Item) -> list[Finding]:
    """What is to be said of a project; what residents read of it may tell of nobody, like any other text."""
    return [*project_findings(session, item), *checks.personal(item.values, checks.PROJECT_TEXTS)]


#: The kinds that are published, in the order of the pages for editors, with what looks at their texts.
CHECKS: Mapping[str, Check] = {
    "news": checks.findings, "notice": checks.findings, "page": checks.findings, "project": _project,
}  # fmt: skip
#: What is asked of texts of an existing site that the console imports.
IMPORTED: Mapping[str, Check] = {**CHECKS, **dict.fromkeys(("news", "notice", "page"), checks.private)}


def check_of(kind: str) -> Check:
    """What looks at the texts of a kind."""
    return CHECKS[kind]


def submit(session: Session, records: Records, record_id: UUID, *, version: int, actor: Actor) -> Item:
    """Hand a text to a reviewer, as `publishing.submit`."""
    return publishing.submit(session, records, record_id, check_of(records.name), version=version, actor=actor)


def publish(
    session: Session, records: Records, record_id: UUID, *, version: int, actor: Actor, at: datetime | None = None
) -> Item:
    """Make a text public with the pictures and documents that it refers to, as `publishing.publish`."""
    check = check_of(records.name)
    item = publishing.publish(session, records, record_id, check, version=version, actor=actor, at=at)
    store.note_uses(session, records.name, item.id, item.values["edition"])
    return item


def withdraw(session: Session, records: Records, record_id: UUID, *, version: int, actor: Actor, reason: str) -> Item:
    """Take a text off the site with what only it refers to, as `publishing.withdraw`."""
    item = publishing.withdraw(session, records, record_id, version=version, actor=actor, reason=reason)
    store.note_uses(session, records.name, item.id, None)
    return item
