"""What every file gives before its table is found: numbered rows, and what is known about the sheet."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from registries.messages import Problem

Value = str | int | float | bool | datetime.date | datetime.time | None
"""A cell; ``datetime`` is a ``date`` too."""

Row = tuple[int, Sequence[Value]]
"""The number that a spreadsheet shows beside the row, and its cells from column A on."""


@dataclass
class SheetFacts:
    """What is known of a sheet before its first row."""

    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    encoding: str = ""
    total: int | None = None
    headings: list[str] | None = None
    """Given where the file names its columns itself, as GeoJSON does."""
    header_row: int | None = None
    """Given where the file says which row holds the headings, as our own exports do."""
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row, first column, last row, last column; rows counted from 1, columns from 0."""
    is_ragged: bool = False
    """Whether a forgotten quotation mark can push cells to the right, as in CSV."""
    notes: list[Problem] = field(default_factory=list)


class Source(Protocol):
    """An opened file. ``rows`` may be read once; ``facts.notes`` may still grow while it is."""

    facts: SheetFacts

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, in order."""

    def close(self) -> None:
        """Let go of the file or process; may be called more than once."""


def column_letters(index: int) -> str:
    """The letters over a column in a spreadsheet: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
