"""Work on chunks in other processes, in order and a few chunks ahead of whoever takes the results."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Self

#: How many chunks may be under way: enough to keep the workers busy, few enough to keep memory small.
AHEAD = 4


class Pipeline:
    """Does ``worker(*recipe)`` of each chunk in ``processes`` others, or, with none, in this one when it is put in.

    ``make(*recipe)`` is called once per process and gives the function that works on a chunk; what it needs must be
    known by name.
    """

    def __init__(self, make: Callable[..., Callable[[Any], Any]], recipe: tuple[Any, ...], processes: int) -> None:
        self.here = _unused if processes else make(*recipe)
        self.pool = ProcessPoolExecutor(
            processes, mp_context=get_context(_start_method()), initializer=_start, initargs=(make, recipe),
        ) if processes else None
        self.waiting: list[tuple[Any, Future[Any]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self.pool:
            self.pool.shutdown(wait=True, cancel_futures=True)

    def put(self, token: Any, chunk: Any) -> Iterator[tuple[Any, Any]]:
        """Hand in a chunk; gives back the results that are due, each with the token it was handed in with."""
        if self.pool is None:
            yield token, self.here(chunk)
            return
        self.waiting.append((token, self.pool.submit(_work, chunk)))
        while len(self.waiting) > AHEAD:
            yield self._next()

    def rest(self) -> Iterator[tuple[Any, Any]]:
        """The results still under way."""
        while self.waiting:
            yield self._next()

    def _next(self) -> tuple[Any, Any]:
        token, pending = self.waiting.pop(0)
        return token, pending.result()


def _unused(chunk: Any) -> Any:
    raise AssertionError("The work is done in other processes.")


def _start_method() -> str:
    """A fork starts at once but may copy a lock that another thread holds: with other threads processes are spawned."""
    return "fork" if threading.active_count() == 1 else "spawn"


_WORKER: dict[str, Callable[[Any], Any]] = {}


def _start(make: Callable[..., Callable[[Any], Any]], recipe: tuple[Any, ...]) -> None:
    gc.disable()  # See `registries.importing.collector`.
    _WORKER["work"] = make(*recipe)


def _work(chunk: Any) -> Any:
    return _WORKER["work"](chunk)
