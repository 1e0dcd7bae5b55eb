"""The container of a workbook, looked at before anything parses what is inside; runs in the child process.

Sizes come from the directory of the zip file, which may lie; the limits of the process hold where it
does. The point of looking first is to say which of the many things that end in .xlsx this one is.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from registries.messages import N_, Problem, Refused
from registries.sheets.guard import CHOOSE_TABLE, SAVE_AGAIN, Limits
from registries.sheets.sources import column_letters

_OLE = b"\xd0\xcf\x11\xe0"
_SMALL = 20 * 2**20
_XML_PART = 4 * 2**20
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_DEFINITIONS = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\b(?=[^>]*\bhidden="(?:1|true)")[^>]*>')
_FILLED_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>/]*>')
_REFERENCE = re.compile(r"\$[A-Z]{1,3}\$(\d+)(?::\$[A-Z]{1,3}\$\d+)?$")
_MOST_HIDDEN = 2_000_000

HEADINGS_NAME = "sanku_headings"
"""The defined name by which our own workbooks say where their headings stand."""


@dataclass
class Package:
    """What the container tells of its sheets; empty for formats that keep it elsewhere."""

    parts: dict[str, str] = field(default_factory=dict)
    """Sheet name → name of the zip member."""
    headings: dict[str, int] = field(default_factory=dict)
    """Sheet name → row of its headings, where the file says so."""


def inspect(path: Path, shown: str, limits: Limits) -> Package:
    """What is in the container; refuses what is no workbook, is locked, or would unpack to too much."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == _OLE:
        _inspect_ole(path.read_bytes(), shown)
        return Package()
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, shown, limits)
            return _describe(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError):
        raise Refused(damaged(shown)) from None


def damaged(shown: str) -> Problem:
    """The file ends too early or its inside does not fit together."""
    return Problem(
        N_("The file “%(file)s” is damaged or incomplete and cannot be opened."),
        N_("Open it in Excel or WPS and save it again; if that fails, ask the sender for it once more."),
        file=shown,
    )


def nothing(shown: str) -> Problem:
    """There is no filled cell."""
    return Problem(
        N_("“%(file)s” holds no filled cells."),
        N_("Check that this is the right file and sheet."),
        file=shown,
    )


def _inspect_ole(content: bytes, shown: str) -> None:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise Refused(locked(shown))
    if holds("WordDocument") or holds("PowerPoint Document"):
        raise Refused(
            Problem(N_("The file “%(file)s” is a text document, not a table."), CHOOSE_TABLE, file=shown)
        )
    if not (holds("Workbook") or holds("Book")):
        raise Refused(Problem(N_("The file “%(file)s” holds no spreadsheet."), CHOOSE_TABLE, file=shown))


def locked(shown: str) -> Problem:
    """The file needs a password, which is never asked for here."""
    return Problem(
        N_("The file “%(file)s” is protected by a password."),
        N_("Open it with the password, remove the protection, save it and choose it again."),
        file=shown,
    )


def _check_members(archive: zipfile.ZipFile, shown: str, limits: Limits) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > limits.members:
        raise Refused(
            Problem(
                N_("The file “%(file)s” has %(count)s parts, far more than a table needs."),
                SAVE_AGAIN,
                file=shown,
                count=len(members),
            )
        )
    if unpacked > limits.unpacked_bytes or (unpacked > _SMALL and unpacked > packed * limits.ratio):
        raise Refused(
            Problem(
                N_("The file “%(file)s” would unpack to %(size)s MB, far more than a table of its size."),
                N_("If it is a real table, save it as CSV (UTF-8) or split it, and choose the new file."),
                file=shown,
                size=unpacked // 2**20,
            )
        )
    if any(member.flag_bits & 1 for member in members):
        raise Refused(locked(shown))
    _check_purpose(names, shown)
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as part:
                head = part.read(2_048)
            if _DEFINITIONS.search(head):
                raise Refused(
                    Problem(
                        N_("The file “%(file)s” contains definitions that no spreadsheet program writes."),
                        SAVE_AGAIN,
                        file=shown,
                    )
                )
            if member.filename == "META-INF/manifest.xml":
                with archive.open(member) as part:
                    if b"encryption-data" in part.read(_XML_PART):
                        raise Refused(locked(shown))


def _check_purpose(names: set[str], shown: str) -> None:
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return
    if "word/document.xml" in names or any(name.startswith("ppt/") for name in names):
        raise Refused(
            Problem(N_("The file “%(file)s” is a text document, not a table."), CHOOSE_TABLE, file=shown)
        )
    raise Refused(
        Problem(
            N_("The file “%(file)s” is a compressed archive, not a table."),
            N_("Unpack it and choose the table inside."),
            file=shown,
        )
    )


def _describe(archive: zipfile.ZipFile) -> Package:
    """The sheets of an .xlsx file; any oddity only means that less is known."""
    package = Package()
    try:
        workbook = _xml(archive, "xl/workbook.xml")
        relations = {
            entry.get("Id", ""): entry.get("Target", "")
            for entry in _xml(archive, "xl/_rels/workbook.xml.rels")
        }
    except (KeyError, ValueError, ElementTree.ParseError):
        return package
    for entry in workbook.iter():
        if entry.tag.endswith("}sheet"):
            target = relations.get(entry.get(_RELATION) or entry.get(_STRICT_RELATION) or "", "")
            part = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            package.parts[entry.get("name", "")] = part
        elif entry.tag.endswith("}definedName") and entry.get("name") == HEADINGS_NAME:
            sheet, _, reference = (entry.text or "").rpartition("!")
            if found := _REFERENCE.match(reference):
                package.headings[sheet.strip("'").replace("''", "'")] = int(found[1])
    return package


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    with archive.open(name) as part:
        content = part.read(_XML_PART + 1)
    if len(content) > _XML_PART:
        raise ValueError(name)
    # Files with definitions were refused before, so there is nothing to expand.
    return ElementTree.fromstring(content)  # noqa: S314


def hidden(path: Path, part: str) -> tuple[list[int], list[int]]:
    """Numbers of the hidden rows, and indices from 0 of the hidden columns, of one sheet of an .xlsx file."""
    rows: list[int] = []
    columns: list[int] = []
    try:
        for text in _pieces(path, part):
            rows.extend(map(int, _HIDDEN_ROW.findall(text)))
            for entry in _HIDDEN_COLUMNS.findall(text):
                low, high = (re.search(rb'\b%s="(\d+)"' % side, entry) for side in (b"min", b"max"))
                if low and high:
                    columns.extend(range(int(low[1]) - 1, min(int(high[1]), 16_384)))
            if len(rows) > _MOST_HIDDEN:
                break
    except (KeyError, OSError, zipfile.BadZipFile):
        return [], []
    return rows, columns


def farthest_cell(path: Path, shown: str, limits: Limits) -> Problem | None:
    """The sheet and cell that make a workbook too large to read, if it is one cell far from the rest."""
    for sheet, part in inspect(path, shown, limits).parts.items():
        column = row = 0
        for text in _pieces(path, part):
            for letters, digits in _FILLED_CELL.findall(text):
                row = max(row, int(digits))
                column = max(column, _index(letters))
        if row * column > limits.cells:
            return far_cell(shown, sheet, row, column, limits)
    return None


def far_cell(shown: str, sheet: str, rows: int, columns: int, limits: Limits) -> Problem:
    """The rectangle around the filled cells is too large."""
    if columns > limits.columns or rows * columns > 50 * limits.cells:
        return Problem(
            N_("The sheet “%(sheet)s” of “%(file)s” reaches to cell %(cell)s, far outside any table."),
            N_("Delete the rows and columns beyond the table, save the file and choose it again."),
            sheet=sheet,
            file=shown,
            cell=f"{column_letters(columns - 1)}{rows}",
        )
    return Problem(
        N_("The sheet “%(sheet)s” of “%(file)s” is too large: %(rows)s rows, %(columns)s columns."),
        N_("Save it as CSV (UTF-8), or split it into several files."),
        sheet=sheet,
        file=shown,
        rows=rows,
        columns=columns,
    )


def _pieces(path: Path, part: str) -> Iterator[bytes]:
    """The XML of a sheet in pieces that end between two elements."""
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        rest = b""
        while chunk := stream.read(1 << 20):
            text = rest + chunk
            end = text.rfind(b"<")
            rest = text[end:] if end >= 0 and len(text) - end < _XML_PART else b""
            yield text[:end] if rest else text
        yield rest


def _index(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value
