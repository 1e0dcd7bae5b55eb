"""The blueprint of the editors' pages, and what its views begin with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from sqlalchemy.orm import Session

from registries.records import Item, NotFound, Records

from ..news.steps import CHECKS
from ..running import system
from ..security import account, actor

pages = Blueprint("editing", __name__, url_prefix="/editing")

#: What is taken at once: a long text with its pictures and documents.
MOST_SENT = 80_000_000
MOST_TEXT = 4_000_000
#: The colour of a state of a text, or of what the clock makes of it.
TONES = {
    "draft": "", "submitted": "info", "returned": "warn", "published": "good", "withdrawn": "danger",
    "scheduled": "info", "expired": "warn",
}  # fmt: skip


@pages.app_url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Texts and pictures are larger than what other pages take; asked before anything of the form is read."""
    if request.method == "POST" and (endpoint or "").startswith("editing.") and account() is not None:
        request.max_content_length, request.max_form_memory_size = MOST_SENT, MOST_TEXT


def records_of(kind: str) -> Records:
    """The records of a kind that is published.

    :raises NotFound: there is no such kind.
    """
    if kind not in CHECKS:
        raise NotFound(kind)
    return system().catalogue[kind]


def text_of(session: Session, kind: str, record_id: UUID) -> tuple[Records, Item]:
    """A text that the account may read, with the records of its kind.

    :raises NotFound: also when it lies outside of where the account may read.
    """
    records = records_of(kind)
    return records, records.get(session, record_id, actor=actor(), follow=False)


def may_write() -> bool:
    """Whether the account writes texts anywhere."""
    return actor().scopes("write", "network") != []
