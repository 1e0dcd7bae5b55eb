"""What ``sanku check`` finds, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .messages import N_, Problem

#: *error*: data are damaged or were tampered with. *warning*: somebody should look. *info*: good to know.
SEVERITIES = (N_("error"), N_("warning"), N_("info"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; ``kind`` and ``record_id`` are the address of the record, if
    there is one.

    ``row`` is the id of a row of the change log, where the finding is about that.
    """

    severity: str
    problem: Problem
    database: str | None = None
    kind: str | None = None
    record_id: UUID | None = None
    row: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The form of ``sanku check --json``."""
        return {
            "severity": self.severity, "database": self.database, "kind": self.kind,
            "id": None if self.record_id is None else str(self.record_id), "row": self.row,
            "message": str(self.problem), "problem": self.problem.as_json(),
        }  # fmt: skip
