"""The index folder after accidents: killed writers, torn and missing files."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from search.engine import IndexDamaged, Query
from search.whoosh_engine import WhooshEngine
from tests.search.notices import notice

# When one file turns out to be torn, Whoosh drops the others it has opened without closing them.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).resolve().parents[2]
#: What is no part of the index: without the checksums it is as good as before.
LOCKS = ("WRITELOCK", "rebuilding", "_LOCK", "sums.json")

WRITER = """
import sys
from pathlib import Path
from search.engine import Document
from search.whoosh_engine import WhooshEngine
engine = WhooshEngine(Path(sys.argv[1]))
print("ready", flush=True)
for turn in range(int(sys.argv[2]), 10_000):
    documents = [Document("notice", str(n), f"第{turn}轮 通报", "井盖" * 50) for n in range(20)]
    engine.update(documents, [], {"network": turn})
"""


def fill(folder: Path) -> WhooshEngine:
    engine = WhooshEngine(folder)
    engine.rebuild([notice(n, f"井盖巡查{n}", "路面松动" * n) for n in range(60)], {"network": 1})
    engine.update([notice(100, "井盖更换")], [], {"network": 2})
    return engine


def use(folder: Path) -> None:
    """Everything that reads: a damaged index either says so or still gives the right answer."""
    engine = WhooshEngine(folder)
    try:
        assert engine.positions()["network"] == 2
        engine.check()
        assert engine.search(Query("井盖", facets=("street",))).total == 61
        assert engine.search(Query("松动", limit=100)).total == 59
    finally:
        engine.close()


def index_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(LOCKS))


def test_the_folder_is_ours_alone(tmp_path):
    fill(tmp_path / "index").close()
    assert (tmp_path / "index").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("accident", ["missing", "empty", "half", "garbage"])
def test_a_torn_file_says_damaged(tmp_path, accident):
    fill(tmp_path / "whole").close()
    names = [path.relative_to(tmp_path / "whole") for path in index_files(tmp_path / "whole")]
    assert len(names) >= 4
    for name in names:
        copy = tmp_path / f"copy-{accident}"
        subprocess.run(["rm", "-rf", copy], check=True)
        subprocess.run(["cp", "-r", tmp_path / "whole", copy], check=True)
        spoil(copy / name, accident)
        with pytest.raises(IndexDamaged):
            use(copy)


def spoil(path: Path, accident: str) -> None:
    data = path.read_bytes()
    if accident == "missing":
        path.unlink()
    elif accident == "empty":
        path.write_bytes(b"")
    elif accident == "half":
        path.write_bytes(data[: len(data) // 2])
    else:
        path.write_bytes(random.Random(1).randbytes(len(data)))


def test_an_index_of_another_version_says_damaged(tmp_path):
    fill(tmp_path).close()
    (tmp_path / "current").write_text("v0-old")
    with pytest.raises(IndexDamaged):
        WhooshEngine(tmp_path).positions()


def test_a_damaged_index_can_be_rebuilt_by_the_engine_that_noticed(tmp_path):
    engine = fill(tmp_path)
    assert engine.search(Query("井盖")).total == 61
    for path in index_files(tmp_path):
        path.write_bytes(b"")
    with pytest.raises(IndexDamaged):
        WhooshEngine(tmp_path).positions()
    engine.rebuild([notice(1, "井盖")], {"network": 5})
    assert engine.search(Query("井盖")).total == 1
    assert engine.positions() == {"network": 5}
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


@pytest.mark.parametrize("turn", range(4))
def test_a_killed_writer_leaves_the_old_or_the_new_state(tmp_path, turn):
    engine = WhooshEngine(tmp_path)
    engine.rebuild([], {"network": 0})
    engine.close()
    command = [sys.executable, "-W", "ignore", "-c", WRITER, str(tmp_path), "1"]
    writer = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(0.15 + 0.07 * turn)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    reached = engine.positions()["network"]
    found = engine.search(Query("通报", limit=50))
    assert found.total == (20 if reached else 0)
    assert {hit.title for hit in found.hits} <= {f"第{reached}轮 通报"}
    engine.update([notice(1, "之后")], [], {"network": reached + 1})
    assert engine.count() == found.total + 1
    engine.close()


def flip(path: Path, dice: random.Random) -> None:
    """Turns one bit of a file round, as a tired disk does."""
    content = bytearray(path.read_bytes())
    place = dice.randrange(len(content) * 8)
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


def test_one_bit_turned_round_in_any_file_says_damaged(tmp_path):
    fill(tmp_path / "index").close()
    dice = random.Random(4)
    for number in range(60):
        shutil.copytree(tmp_path / "index", tmp_path / "flipped")
        files = [path for path in index_files(tmp_path / "flipped") if path.suffix in (".seg", ".toc")]
        path = files[number % len(files)]
        flip(path, dice)
        engine = WhooshEngine(tmp_path / "flipped")
        with pytest.raises(IndexDamaged):
            engine.verify()
        if path.suffix == ".seg":
            with pytest.raises(IndexDamaged):
                engine.search(Query("井盖"))
        engine.close()
        shutil.rmtree(tmp_path / "flipped")


def test_what_is_whole_is_not_taken_for_damaged_while_others_write(tmp_path):
    engine = fill(tmp_path / "index")
    other = WhooshEngine(tmp_path / "index")
    for turn in range(12):
        engine.update([notice(200 + turn, "井盖更换")], [], {"network": 3 + turn})
        other.verify()
        assert other.search(Query("井盖")).total == 62 + turn
    engine.rebuild([notice(1, "井盖")], {"network": 20})
    other.verify()
    for one in (engine, other):
        one.close()


def test_a_file_that_nobody_summed_up_is_summed_up_by_the_next_writer(tmp_path):
    engine = fill(tmp_path / "index")
    (sums,) = (tmp_path / "index").rglob("sums.json")
    sums.unlink()
    engine.verify()
    engine.update([notice(200, "井盖更换")], [], {"network": 3})
    assert {path.name for path in index_files(tmp_path / "index") if path.suffix in (".seg", ".toc")} == set(
        json.loads(sums.read_text())
    )
    engine.close()


def test_without_an_index_nothing_is_damaged(engine):
    engine.verify()
