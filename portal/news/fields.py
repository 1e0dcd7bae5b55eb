"""The fields that only articles have: a text with structure, cleaned, and the documents that go with it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from registries.fields import Prose, RecordField, is_blank
from registries.messages import N_
from registries.references import References

from . import cleaning


class Html(Prose):
    """A text with headings, lists, tables, links and pictures; whatever could run or load from elsewhere is gone."""

    def __init__(self, label: str, most: int = 400_000, **kwargs: Any) -> None:
        super().__init__(label, most, lines=True, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        text = super().tidy(raw, references)
        return cleaning.clean(text) or None if isinstance(text, str) else text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        # Cleaned once more: the interface for programs does not tidy.
        return cleaning.clean(super()._deserialize(value, attr, data, **kwargs))


class Files(RecordField):
    """Documents that readers may download: the ids of `portal.media`, in the order in which they are shown."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (N_("%(field)s: “%(value)s” is no file of this site."), N_("Add the file here first.")),
    }

    def tidy(self, raw: Any, references: References) -> Any:
        if is_blank(raw):
            return None
        told = raw if isinstance(raw, list) else str(raw).replace("；", ";").split(";")
        return list(dict.fromkeys(str(one).strip() for one in told if not is_blank(one))) or None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        if not isinstance(value, list):
            raise self.make_error("invalid", input=value)
        return [self._id(one) for one in value]

    def _id(self, text: Any) -> str:
        try:
            return str(UUID(str(text)))
        except ValueError as error:
            raise self.make_error("invalid", input=text) from error

    def to_cell(self, value: Any, references: References) -> Any:
        return "；".join(value) if value else None
