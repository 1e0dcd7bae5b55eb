"""Python's cycle collector, set aside while a batch runs.

A batch makes and drops containers by the million, none of them in a cycle. Each few hundred make the collector walk
whatever is alive, which cost a third of the time of an import.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cycle collection inside, unless it was off before; what is collectable then is collected afterwards."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
