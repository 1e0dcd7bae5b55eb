"""Where the next page of a list begins, as text that nobody can read or make up.

The value a list is sorted by may be somebody's name, and an address ends up in logs; so a cursor is sealed. It opens
only for the very list that it was made for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from registries.crypto import Keys, Tampered

_PLACE = UUID(int=0)
_MARKS: tuple[tuple[type, str, Callable[[str], Any]], ...] = (
    (datetime, "m", datetime.fromisoformat), (date, "d", date.fromisoformat), (UUID, "u", UUID),
)  # fmt: skip


class Foreign(Exception):
    """The cursor is none, or one of another list."""


def purpose(*told: Any) -> str:
    """What makes a list the list it is: it stands in the cursors of the list."""
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def pack(keys: Keys, purpose: str, *values: Any) -> str:
    """Values as a cursor of a list."""
    told = [purpose, *(_marked(value) for value in values)]
    data = keys.seal_bytes("list", "cursor", _PLACE, orjson.dumps(told))
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unpack(keys: Keys, purpose: str, text: str) -> list[Any]:
    """The values of a cursor.

    :raises Foreign: it is none of this list.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        made_for, *told = orjson.loads(keys.open_bytes("list", "cursor", _PLACE, data))
    except (Tampered, binascii.Error, LookupError, ValueError) as error:
        raise Foreign(text[:20]) from error
    if made_for != purpose:
        raise Foreign(text[:20])
    return [_read(mark, value) for mark, value in told]


def row_number(text: str) -> int:
    """The number of a row that an address names.

    :raises ValueError: it is none that a row could have.
    """
    number = int(text)
    if not 0 <= number < 2**63:
        raise ValueError(text[:20])
    return number


def _marked(value: Any) -> tuple[str, Any]:
    for cls, mark, _read in _MARKS:
        if isinstance(value, cls):
            return mark, str(value) if cls is UUID else value.isoformat()
    return "", value


def _read(mark: str, value: Any) -> Any:
    return next((read(value) for _cls, known, read in _MARKS if known == mark), value)
