"""A worker beside the server that is killed is followed by another, and none outlives the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.own_code import ROOT

KEEPER = """
import os, sys, time
from portal import keeping
keeping.PAUSES = (0.05,)
watched = keeping.kept(os.getppid())
print(os.getpid(), flush=True)
while os.getppid() == watched:
    time.sleep(0.05)
"""


def begin(program: str = KEEPER) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def gone(pid: int, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(pid)


def test_a_worker_that_was_killed_is_followed_by_another():
    keeper = begin()
    seen = [int(keeper.stdout.readline())]
    for _ in range(2):
        os.kill(seen[-1], signal.SIGKILL)
        seen.append(int(keeper.stdout.readline()))
    assert len(set(seen)) == 3
    assert alive(seen[-1])
    keeper.terminate()
    assert keeper.wait(10) == 0
    assert gone(seen[-1])
    keeper.stdout.close()


def test_a_worker_ends_when_its_keeper_is_killed():
    keeper = begin()
    worker = int(keeper.stdout.readline())
    keeper.kill()
    keeper.wait(10)
    assert gone(worker)
    keeper.stdout.close()


def test_no_worker_is_left_behind_when_the_server_is_gone_before_the_first_begins():
    keeper = begin(KEEPER.replace("os.getppid())\nprint", "0)\nprint"))
    # The worker would hold the other end of the pipe open.
    keeper.communicate(timeout=10)
    assert keeper.returncode == 0
