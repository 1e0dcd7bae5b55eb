"""Long work: asked for by a page, done by a worker, and never done twice.

`enqueue` asks for it; `portal.jobs.running` does it, with the functions that `portal.jobs.kinds` names.
"""

from .models import Job
from .queue import (
    KIND_NAMES,
    STATE_NAMES,
    Health,
    ask_to_stop,
    enqueue,
    find,
    health,
    latest,
    own,
    purge,
)

__all__ = [
    "KIND_NAMES", "STATE_NAMES", "Health", "Job", "ask_to_stop", "enqueue", "find", "health", "latest", "own", "purge",
]
