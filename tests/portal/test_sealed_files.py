"""Files of people: sealed on disk, whole or not at all, and readable as a file that has no name."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.sealed_files import BLOCK, SealedFiles
from registries.crypto import Keys, Tampered
from registries.db import new_id
from registries.messages import Refused


@pytest.fixture
def files(tmp_path: Path, keys: Keys) -> SealedFiles:
    return SealedFiles(tmp_path, keys, "upload")


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_a_file_comes_back_as_it_was(files: SealedFiles, size: int):
    content = os.urandom(size)
    file_id = new_id()
    assert files.save(file_id, io.BytesIO(content)) == size
    assert b"".join(files.blocks(file_id)) == content
    with files.clear(file_id) as path:
        assert path.read_bytes() == content
        read = [sys.executable, "-c", f"import sys; sys.exit(len(open({str(path)!r}, 'rb').read()) != {size})"]
        assert subprocess.run(read, check=False).returncode == 0
    assert not path.exists()


def test_nothing_of_it_stands_on_the_disk(files: SealedFiles):
    content = b"00010119800101123X" * 1000
    file_id = new_id()
    files.save(file_id, io.BytesIO(content))
    with files.clear(file_id):
        found = list(files.folder.iterdir())
    assert [path.name for path in found] == [file_id.hex]
    assert b"000101" not in found[0].read_bytes()
    assert found[0].stat().st_mode & 0o777 == 0o600
    assert files.folder.stat().st_mode & 0o777 == 0o700


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(files: SealedFiles):
    with pytest.raises(Refused, match="larger than 1 MB"):
        files.save(new_id(), io.BytesIO(bytes(BLOCK + 1)), BLOCK)
    assert list(files.folder.iterdir()) == []


@pytest.mark.parametrize("harm", ["cut", "bit", "swap", "short"])
def test_a_file_that_was_cut_changed_or_mixed_does_not_open(files: SealedFiles, harm: str):
    file_id = new_id()
    files.save(file_id, io.BytesIO(os.urandom(2 * BLOCK)))
    path = files.path(file_id)
    data = path.read_bytes()
    half = len(data) // 2
    harmed = {
        "cut": data[:half], "bit": data[:100] + bytes([data[100] ^ 1]) + data[101:],
        "swap": data[half:] + data[:half], "short": data[:-3],
    }[harm]  # fmt: skip
    path.write_bytes(harmed)
    with pytest.raises(Tampered):
        list(files.blocks(file_id))


def test_the_file_of_another_upload_does_not_open(files: SealedFiles):
    one, other = new_id(), new_id()
    files.save(one, io.BytesIO(b"x"))
    files.path(one).rename(files.path(other))
    with pytest.raises(Tampered):
        list(files.blocks(other))


def test_what_nobody_knows_is_deleted_a_day_later(files: SealedFiles):
    known, stray, young = new_id(), new_id(), new_id()
    for file_id in (known, stray, young):
        files.save(file_id, io.BytesIO(b"x"))
    for file_id in (known, stray):
        os.utime(files.path(file_id), (0, 0))
    assert files.strays({known}) == 1
    assert {path.name for path in files.folder.iterdir()} == {known.hex, young.hex}
    files.delete(young)
    files.delete(young)
