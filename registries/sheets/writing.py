"""Workbooks and CSV files for others to open.

A workbook is the rule: all its cells are text, so that no program makes 2.1E+17 of an identity number,
a date of 1-2 or a formula of a name that begins with "=". CSV is the second choice, for programs; a
spreadsheet that opens it does all of this. Files appear whole or not at all, readable by their owner
only.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
import xlsxwriter.exceptions

from registries.messages import N_, Problem, Refused
from registries.sheets.packages import HEADINGS_NAME
from registries.sheets.sources import column_letters

_CELL = 32_767
_ROWS = 1_048_576
_INLINE_CHOICES = 255
# Each comment is a drawing that programs load at once; the last column says everything anyway.
_MOST_COMMENTS = 5_000
_WIDTHS = (9, 44)
_CHOICES_SHEET = "选项"
# By this word in its first cell the row is known as an example, as long as nobody types over it.
_EXAMPLE = "示例："
_INVALID_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True, slots=True)
class Cover:
    """A sheet before the table, and the line at the foot of every printed page of the table."""

    sheet: str
    title: str
    lines: Sequence[tuple[str, Any]]
    foot: str = ""


def write_xlsx(
    path: Path,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str = "Sheet1",
    notes: Mapping[str, str] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
    comments: Mapping[tuple[int, int], str] | None = None,
    example: Sequence[Any] | None = None,
    cover: Cover | None = None,
) -> int:
    """Write a workbook and return the number of rows.

    ``notes`` explain a heading when pointed at; ``choices`` give a column a drop-down list, which still
    takes other text; ``comments`` stand at (row, column) of ``rows``, both counted from 0. ``example``
    is a row to learn from: it is written in grey between headings and data and is left out when the
    file is read again. ``cover`` is a sheet before it that says where the table comes from.
    """
    sheet = sheet.translate(_INVALID_IN_NAME).strip("' ")[:31] or "Sheet1"

    def write(part: Path) -> int:
        options = {
            "constant_memory": True,
            "tmpdir": str(part.parent),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(str(part), options) as book:
            if cover is not None:
                _write_cover(book, cover)
            return _Sheet(book, sheet, list(headings)).write(
                rows, notes or {}, choices or {}, {} if comments is None else comments, example,
                cover.foot if cover is not None else "",
            )

    return _whole(path, write)


def _write_cover(book: Any, cover: Cover) -> None:
    page = book.add_worksheet(cover.sheet.translate(_INVALID_IN_NAME)[:31])
    text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    title = book.add_format({"num_format": "@", "bold": True, "font_size": 16})
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 70)
    page.write_string(0, 0, cover.title, title)
    for row, (label, value) in enumerate(cover.lines, 2):
        page.write_string(row, 0, label, text)
        page.write_string(row, 1, cell_text(value), text)


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write UTF-8 with byte order mark, without which Excel shows nonsense; return the number of rows."""

    def write(part: Path) -> int:
        count = 0
        with part.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
            writer = csv.writer(file)
            writer.writerow(headings)
            for row in rows:
                count += 1
                writer.writerow([cell_text(value) for value in row])
        return count

    return _whole(path, write)


def write_errors(
    path: Path,
    headings: Sequence[str],
    failures: Iterable[tuple[int, Sequence[Any], Mapping[int, str]]],
    *,
    reason_heading: str,
    row_heading: str,
    sheet: str = "Sheet1",
) -> int:
    """Write the rows that failed, as they came, with the reasons; mended, the file can be read again.

    A failure is the row number, its cells, and reasons by column index; −1 is for the row as a whole.
    The reasons stand as comments on their cells and together in the last column, before it the row
    number in the original file.
    """
    width = len(headings)
    comments: dict[tuple[int, int], str] = {}

    def rows() -> Iterable[list[Any]]:
        for index, (number, values, reasons) in enumerate(failures):
            for column, reason in reasons.items():
                if 0 <= column < width and len(comments) < _MOST_COMMENTS:
                    comments[index, column] = reason
            cells = [*values, *[None] * (width - len(values))]
            told = [_placed(headings, column, reason) for column, reason in sorted(reasons.items())]
            yield [*cells[:width], number, "\n".join([*told, *map(cell_text, cells[width:])])]

    return write_xlsx(path, [*headings, row_heading, reason_heading], rows(), sheet=sheet, comments=comments)


def cell_text(value: Any) -> str:
    """The text that stands for a value in a cell: whole numbers without a point, dates as 2026-03-05."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = value if isinstance(value, str) else str(value)
    # Half of a surrogate pair cannot be written in any encoding.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _placed(headings: Sequence[str], column: int, reason: str) -> str:
    return f"{headings[column]}: {reason}" if 0 <= column < len(headings) else reason


class _Sheet:
    """One worksheet being written, row by row because its rows are not kept."""

    def __init__(self, book: Any, name: str, headings: list[str]) -> None:
        self._book, self._headings, self._name = book, headings, name
        self._sheet = book.add_worksheet(name)
        self._text = book.add_format({"num_format": "@", "valign": "top"})
        self._bold = book.add_format(
            {"num_format": "@", "bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": True}
        )
        self._grey = book.add_format({"num_format": "@", "italic": True, "font_color": "#6B6B6B"})

    def write(
        self,
        rows: Iterable[Sequence[Any]],
        notes: Mapping[str, str],
        choices: Mapping[str, Sequence[str]],
        comments: Mapping[tuple[int, int], str],
        example: Sequence[Any] | None,
        foot: str = "",
    ) -> int:
        self._begin(notes)
        if foot:
            # An ampersand begins a command there.
            self._sheet.set_footer(f"&L{foot.replace('&', '&&')}&R&P / &N")
        top = 1
        if example:
            cells = [*map(cell_text, example)]
            self._row(top, [_EXAMPLE + cells[0], *cells[1:]], self._grey)
            top += 1
        count = 0
        for row in rows:
            if top + count >= _ROWS:
                raise Refused(
                    Problem(
                        N_("A workbook holds at most %(most)s rows."),
                        N_("Choose CSV, or a smaller area."),
                        most=_ROWS,
                    )
                )
            self._row(top + count, row, self._text)
            for column in range(len(self._headings)):
                if comment := comments.get((count, column)):
                    self._sheet.write_comment(top + count, column, comment, {"x_scale": 2})
            count += 1
        self._end(top, count, choices)
        return count

    def _begin(self, notes: Mapping[str, str]) -> None:
        last = max(len(self._headings) - 1, 0)
        self._sheet.freeze_panes(1, 0)
        for column, heading in enumerate(self._headings):
            width = sum(1 if character.isascii() else 2 for character in heading) + 4
            self._sheet.set_column(column, column, min(max(width, _WIDTHS[0]), _WIDTHS[1]), self._text)
        self._row(0, self._headings, self._bold)
        for column, heading in enumerate(self._headings):
            if note := notes.get(heading):
                self._sheet.write_comment(0, column, note, {"x_scale": 2})
        quoted = self._name.replace("'", "''")
        self._book.define_name(HEADINGS_NAME, f"='{quoted}'!$A$1:${column_letters(last)}$1")

    def _end(self, top: int, count: int, choices: Mapping[str, Sequence[str]]) -> None:
        lists = [
            (self._headings.index(name), list(offered))
            for name, offered in choices.items()
            if name in self._headings
        ]
        bottom = max(top + count, 1_000)
        long: list[list[str]] = []
        for column, offered in lists:
            if not offered:
                continue
            source: Any = offered
            if len(",".join(offered)) > _INLINE_CHOICES or any("," in choice for choice in offered):
                letters = column_letters(len(long))
                source = f"='{_CHOICES_SHEET}'!${letters}$1:${letters}${len(offered)}"
                long.append(offered)
            self._sheet.data_validation(
                1, column, bottom, column, {"validate": "list", "source": source, "error_type": "warning"}
            )
        if long:
            self._write_choices(long)

    def _write_choices(self, lists: list[list[str]]) -> None:
        sheet = self._book.add_worksheet(_CHOICES_SHEET)
        sheet.hide()
        for row in range(max(map(len, lists))):
            for column, offered in enumerate(lists):
                if row < len(offered):
                    sheet.write_string(row, column, offered[row], self._text)

    def _row(self, at: int, values: Sequence[Any], shape: Any) -> None:
        for column, value in enumerate(values):
            text = cell_text(value)
            # Excel counts pairs of bytes in UTF-16, of which a rare character takes two.
            if len(text) * 2 > _CELL and len(text.encode("utf-16-le")) > 2 * _CELL:
                raise Refused(
                    Problem(
                        N_("The cell %(cell)s would hold %(length)s characters; a workbook takes %(most)s."),
                        N_("Choose CSV for this table."),
                        cell=f"{column_letters(column)}{at + 1}",
                        length=len(text),
                        most=_CELL,
                    )
                )
            if text:
                self._sheet.write_string(at, column, text, shape)


def _whole(path: Path, write: Callable[[Path], int]) -> int:
    """Let ``write`` make a file beside ``path`` and put it in its place when it is complete and on disk."""
    try:
        # The writer's own temporary files hold the same personal data, so they share this folder and its end.
        with tempfile.TemporaryDirectory(prefix=".sanku-", dir=path.parent) as folder:
            part = Path(folder, "part")
            part.touch(mode=0o600)
            count = write(part)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(path)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as fault:
        raise Refused(
            Problem(
                N_("The file “%(file)s” cannot be written."),
                N_("Check that the folder exists, may be written to and has space left."),
                file=path.name,
            )
        ) from fault
    return count
