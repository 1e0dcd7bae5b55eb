"""Fields that refer to something: to an entry of a code list, to an area, to another record.

Sheets write these in words (“居委会”, “解放路街道”); `References` knows what the words stand for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID

from .chinese import half_width
from .fields import RecordField, is_blank, split_words, text_of
from .messages import N_
from .references import References

#: The rows of a file name few areas and, one after the other, the same household.
_uuid = lru_cache(maxsize=10_000)(UUID)


class Code(RecordField):
    """An entry of a code list; sheets may write the code, its Chinese or English name, or a wording known for it."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (N_("%(field)s: “%(value)s” is not in the list."), N_("Choose one of: %(choices)s.")),
    }

    def __init__(self, label: str, scheme: str, **kwargs: Any) -> None:
        kwargs.setdefault("repeats", True)
        super().__init__(label, **kwargs)
        self.scheme = scheme

    def tidy(self, raw: Any, references: References) -> Any:
        # A blank word may be an entry of the list (“无证件”, “不详”), so the list is asked before the blank words.
        text = text_of(raw) if not isinstance(raw, str) else half_width(raw).strip()
        if not text:
            return None
        codes = references.codes(self.scheme)
        found = codes.find(text)
        if found is not None:
            return found
        if is_blank(text):
            return None
        raise self.problem("invalid", text, choices=codes.sample())

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        references = getattr(self.root, "references", None)
        if references is not None and not (isinstance(value, str) and references.codes(self.scheme).has(value)):
            raise self.problem("invalid", value, choices=references.codes(self.scheme).sample())
        return str(value)

    def to_cell(self, value: Any, references: References) -> Any:
        if not value:
            return value
        # A name that is also another code's (教育 is P and P83) would not read back: then the code itself stands.
        codes = references.codes(self.scheme)
        name = codes.name(value, references.language)
        return name if codes.find(name) == value else value


class Codes(Code):
    """Several entries of a code list, in a sheet parted by 、 or ;."""

    def tidy(self, raw: Any, references: References) -> Any:
        if isinstance(raw, list):
            return raw
        text = text_of(raw)
        if not isinstance(text, str):
            return None
        codes = references.codes(self.scheme)
        # Names of codes hold commas themselves, so the marks that no name holds part the words first.
        words = [
            word for part in re.split("[；;\n]", text)
            for word in ([part] if codes.find(part.strip()) is not None else split_words(part)) if not is_blank(word)
        ]
        return list(dict.fromkeys(super(Codes, self).tidy(word, references) for word in words)) or None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            # One entry that is no code: the message names those that are.
            value = [value if not isinstance(value, str) else [value]]
        return sorted(super(Codes, self)._deserialize(word, attr, data) for word in value)

    def to_column(self, value: Any) -> Any:
        # The bars on both sides make “holds this code” a plain LIKE on either engine.
        return f"|{'|'.join(value)}|" if value else None

    def from_column(self, value: Any) -> Any:
        return value.strip("|").split("|") if value else None

    def to_cell(self, value: Any, references: References) -> Any:
        return "；".join(super(Codes, self).to_cell(code, references) for code in value) if value else None


class Area(RecordField):
    """The area a record belongs to: a UUID; sheets write its code or name, or several of which the finest counts."""

    takes_many = True
    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (
            N_("%(field)s: there is no area “%(value)s”."),
            N_("Write the code of a street, community or grid of this district."),
        ),
        "apart": (N_("%(field)s: “%(value)s” does not lie in “%(other)s”."), N_("Correct one of the two.")),
    }

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("wanted", True)
        super().__init__(label, repeats=True, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        if isinstance(raw, UUID):
            return raw
        told = [text for text in map(text_of, raw if isinstance(raw, list | tuple) else [raw]) if text]
        found = [self._find(text, references) for text in told]
        finest = max(found, key=lambda area: len(area.path), default=None)
        for text, area in zip(told, found, strict=True):
            if finest and not finest.path.startswith(area.path):
                raise self.problem("apart", finest.code or finest.name_zh, other=text)
        return finest and finest.id

    def _find(self, text: str, references: References) -> Any:
        area = references.areas.find(text)
        if area is None:
            raise self.problem("invalid", text)
        return area

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        references = getattr(self.root, "references", None)
        known = references.areas if references is not None and isinstance(value, str | UUID) else None
        area = known.find(str(value)) if known is not None else None
        if area is None:
            raise self.make_error("invalid", input=value)
        return area.id

    def to_json(self, value: Any) -> Any:
        return value and str(value)

    def from_json(self, value: Any) -> Any:
        return value and _uuid(value)

    def to_cell(self, value: Any, references: References) -> Any:
        area = value and references.areas.get(value)
        return area and (area.code or str(area.id))


class Link(RecordField):
    """A record of ``kind`` that this one points at, by id; the service and ``sanku check`` see whether it exists."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (N_("%(field)s: “%(value)s” is not the id of a record."), N_("Choose the record from the list.")),
    }

    def __init__(self, label: str, kind: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.kind = kind

    def tidy(self, raw: Any, references: References) -> Any:
        return raw if isinstance(raw, UUID) else text_of(raw)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        try:
            return value if isinstance(value, UUID) else UUID(value)
        except (ValueError, AttributeError, TypeError) as error:
            raise self.make_error("invalid", input=value) from error

    to_json = Area.to_json
    from_json = Area.from_json

    def to_cell(self, value: Any, references: References) -> Any:
        return value and str(value)
