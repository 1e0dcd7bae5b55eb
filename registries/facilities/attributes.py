"""What only one class of facilities has: pad expiry of a defibrillator, volume of a water tank. Free names
and values.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ..chinese import half_width
from ..fields import RecordField, is_blank, text_of
from ..messages import N_
from ..references import References

MOST, NAME_LENGTH, VALUE_LENGTH = 60, 60, 500


class Attributes(RecordField):
    """A mapping of names to short texts; in one cell “名称：值；名称：值”.

    A value of ``None`` takes the attribute away where attributes are added to stored ones.
    """

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (
            N_("%(field)s: “%(value)s” cannot be read."),
            N_("Write it as name：value；name：value."),
        ),
        "many": (
            N_("%(field)s: there are too many or too long entries."),
            N_("Keep what matters for safety."),
        ),
    }

    def tidy(self, raw: Any, references: References) -> Any:
        if isinstance(raw, dict):
            named = ((" ".join(half_width(str(name)).split()), _plain(value)) for name, value in raw.items())
            return {name: value for name, value in named if name} or None
        text = text_of(raw)
        return None if text is None else self._read(str(text)) or None

    def _read(self, text: str) -> dict[str, str]:
        told = {}
        for entry in re.findall(r"(?:\\.|[^;；\n])+", text):
            if is_blank(entry):
                continue
            match = re.fullmatch(r"((?:\\.|[^:：])+)[:：](.*)", entry)
            if match is None or not match[1].strip():
                raise self.problem("invalid", entry)
            told[_unmarked(match[1]).strip()] = _unmarked(match[2]).strip()
        return told

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str | None]:
        if not isinstance(value, dict) or not all(_is_entry(*entry) for entry in value.items()):
            raise self.make_error("invalid", input=value)
        plain = {name: _plain(item) for name, item in value.items()}
        if not self.takes_named:
            # In a column of its own a blank takes the attribute away; among others it says nothing.
            plain = {name: item for name, item in plain.items() if item is not None}
        sizes = [(len(name), len(item or "")) for name, item in plain.items()]
        if len(plain) > MOST or any(name > NAME_LENGTH or size > VALUE_LENGTH for name, size in sizes):
            raise self.problem("many", list(plain)[:3])
        return plain

    def to_cell(self, value: Any, references: References) -> Any:
        return (
            "；".join(f"{_marked(name)}：{_marked(item)}" for name, item in value.items()) if value else None
        )


class AttributeColumns(Attributes):
    """Attributes that stand in columns of their own, named by their headings; they are added to the stored
    ones.
    """

    takes_named = True

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, virtual=True, **kwargs)


def added(stored: dict[str, Any] | None, told: dict[str, Any]) -> dict[str, Any] | None:
    """Stored attributes with others laid over them."""
    both = {**(stored or {}), **told}
    return {name: value for name, value in both.items() if value not in (None, "")} or None


def _is_entry(name: Any, value: Any) -> bool:
    return isinstance(name, str) and bool(name) and not isinstance(value, list | dict)


def _plain(value: Any) -> str | None:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = text_of(value)
    return None if text is None else " ".join(str(text).split())


def _marked(text: str) -> str:
    return re.sub(r"([:：;；\\])", r"\\\1", text)


def _unmarked(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
