"""XLS, XLSX, XLSB and ODS through calamine; runs in the child process only.

calamine keeps the rectangle around all filled cells in memory and ends the whole process if that fails,
so nothing here may be called where anything else is at stake. Formulas give the values that the file
stores, never evaluated.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from registries.messages import N_, Problem, Refused
from registries.sheets import headings, packages
from registries.sheets.guard import Limits
from registries.sheets.sources import Row, SheetFacts, Value, column_letters

_MOST_TRIED = 20
_TABLE = 4
_SHOWN = 6


class WorkbookSource:
    """One sheet of a workbook: the one asked for, or the first that holds a table."""

    def __init__(
        self, path: Path, shown: str, sheet: str | None, limits: Limits, expected: Collection[str]
    ) -> None:
        self._shown, self._limits, self._path = shown, limits, path
        self._package = packages.inspect(path, shown, limits)
        try:
            self._book = CalamineWorkbook.from_filelike(path.open("rb"))
        except python_calamine.PasswordError:
            raise Refused(packages.locked(shown)) from None
        except (python_calamine.CalamineError, OSError, ValueError):
            raise Refused(packages.damaged(shown)) from None
        usable = [entry for entry in self._book.sheets_metadata if entry.typ == SheetTypeEnum.WorkSheet]
        self._hidden = [entry.name for entry in usable if entry.visible != SheetVisibleEnum.Visible]
        names = [entry.name for entry in usable]
        self._sheet = self._named(sheet, names) if sheet is not None else self._best(names, expected)
        self.facts = self._describe(names)

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank."""
        return _rows(self._sheet)

    def close(self) -> None:
        """Let go of the workbook."""
        self._book.close()

    def _named(self, sheet: str, names: list[str]) -> CalamineSheet:
        if sheet not in names:
            raise Refused(
                Problem(
                    N_("“%(file)s” has no sheet “%(sheet)s”; it has %(sheets)s."),
                    N_("Choose one of these sheets."),
                    file=self._shown,
                    sheet=sheet,
                    sheets=names[:_MOST_TRIED],
                )
            )
        return self._load(sheet)

    def _best(self, names: list[str], expected: Collection[str]) -> CalamineSheet:
        """The sheet with the most expected headings; else the first that holds a table, hidden ones last."""
        best: CalamineSheet | None = None
        most = (-1, -1)
        for name in sorted(names, key=lambda name: name in self._hidden)[:_MOST_TRIED]:
            if most[1] >= _TABLE and (name in self._hidden or not expected):
                break
            sheet = self._load(name)
            rank = self._rank(sheet, expected)
            if rank > most:
                best, most = sheet, rank
        if best is None:
            raise Refused(packages.nothing(self._shown))
        return best

    def _rank(self, sheet: CalamineSheet, expected: Collection[str]) -> tuple[int, int]:
        """How many headings are expected ones, and how much the sheet is a table at all."""
        first = list(islice(_rows(sheet), headings.LOOK_AHEAD))
        row = self._package.headings.get(sheet.name)
        found = headings.find(first, _merges(sheet), expected, row)
        if found is None:
            return 0, 1 if first else 0
        if row is not None:
            return len(found.names), _TABLE
        return found.known, 2 + (len(found.names) > 1) + (len(first) > found.begin)

    def _load(self, name: str) -> CalamineSheet:
        try:
            sheet = self._book.get_sheet_by_name(name)
        except (python_calamine.CalamineError, OSError, ValueError):
            raise Refused(packages.damaged(self._shown)) from None
        if sheet.end is not None:
            rows, columns = sheet.end[0] + 1, sheet.end[1] + 1
            limits = self._limits
            if columns > limits.columns or rows > limits.rows or sheet.height * sheet.width > limits.cells:
                raise Refused(packages.far_cell(self._shown, name, rows, columns, limits))
        return sheet

    def _describe(self, names: list[str]) -> SheetFacts:
        sheet = self._sheet
        facts = SheetFacts(sheet.name, names, total=(sheet.end[0] + 1) if sheet.end else 0)
        facts.merges = _merges(sheet)
        facts.header_row = self._package.headings.get(sheet.name)
        if sheet.name in self._hidden:
            facts.notes.append(Problem(N_("The sheet “%(sheet)s” is hidden; it was read."), sheet=sheet.name))
        others = [name for name in names if name != sheet.name and facts.header_row is None]
        if others:
            facts.notes.append(
                Problem(
                    N_("Only the sheet “%(sheet)s” was read; the file also has %(others)s."),
                    N_("To read another one, choose its name."),
                    sheet=sheet.name,
                    others=_listed([f"{name}*" if name in self._hidden else name for name in others]),
                )
            )
        part = self._package.parts.get(sheet.name)
        if part:
            self._tell_hidden(part, facts)
        return facts

    def _tell_hidden(self, part: str, facts: SheetFacts) -> None:
        rows, columns = packages.hidden(self._path, part)
        last_row, last_column = self._sheet.end or (0, 0)
        rows = [row for row in rows if row <= last_row + 1]
        letters = [column_letters(column) for column in columns if column <= last_column]
        if letters:
            facts.notes.append(
                Problem(N_("Hidden columns were read too: %(columns)s."), columns=_listed(letters))
            )
        if rows:
            facts.notes.append(
                Problem(
                    N_("%(count)s hidden rows were read too: %(rows)s."),
                    count=len(rows),
                    rows=_listed([str(row) for row in rows]),
                )
            )


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    if sheet.start is None:
        return
    # Rows come from the first of the sheet on, columns only from the first filled one.
    before = [None] * sheet.start[1]
    for number, cells in enumerate(sheet.iter_rows(), 1):
        values = [_plain(cell) for cell in cells]
        if any(value is not None for value in values):
            yield number, before + values


def _merges(sheet: CalamineSheet) -> list[tuple[int, int, int, int]]:
    return [
        (top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]


def _plain(value: object) -> Value:
    """A cell in plain types: blank as ``None``, whole numbers as ``int``, durations as text."""
    if value == "":
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, datetime.timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value  # type: ignore[return-value]


def _listed(names: list[str]) -> list[str]:
    return names if len(names) <= _SHOWN else [*names[:_SHOWN], f"… ({len(names)})"]
