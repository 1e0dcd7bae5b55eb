"""A table found in a file: its headings, its rows, and what was left out of it and why.

Office tables end with "合计", "填表人：…", a date or remarks, and are broken by lines that name a group.
Those are no records. What is left out is always told in `Table.notes`; what is doubtful in the middle
of the table stays in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain, islice
from types import TracebackType
from typing import Self

from registries.messages import N_, Problem, Refused
from registries.sheets import headings, packages
from registries.sheets.cells import tidy_text
from registries.sheets.guard import Limits
from registries.sheets.merges import Merges
from registries.sheets.sources import Source, Value, column_letters

_TOTAL = re.compile(
    r"(本页|本頁|本表)?(合计|总计|小计|共计|合計|總計|小計|共計|累计|累計)(数|數)?[：:]?|"
    r"(grand )?total:?|sub-?total:?",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"(注|註|备注|備註|说明|說明|附注|附註|填表人|制表人?|製表人?|填报人|填報人|审核人?|審核人?|单位负责人|統計|数据来源|資料來源|资料来源|"
    r"資料提供日期|填报日期|填表日期|制表日期|打印时间|列印時間|事故類別|以上|note|notes|source)\s*[：:1-9（(]",
    re.IGNORECASE,
)
_PROSE = re.compile(r"[。；;：:]")
# First letters of the words for a total, to spare every other row the regular expression.
_TOTAL_LETTERS = frozenset("本合总小共總累gGtTsS")
_SHOWN = 5
_HELD = 200

_SUM = N_("Rows with totals were left out: %(rows)s.")
_GROUP = N_("Lines that only name a group were left out: %(rows)s.")
_AGAIN = N_("Repeated headings were left out: rows %(rows)s.")
_END = N_("Remarks below the table were left out: rows %(rows)s.")
_DOUBTFUL = "doubtful"

Record = tuple[int, tuple[Value, ...]]


class Table:
    """The rows of one sheet, read once with `chunks`; a context manager that lets go of the file.

    ``sheets`` names all sheets of the file; ``total_hint`` is about how many rows there are, if that is
    known.
    """

    headings: list[str]
    columns: list[str]
    notes: list[Problem]
    total_hint: int | None

    def __init__(self, source: Source, shown: str, limits: Limits, expected: Collection[str] = ()) -> None:
        self._source = source
        facts = source.facts
        self.sheet, self.sheets, self.encoding, self.notes = (
            facts.sheet,
            facts.sheets,
            facts.encoding,
            facts.notes,
        )
        stream = source.rows()
        first = list(islice(stream, headings.LOOK_AHEAD))
        self._is_plain = facts.headings is not None
        if facts.headings is not None:
            self.headings, self.columns = facts.headings, [""] * len(facts.headings)
            self._first, begin, above = 0, 0, 0
        else:
            found = headings.find(first, facts.merges, expected, facts.header_row, is_ragged=facts.is_ragged)
            if found is None:
                raise Refused(
                    _no_headings(
                        shown,
                        self.sheet,
                        is_blank=not any(tidy_text(cell) for _, cells in first for cell in cells),
                    )
                )
            self.headings, told = headings.complete(found.names, found.first)
            self.columns = [column_letters(found.first + index) for index in range(len(found.names))]
            self._first, begin, above = found.first, found.begin, found.rows[-1]
            self.notes.extend([*found.notes, *told])
        if len(self.headings) > limits.columns:
            raise Refused(_too_wide(shown, limits.columns))
        self._rows = chain(first[begin:], stream)
        self._merges = Merges(facts.merges, above, self._first, len(self.headings))
        self.total_hint = None if facts.total is None else max(facts.total - above, 0)
        self._left_out: dict[str, list[int]] = {}
        self._previous = above

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file or of the process that reads it."""
        self._source.close()

    def chunks(self, size: int = 2000) -> Iterator[list[Record]]:
        """Row numbers as a spreadsheet shows them, with the cells in the order of `headings`.

        A tuple longer than the headings is a row with more cells than columns, mostly an unquoted
        comma: nobody knows which cell belongs where. `notes` is complete when the last chunk has been
        taken.
        """
        records = iter(self._all() if self._is_plain else self._records())
        count = 0
        while chunk := list(islice(records, size)):
            count += len(chunk)
            yield chunk
        self._tell(count)

    def _all(self) -> Iterator[Record]:
        return ((number, tuple(cells)) for number, cells in self._rows)

    def _records(self) -> Iterator[Record]:
        """The rows that are records; doubtful ones wait until another record shows that it goes on."""
        first, width, fill = self._first, len(self.headings), self._merges.fill
        title = self.headings[0]
        held: list[Record] = []
        for number, cells in self._rows:
            values = tuple([value or None if value.__class__ is str else value for value in cells])
            if first or len(values) != width:
                values = _fitted(values[first:], width)
            values = fill(number, values)
            lead = values[0]
            if (
                lead is None
                or lead == title
                or values.count(None) * 2 >= width
                or (lead.__class__ is str and lead[:1] in _TOTAL_LETTERS)
            ):
                reason = self._reason(number, values)
                if reason == _DOUBTFUL and len(held) < _HELD:
                    held.append((number, values))
                    continue
                if reason and reason != _DOUBTFUL:
                    self._left_out.setdefault(reason, []).append(number)
                    continue
            if held:
                yield from held
                held = []
            self._previous = number
            yield number, values
        yield from self._without_remarks(held)

    def _reason(self, number: int, values: tuple[Value, ...]) -> str:
        """Why the row is no record; empty if it is one."""
        filled = [
            value
            for value in values
            if value is not None and (value.__class__ is not str or tidy_text(value))
        ]
        if not filled:
            return _BLANK
        lead = tidy_text(filled[0])
        if len(lead) <= 12 and _TOTAL.fullmatch(lead.replace(" ", "")):
            return _SUM
        if len(filled) == 1 and self._merges.is_line(number):
            return _GROUP
        if len(filled) > 1 and all(
            tidy_text(cell) == name for cell, name in zip(values, self.headings, strict=False) if cell
        ):
            return _AGAIN
        is_few = len(filled) == 1 and len(values) > 2
        return _DOUBTFUL if is_few or (len(filled) * 2 <= len(values) and _FOOTER.match(lead)) else ""

    def _without_remarks(self, held: list[Record]) -> Iterator[Record]:
        """Of the doubtful rows at the end, those before the first that reads like a remark."""
        for index, (number, values) in enumerate(held):
            text = next(tidy_text(value) for value in values if value is not None)
            # A blank row before it, a sentence, a cell across the table: it does not belong to the records.
            if (
                number > self._previous + 1
                or _PROSE.search(text)
                or _FOOTER.match(text)
                or self._merges.is_line(number)
            ):
                self._left_out[_END] = [number for number, _ in held[index:]]
                return
            self._previous = number
            yield number, values

    def _tell(self, count: int) -> None:
        for msgid, numbers in self._left_out.items():
            if msgid != _BLANK:
                self.notes.append(Problem(msgid, rows=_listed(numbers)))
        if self._merges.filled_rows:
            self.notes.append(
                Problem(
                    N_("Merged cells were filled down in %(count)s rows."), count=self._merges.filled_rows
                )
            )
        if not count:
            self.notes.append(
                Problem(
                    N_("There are no rows below the headings."), N_("Check that this is the right sheet.")
                )
            )


_BLANK = "blank"


def _fitted(values: tuple[Value, ...], width: int) -> tuple[Value, ...]:
    """The row with as many cells as there are headings; longer only if the cells too many hold something."""
    if len(values) < width:
        return values + (None,) * (width - len(values))
    if any(value is not None and value != " " for value in values[width:]):
        return values
    return values[:width]


def _listed(numbers: list[int]) -> list[int | str]:
    return [*numbers] if len(numbers) <= _SHOWN else [*numbers[:_SHOWN], f"… ({len(numbers)})"]


def _no_headings(shown: str, sheet: str, *, is_blank: bool) -> Problem:
    if is_blank:
        return packages.nothing(shown)
    if sheet:
        return Problem(
            N_("No row of headings was found in the sheet “%(sheet)s” of “%(file)s”."),
            N_("Put one row with the names of the columns above the data, as in the template."),
            sheet=sheet,
            file=shown,
        )
    return Problem(
        N_("No row of headings was found in “%(file)s”."),
        N_("Put one row with the names of the columns above the data, as in the template."),
        file=shown,
    )


def _too_wide(shown: str, most: int) -> Problem:
    return Problem(
        N_("The table in “%(file)s” has more than %(most)s columns."),
        N_("Delete the columns that are not needed and save the file again."),
        file=shown,
        most=most,
    )
