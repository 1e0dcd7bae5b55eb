"""The blueprint of the leaders' pages, and what its views begin with."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, url_for

from registries.records import NotFound, Records
from search import units

from ..running import language, system
from ..security import actor, may

pages = Blueprint("leader", __name__, url_prefix="/leader")


def unit_records(kind: str) -> Records:
    """The records of the kind of unit that an address names.

    :raises NotFound: it is no kind of unit (people are none), or the account may not read it anywhere.
    """
    if kind not in units.kinds(system().feed, actor()) or not units.reads(system().feed, actor(), kind):
        raise NotFound(kind)
    return system().catalogue[kind]


def address_of(kind: str, record_id: UUID) -> str | None:
    """Where this account can look a record up: the page of a unit, that of the public, the desk's, or nowhere."""
    if kind in units.kinds(system().feed, actor()):
        if units.reads(system().feed, actor(), kind):
            return url_for("leader.unit", kind=kind, record_id=record_id)
        published = f"{'public' if language() == 'zh' else 'english'}.{kind}"
        return url_for(published, record_id=record_id) if published in current_app.view_functions else None
    return url_for("desk.record", kind=kind, record_id=record_id) if may("read", kind) else None
