"""The parent's side of the child process that parses what may be hostile.

The child has limits on memory and processor time; the parent adds one on silence. Whatever becomes of
the child, the user is told a sentence. What it sends is unpickled with nothing but dates allowed.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from registries.messages import Problem, Refused
from registries.sheets import packages
from registries.sheets.guard import Limits
from registries.sheets.sources import Row, SheetFacts

_ROOT = str(Path(__file__).resolve().parents[2])
_ALLOWED = {("datetime", "date"), ("datetime", "datetime"), ("datetime", "time")}


class ChildSource:
    """A workbook or JSON file as read by a child process."""

    def __init__(
        self,
        path: Path,
        kind: str,
        shown: str,
        limits: Limits,
        *,
        sheet: str | None = None,
        expected: Collection[str] = (),
    ) -> None:
        self._shown = shown
        self._job: dict[str, Any] = {
            "path": str(path.absolute()),
            "kind": kind,
            "shown": shown,
            "sheet": sheet,
            "expected": sorted(expected),
            "limits": dataclasses.asdict(limits),
        }
        self._limits = limits
        self._process = self._start()
        try:
            facts = self._receive("facts")
        except BaseException:
            self.close()
            raise
        notes = [Problem.from_json(note) for note in facts.pop("notes")]
        self.facts = SheetFacts(**facts, notes=notes)

    def rows(self) -> Iterator[Row]:
        """The rows in the order of the sheet."""
        while (chunk := self._receive("rows")) is not None:
            yield from chunk

    def close(self) -> None:
        """End the child if it still runs."""
        process = self._process
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout and not process.stdout.closed:
            process.stdout.close()

    def _start(self) -> subprocess.Popen[bytes]:
        # Only what Python needs: the child has no business with keys or addresses in the environment.
        kept = {
            name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ
        }
        return subprocess.Popen(  # noqa: S603 - our own program with a job made here
            [sys.executable, "-X", "utf8", "-m", "registries.sheets.child", json.dumps(self._job)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, "PYTHONPATH": _ROOT, "PYTHONDONTWRITEBYTECODE": "1"},
        )

    def _receive(self, wanted: str) -> Any:
        """The content of the next message; ``None`` at the end."""
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - for the type checker: it was asked for as a pipe
        patience = threading.Timer(self._limits.silent_seconds, self._process.kill)
        patience.daemon = True
        patience.start()
        try:
            kind, content = _Unpickler(pipe).load()
        except (EOFError, pickle.UnpicklingError, ValueError, TypeError, OSError):
            raise Refused(self._explain()) from None
        finally:
            patience.cancel()
        if kind == "refused":
            raise Refused(Problem.from_json(content))
        if kind not in {wanted, "end"}:
            raise Refused(packages.damaged(self._shown))
        return content

    def _explain(self) -> Problem:
        """Why the child has died, asked of another one that only looks at where the cells are."""
        self.close()
        if self._job["kind"] == "explain":
            return packages.damaged(self._shown)
        self._job["kind"] = "explain"
        self._process = self._start()
        try:
            return Problem.from_json(self._receive("explained"))
        except Refused as refused:
            return refused.problem
        finally:
            self.close()


class _Unpickler(pickle.Unpickler):
    """Knows plain values and dates, so that a child gone wrong cannot make the parent run anything."""

    def __init__(self, pipe: BinaryIO | Any) -> None:
        super().__init__(pipe)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)
