"""A disk that is full or must not be written: one clear sentence, no damage, reads go on, and later it works again."""

from __future__ import annotations

import contextlib
import csv
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click.testing
import pytest
import sqlalchemy as sa

from portal import commands
from portal.settings import Settings
from portal.system import System
from registries import checking, references
from registries.db import DATABASES
from tests import factories

ROWS = 300


@dataclass
class Disk:
    """A folder on a disk of its own: ``full`` leaves it so many bytes, for as long as the block lasts."""

    folder: Path
    full: Callable[[int], contextlib.AbstractContextManager[None]]
    read_only: Callable[[], contextlib.AbstractContextManager[None]] | None = None


@contextlib.contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    """The disk of a folder with little left of it."""
    filler = folder / "filler"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    filler.write_bytes(b"\0" * max(0, free - left))
    try:
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def limited(folder: Path, left: int) -> Iterator[None]:
    """No file may grow beyond this; what a process without any rights can do to itself."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left // 4, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@contextlib.contextmanager
def mounted_read_only(folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True, capture_output=True)


@pytest.fixture(params=["small disk", "limited files"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A small disk if this user may mount one, and in any case a process that may not make files longer."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param == "limited files":
        yield Disk(folder, lambda left: limited(folder, left))
        return
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounting.returncode:
        pytest.skip("only root may mount a small disk")
    yield Disk(folder, lambda left: filled(folder, left), lambda: mounted_read_only(folder))
    subprocess.run(["umount", "--lazy", folder], check=True, capture_output=True)


@pytest.fixture
def system(disk: Disk, sqlite_template: Path, keys, catalogue, fill_records, monkeypatch) -> Iterator[System]:
    """The program with its data folder on that disk, and a few records in it."""
    data = disk.folder / "data"
    data.mkdir(mode=0o700)
    for name in DATABASES:
        shutil.copy(sqlite_template / f"{name}.sqlite3", data)
    made = System(Settings(data=data, keys=keys.path, index=data / "index"), catalogue, "en")
    fill_records(made.database)
    made.feed.rebuild()
    yield made
    made.feed.engine.close()
    made.database.engine.dispose()


@dataclass
class Answer:
    """What a command said and how it ended."""

    code: int
    said: list[str]


@pytest.fixture
def sanku(system: System) -> Callable[..., Answer]:
    """Runs a command as from a shell, in one process that goes on, like a server."""
    group = commands.build(system)

    def run(*words: object) -> Answer:
        result = click.testing.CliRunner().invoke(group, [str(word) for word in words])
        if result.exception is None or isinstance(result.exception, SystemExit):
            return Answer(result.exit_code, result.output.splitlines())
        return Answer(1, [str(problem) for problem in commands.told(result.exception)])

    return run


@pytest.fixture
def sheet(system: System, tmp_path: Path) -> Path:
    """A file of new facilities."""
    with system.database.reading() as session:
        known = references.load(session)
    table = factories.sheet(system.catalogue["facility"], range(500, 500 + ROWS), known)
    path = tmp_path / "facilities.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([table.headings, *table.rows])
    return path


def facilities(system: System) -> int:
    with system.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(system.catalogue["facility"].kind.table))


def sentence(answer: Answer) -> str:
    """The one sentence that a refused command ends with: no traceback, no SQL."""
    assert answer.code == 1
    assert len(answer.said) == 1, answer.said
    for word in ("Traceback", "sqlite3", "INSERT", "UPDATE", "Errno", "(", "went wrong in the program"):
        assert word not in answer.said[0], answer.said
    return answer.said[0]


def undamaged(system: System) -> None:
    found = checking.check(system.database, system.catalogue, system.feed.lags)
    assert [str(one.problem) for one in found if one.severity == "error"] == []


@pytest.mark.parametrize("left", [0, 200_000, 1_000_000])
def test_an_import_is_done_or_told_to_be_impossible(disk: Disk, system: System, sanku, sheet: Path, left: int):
    with disk.full(left):
        answer = sanku("import", "facility", sheet)
        if answer.code == 0:
            assert facilities(system) == 3 + ROWS
        else:
            sentence(answer)
            assert facilities(system) == 3
        assert "3 found." in sanku("search", "消火栓", "--kind", "facility").said[0] or answer.code == 0
    undamaged(system)
    assert sanku("import", "facility", sheet).code == 0
    assert facilities(system) == 3 + ROWS
    undamaged(system)


def test_without_room_an_import_does_fail(disk: Disk, sanku, sheet: Path):
    """The disk of these tests is full indeed."""
    with disk.full(0):
        said = sentence(sanku("import", "facility", sheet))
    assert "disk" in said


def test_an_edit_is_refused_in_a_sentence_and_works_later(disk: Disk, system: System, sanku):
    table = system.catalogue["facility"].kind.table
    with system.database.reading() as session:
        record_id = session.scalars(sa.select(table.c.id)).first()
    with disk.full(0):
        refused = 0
        for number in range(40):  # What is left of the write-ahead log takes the first few.
            answer = sanku("edit", "facility", record_id, f"note={number}" * 20)
            if answer.code:
                sentence(answer)
                refused += 1
        assert refused
        with system.database.reading() as session:
            assert session.scalar(sa.select(table.c.version).where(table.c.id == record_id)) == 41 - refused
    undamaged(system)
    assert sanku("edit", "facility", record_id, "note=later").code == 0
    undamaged(system)


def test_a_backup_without_room_is_told_and_is_no_backup(disk: Disk, sanku, system: System):
    copy = disk.folder / "copy"
    with disk.full(100_000):
        sentence(sanku("backup", copy))
    assert sanku("backup", disk.folder / "second").code == 0
    undamaged(system)
    if copy.exists():
        elsewhere = System(Settings(data=disk.folder / "other", keys=system.settings.keys), system.catalogue, "en")
        result = click.testing.CliRunner().invoke(commands.build(elsewhere), ["restore", str(copy)])
        assert result.exception is not None
        assert not list((disk.folder / "other").glob("*.sqlite3"))


@pytest.mark.parametrize("disk", ["small disk"], indirect=True)
def test_a_disk_that_must_not_be_written_is_told_in_a_sentence(disk: Disk, system: System, sanku, sheet: Path):
    table = system.catalogue["facility"].kind.table
    with system.database.reading() as session:
        record_id = session.scalars(sa.select(table.c.id)).first()
    system.feed.engine.close()
    system.database.engine.dispose()
    with disk.read_only():
        sentence(sanku("edit", "facility", record_id, "note=x"))
        sentence(sanku("import", "facility", sheet))
        sentence(sanku("backup", disk.folder / "copy"))
        system.database.engine.dispose()
    assert sanku("edit", "facility", record_id, "note=x").code == 0
    assert sanku("import", "facility", sheet).code == 0
    undamaged(system)
