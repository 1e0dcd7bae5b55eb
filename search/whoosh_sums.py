"""Checksums of the files of a Whoosh index: Whoosh has none, and a bit that flips on a disk would go unnoticed.

The files of an index never change once they are written, so each is summed up once, by whoever wrote it and while it
holds the write lock. The sums stand beside the files. A file that a killed writer left without a sum is summed up by
the next one.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

from .engine import IndexDamaged

NAME = "sums.json"
PATTERNS = ("*.seg", "*.toc")
PIECE = 1 << 20


def note(folder: Path) -> None:
    """Sum up the files that are new since the last time, and forget those that are gone."""
    known = read(folder)
    found = sorted(path for pattern in PATTERNS for path in folder.glob(pattern))
    sums = {path.name: known.get(path.name, -1) for path in found}
    for path in found:
        if sums[path.name] < 0:
            sums[path.name] = checksum(path)
    fresh = folder / f"{NAME}.new"
    fresh.write_text(json.dumps(sums), encoding="utf-8")
    fresh.replace(folder / NAME)


def read(folder: Path) -> dict[str, int]:
    """The sums that were noted; without any that can be read, nothing is known."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return {str(name): int(told[name]) for name in told}
    except (OSError, ValueError, TypeError):
        return {}


def checksum(path: Path) -> int:
    """The CRC-32 of a file: it is to find accidents, for whoever may write the folder could write the sums too."""
    found = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found = zlib.crc32(piece, found)
    return found


def require(folder: Path, name: str, sums: dict[str, int]) -> None:
    """Compare a file with its sum, if one was noted.

    :raises IndexDamaged: it is another one.
    """
    if name in sums and checksum(folder / name) != sums[name]:
        raise IndexDamaged(f"{name} is not what was written")


def verify(folder: Path) -> None:
    """Compare every file with its sum; a file that a commit took away meanwhile is none of these.

    :raises IndexDamaged: one is not what was written, or is gone.
    """
    while True:
        sums = read(folder)
        try:
            for name in sums:
                require(folder, name, sums)
        except FileNotFoundError as error:
            if read(folder) != sums:
                continue
            raise IndexDamaged(f"{error.filename} is missing") from error
        return
