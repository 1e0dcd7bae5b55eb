"""A worker that is kept alive beside the server: whatever kills it, another one is begun."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType

#: How long to wait before another worker is begun, and for how long one must have lived not to count as a failure.
PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
LIVED = 60.0
_LOOK = 0.5
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Ending(Exception):
    """The keeper was asked to end, or has nobody to keep a worker for."""


def kept(parent: int) -> int:
    """Begin workers one after the other, as long as the process ``parent`` lives; comes back in each of them.

    What is returned there is the process that the worker is to watch: when it is gone the worker ends. The process that
    called never comes back. To be called before there are threads or connections.
    """
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    failures = 0
    while True:
        begun = time.monotonic()
        # A signal between the fork and the worker's own answer to it would be lost, and the worker never end.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            keeper = os.getppid()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            return keeper
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            _wait(child, parent)
            failures = 0 if time.monotonic() - begun > LIVED else failures + 1
            time.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
        except _Ending:
            _finish(child)
            sys.exit(0)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise _Ending


def _wait(child: int, parent: int) -> None:
    """Wait until the worker is gone.

    :raises _Ending: the parent is gone first.
    """
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if os.getppid() != parent:
            raise _Ending
        time.sleep(_LOOK)


def _finish(child: int) -> None:
    """Ask the worker to end, and wait until it has finished what is under way."""
    try:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        return
