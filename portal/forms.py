"""An HTML form drawn from a schema: which inputs there are, what stands in them, and what was typed.

Sections and order come from `RecordSchema.sections`. A form shows values that went through `registries.showing`, so a
sealed value stands in it as its mask, and a mask sent back means “unchanged”. A sealed value without a mask is shown
only after it was revealed; until then the form tells that it is on record and leaves it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from registries.fields import Day, Number, PartialDay, RecordField, Text, YesNo
from registries.messages import N_, Problem
from registries.reference_fields import Area, Code, Codes, Link
from registries.references import CodeList
from registries.schemas import Findings, Parts, RecordSchema, fields_of

from .values import Wording

#: Longer code lists and area trees are searched on the server while one types.
MOST_OPTIONS = 200
#: With no more entries than these, all stand side by side.
FEW = 3
MANY = 14
UNCHANGED = N_("On record. To see or change it, reveal it first.")


@dataclass(slots=True)
class Input:
    """One field as the form draws it; ``kind`` is a type of ``<input>``, or what `macros/forms.html` calls it."""

    name: str
    id: str
    label: str
    kind: str = "text"
    value: Any = ""
    hint: str = ""
    required: bool = False
    wide: bool = False
    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[Input]] = field(default_factory=list)
    attrs: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Section:
    """Inputs under one heading."""

    title: str
    inputs: list[Input]


class RecordForm:
    """The form of one record.

    ``values`` are what stands in it, by field: JSON values of `registries.showing`, or what was typed. ``withheld``
    names the fields that are on record and may not be shown.
    """

    def __init__(
        self, schema: type[RecordSchema], wording: Wording, values: Mapping[str, Any], *,
        errors: Findings | None = None, doubts: Findings | None = None, withheld: Iterable[str] = (),
        only: Iterable[str] | None = None,
    ) -> None:
        self.schema, self.wording, self.values = schema, wording, values
        self.errors, self.doubts = errors or {}, doubts or {}
        self.withheld = frozenset(withheld)
        self.fields = fields_of(schema)
        self.only = None if only is None else frozenset(only)

    def sections(self) -> list[Section]:
        """The sections with their inputs."""
        found = []
        for title, names in self.schema.sections:
            inputs = [self._input(name) for name in names if self._is_shown(name)]
            if inputs:
                found.append(Section(gettext(title), inputs))
        return found

    def _is_shown(self, name: str) -> bool:
        return not self.fields[name].computed and (self.only is None or name in self.only)

    def _input(self, name: str) -> Input:
        told = self.fields[name]
        if name in self.withheld:
            return Input(name, name, gettext(told.label), "fixed", gettext(UNCHANGED), wide=True)
        drawn = draw(told, name, name, self.values.get(name), self.wording)
        drawn.problems = self._texts(self.errors.get(name, ()))
        drawn.doubts = self._texts(self.doubts.get(name, ()))
        return drawn

    def _texts(self, problems: Iterable[Problem]) -> list[str]:
        return [problem.localised(gettext) for problem in problems]

    def summary(self) -> list[tuple[str, str]]:
        """What is wrong, each with the id of its input, in the order of the form."""
        return self._listed(self.errors)

    def doubt_summary(self) -> list[tuple[str, str]]:
        """What may be wrong, likewise."""
        return self._listed(self.doubts)

    def _listed(self, found: Findings) -> list[tuple[str, str]]:
        shown = [name for _title, names in self.schema.sections for name in names]
        order = [*(name for name in shown if name in found), *(name for name in found if name not in shown)]
        return [
            (name if name in shown else "", self._named(name, text))
            for name in order for text in self._texts(found[name])
        ]

    def _named(self, name: str, text: str) -> str:
        """A summary stands far from the inputs, so a text that does not say which field it is about is told it."""
        label = gettext(self.fields[name].label) if name in self.fields else ""
        return text if label in text else gettext("%(label)s: %(text)s", label=label, text=text)


def draw(told: RecordField, name: str, html_id: str, value: Any, wording: Wording) -> Input:
    """The input of one field with a value in it."""
    drawn = Input(name, html_id, gettext(told.label), value="" if value is None else value,
                  hint=_hint(told), required=told.required)  # fmt: skip
    if told.personal:
        drawn.attrs["data-private"] = True
    if isinstance(told, Parts):
        drawn.kind, drawn.wide = "parts", True
        drawn.rows = [_part(told, name, html_id, number, row, wording) for number, row in enumerate(value or ())]
    elif isinstance(told, YesNo):
        drawn.kind = "radios"
        drawn.options = [("true", gettext("Yes")), ("false", gettext("No")), ("", gettext("Unknown"))]
        drawn.value = {True: "true", False: "false", None: ""}.get(value, value)
    elif isinstance(told, Codes):
        _offer(drawn, wording.known.codes(told.scheme), wording, many=True)
    elif isinstance(told, Code):
        _offer(drawn, wording.known.codes(told.scheme), wording)
    elif isinstance(told, Area):
        _offer_areas(drawn, wording)
    elif isinstance(told, Link):
        _offer_records(drawn, told, wording)
    elif isinstance(told, Text) and told.lines:
        drawn.kind = "textarea"
    else:
        _plain(drawn, told)
    return drawn


def _hint(told: RecordField) -> str:
    hint = gettext(told.hint) if told.hint else ""
    if not told.example:
        return hint
    example = gettext("For example: %(example)s", example=told.example)
    return f"{hint} {example}" if hint else example


def _part(told: Parts, name: str, html_id: str, number: int, row: Mapping[str, Any], wording: Wording) -> list[Input]:
    drawn = [
        draw(item, f"{name}-{number}-{part}", f"{html_id}-{number}-{part}", row.get(part), wording)
        for part, item in wording.columns(told).items()
    ]
    for one in drawn if told.personal else ():
        # What is personal as a whole is so in each of its fields.
        one.attrs["data-private"] = True
    return drawn


def _plain(drawn: Input, told: RecordField) -> None:
    if isinstance(told, Day) and not isinstance(told, PartialDay):
        # A day that cannot be read must stay as it was typed, which an input of type date would drop.
        drawn.kind = "date" if _is_day(drawn.value) else "text"
    elif isinstance(told, Number):
        drawn.attrs["inputmode"] = "numeric" if told.whole and told.least >= 0 else "text"
    elif isinstance(drawn.value, dict):
        drawn.value, drawn.wide = "；".join(f"{name}：{item}" for name, item in drawn.value.items()), True
    if isinstance(told, Text):
        drawn.attrs["maxlength"] = told.most
        drawn.wide = drawn.wide or told.most >= 300
    drawn.attrs["autocomplete"] = "off"


def _is_day(value: Any) -> bool:
    return value == "" or (isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-")


def _entries(codes: CodeList, wording: Wording, chosen: Any) -> list[tuple[str, str]]:
    """The entries in use, and the chosen ones even if they are not any more."""
    held = set(chosen) if isinstance(chosen, list) else {chosen}
    return [
        (entry.code, codes.name(entry.code, wording.language)) for entry in codes.entries.values()
        if entry.valid_to is None or entry.code in held
    ]


def _offer(drawn: Input, codes: CodeList, wording: Wording, many: bool = False) -> None:
    drawn.options = _entries(codes, wording, drawn.value)
    if many:
        drawn.kind, drawn.wide = "ticks", True
        drawn.value = drawn.value if isinstance(drawn.value, list) else [drawn.value]
    elif len(drawn.options) <= FEW:
        drawn.kind = "radios"
        drawn.options.append(("", gettext("Unknown")))
    elif len(drawn.options) <= MOST_OPTIONS:
        drawn.kind = "select"
        if len(drawn.options) > MANY:
            drawn.attrs["data-combo"] = True
        if drawn.value and drawn.value not in dict(drawn.options):
            drawn.options.insert(0, (str(drawn.value), str(drawn.value)))
    else:
        drawn.attrs["data-suggest"] = url_for("desk.suggest_codes", scheme=codes.scheme)
        drawn.value = codes.name(drawn.value, wording.language) if drawn.value in codes.entries else drawn.value
        drawn.options = []


def _offer_areas(drawn: Input, wording: Wording) -> None:
    areas = wording.known.areas
    chosen = areas.find(str(drawn.value)) if drawn.value else None
    everywhere = sorted(areas, key=lambda entry: entry.path)
    scopes = wording.write_scopes
    offered = [entry for entry in everywhere if scopes is None or any(entry.path.startswith(path) for path in scopes)]
    if len(offered) > MOST_OPTIONS:
        drawn.attrs["data-suggest"] = url_for("desk.suggest_areas")
        drawn.value = areas.full_name(chosen, wording.language) if chosen else drawn.value
        return
    if chosen and chosen not in offered:
        offered.insert(0, chosen)
    drawn.kind, drawn.value = "select", str(chosen.id) if chosen else drawn.value
    drawn.options = [(str(entry.id), areas.full_name(entry, wording.language)) for entry in offered]
    drawn.attrs["data-combo"] = True


def _offer_records(drawn: Input, told: Link, wording: Wording) -> None:
    """A record is found by typing; the id stands beside the words, and words alone are looked up when saved."""
    drawn.attrs["data-suggest"] = url_for("desk.suggest_records", kind=told.kind or "any")
    drawn.attrs["data-record"] = True
    drawn.wide = True
    drawn.value = wording.linked(told.kind, drawn.value)


def read(schema: type[RecordSchema], form: MultiDict[str, str], withheld: Iterable[str] = ()) -> dict[str, Any]:
    """What was typed into a form, by field, as `RecordSchema.check` reads it; fields the form did not have are left
    out.
    """
    raw: dict[str, Any] = {}
    fields = fields_of(schema)
    for _title, names in schema.sections:
        for name in names:
            told = fields[name]
            if told.computed or name in withheld:
                continue
            if isinstance(told, Parts):
                if f"{name}-rows" in form:
                    raw[name] = _read_parts(told, name, form)
            elif isinstance(told, Codes):
                if f"{name}-shown" in form:
                    raw[name] = form.getlist(name) or None
            elif name in form:
                raw[name] = form[name]
    return raw


def _read_parts(told: Parts, name: str, form: MultiDict[str, str]) -> list[dict[str, Any]]:
    """The entries of a list that say something and are not marked to go."""
    rows = []
    for number in range(min(form.get(f"{name}-rows", 0, type=int), MOST_OPTIONS)):
        if f"{name}-{number}-remove" in form:
            continue
        row = {part: form.get(f"{name}-{number}-{part}", "") for part in Wording.columns(told)}
        if any(value.strip() for value in row.values()):
            rows.append(row)
    return rows
