"""Merged cells among the records: one value for several rows, or a line across that names a group."""

from __future__ import annotations

from registries.sheets.sources import Value

Cells = tuple[Value, ...]


class Merges:
    """The merged cells below the headings, asked row by row in ascending order."""

    def __init__(self, merges: list[tuple[int, int, int, int]], above: int, first: int, width: int) -> None:
        below = [merge for merge in merges if merge[0] > above]
        # Ascending from the end, so that the next one is taken off with pop().
        self._waiting = sorted(
            (
                (top, left - first, bottom)
                for top, left, bottom, _ in below
                if bottom > top and 0 <= left - first < width
            ),
            reverse=True,
        )
        self._active: list[tuple[int, int, Value]] = []
        self._lines = {
            row
            for top, left, bottom, right in below
            if (right - left + 1) * 10 >= width * 6 and width > 1
            for row in range(top, min(bottom, top + 3) + 1)
        }
        self.filled_rows = 0

    def is_line(self, number: int) -> bool:
        """Whether most of the row is one merged cell."""
        return number in self._lines

    def fill(self, number: int, values: Cells) -> Cells:
        """The cells of the row, with the value of a cell merged downwards in every row that it covers."""
        if not self._waiting and not self._active:
            return values
        self._active = [entry for entry in self._active if entry[0] >= number]
        missing = [(column, value) for _, column, value in self._active if values[column] is None]
        filled = values
        if missing and any(value is not None for value in values):
            cells = list(values)
            for column, value in missing:
                cells[column] = value
            filled = tuple(cells)
            self.filled_rows += 1
        while self._waiting and self._waiting[-1][0] <= number:
            top, column, bottom = self._waiting.pop()
            if top == number and values[column] is not None:
                self._active.append((bottom, column, values[column]))
        return filled
