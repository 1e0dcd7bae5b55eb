"""CSV and other text tables, read as a stream in the process itself.

Python's reader is as fast as unpickling what a child process would send, and holds one line at a time;
the only two ways to make it hold more, an endless line and an endless quoted cell, are cut off here.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from registries.messages import N_, Problem, Refused
from registries.sheets.encodings import detect
from registries.sheets.guard import Limits
from registries.sheets.sources import Row, SheetFacts

_DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE_LINES = 60
_END = "\x1c\x1d end of file \x1d\x1c"


class TextSource:
    """A text table whose encoding and delimiter have been found."""

    def __init__(self, path: Path, shown: str, limits: Limits) -> None:
        self._shown, self._limits = shown, limits
        encoding = detect(path, shown)
        self._zeros = encoding.zeros
        # The reader's own limit is one for the whole process, so it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), limits.cell_characters))
        binary = path.open("rb")
        binary.seek(encoding.skip)
        self._file = io.TextIOWrapper(binary, encoding=encoding.name, errors="replace", newline="")
        try:
            self._first = list(islice(self._lines(), _SAMPLE_LINES))
        except BaseException:
            self.close()
            raise
        self._skipped, self._ended = 0, False
        self._delimiter = self._find_delimiter()
        self._width = self._evenness(self._delimiter)[1]
        self.facts = SheetFacts(encoding=encoding.name, total=max(encoding.lines, 1), is_ragged=True)
        if encoding.broken:
            self.facts.notes.append(
                Problem(
                    N_("%(count)s characters of the file cannot be read; they are shown as �."),
                    N_("Compare the rows that hold � with the original."),
                    count=encoding.broken,
                )
            )

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank; a cell with line breaks belongs to one row, as in a spreadsheet."""
        reader = csv.reader(self._all_lines(), delimiter=self._delimiter)
        number, begun = self._skipped, 0
        try:
            for row in reader:
                number += 1
                if reader.line_num - begun > 1:
                    self._check_swallowed(number, row)
                begun = reader.line_num
                if self._ended:
                    break
                if row:
                    yield number, row
                if number > self._limits.rows:
                    raise Refused(self._too_many_rows())
        except csv.Error:
            raise Refused(self._endless(number + 1)) from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _lines(self) -> Iterator[str]:
        most = self._limits.line_characters
        readline, zeros = self._file.readline, self._zeros
        while line := readline(most):
            if len(line) == most:
                raise Refused(
                    Problem(
                        N_("“%(file)s” has a line of more than %(most)s characters and is no table."),
                        N_("Ask the sender for the table as .xlsx or as CSV with one row per line."),
                        file=self._shown,
                        most=most,
                    )
                )
            yield line.replace("\0", "") if zeros else line

    def _all_lines(self) -> Iterator[str]:
        yield from self._first
        yield from self._lines()
        # Outside quotation marks this is a row of its own; inside it ends up in the last cell.
        self._ended = True
        yield _END

    def _find_delimiter(self) -> str:
        """The delimiter that parts the most lines most evenly; a first line ``sep=;`` is an order."""
        if self._first and self._first[0][:4].lower() == "sep=" and len(self._first[0].rstrip("\r\n")) == 5:
            self._skipped = 1
            return self._first.pop(0)[4]
        return max(_DELIMITERS, key=lambda delimiter: self._evenness(delimiter)[0])

    def _evenness(self, delimiter: str) -> tuple[float, int]:
        """How well ``delimiter`` parts the first lines, and into how many columns."""
        try:
            widths = Counter(len(row) for row in csv.reader(self._first, delimiter=delimiter) if row)
        except csv.Error:
            return 0.0, 1
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            return 0.0, 1
        width, count = max(wide.items(), key=lambda item: item[0] * item[1])
        share = count / sum(widths.values())
        return share * (1 + min(width, 40) / 40), width

    def _check_swallowed(self, number: int, row: list[str]) -> None:
        """Refuse where a forgotten quotation mark has made other rows a part of one cell."""
        apart = self._delimiter
        for cell in row:
            if "\n" in cell and (
                _END in cell
                or (
                    self._width > 2
                    and sum(ln.count(apart) == self._width - 1 for ln in cell.splitlines()) > 1
                )
            ):
                raise Refused(self._endless(number))

    def _endless(self, number: int) -> Problem:
        return Problem(
            N_('Row %(row)s of “%(file)s” begins a quotation mark (") that never ends.'),
            N_("Remove or close the mark there, or save the table as .xlsx."),
            row=number,
            file=self._shown,
        )

    def _too_many_rows(self) -> Problem:
        return Problem(
            N_("“%(file)s” has more than %(most)s rows."),
            N_("Split it into several files."),
            file=self._shown,
            most=self._limits.rows,
        )
