"""The blueprint of the imports, and what its views begin with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, request

from registries import readings, showing
from registries.records import Records

from ..running import system
from ..security import account, actor
from . import service
from .service import Import

pages = Blueprint("imports", __name__, url_prefix="/desk/imports")

#: Requests that may be as large as the file that they carry, and of how many fields.
LARGE = "imports.new"
MANY_FIELDS = "imports.columns"
FORM_BYTES = 1_000_000


@pages.app_url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let files in that are as large as is set, from those who are signed in; before anything of the form is read."""
    if request.method == "POST" and endpoint in (LARGE, MANY_FIELDS) and account() is not None:
        request.max_form_parts = 5_000
        if endpoint == LARGE:
            request.max_content_length = system().settings.import_max_bytes + FORM_BYTES


def found(import_id: UUID) -> tuple[Import, Records]:
    """An import that the account may see, and its kind.

    :raises NotFound: there is none, or it lies outside what the account may see.
    """
    with system().database.reading() as session:
        one = service.find(session, import_id, actor=actor())
    return one, system().catalogue[one.kind]


def note_shown(shown: Iterable[tuple[str, UUID]]) -> None:
    """Log that records are about to be shown, given as (kind, id), where they tell of people."""
    by_kind: dict[str, list[UUID]] = {}
    for kind, record_id in dict.fromkeys(shown):
        by_kind.setdefault(kind, []).append(record_id)
    for kind, ids in by_kind.items():
        fields = showing.personal_fields(system().catalogue[kind])
        if fields:
            readings.note(system().database, actor(), "view", kind, record_ids=ids, fields=fields)
