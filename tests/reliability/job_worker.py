"""A worker of jobs that is killed again and again: forks one that works for each line on its input.

``python -m tests.reliability.job_worker DATA INDEX URL KEYS`` loads everything once; each child works until it is
killed, with a lease of a fraction of a second, so that the next one need not wait.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from app import catalogue
from portal.jobs import queue
from portal.jobs.kinds import DOERS
from portal.jobs.running import Runner
from portal.settings import Settings
from portal.system import System
from registries.crypto import Keys
from registries.db import Database

LEASE = timedelta(seconds=0.6)


def system(data: str, index: str, url: str, keys: str) -> System:
    """The program over the databases of the test."""
    made = System(Settings(data=Path(index).parent / "data", keys=Path(keys), index=Path(index)), catalogue(), "en")
    made.__dict__["database"] = Database(Path(data), url, Keys.load(Path(keys)))
    return made


def main(*told: str) -> None:
    """Fork a worker for each line of the input."""
    # Here it is the test that kills, not the job.
    queue.MOST_ATTEMPTS = 1_000
    os.write(1, b'{"did": "ready"}\n')
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            Runner(system(*told), DOERS, LEASE).run(0.05)
        os.write(1, json.dumps({"did": "born", "pid": child}).encode() + b"\n")
        os.waitpid(child, 0)
        os.write(1, b'{"did": "dead"}\n')


if __name__ == "__main__":
    main(*sys.argv[1:])
