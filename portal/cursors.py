"""The place in a list where a page begins, as part of an address."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

Cursor = tuple[Any, UUID]

_READ = {"d": date.fromisoformat, "m": datetime.fromisoformat, "u": UUID}


def pack(cursor: Cursor | None) -> str | None:
    """A cursor as text; it holds nothing that the page itself does not show."""
    if cursor is None:
        return None
    value, record_id = cursor
    mark = "m" if isinstance(value, datetime) else "d" if isinstance(value, date) else "u" if isinstance(
        value, UUID) else ""  # fmt: skip
    told = json.dumps([mark, str(value) if mark else value, record_id.hex], ensure_ascii=False)
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def unpack(text: str | None) -> Cursor | None:
    """The cursor that `pack` wrote; ``None`` for what it did not, so that a mangled address shows the first page."""
    if not text:
        return None
    try:
        mark, value, record_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return (_READ[mark](value) if mark else value), UUID(record_id)
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None
