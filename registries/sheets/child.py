"""The program of the child process: reads one workbook or JSON file and sends its rows to the parent.

``python -m registries.sheets.child JOB`` with the job as JSON. The limits are set before a byte of the
file is read. What is sent are pickles of plain values: facts, then lists of rows, then the end; or the
problem, as JSON parts.
"""

from __future__ import annotations

import json
import pickle
import sys
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from registries.messages import N_, Problem, Refused
from registries.sheets import packages
from registries.sheets.features import FeatureSource
from registries.sheets.guard import Limits
from registries.sheets.sources import Source
from registries.sheets.workbook import WorkbookSource

try:
    import resource
except ImportError:  # Windows has no such limits; there the parent's patience is the only one.
    resource = None  # type: ignore[assignment]

_ROWS = 1_000


def main() -> None:
    """Read the job from the command line and answer on standard output."""
    job = json.loads(sys.argv[1])
    limits = Limits(**job["limits"])
    _limit(limits)
    send = _Sender(sys.stdout.buffer)
    try:
        _serve(job, limits, send)
    except Refused as refused:
        send("refused", refused.problem.as_json())
    except MemoryError:
        send("refused", too_much(job["shown"]).as_json())
    except BaseException:  # noqa: BLE001 - a panic in calamine is no Exception, and the parent needs a sentence
        send("refused", packages.damaged(job["shown"]).as_json())


def too_much(shown: str) -> Problem:
    """Reading would take more memory or time than is given to one file."""
    return Problem(
        N_("Reading “%(file)s” takes more memory or time than is allowed for one file."),
        N_("Save it as CSV (UTF-8), or split it into several files, and choose the new ones."),
        file=shown,
    )


class _Sender:
    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def __call__(self, kind: str, content: Any = None) -> None:
        pickle.dump((kind, content), self._pipe, protocol=5)
        self._pipe.flush()


def _limit(limits: Limits) -> None:
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing is ever written to a file.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _serve(job: dict[str, Any], limits: Limits, send: _Sender) -> None:
    path, shown = Path(job["path"]), job["shown"]
    if job["kind"] == "explain":
        send("explained", (packages.farthest_cell(path, shown, limits) or too_much(shown)).as_json())
        return
    source: Source
    if job["kind"] == "json":
        source = FeatureSource(path, shown, limits)
    else:
        source = WorkbookSource(path, shown, job["sheet"], limits, frozenset(job["expected"]))
    facts = asdict(source.facts)
    facts["notes"] = [note.as_json() for note in source.facts.notes]
    send("facts", facts)
    rows = source.rows()
    while chunk := list(islice(rows, _ROWS)):
        send("rows", chunk)
    send("end")


if __name__ == "__main__":
    main()
