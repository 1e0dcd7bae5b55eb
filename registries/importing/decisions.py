"""What becomes of a row of a file, and the records that it may be about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ..records import Item
from .merged import Gone


@dataclass(slots=True)
class Decision:
    """What becomes of a row.

    What it would write are the ``values``, or, for a new record, the JSON text ``ready`` as it was checked; problems
    are in their JSON form by field.
    """

    number: int
    state: str
    record_id: UUID | None = None
    values: dict[str, Any] = field(default_factory=dict, repr=False)
    ready: str | None = field(default=None, repr=False)
    problems: dict[str, Any] = field(default_factory=dict)
    warnings: dict[str, Any] = field(default_factory=dict)
    incomplete: Sequence[str] = ()
    probable: UUID | None = None
    source_key: str | None = None
    row_digest: bytes | None = None
    first_row: int | None = None


@dataclass(slots=True)
class Found:
    """The records that a chunk of rows may be about."""

    ids: set[UUID] = field(default_factory=set)
    codes: dict[tuple[str, str], UUID] = field(default_factory=dict)
    source_keys: dict[str, UUID] = field(default_factory=dict)
    prints: dict[str, list[UUID]] = field(default_factory=dict)
    items: dict[UUID, Item] = field(default_factory=dict)
    gone: Gone = field(default_factory=Gone)
