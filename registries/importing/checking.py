"""From the cells of a row to checked values: the schema's own rules, run in worker processes for large files.

A worker holds the schema with its references and the mapping; it gets rows and gives back `Outcome`s. It touches no
database. The same code runs in the calling process for small files and for rows that are checked again against the
record they match.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from ..changes import json_text
from ..chinese import half_width
from ..fields import Text, is_blank, overriding
from ..masks import HIDDEN
from ..messages import N_, Problem
from ..references import References
from ..schemas import Checked, Findings, RecordSchema, merged
from ..sheets.cells import is_unreadable, lost_digits
from ..storing import Kind, no_branch
from .mapping import RECORD_ID, VERSION, ColumnMapping

Row = tuple[int, Sequence[Any]]

LEFT_OUT = N_("%(reason)s The cell was left out.")
#: What a blank cell leaves as it is though blanks are told to clear: every record lies somewhere.
NEVER_CLEARED = frozenset({RECORD_ID, VERSION, "area_id"})

#: A file of fewer rows is checked in the calling process: starting workers would take longer.
ROWS_WORTH_WORKERS = 6_000

#: What stands in every mask; a single star may be the extension of a phone number.
MASKED = HIDDEN * 3
#: Where a row says that it has more cells than there are columns.
TOO_LONG = "row"
#: Where it says that what tells it from other rows of its source is spoilt.
SOURCE_KEY = "source_key"
UNREADABLE = (
    N_("%(field)s: “%(value)s” has a character that was lost in the file."),
    N_("Write it anew, and save the file as .xlsx or as CSV in UTF-8."),
)
LOST = (
    N_("%(field)s: a spreadsheet has rounded “%(value)s”; its last digits are lost."),
    N_("Format the column as text and enter the number again."),
)


class Outcome(NamedTuple):
    """What a worker found in a row; ``values`` is JSON text, problems are in their JSON form by field.

    ``branch`` is the fingerprint of the row as a branch of whoever holds its code, see `Kind.branch`.
    """

    number: int
    values: str
    errors: dict[str, list[dict[str, Any]]] | None
    warnings: dict[str, list[dict[str, Any]]] | None
    missing: list[str]
    masked: dict[str, str]
    codes: list[tuple[str, str]]
    fingerprint: str | None
    source_key: str | None
    record_id: str | None
    area_id: str | None
    incomplete: list[str]
    branch: str | None = None


@dataclass
class RowReader:
    """Reads the rows of one file for one kind."""

    kind: Kind
    references: References
    mapping: ColumnMapping
    headings: Sequence[str]
    clear_blanks: bool = False
    schema: RecordSchema = field(init=False)

    def __post_init__(self) -> None:
        self.schema = self.kind.schema(self.references.with_roc(bool(self.mapping.roc)))
        self._columns: dict[str, list[int]] = {}
        for position, heading in enumerate(self.headings):
            name = self.mapping.columns.get(heading)
            if name:
                self._columns.setdefault(name, []).append(position)
        self._key = [self.headings.index(heading) for heading in self.mapping.source_key if heading in self.headings]
        self._many = frozenset(name for name, item in self.schema.plan.items() if getattr(item, "takes_many", False))
        self._named = frozenset(name for name, item in self.schema.plan.items() if getattr(item, "takes_named", False))
        self._single = [(n, p[0]) for n, p in self._columns.items() if len(p) == 1 and n not in self._named]
        self._several = [(n, p) for n, p in self._columns.items() if len(p) > 1 or n in self._named]
        self._sealed = frozenset(name for name, item in self.schema.plan.items() if item.sealed)
        # Fields that are more than text say themselves what may be lost in them.
        self._digits = frozenset({SOURCE_KEY, *(n for n, item in self.schema.plan.items() if type(item) is Text)})
        self._to_json = overriding(self.schema.plan, "to_json")
        self._required = [n for n, item in self.schema.plan.items() if item.required and not item.computed]

    def recipe(self) -> tuple[Any, ...]:
        """What another process needs to make the same reader: plain data and functions known by name."""
        return self.kind, self.references, self.mapping, list(self.headings), self.clear_blanks

    def raw(self, cells: Sequence[Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The cells by field, and apart from them the masked ones, which only a stored value can explain."""
        raw: dict[str, Any] = dict(self.mapping.constants)
        masked: dict[str, str] = {}
        width = len(cells)
        if width > len(self.headings) and any(cell not in (None, "") for cell in cells[len(self.headings):]):
            raw[TOO_LONG] = width
        for position in self._key:
            if position < width and (lost_digits(cells[position]) or is_unreadable(cells[position])):
                raw[SOURCE_KEY] = cells[position]
        for name, position in self._single:
            value = cells[position] if position < width else None
            if value == "":
                value = None
            if name in self._sealed and isinstance(value, str) and MASKED in value:
                masked[name] = value
            elif value is not None or (self.clear_blanks and name not in NEVER_CLEARED):
                raw[name] = value
        for name, positions in self._several:
            told = [cells[p] for p in positions if p < len(cells) and cells[p] is not None and cells[p] != ""]
            if name in self._named:
                told = [self._by_heading(positions, cells)] if told else []
            value = told if name in self._many and len(told) > 1 else told[0] if told else None
            if name in self._sealed and isinstance(value, str) and MASKED in value:
                masked[name] = value
            elif value is not None or (self.clear_blanks and name not in NEVER_CLEARED):
                raw[name] = value
        return raw, masked

    def _by_heading(self, positions: Sequence[int], cells: Sequence[Any]) -> dict[str, Any]:
        """The cells of the columns that tell one field together, each under its heading."""
        return {self.headings[p]: cells[p] for p in positions if p < len(cells) and cells[p] not in (None, "")}

    def read(self, number: int, cells: Sequence[Any]) -> Outcome:
        """Check a row as if it were a new record; what a stored one could excuse is told apart as ``missing``."""
        raw, masked = self.raw(cells)
        record_id = raw.pop(RECORD_ID, None)
        raw.pop(VERSION, None)
        checked = self.check(raw, {})
        values = self.told(checked.values, raw)
        plan, to_json = self.schema.plan, self._to_json
        ready = {
            name: to_json[name](value) if name in to_json else value for name, value in values.items() if name in plan
        }
        return Outcome(
            number, json_text(ready), _told(checked.errors), _told(checked.warnings),
            [name for name in self._required if values.get(name) is None and name not in masked], masked,
            self.codes(values, raw), self.kind.fingerprint(values), self._source_key(cells),
            str(record_id).strip() if record_id else None, ready.get("area_id"),
            self.schema.incomplete({**masked, **values}), self.branch(values),
        )

    def codes(self, values: dict[str, Any], raw: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The official codes that a row tells, without what the schema made up for it."""
        untold = [name for name in self.kind.guessed if is_blank(raw.get(name))]
        return self.kind.codes({**values, **dict.fromkeys(untold)} if untold else values)

    def branch(self, values: dict[str, Any]) -> str | None:
        """The fingerprint of values with a code as those of a branch, for kinds that have any."""
        if self.kind.branch is no_branch or not self.kind.codes(values):
            return None
        made = self.kind.branch(values)
        return None if made is None else self.kind.fingerprint(made)

    def check(self, raw: Mapping[str, Any], stored: Mapping[str, Any]) -> Checked:
        """What the schema finds, as it counts for a row: nobody is there to give a reason or to type again."""
        checked = self.schema.check(raw, stored)
        if TOO_LONG in raw:
            checked.error(TOO_LONG, Problem(
                N_("The row has more cells than there are columns: %(count)s."),
                N_("Look for a comma within a cell that is not quoted."), count=raw[TOO_LONG],
            ))
        self._spoiled(raw, checked)
        if checked.doubts:
            checked.errors = merged(checked.errors, checked.doubts)
        for name in [n for n in checked.errors if n in self.schema.plan and self.schema.plan[n].spares_rows]:
            for problem in checked.errors.pop(name):
                checked.warn(name, Problem(LEFT_OUT, problem.remedy, reason=Problem(problem.msgid, **problem.params)))
        return checked

    def _spoiled(self, raw: Mapping[str, Any], checked: Checked) -> None:
        """What the cells lost on their way into the file; nothing is known of a value of which a part is missing."""
        for name, value in raw.items():
            cells = value if value.__class__ is list else [value]
            for cell in cells:
                is_text = cell.__class__ is str
                if is_text and "\ufffd" in cell:
                    checked.error(name, self._spoiled_cell(UNREADABLE, name, cell))
                elif name in self._digits and (not is_text or "+" in cell) and lost_digits(cell):
                    checked.error(name, self._spoiled_cell(LOST, name, cell))

    def _spoiled_cell(self, said: tuple[str, str], name: str, cell: Any) -> Problem:
        item = self.schema.plan.get(name)
        if item is not None:
            return Problem(said[0], said[1], field=Problem(item.label), value=item.shown(cell))
        # What tells a person from others at a source may be the number of a document.
        return Problem(said[0], said[1], field=name, value="…" if self._sealed else str(cell)[:40])

    def told(self, values: dict[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
        """The values that a row tells: a blank cell tells none unless blanks are to clear, and no area ever.

        What the rules of the schema empty on their own (the reason for a missing number, once there is one) counts.
        """
        return {
            name: value for name, value in values.items()
            if value is not None or (name not in NEVER_CLEARED and (self.clear_blanks or name not in raw))
        }

    def _source_key(self, cells: Sequence[Any]) -> str | None:
        told = ["" if is_blank(cells[p]) else half_width(str(cells[p])).strip() for p in self._key if p < len(cells)]
        return "|".join(told)[:200] if any(told) else None

    def values(self, text: str) -> dict[str, Any]:
        """The values of an `Outcome`."""
        plan = self.schema.plan
        return {name: plan[name].from_json(value) for name, value in orjson.loads(text).items()}


def _told(findings: Findings) -> dict[str, list[dict[str, Any]]] | None:
    return {name: [p.as_json() for p in problems] for name, problems in findings.items()} if findings else None


def row_checker(*recipe: Any) -> Callable[[Sequence[Row]], list[Outcome]]:
    """What checks a chunk of rows; for a `Pipeline` with the recipe of a reader."""
    reader = RowReader(*recipe)
    return lambda rows: [reader.read(number, cells) for number, cells in rows]
