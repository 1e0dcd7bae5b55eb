"""Documents to put into an index."""

from __future__ import annotations

from search.engine import Document


def notice(number: int, title: str, text: str = "", **more: object) -> Document:
    """A document with an id that sorts by its number."""
    return Document("notice", f"01890000-0000-7000-8000-{number:012d}", title, text, **more)  # type: ignore[arg-type]


def key(number: int) -> tuple[str, str]:
    """The key of `notice`."""
    return notice(number, "").key
