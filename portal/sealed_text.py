"""What is given to a browser to be given back: sealed, so that it can neither be read on the way nor changed."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from registries.crypto import Keys, Tampered
from registries.db import now

_PLACE = UUID(int=0)


def seal(keys: Keys, purpose: str, content: Mapping[str, Any]) -> str:
    """Text that only `open_sealed` with the same purpose can read."""
    data = json.dumps({"at": now().timestamp(), "content": content}).encode()
    return base64.urlsafe_b64encode(keys.seal_bytes("portal", purpose, _PLACE, data)).decode()


def open_sealed(keys: Keys, purpose: str, text: str, longest: timedelta) -> dict[str, Any] | None:
    """What was sealed for this purpose; ``None`` if it was not, was changed, or is older than ``longest``."""
    try:
        data = keys.open_bytes("portal", purpose, _PLACE, base64.urlsafe_b64decode(text.encode()))
    except (Tampered, binascii.Error, LookupError, ValueError):
        return None
    told = json.loads(data)
    if not 0 <= now().timestamp() - told["at"] <= longest.total_seconds():
        return None
    content: dict[str, Any] = told["content"]
    return content
