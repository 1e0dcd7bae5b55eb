"""Where in a sheet the headings stand, and what the columns are called.

Office tables begin with titles, "填报单位：… 填报时间：…", headings over two or three rows with merged
cells, a row of instructions, a second row of headings in another language. The row that looks most like
headings is taken; rows that belong to it are joined to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from registries.messages import N_, Problem
from registries.sheets.cells import is_number_like, is_year, tidy_text
from registries.sheets.sources import Row, Value, column_letters

SEPARATOR = " / "
"""Between the levels of a heading over several rows."""

LOOK_AHEAD = 60
_LAST_HEADER = 30
_LONGEST = 60
_WORDS = re.compile(
    "名|号|號|码|碼|址|址|电话|電話|手机|手機|日期|时间|時間|年月|类|類|类型|性别|性別|民族|籍|序|编|編|区|區|县|縣|市|省|街|村|里|经度|經度|纬度|緯度|状态|狀態|"
    "单位|單位|部门|部門|人|数|數|量|额|額|备注|備註|说明|說明|职|職|学历|關係|关系|地点|地點|位置|面积|面積|等级|等級|标准|標準|"
    r"\b(id|no|name|code|type|date|time|address|phone|tel|email|sex|gender|age|status|note|remark|number|title|"
    r"class|category|district|city|county|village|longitude|latitude|lng|lat|year|month|value|level)\b|[a-z](Id|Name|Code|Type|Date|Raw)\b",
    re.IGNORECASE,
)
_INSTRUCTION = re.compile(
    r"必填|选填|選填|可选|可選|可填|请填|請填|填写|填寫|格式|^如|例如|示例|样例|YYYY|分隔|下拉|自动|自動|[01]\s*[=＝]\s*[是否]|"
    r"^[^/\d]{1,4}/[^/\d]{1,4}$|\b(required|optional|e\.g\.|example)\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"(示例|范例|範例|样例|例如?|example)\s*[:：]", re.IGNORECASE)
_CODE = re.compile(r"(?=.*\d)[0-9A-Z]{15,18}")  # Whoever is called 示例 or 自动化 has one; no explanation has.
_COUNTED_WORDS = frozenset({"栏次", "欄次", "列次", "行次", "甲", "乙", "丙", "丁", "A", "B", "C"})
_SENTENCE = re.compile(r"[。；;!！]|[:：]\s*\S")


@dataclass
class Heading:
    """The headings of a table and the rectangle they span."""

    names: list[str]
    first: int
    """Column of the first heading, counted from 0."""
    rows: list[int]
    """Numbers of the rows that hold them, as a spreadsheet shows them."""
    begin: int
    """How many of the looked-at rows to leave out until the data begin."""
    known: int
    """How many of the headings were expected."""
    notes: list[Problem] = field(default_factory=list)


@dataclass
class _Grid:
    """The first rows of a sheet with the merged cells among them."""

    rows: list[Row]
    merges: list[tuple[int, int, int, int]]

    def cell(self, index: int, column: int) -> Value:
        cells = self.rows[index][1]
        value = cells[column] if column < len(cells) else None
        return None if isinstance(value, str) and not value.strip() else value

    def filled(self, index: int) -> list[int]:
        return [column for column in range(len(self.rows[index][1])) if self.cell(index, column) is not None]

    def across(self, index: int) -> dict[int, int]:
        """Column → the column whose value covers it, for cells merged sideways in this row."""
        number = self.rows[index][0]
        return {
            column: left
            for top, left, bottom, right in self.merges
            if top <= number <= bottom and right > left
            for column in range(left, right + 1)
        }


def find(
    rows: Sequence[Row],
    merges: list[tuple[int, int, int, int]],
    expected: Collection[str] = (),
    header_row: int | None = None,
    *,
    is_ragged: bool = False,
) -> Heading | None:
    """The headings among the first ``rows``; ``None`` if no row looks like them.

    ``expected`` are headings the reader knows, lower case; rows with them are preferred. ``header_row``
    is the row's number if the file tells it. In a ragged file, cells beyond the last heading make a
    column only if most rows have them: else a row with too many cells would look like a good one.
    """
    grid = _Grid(list(rows[:LOOK_AHEAD]), merges)
    width = _width(grid)
    if not width:
        return None
    numbers = [number for number, _ in grid.rows]
    if header_row in numbers:
        at, block = numbers.index(header_row), 1
    else:
        candidates = range(min(len(numbers), _LAST_HEADER))
        scored = [
            (_score(grid, index, width, expected), -index)
            for index in candidates
            if not _follows_data(grid, index)
        ]
        score, negative = max(scored)
        if score < 0:
            return None
        at, block = _block(grid, -negative)
    names, first = _names(grid, range(at, at + block), is_ragged)
    known = sum(any(part.lower() in expected for part in (name, *name.split(SEPARATOR))) for name in names)
    heading = Heading(names, first, numbers[at : at + block], at + block, known)
    _tell_titles(grid, at, heading)
    _skip_instructions(grid, heading, only_examples=header_row is not None)
    return heading


def _width(grid: _Grid) -> int:
    return max((column + 1 for index in range(len(grid.rows)) for column in grid.filled(index)), default=0)


def _score(grid: _Grid, index: int, width: int, expected: Collection[str]) -> float:
    """How much the row looks like headings; below 0 it cannot be one."""
    filled = grid.filled(index)
    across = grid.across(index)
    texts = [tidy_text(grid.cell(index, column)) for column in filled]
    labels = [_is_label(grid.cell(index, column)) for column in filled]
    below = range(index + 1, min(index + 21, len(grid.rows)))
    # Columns filled only here and there do not count against a row that leaves them unnamed.
    used = sum(
        sum(grid.cell(row, column) is not None for row in below) * 5 >= len(below) or column in filled
        for column in range(width)
    )
    covered = len(set(filled) | {column for column in across if across[column] in filled})
    fill = covered / max(used, 1)
    share = sum(labels) / len(labels) if labels else 0.0
    if not texts or share < 0.55 or fill < 0.5 or (width > 2 and len(filled) < 2):
        return -1.0
    known = sum(text.lower() in expected for text in texts) / len(texts) if expected else 0.0
    words = sum(bool(_WORDS.search(text)) for text in texts) / len(texts)
    contrast = sum(
        label and _numeric(grid, below, column) for column, label in zip(filled, labels, strict=True)
    )
    distinct = len(set(texts)) / len(texts)
    return (
        2 * min(fill, 1.0)
        + 2 * share
        + distinct
        + 2 * contrast / max(used, 1)
        + 2 * words
        + 4 * known
        - 0.05 * index
    )


def _follows_data(grid: _Grid, at: int) -> bool:
    """Whether a row above is as full as the row ``at`` and holds numbers, so that headings cannot follow."""
    width = len(grid.filled(at))
    return any(
        len(filled) >= width and not all(_is_label(grid.cell(index, column)) for column in filled)
        for index in range(at)
        if (filled := grid.filled(index))
    )


def _is_label(value: Value) -> bool:
    if is_year(value):
        return True
    if not isinstance(value, str) or is_number_like(value):
        return False
    text = tidy_text(value)
    return len(text) <= _LONGEST and not _SENTENCE.search(text)


def _numeric(grid: _Grid, below: range, column: int) -> bool:
    values = [value for row in below if (value := grid.cell(row, column)) is not None]
    return bool(values) and sum(map(is_number_like, values)) * 10 >= len(values) * 7


def _block(grid: _Grid, at: int) -> tuple[int, int]:
    """First row and height of the headings around the row ``at``."""
    top, bottom = at, at
    while top > 0 and (_is_under(grid, top - 1, top) or _is_first_language(grid, top - 1)):
        top -= 1
    while bottom + 1 < len(grid.rows) and bottom - top < 3:
        if not (_is_under(grid, bottom, bottom + 1) or _is_second_language(grid, bottom + 1)):
            break
        bottom += 1
    return top, bottom - top + 1


def _is_under(grid: _Grid, parent: int, child: int) -> bool:
    """Whether the row ``child`` divides headings of the row ``parent`` and leaves the others alone."""
    if grid.rows[child][0] - grid.rows[parent][0] != 1:
        return False
    above, below = grid.filled(parent), grid.filled(child)
    if len(above) < 2 or not below or not all(_is_label(grid.cell(child, column)) for column in below):
        return False
    if sum(_is_label(grid.cell(parent, column)) for column in above) < len(above):
        return False
    across = grid.across(parent)
    if across:
        divided = set(across)
        whole = {column for column in above if column not in divided}
        # The last heading of several is sometimes left unmerged above its only column.
        return bool(divided & set(below)) and len(whole & set(below)) * 4 <= len(below)
    # Without merged cells: blanks to the right of a heading belong to it.
    blanks = set(range(min(above), max(below) + 1)) - set(above)
    divided = blanks | {column for column in above if column + 1 in blanks}
    undivided = set(above) - divided
    return bool(blanks) and blanks <= set(below) and set(below) <= divided and bool(undivided)


def _is_second_language(grid: _Grid, index: int) -> bool:
    """Whether a full row of words stands above columns of numbers: the headings said once more."""
    below = range(index + 1, min(index + 21, len(grid.rows)))
    filled = grid.filled(index)
    numeric = [column for column in filled if _numeric(grid, below, column)]
    return (
        len(below) > 1
        and len(numeric) * 10 >= len(filled) * 3
        and len(numeric) > 1
        and all(_is_label(grid.cell(index, column)) for column in filled)
        and not _is_instruction(grid, index)
    )


def _is_first_language(grid: _Grid, index: int) -> bool:
    """Whether the row is full of words and the next one says the same headings once more."""
    above, below = grid.filled(index), grid.filled(index + 1)
    return (
        len(above) * 10 >= len(below) * 8
        and all(_is_label(grid.cell(index, column)) for column in above)
        and _is_second_language(grid, index + 1)
    )


def _names(grid: _Grid, block: range, is_ragged: bool) -> tuple[list[str], int]:
    """One name per column, and the first column."""
    levels = [_spread(grid, index, index < block[-1]) for index in block]
    columns = [column for level in levels for column in level]
    rest = range(block[-1] + 1, len(grid.rows))
    used = columns + [column for index in rest for column in grid.filled(index)]
    if is_ragged:
        named = max(columns)
        used = [column for column in used if column <= named or used.count(column) * 2 > len(rest)]
    first, last = min(used), max(used)
    names = []
    for column in range(first, last + 1):
        parts = dict.fromkeys(level[column] for level in levels if column in level)
        names.append(SEPARATOR.join(parts))
    return names, first


def _spread(grid: _Grid, index: int, is_parent: bool) -> dict[int, str]:
    """The texts of a row of headings by column, merged ones over all the columns that they cover."""
    filled = grid.filled(index)
    spread = {column: tidy_text(grid.cell(index, column)) for column in filled}
    for column, left in grid.across(index).items():
        if left in spread:
            spread.setdefault(column, spread[left])
    if is_parent and not grid.merges and filled:
        below = set(grid.filled(index + 1))
        for column in range(filled[0], max(below, default=0) + 1):
            if column not in spread and column in below and column - 1 in spread:
                spread[column] = spread[column - 1]
    return spread


def _tell_titles(grid: _Grid, at: int, heading: Heading) -> None:
    if at:
        heading.notes.append(
            Problem(
                N_("%(count)s rows above the headings were left out (“%(text)s”)."),
                count=at,
                text=tidy_text(grid.cell(0, grid.filled(0)[0]))[:_LONGEST],
            )
        )


def _skip_instructions(grid: _Grid, heading: Heading, *, only_examples: bool) -> None:
    while heading.begin < len(grid.rows) and (
        _is_example(grid, heading.begin)
        or (not only_examples and _is_instruction(grid, heading.begin))
        or (not only_examples and _counts_columns(grid, heading.begin))
    ):
        heading.notes.append(
            Problem(N_("Row %(row)s explains the columns and was left out."), row=grid.rows[heading.begin][0])
        )
        heading.begin += 1


def _is_instruction(grid: _Grid, index: int) -> bool:
    filled = grid.filled(index)
    if any(_CODE.fullmatch(tidy_text(grid.cell(index, column))) for column in filled):
        return False
    hits = sum(bool(_INSTRUCTION.search(tidy_text(grid.cell(index, column)))) for column in filled)
    return hits > 1 and hits * 10 >= len(filled) * 4


def _is_example(grid: _Grid, index: int) -> bool:
    filled = grid.filled(index)
    return bool(filled) and bool(_EXAMPLE.match(tidy_text(grid.cell(index, filled[0]))))


def _counts_columns(grid: _Grid, index: int) -> bool:
    """Whether the row numbers the columns: 栏次 1 2 3 …"""
    texts = [tidy_text(grid.cell(index, column)) for column in grid.filled(index)]
    numbers = [text for text in texts if text not in _COUNTED_WORDS]
    return len(numbers) > 2 and numbers == [str(count) for count in range(1, len(numbers) + 1)]


def complete(names: list[str], first: int) -> tuple[list[str], list[Problem]]:
    """The names with none blank and none twice, and what was done about it."""
    done: dict[str, None] = {}
    blank, twice = [], []
    for column, name in enumerate(names, first):
        letters = column_letters(column)
        if not name:
            blank.append(letters)
        wanted = name or f"列{letters}"
        unique, count = wanted, 1
        while unique in done:
            count += 1
            unique = f"{wanted} ({count})"
        if name and unique != wanted:
            twice.append(unique)
        done[unique] = None
    notes = []
    if blank:
        notes.append(
            Problem(
                N_("Columns without a heading: %(columns)s. They are called 列 and their letter."),
                columns=blank,
            )
        )
    if twice:
        notes.append(
            Problem(
                N_("Headings that occur more than once were numbered: %(headings)s."),
                headings=twice,
            )
        )
    return list(done), notes
