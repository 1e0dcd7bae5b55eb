"""What the job of a large export does; begun again after a kill it logs nothing twice and makes the file anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ..jobs.running import Work
from ..system import System
from . import service


def make(system: System, work: Work) -> dict[str, Any]:
    """Make the file of an order."""
    return {"rows": service.make(system, UUID(work.payload["order"]), work.progress, actor=work.actor)}
