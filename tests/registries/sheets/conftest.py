"""Builders of the files that other offices send, and of those that somebody hostile would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from registries.messages import Problem, Refused
from registries.sheets import Limits, Table, open_table

Write = Callable[..., Path]
SHEET = "xl/worksheets/sheet1.xml"
SHEET_HEAD = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>"
)
SHEET_TAIL = b"</sheetData></worksheet>"


class Read:
    """A table read to its end."""

    def __init__(self, table: Table) -> None:
        with table:
            self.headings, self.columns, self.encoding = table.headings, table.columns, table.encoding
            self.sheet, self.sheets, self.hint = table.sheet, table.sheets, table.total_hint
            self.records = [record for chunk in table.chunks() for record in chunk]
            self.notes = list(table.notes)

    @property
    def numbers(self) -> list[int]:
        return [number for number, _ in self.records]

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return [values for _, values in self.records]

    def told(self, part: str) -> bool:
        return any(part in note for note in self.notes)


@pytest.fixture
def text_file(tmp_path: Path) -> Write:
    """Write a text table from a string in an encoding."""

    def write(text: str, encoding: str = "utf-8", name: str = "table.csv", mark: bytes = b"") -> Path:
        path = tmp_path / name
        path.write_bytes(mark + text.encode(encoding))
        return path

    return write


@pytest.fixture
def workbook(tmp_path: Path) -> Write:
    """Write a workbook from rows; ``merge`` and ``change`` alter the sheet further."""

    def write(
        rows: Sequence[Sequence[Any]],
        *,
        merge: Sequence[str] = (),
        change: Callable[[Any], None] | None = None,
        others: Mapping[str, Sequence[Sequence[Any]]] | None = None,
        name: str = "table.xlsx",
    ) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append(list(row))
        for reference in merge:
            sheet.merge_cells(reference)
        if change:
            change(sheet)
        for title, content in (others or {}).items():
            other = book.create_sheet(title)
            for row in content:
                other.append(list(row))
        path = tmp_path / name
        book.save(path)
        return path

    return write


@pytest.fixture
def repacked(tmp_path: Path, workbook: Write) -> Write:
    """A small workbook with one member of its container replaced."""

    def write(member: str, content: bytes, name: str = "table.xlsx") -> Path:
        source = workbook([["姓名", "电话"], ["张三", "1"]], name="source.xlsx").read_bytes()
        path = tmp_path / name
        with (
            zipfile.ZipFile(io.BytesIO(source)) as old,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for entry in old.namelist():
                new.writestr(entry, content if entry == member else old.read(entry))
        return path

    return write


def read(path: Path, **options: Any) -> Read:
    """The whole table in ``path``."""
    return Read(open_table(path, **options))


def refusal(path: Path, **options: Any) -> Problem:
    """Why the file is refused, at once or while its rows are read."""
    with pytest.raises(Refused) as caught:
        read(path, **options)
    problem = caught.value.problem
    assert problem.remedy, "a refusal says what to do"
    return problem


TIGHT = Limits(memory_bytes=400 * 2**20, cpu_seconds=10, silent_seconds=20)
