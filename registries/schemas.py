"""The schema of a kind: its fields, the rules over several of them, and how a record is checked.

A record is checked in two steps: each field by itself (`RecordField`), then the rules of the whole record, that is of
what is stored with the change laid over it. The outcome is data, errors and warnings: a warning needs a confirmation
with a reason in forms and in the API and never stops an imported row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as data_field
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError

from .fields import RecordField, is_blank, overriding, split_words, text_of
from .messages import N_, Problem
from .references import References

#: How many different cell values of one field are remembered while a file is checked.
MEMO_SIZE = 20_000
_REMEMBERED = frozenset({int, float, bool, date, datetime, type(None)})

UNKNOWN_FIELD = N_("There is no field “%(name)s”.")
COMPUTED_FIELD = N_("%(field)s follows from other fields and cannot be given.")

Findings = dict[str, list[Problem]]


@dataclass(slots=True)
class Checked:
    """What `RecordSchema.check` found: the clear values of the fields given, and what is wrong or doubtful by field.

    ``doubts`` are errors that a person who has seen the paper may override with a reason; nobody has seen it for the
    row of a file, which fails.
    """

    values: dict[str, Any] = data_field(default_factory=dict, repr=False)
    errors: Findings = data_field(default_factory=dict)
    warnings: Findings = data_field(default_factory=dict)
    doubts: Findings = data_field(default_factory=dict)

    def error(self, name: str, problem: Problem) -> None:
        """Note that a field is wrong; the record cannot be saved."""
        self.errors.setdefault(name, []).append(problem)

    def doubt(self, name: str, problem: Problem) -> None:
        """Note that a field is wrong unless somebody gives a reason why it is right."""
        self.doubts.setdefault(name, []).append(problem)

    def warn(self, name: str, problem: Problem) -> None:
        """Note that a field is doubtful; it needs a confirmation in forms and never stops an imported row."""
        self.warnings.setdefault(name, []).append(problem)


def merged(first: Findings, second: Findings) -> Findings:
    """The problems of both, field by field."""
    return {name: [*first.get(name, ()), *second.get(name, ())] for name in {**first, **second}}


class RecordSchema(Schema):
    """The fields and rules of one kind. Subclasses declare fields and override `complete` and `rules`."""

    #: Groups of fields of which a file must have a column for one, where no single field is required.
    one_of: ClassVar[tuple[tuple[str, ...], ...]] = ()
    #: How forms and record pages part the fields: a title and the fields under it, each field in one place.
    sections: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()
    #: What a list of records shows besides the title, until somebody chooses otherwise.
    columns: ClassVar[tuple[str, ...]] = ()

    class Meta:
        unknown = EXCLUDE

    def __init__(self, references: References, *, strict: bool = False, **kwargs: Any) -> None:
        """With ``strict`` values are taken as programs send them: nothing is tidied, no name may be strange."""
        self.references, self.strict = references, strict
        super().__init__(**kwargs)
        self.plan: dict[str, RecordField] = {
            name: item for name, item in self.fields.items() if isinstance(item, RecordField)
        }
        self._virtual = [name for name, item in self.plan.items() if item.virtual]
        self._wanted = [name for name, item in self.plan.items() if item.wanted]
        self._nested: dict[type[RecordSchema], RecordSchema] = {}
        self._memo: dict[str, dict[Any, tuple[Any, list[Problem]]]] = {
            name: {} for name, item in self.plan.items() if item.repeats
        }

    def check(self, raw: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> Checked:
        """Tidy and validate the fields of ``raw``, then the rules of the whole record (``stored`` + the change)."""
        checked = Checked()
        if self.strict:
            self._refuse_strange(raw, checked)
        for name in self.plan if stored is None else [name for name in self.plan if name in raw]:
            if name in checked.errors:
                continue
            item = self.plan[name]
            if name in raw:
                value, errors = self._field(name, item, raw[name])
                if errors:
                    checked.errors[name] = list(errors)
                else:
                    checked.values[name] = value
            elif item.required and not item.computed:
                checked.errors[name] = _problems(item.make_error("required"))
        self.complete(checked, stored)
        self.rules({**(stored or {}), **checked.values}, checked)
        for name in self._virtual:
            checked.values.pop(name, None)
        return checked

    def check_kept(self, values: Mapping[str, Any], stored: Mapping[str, Any]) -> Checked:
        """Only the rules over several fields, for values that passed field by field before they were stored."""
        checked = Checked(dict(values))
        self.complete(checked, stored)
        self.rules({**stored, **values}, checked)
        return checked

    def nested(self, schema: type[RecordSchema]) -> RecordSchema:
        """A schema for the entries of a list of parts, made once: making one costs more than checking many rows."""
        if schema not in self._nested:
            self._nested[schema] = schema(self.references, strict=self.strict)
        return self._nested[schema]

    def _refuse_strange(self, raw: Mapping[str, Any], checked: Checked) -> None:
        """Note names that are no fields, and fields that nobody fills in."""
        for name in raw:
            item = self.plan.get(name)
            if item is None or item.virtual:
                checked.error(name, Problem(UNKNOWN_FIELD, N_("Leave it out."), name=name[:60]))
            elif item.computed:
                checked.error(name, Problem(COMPUTED_FIELD, N_("Leave it out."), field=Problem(item.label)))

    def _field(self, name: str, item: RecordField, raw: Any) -> tuple[Any, list[Problem]]:
        memo = self._memo.get(name)
        if memo is None:
            return self._read(item, raw)
        key: Any = raw
        if raw.__class__ is not str:
            key = _key(raw)
            if key is None:
                return self._read(item, raw)
        result = memo.get(key)
        if result is None:
            if len(memo) >= MEMO_SIZE:
                memo.clear()  # Rows near each other tell the same more often than rows far apart.
            result = memo[key] = self._read(item, raw)
        return result

    def _read(self, item: RecordField, raw: Any) -> tuple[Any, list[Problem]]:
        try:
            return item.deserialize(raw if self.strict else item.tidy(raw, self.references)), []
        except ValidationError as error:
            return None, _problems(error)

    def complete(self, checked: Checked, stored: Mapping[str, Any] | None) -> None:
        """Fill in what follows from other fields (the sex from an ID number, say); for subclasses."""

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """Rules over several fields of the whole record; for subclasses."""

    def incomplete(self, record: Mapping[str, Any]) -> list[str]:
        """The wanted fields that a record lacks."""
        return [name for name in self._wanted if record.get(name) in (None, "", [])]


def _key(raw: Any) -> tuple[Any, ...] | None:
    """What a cell is remembered by: 1, 1.0 and “1” are different cells, several columns one list of texts."""
    if raw.__class__ in _REMEMBERED:
        return raw.__class__, raw
    return (list, *raw) if raw.__class__ is list and all(cell.__class__ is str for cell in raw) else None


def _problems(error: ValidationError) -> list[Problem]:
    messages = error.messages if isinstance(error.messages, list) else list(_flatten(error.messages))
    return [message if isinstance(message, Problem) else Problem(str(message)) for message in messages]


def _flatten(messages: Any) -> Iterable[Any]:
    for value in messages.values() if isinstance(messages, dict) else messages:
        yield from _flatten(value) if isinstance(value, dict | list) else [value]


@cache
def fields_of(schema: type[RecordSchema]) -> dict[str, RecordField]:
    """The fields that a schema class declares, in order, without making a schema."""
    declared = schema._declared_fields  # noqa: SLF001  marshmallow has no other way to a class's fields.
    return {name: item for name, item in declared.items() if isinstance(item, RecordField)}


class PartSchema(RecordSchema):
    """The fields of one entry of a list of parts, and how a list stands in one cell of a sheet.

    Entries are parted by ；, their fields by ｜, in the order of the declaration; a backslash keeps a mark as text.
    Lists of bare names may also be parted by 、 or commas.
    """

    @classmethod
    def from_text(cls, text: str, references: References) -> list[dict[str, Any]]:
        """The entries that a cell tells, as raw values."""
        names = list(fields_of(cls))
        simple = not any(mark in text for mark in "；｜;|\\")
        entries = split_words(text) if simple else _parted(text, "；;\n")
        return [
            dict(zip(names, (cell.strip() for cell in _parted(entry, "｜|")), strict=False))
            for entry in entries if not is_blank(entry)
        ]

    @classmethod
    def to_text(cls, rows: Iterable[Mapping[str, Any]], references: References) -> str:
        """The cell for a list of entries; `from_text` reads it back."""
        entries = []
        for row in rows:
            cells = [_escaped(item.to_cell(row.get(name), references)) for name, item in cls.items()]
            while cells and not cells[-1]:
                cells.pop()
            entries.append("｜".join(cells))
        text = "；".join(entries)
        # A bare “1,2-二氯乙烷” would be taken for two names.
        bare = not any(mark in text for mark in "；｜\\")
        return f"{text}｜" if bare and text and list(split_words(text)) != [text] else text

    @classmethod
    def items(cls) -> list[tuple[str, RecordField]]:
        """The fields in the order of their declaration."""
        return list(fields_of(cls).items())


def _escaped(value: Any) -> str:
    return re.sub(r"([；;｜|\\])", r"\\\1", "" if value is None else str(value))


def _parted(text: str, marks: str) -> list[str]:
    """The pieces between the marks; a mark after a backslash is text. The innermost pieces lose their backslashes."""
    parts = [""]
    for sign in re.findall(r"\\.|.", text, re.DOTALL):
        if sign in marks:
            parts.append("")
        else:
            parts[-1] += sign[-1] if "|" in marks else sign
    return parts


class Parts(RecordField):
    """A list of rows of a nested schema, kept in a table of its own (licences, vulnerable groups, links …)."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (N_("%(field)s: “%(value)s” cannot be read."), N_("Write the entries parted by ；.")),
        "row": (N_("%(field)s, entry %(row)s: %(reason)s"), None),
    }

    def __init__(self, label: str, nested: type[PartSchema], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.nested = nested

    def tidy(self, raw: Any, references: References) -> Any:
        if isinstance(raw, list):
            return raw
        text = text_of(raw)
        return None if text is None else self.nested.from_text(text, references)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            raise self.make_error("invalid", input=value)
        schema = self.root.nested(self.nested)  # type: ignore[union-attr]
        rows = []
        for number, row in enumerate(value, 1):
            checked = schema.check(row)
            for name, problem in ((name, problem) for name, found in checked.errors.items() for problem in found):
                raise self.problem("row", row=number, reason=problem, name=name)
            rows.append({name: checked.values.get(name) for name in schema.plan})
        return rows

    def to_json(self, value: Any) -> Any:
        convert = self._to_json
        return [
            {name: convert[name](v) if name in convert else v for name, v in row.items() if v is not None}
            for row in value or []
        ]

    def from_json(self, value: Any) -> Any:
        return [{name: item.from_json(row.get(name)) for name, item in self.plan.items()} for row in value or []]

    def to_cell(self, value: Any, references: References) -> Any:
        return self.nested.to_text(value, references) if value else None

    def seal_text(self, value: Any) -> str:
        return json.dumps(self.to_json(value), ensure_ascii=False, sort_keys=True)

    def unseal_text(self, text: str) -> Any:
        return self.from_json(json.loads(text))

    @cached_property
    def plan(self) -> Mapping[str, RecordField]:
        """The fields of an entry."""
        return fields_of(self.nested)

    @cached_property
    def _to_json(self) -> Mapping[str, Callable[[Any], Any]]:
        return overriding(self.plan, "to_json")
