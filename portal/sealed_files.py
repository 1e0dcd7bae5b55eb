"""Files that people send or fetch, which hold personal data: sealed in the data folder, gone when they are done with.

A file lies in blocks, each sealed for its place in this one file, the last marked as such: cut or mixed files do not
open. Whoever must read one as a file gets a clear copy that has no name, so that nothing is left of it however the
process ends.
"""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from registries.crypto import Keys, Tampered
from registries.db import now
from registries.messages import N_, Problem, Refused

BLOCK = 1 << 20
#: A file that no row of a table knows was left by a kill; it is given this long, because the row comes after the file.
STRAY = timedelta(days=1)
_LENGTH = struct.Struct(">I")


class SealedFiles:
    """The files of one purpose, such as ``uploads``, in a folder that only its owner may read."""

    def __init__(self, data: Path, keys: Keys, purpose: str) -> None:
        self.folder, self.keys, self.purpose = data / "files" / purpose, keys, purpose

    def path(self, file_id: UUID) -> Path:
        """Where a file lies."""
        return self.folder / file_id.hex

    def save(self, file_id: UUID, stream: BinaryIO, most: int | None = None) -> int:
        """Keep what a stream gives; the file is there whole or not at all. Returns its size.

        :raises Refused: there are more than ``most`` bytes, or no room.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.folder / f".{file_id.hex}.{os.getpid()}"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                size = self._write(file_id, stream, file, most)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path(file_id))
        except OSError as error:
            raise Refused(Problem(
                N_("The file could not be kept: %(reason)s."), N_("Tell whoever runs the system."),
                reason=error.strerror or type(error).__name__,
            )) from error
        finally:
            part.unlink(missing_ok=True)
        return size

    def _write(self, file_id: UUID, stream: BinaryIO, file: BinaryIO, most: int | None) -> int:
        size = number = 0
        block = stream.read(BLOCK)
        while True:
            after = stream.read(BLOCK)
            size += len(block)
            if most is not None and size > most:
                raise Refused(Problem(
                    N_("The file is larger than %(most)s MB."), N_("Split it into several files."), most=most >> 20,
                ))
            sealed = self.keys.seal_bytes(self.purpose, _place(number, not after), file_id, block)
            file.write(_LENGTH.pack(len(sealed)) + sealed)
            if not after:
                return size
            block, number = after, number + 1

    def save_made(self, file_id: UUID, make: Callable[[Path], int]) -> int:
        """Keep the file that ``make`` writes to the path it is given; returns what it returns.

        The clear file lies in `out_of_sight` until it is sealed.
        """
        with out_of_sight() as folder:
            path = folder / "file.xlsx"
            count = make(path)
            with path.open("rb") as file:
                self.save(file_id, file)
        return count

    def blocks(self, file_id: UUID) -> Iterator[bytes]:
        """The clear contents, a block at a time.

        :raises FileNotFoundError: there is no such file.
        :raises Tampered: it was cut or changed.
        """
        with self.path(file_id).open("rb") as file:
            number = 0
            sealed = self._next(file)
            while sealed:
                after = self._next(file)
                yield self.keys.open_bytes(self.purpose, _place(number, not after), file_id, sealed)
                sealed, number = after, number + 1

    def _next(self, file: BinaryIO) -> bytes:
        head = file.read(_LENGTH.size)
        if not head:
            return b""
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else -1
        if not 0 < length <= BLOCK + 64:
            raise Tampered(self.purpose)
        return file.read(length)

    @contextmanager
    def clear(self, file_id: UUID) -> Iterator[Path]:
        """A path to read the clear file from, as long as it is needed.

        :raises FileNotFoundError: there is no such file.
        """
        with tempfile.TemporaryFile(dir=self.folder) as file:
            shutil.copyfileobj(_Reader(self.blocks(file_id)), file, BLOCK)
            file.flush()
            # Other processes of ours may open it by this name, and nobody by any other.
            yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")

    def delete(self, file_id: UUID) -> None:
        """Forget a file; that it is gone already is no fault."""
        self.path(file_id).unlink(missing_ok=True)

    def strays(self, known: set[UUID]) -> int:
        """Delete files that nobody knows and parts that a kill left; returns how many."""
        count = 0
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in {file_id.hex for file_id in known} and _age(path) > STRAY:
                path.unlink(missing_ok=True)
                count += 1
        return count


@contextmanager
def out_of_sight() -> Iterator[Path]:
    """A folder for clear files that is gone afterwards: in memory, where there is a place for that, on no disk."""
    memory = Path("/dev/shm")  # noqa: S108  A folder that only its owner may read is made in it.
    where = str(memory) if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="sanku-", dir=where) as folder:
        yield Path(folder)


class _Reader:
    """Blocks with the face of a file, for copying."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks

    def read(self, _size: int = -1) -> bytes:
        """The next block; empty at the end."""
        return next(self._blocks, b"")


def _place(number: int, last: bool) -> str:
    return f"{number}{'.' if last else ''}"


def _age(path: Path) -> timedelta:
    try:
        return timedelta(seconds=now().timestamp() - path.stat().st_mtime)
    except FileNotFoundError:
        return timedelta()
