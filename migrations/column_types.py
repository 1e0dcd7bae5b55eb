"""The column types that revisions name; what a function here makes must never change once it was released."""

from __future__ import annotations

import sqlalchemy as sa


def moment() -> sa.DateTime:
    """A moment; with its zone where the engine keeps one, always UTC."""
    return sa.DateTime(timezone=True)


def plain_text(length: int) -> sa.String:
    """A code or path, ordered byte by byte on both engines."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
