"""What a file really is, found from its first bytes, and how much of it is taken.

A name says little: exports called .xls hold HTML, tabs or nothing. So a file is judged by content, and
whatever is no table is refused in the words of the person who chose it. Only the size and the first
bytes are read here; the inside of a container is looked at in the child process, where a trap can do no
harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from registries.messages import N_, Problem, Refused


@dataclass(frozen=True)
class Limits:
    """How much is taken from one file; more is refused before it can hurt."""

    file_bytes: int = 512 * 2**20
    """Of a text table, which is read as a stream."""
    package_bytes: int = 64 * 2**20
    """Of a workbook or GeoJSON file, which is read as a whole."""
    unpacked_bytes: int = 600 * 2**20
    ratio: int = 400
    """Unpacked to packed; a real sheet of repeated words reaches about 60."""
    members: int = 2_000
    rows: int = 2_000_000
    columns: int = 1_000
    cells: int = 10_000_000
    """Of the rectangle around all filled cells, because the reader keeps it in memory as a whole."""
    cell_characters: int = 1_000_000
    line_characters: int = 4_000_000
    memory_bytes: int = 1_536 * 2**20
    cpu_seconds: int = 120
    silent_seconds: float = 180.0
    """How long the child process may work without sending anything."""


DEFAULT = Limits()

SAVE_AGAIN = N_("Open it in Excel or WPS, save it as .xlsx and choose the new file.")
CHOOSE_TABLE = N_("Choose an Excel, ODS, CSV or GeoJSON file.")

_HEAD = 8_192
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURE = N_("The file “%(file)s” is a picture, not a table.")
_ARCHIVE = N_("The file “%(file)s” is a compressed archive, not a table.")
_UNPACK = N_("Unpack it and choose the table inside.")
_STRANGERS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n", _PICTURE, CHOOSE_TABLE),
    (b"\xff\xd8\xff", _PICTURE, CHOOSE_TABLE),
    (b"GIF8", _PICTURE, CHOOSE_TABLE),
    (b"BM", _PICTURE, CHOOSE_TABLE),
    (b"RIFF", _PICTURE, CHOOSE_TABLE),
    (b"II*\x00", _PICTURE, CHOOSE_TABLE),
    (b"MM\x00*", _PICTURE, CHOOSE_TABLE),
    (b"%PDF", N_("The file “%(file)s” is a PDF document, not a table."), CHOOSE_TABLE),
    (b"{\\rtf", N_("The file “%(file)s” is a text document, not a table."), CHOOSE_TABLE),
    (b"Rar!", _ARCHIVE, _UNPACK),
    (b"7z\xbc\xaf", _ARCHIVE, _UNPACK),
    (b"\x1f\x8b", _ARCHIVE, _UNPACK),
    (b"BZh", _ARCHIVE, _UNPACK),
    (b"\xfd7zXZ", _ARCHIVE, _UNPACK),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE, _UNPACK),
    (b"SQLite format 3", N_("The file “%(file)s” is a database, not a table."), CHOOSE_TABLE),
    (b"\x7fELF", N_("The file “%(file)s” is a program, not a table."), CHOOSE_TABLE),
    (b"MZ", N_("The file “%(file)s” is a program, not a table."), CHOOSE_TABLE),
)
# Two letters are also how an ordinary heading may begin ("BM_code"), so these must be followed by binary.
_NEEDS_BINARY = frozenset({b"BM", b"MZ", b"RIFF", b"BZh", b"GIF8"})
_MARKUP = re.compile(rb"<(!doctype\s+html|html|head|body|table|meta|style|div)\b", re.IGNORECASE)


def recognise(path: Path, shown: str, limits: Limits = DEFAULT) -> str:
    """``"workbook"``, ``"json"`` or ``"text"``; refuses everything else, calling the file ``shown``."""
    size = _size(path, shown)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        raise Refused(_unreadable(shown)) from None
    kind = _kind(head, shown)
    most = limits.file_bytes if kind == "text" or _is_lines(head) else limits.package_bytes
    if size > most:
        raise Refused(
            Problem(
                N_("The file “%(file)s” has %(size)s MB; at most %(most)s MB are taken."),
                N_("Split it into several files, or save a workbook as CSV (UTF-8)."),
                file=shown,
                size=-(-size // 2**20),
                most=most // 2**20,
            )
        )
    return kind


def _size(path: Path, shown: str) -> int:
    try:
        if path.is_dir():
            raise Refused(Problem(N_("“%(file)s” is a folder, not a file."), CHOOSE_TABLE, file=shown))
        if not path.exists():
            raise Refused(
                Problem(N_("There is no file “%(file)s”."), N_("Check the name and the folder."), file=shown)
            )
        if not path.is_file():
            raise Refused(_unreadable(shown))
        size = path.stat().st_size
    except (OSError, ValueError):
        raise Refused(_unreadable(shown)) from None
    if not size:
        raise Refused(
            Problem(
                N_("The file “%(file)s” is empty."),
                N_("Ask the sender for the file again; it may not have been copied completely."),
                file=shown,
            )
        )
    return size


def _unreadable(shown: str) -> Problem:
    return Problem(
        N_("The file “%(file)s” cannot be opened."),
        N_("Check that it is an ordinary file that may be read, and is not open in another program."),
        file=shown,
    )


def _kind(head: bytes, shown: str) -> str:
    for magic, msgid, remedy in _STRANGERS:
        if head.startswith(magic) and (magic not in _NEEDS_BINARY or b"\0" in head or len(head) < 16):
            raise Refused(Problem(msgid, remedy, file=shown))
    # Excel 2 to 4 began a sheet without any container; the record 09 is its first.
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE)):
        return "workbook"
    text = _as_ascii(head)
    if _MARKUP.search(text[:4096]) and text[:1] == b"<":
        raise Refused(
            Problem(
                N_("The file “%(file)s” is a web page that is only named like a spreadsheet."),
                SAVE_AGAIN,
                file=shown,
            )
        )
    if text.startswith((b"<?xml", b"<Workbook", b"<kml", b"<gpx")):
        raise Refused(
            Problem(N_("The file “%(file)s” is an XML document, not a table."), SAVE_AGAIN, file=shown)
        )
    return "json" if _is_json(text) else "text"


def _as_ascii(head: bytes) -> bytes:
    """The beginning without byte order mark and the zeros of UTF-16, enough to recognise markup."""
    if head.startswith(b"\xef\xbb\xbf"):
        head = head[3:]
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\0", b"")
    return head.lstrip()


def _is_json(text: bytes) -> bool:
    return bool(re.match(rb"\{\s*(\"|\})|\[\s*[\[\]{\"\d]", text))


def _is_lines(head: bytes) -> bool:
    """Whether the first line is a whole JSON object, so that the file can be read line by line."""
    first = _as_ascii(head).splitlines()[:1]
    return bool(first) and first[0].startswith(b"{") and first[0].rstrip().endswith(b"}")
