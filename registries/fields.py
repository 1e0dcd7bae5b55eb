"""What a field of a record may hold: its type, its rule, its names, how sensitive it is.

A schema (`registries.schemas`) is declared once per kind and read by everybody: the form, the importer, the API, the
export header, the labels of the history and the filters of the lists. Values come in two ways. *Tidied*
(`RecordSchema.check`) for forms and sheets: full-width characters, blanks, dates and code names in the wordings that
offices use are understood. *Strict* (marshmallow's own ``load``) for the API. The rules are the same.

Clear values are plain Python: ``str``, ``int``, ``float``, ``bool``, ``date``, ``UUID``, lists and dicts of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from math import isnan
from typing import Any, ClassVar

from marshmallow import ValidationError, fields

from .chinese import half_width, half_width_letters
from .days import parse_day, parse_partial_day, today
from .messages import N_, Problem
from .references import References

#: Words that offices write into a cell that has nothing to say.
BLANK_WORDS = frozenset({
    "", "无", "無", "不详", "不詳", "未知", "—", "——", "-", "--", "/", "n/a", "na", "null", "none", "nil", "空",
})


def is_blank(value: Any) -> bool:
    """Whether a cell says nothing: empty, spaces, or a word such as 无 or 不详."""
    return value is None or (isinstance(value, str) and value.strip().lower() in BLANK_WORDS)


class RecordField(fields.Field[Any]):
    """A field of a record, with everything that the pages, files and logs need to know of it.

    ``headings`` are further spreadsheet headings besides the label in each language; ``sealed`` values are encrypted
    at rest, ``indexed`` ones of them can be found by their exact value; ``wanted`` ones are counted as incomplete when
    empty; ``repeats`` says that rows often tell the same, so that what was worked out is remembered; a ``virtual``
    one is only a way to tell others (a column for each numbering scheme, say): `RecordSchema.complete` reads it and
    nothing keeps it.
    """

    #: Whether several columns of a sheet may tell the value together.
    takes_many: ClassVar[bool] = False
    #: Whether it wants the cells of its columns as a mapping of headings to cells.
    takes_named: ClassVar[bool] = False
    #: Whether a cell that cannot be read is left out of an imported row, with a warning, and does not fail it.
    spares_rows: ClassVar[bool] = False
    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "required": (N_("%(field)s is missing."), N_("Fill it in.")),
        "invalid": (N_("%(field)s: “%(value)s” cannot be read."), N_("Correct it.")),
    }

    def __init__(
        self, label: str, *, headings: Sequence[str] = (), hint: str = "", example: str = "", sealed: bool = False,
        indexed: bool = False, personal: bool = False, mask: Callable[[str], str] | None = None, sortable: bool = False,
        filterable: bool = False, wanted: bool = False, repeats: bool = False, computed: bool = False,
        virtual: bool = False, **kwargs: Any,
    ) -> None:
        kwargs.setdefault("allow_none", not kwargs.get("required", False))
        super().__init__(**kwargs)
        self.label, self.headings, self.hint, self.example = label, tuple(headings), hint, example
        self.sealed, self.indexed, self.personal, self.mask = sealed, indexed, personal or sealed, mask
        self.sortable, self.filterable, self.wanted = sortable, filterable, wanted
        self.repeats, self.computed, self.virtual = repeats, computed, virtual

    def tidy(self, raw: Any, references: References) -> Any:
        """The value a person meant, ready for the strict rule; nothing is refused here that the rule can refuse."""
        return text_of(raw)

    def problem(self, key: str, value: Any = None, **params: Any) -> ValidationError:
        """The error ``key`` of this field, ready to be raised."""
        message, remedy = self._message(key)
        return ValidationError([Problem(
            message, remedy, field=Problem(self.label), value=self.shown(value), **params,
        )])

    def _validate(self, value: Any) -> None:
        # marshmallow joins the validators anew for every value, which costs more than most rules here.
        if self.validators:
            super()._validate(value)

    def _message(self, key: str) -> tuple[str, str | None]:
        for cls in type(self).__mro__:
            if key in getattr(cls, "problems", {}):
                return cls.problems[key]  # type: ignore[attr-defined]
        raise KeyError(key)

    def shown(self, value: Any) -> str:
        """A value as an error message may repeat it: masked if it is sensitive, shortened if it is long."""
        text = str(value)
        if self.mask:
            return self.mask(text)
        return "…" if self.sealed else text if len(text) <= 60 else text[:57] + "…"

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        key = "required" if key == "null" else key
        return self.problem(key, kwargs.get("input"))

    def to_json(self, value: Any) -> Any:
        """The value as the log and the staging area keep it."""
        return value

    def from_json(self, value: Any) -> Any:
        """The value that ``to_json`` wrote."""
        return value

    def to_column(self, value: Any) -> Any:
        """The value as its column keeps it."""
        return value

    def from_column(self, value: Any) -> Any:
        """The value that ``to_column`` wrote."""
        return value

    def to_cell(self, value: Any, references: References) -> Any:
        """The value as an exported sheet shows it; reading it back gives the same value."""
        return value

    def seal_text(self, value: Any) -> str:
        """The text that is encrypted for a sealed value."""
        return str(value)

    def unseal_text(self, text: str) -> Any:
        """The value whose ``seal_text`` this is."""
        return text


def overriding(fields: Mapping[str, RecordField], method: str) -> dict[str, Callable[[Any], Any]]:
    """The conversions of the fields that do convert: most values are kept as they are."""
    plain = getattr(RecordField, method)
    return {name: getattr(item, method) for name, item in fields.items() if getattr(type(item), method) is not plain}


def text_of(raw: Any) -> Any:
    """A cell as text without stray spaces, ``None`` when blank; lists and dicts are left alone."""
    if raw is None or isinstance(raw, list | dict):
        return raw
    if isinstance(raw, str):
        text = raw if raw.isascii() else half_width(raw)
        text = text.strip()
        return None if text.lower() in BLANK_WORDS else text
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, date | datetime):
        return raw.isoformat()
    return str(raw)


#: Control signs, line separators, halves of characters: what no line of text holds.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Text(RecordField):
    """A line (or, with ``lines``, several lines) of text."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "blank": (N_("%(field)s is empty."), N_("Leave it out, or give null.")),
        "long": (N_("%(field)s is longer than %(most)s characters."), N_("Shorten it.")),
        "control": (N_("%(field)s holds a character that cannot be shown."), N_("Type it again.")),
    }

    def __init__(self, label: str, most: int = 200, *, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.most, self.lines = most, lines

    def tidy(self, raw: Any, references: References) -> Any:
        text = text_of(raw)
        if isinstance(text, str) and not self.lines:
            return text if text.isprintable() else " ".join(text.split())
        return text.replace("\r\n", "\n") if isinstance(text, str) else text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value)
        if not value.strip():
            raise self.problem("blank")
        if len(value) > self.most:
            raise self.problem("long", value, most=self.most)
        # `isprintable` alone would take characters of a private use area, and those newer than Python, for unshowable.
        told = value.replace("\n", "").replace("\t", "") if self.lines else value
        if not value.isprintable() and _UNSHOWABLE.search(told):
            raise self.problem("control", value)
        return value


class Prose(Text):
    """Text that people read as it stands: its Chinese punctuation is kept, letters and digits are made plain."""

    def tidy(self, raw: Any, references: References) -> Any:
        if not isinstance(raw, str) or is_blank(raw):
            return super().tidy(raw, references)
        text = half_width_letters(raw).strip()
        return text.replace("\r\n", "\n") if self.lines else " ".join(text.split())


class Day(RecordField):
    """A calendar day; sheets may write it in any of the ways `registries.days` reads."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (N_("%(field)s: “%(value)s” is not a date."), N_("Write it as 2026-03-05.")),
        "future": (N_("%(field)s lies in the future: %(value)s."), N_("Correct the date.")),
    }

    def __init__(self, label: str, *, past: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.past = past

    def tidy(self, raw: Any, references: References) -> Any:
        return None if is_blank(raw) else parse_day(raw, roc=references.roc)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if isinstance(value, str):
            told = value
            try:
                value = date.fromisoformat(told)
            except ValueError as error:
                raise self.make_error("invalid", input=told) from error
            # ISO 8601 knows week dates and dates without hyphens too, which nobody here means.
            if value.isoformat() != told:
                raise self.make_error("invalid", input=told)
        if not isinstance(value, date):
            raise self.make_error("invalid", input=value)
        if self.past and value > today():
            raise self.problem("future", value)
        return value

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.to_json(value)

    def to_json(self, value: Any) -> Any:
        return value and value.isoformat()

    def from_json(self, value: Any) -> Any:
        return value and date.fromisoformat(value)

    def to_cell(self, value: Any, references: References) -> Any:
        return self.to_json(value)


class PartialDay(Day):
    """A day of which perhaps only the month or the year is known: “1950”, “1950-03” or “1950-03-05”, kept as text."""

    def tidy(self, raw: Any, references: References) -> Any:
        return None if is_blank(raw) else parse_partial_day(raw, roc=references.roc)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        parts = value.split("-") if isinstance(value, str) else []
        if not 1 <= len(parts) <= 3 or len(parts[0]) != 4:
            raise self.make_error("invalid", input=value)
        super()._deserialize("-".join([*parts, "01", "01"][:3]), attr, data)
        return value

    def to_json(self, value: Any) -> Any:
        return value

    from_json = to_json


class Number(RecordField):
    """A whole number, or with ``whole=False`` a decimal one, between two bounds."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (N_("%(field)s: “%(value)s” is not a number."), N_("Write digits only.")),
        "range": (N_("%(field)s must lie between %(least)s and %(most)s, not %(value)s."), N_("Correct the number.")),
    }

    def __init__(
        self, label: str, least: float = 0, most: float = 2_000_000_000, *, whole: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most, self.whole = least, most, whole

    def tidy(self, raw: Any, references: References) -> Any:
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return raw
        text = text_of(raw)
        if not isinstance(text, str):
            return text
        try:
            return float(text.replace(",", "").replace(" ", ""))
        except ValueError:
            return text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
            raise self.make_error("invalid", input=value)
        if self.whole and value != int(value) if abs(value) < 1e300 else True:
            raise self.make_error("invalid", input=value)
        if not self.least <= value <= self.most:
            raise self.problem("range", value, least=self.least, most=self.most)
        return int(value) if self.whole else float(value)


class YesNo(RecordField):
    """Yes or no; ``None`` is not known."""

    WORDS: ClassVar[dict[str, bool]] = {
        **dict.fromkeys(("是", "有", "y", "yes", "true", "1", "√", "✓", "v", "x有", "on"), True),
        **dict.fromkeys(("否", "没有", "n", "no", "false", "0", "×", "off"), False),
    }
    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (N_("%(field)s: “%(value)s” is neither yes nor no."), N_("Write 是 or 否.")),
    }

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, repeats=True, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        if isinstance(raw, bool):
            return raw
        if raw in ("无", "無"):
            return False
        text = text_of(raw)
        return self.WORDS.get(text.lower(), text) if isinstance(text, str) else text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value

    def to_cell(self, value: Any, references: References) -> Any:
        words = ("否", "是") if references.language == "zh" else ("No", "Yes")
        return value if value is None else words[value]


def split_words(text: str) -> Iterable[str]:
    """The words of a list in one cell, however they are parted."""
    for mark in ("；", ";", "，", ",", "|", "/", "\n"):
        text = text.replace(mark, "、")
    return (word.strip() for word in text.split("、"))
