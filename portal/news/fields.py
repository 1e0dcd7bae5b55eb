"""The field that only articles have: a text with structure, cleaned."""

from __future__ import annotations

from typing import Any

from registries.fields import Text
from registries.references import References

from . import cleaning


class Html(Text):
    """A text with headings, lists, tables, links and pictures; whatever could run or load from elsewhere is gone."""

    def __init__(self, label: str, most: int = 400_000, **kwargs: Any) -> None:
        super().__init__(label, most, lines=True, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        text = super().tidy(raw, references)
        return cleaning.clean(text) or None if isinstance(text, str) else text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        # Cleaned once more: the interface for programs does not tidy.
        return cleaning.clean(super()._deserialize(value, attr, data, **kwargs))
