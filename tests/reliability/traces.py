"""Finds numbers in bytes, whatever they are written in: raw, UTF-16, base64 at any alignment, hex."""

from __future__ import annotations

import base64
import gzip
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

#: Numbers begin and end with ASCII characters, so UTF-8 and GB18030 write them alike.
_RUNS = (
    (re.compile(rb"[0-9]{10,}[0-9X]"), lambda run: run),
    (re.compile(rb"(?:[0-9]\0){10,}[0-9X]\0"), lambda run: run[::2]),
    (re.compile(rb"(?:\0[0-9]){10,}\0[0-9X]"), lambda run: run[1::2]),
    (re.compile(rb"(?:3[0-9]){10,}(?:3[0-9]|58)"), lambda run: bytes.fromhex(run.decode())),
    (re.compile(rb"(?:3[0-9]00){10,}(?:3[0-9]|58)00"), lambda run: bytes.fromhex(run.decode())[::2]),
    (re.compile(rb"(?:003[0-9]){10,}00(?:3[0-9]|58)"), lambda run: bytes.fromhex(run.decode())[1::2]),
)
#: Three digits are four letters, and the first of them is one of these; nine digits are enough to be sure.
_BASE64 = re.compile(rb"(?=([MNO][A-Za-z0-9+/_-]{11}))")


class Traces:
    """The numbers to look for."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self.numbers = {number.encode() for number in numbers}
        self.lengths = {len(number) for number in self.numbers}
        self.base64 = {
            base64.b64encode(number[skip:skip + 9]): number for number in self.numbers for skip in range(3)
        }

    def found_in(self, data: bytes) -> set[bytes]:
        """Those of the numbers that stand in the data."""
        found: set[bytes] = set()
        for pattern, plain in _RUNS:
            for match in pattern.finditer(data):
                found |= self._windows(plain(match.group()))
        found |= {self.base64[m.group(1)] for m in _BASE64.finditer(data) if m.group(1) in self.base64}
        return found

    def _windows(self, run: bytes) -> set[bytes]:
        return {
            window for length in self.lengths for start in range(len(run) - length + 1)
            if (window := run[start:start + length]) in self.numbers
        }


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """All files below a folder; what is packed also unpacked."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        yield path, data
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as pack:
                for name in pack.namelist():
                    yield path / name, pack.read(name)
        elif data.startswith(b"\x1f\x8b"):
            yield path / "unpacked", gzip.decompress(data)


def traces_below(folder: Path, traces: Traces) -> dict[str, int]:
    """The files below a folder in which numbers stand, with how many."""
    found = {str(path): len(traces.found_in(data)) for path, data in contents(folder)}
    return {name: count for name, count in found.items() if count}
