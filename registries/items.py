"""A record as the data layer hands it out and takes it in, and the ways in which a request for one can fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from .messages import N_, Problem
from .schemas import Findings

#: What is said of a number that belongs to one record only and that another one has.
HELD = Problem(N_("Another record holds this number now."), N_("Look that record up; perhaps the two are one."))


def same(value: Any, stored: Any) -> bool:
    """Whether a value says what is stored; all ways of being empty are one."""
    return value == stored or (value in (None, [], "") and stored in (None, [], ""))


class NotFound(Exception):
    """There is no such record, or it lies outside what the actor may see: the two look the same."""


class Conflict(Exception):
    """The record was changed since the caller read it; ``item`` is how it stands now."""

    def __init__(self, item: Item) -> None:
        super().__init__(f"{item.kind} {item.id} is at version {item.version} now.")
        self.item = item


class Invalid(Exception):
    """Values that break a rule; ``errors`` are the problems by field."""

    def __init__(self, errors: Findings) -> None:
        super().__init__("; ".join(str(problem) for found in errors.values() for problem in found))
        self.errors = errors


class Doubtful(Invalid):
    """Values that may be wrong: give a reason to save them all the same."""


@dataclass(slots=True)
class Item:
    """A record as the data layer hands it out: clear values, with sealed ones still sealed (`Sealed`)."""

    kind: str
    id: UUID
    version: int
    area_path: str
    values: dict[str, Any]
    retired_at: datetime | None = None
    merged_into: UUID | None = None
    source: str | None = None
    source_key: str | None = None
    row_digest: bytes | None = None
    row_version: int | None = None
    updated_at: datetime | None = None


@dataclass(slots=True)
class New:
    """A record to be written for the first time; ``values`` are checked."""

    id: UUID
    values: dict[str, Any] = field(repr=False)
    source: str | None = None
    source_key: str | None = None
    row_digest: bytes | None = None


@dataclass(slots=True)
class Change:
    """Checked values to be written over those of a stored record.

    ``meta`` are common columns such as ``retired_at``; ``told`` is what only the log tells, as [before, after].
    """

    item: Item
    values: dict[str, Any] = field(repr=False)
    meta: dict[str, Any] = field(default_factory=dict)
    action: str = "update"
    told: dict[str, list[Any]] = field(default_factory=dict)
