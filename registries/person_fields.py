"""Fields that tell of a person: name, identity number, phone, and codes that files word freely."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from marshmallow import ValidationError

from . import identifiers
from .chinese import half_width
from .fields import RecordField, Text, is_blank, text_of
from .masks import mask_id, mask_phone
from .messages import N_, Problem
from .phones import check_phone
from .reference_fields import Code
from .references import References

#: What no name holds: control and line signs, halves of characters, and the sign put for a lost character.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffd]")
_BETWEEN_HAN = re.compile(r"(?<=[^\x00-\xff])\s+(?=[^\x00-\xff])")


class PersonName(Text):
    """A person's name: of any length and script, the dot of minority names in its one form, rare characters
    kept.

    Characters of a private use area are kept too: offices write names with them that have no other code.
    """

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (
            N_("%(field)s: “%(value)s” is not a name."),
            N_("Write the name as it stands in the document."),
        ),
        "control": (N_("%(field)s holds a character that was lost on the way."), N_("Type it again.")),
    }

    def __init__(self, label: str, most: int = 100, **kwargs: Any) -> None:
        kwargs.setdefault("personal", True)
        super().__init__(label, most, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        if isinstance(raw, str) and len(raw) <= 4 and raw.isalpha():
            return None if is_blank(raw) else raw
        text = text_of(raw)
        if not isinstance(text, str):
            return text
        return _BETWEEN_HAN.sub("", " ".join(half_width(text).split()))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value)
        if not value.strip():
            raise self.problem("blank")
        if len(value) > self.most:
            raise self.problem("long", value, most=self.most)
        if not value.isalpha():
            if _UNSHOWABLE.search(value):
                raise self.problem("control", value)
            if not any(sign.isalpha() or sign > "\uffff" or "\ue000" <= sign <= "\uf8ff" for sign in value):
                raise self.make_error("invalid", input=value)
        return value


class IdNumber(RecordField):
    """The number of a person's document, in its one normal form; the schema checks it against the kind of
    document.
    """

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "long": (N_("%(field)s is longer than any document number."), N_("Compare it with the document.")),
    }

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, sealed=True, indexed=True, mask=mask_id, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        if is_blank(raw):
            return None
        lost = identifiers.spoiled(raw)
        if lost:
            raise ValidationError([lost])
        return identifiers.tidy(raw) or None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not identifiers.tidy(value):
            raise self.make_error("invalid", input=value)
        if len(value) > 30:
            raise self.problem("long", value)
        return identifiers.tidy(value)


_SERVICE = Problem(
    N_("This is a service number, not the telephone of a person."),
    N_("Enter the person's own number, like 13800138000 or 0416-3880000."),
)


class Phone(RecordField):
    """A person's telephone number in its one normal form; of several in one cell the first.

    Service numbers (110, 12345, 95588, 400-…) reach an office and never a person.
    """

    spares_rows = True

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, sealed=True, mask=mask_phone, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        if is_blank(raw):
            return None
        return raw.strip() if isinstance(raw, str) else raw

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        # A sheet may hold the number as a quantity; a program says what it means.
        if getattr(self.root, "strict", False) and not isinstance(value, str):
            raise self.make_error("invalid", input=value)
        found = check_phone(value)
        if found.errors:
            raise ValidationError(list(found.errors))
        if found.kind == "service":
            raise ValidationError([_SERVICE])
        return found.value

    @staticmethod
    def doubts(raw: Any) -> tuple[Problem, ...]:
        """What a cell leaves doubtful: several numbers, a lost zero, a missing area code."""
        if raw is None or (
            isinstance(raw, str) and (is_blank(raw) or (len(raw) == 11 and raw.isdigit() and raw[0] == "1"))
        ):
            return ()
        found = check_phone(raw)
        return () if found.errors else found.warnings


class Address(Text):
    """An address; several columns of a sheet (estate, room) are read one after the other."""

    takes_many = True

    def __init__(self, label: str, most: int = 300, **kwargs: Any) -> None:
        kwargs.setdefault("personal", True)
        super().__init__(label, most, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        if not isinstance(raw, list):
            return super().tidy(raw, references)
        parts = [text for text in (super(Address, self).tidy(cell, references) for cell in raw) if text]
        kept: list[str] = []
        for part in parts:
            if not kept or not part.startswith(kept[-1]):
                kept.append(part)
            else:
                kept[-1] = part
        return "".join(kept) or None


class LenientCode(Code):
    """An entry of a code list that files word freely: an unknown wording is read as the entry ``other``."""

    def __init__(self, label: str, scheme: str, other: str, **kwargs: Any) -> None:
        super().__init__(label, scheme, **kwargs)
        self.other = other

    def tidy(self, raw: Any, references: References) -> Any:
        try:
            return super().tidy(raw, references)
        except ValidationError:
            if isinstance(raw, str) and references.codes(self.scheme).has(self.other):
                return self.other
            raise

    def is_known(self, raw: Any, references: References) -> bool:
        """Whether the list knows the wording."""
        return (
            not isinstance(raw, str)
            or is_blank(raw)
            or references.codes(self.scheme).find(half_width(raw).strip()) is not None
        )
