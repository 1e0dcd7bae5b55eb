"""The workbooks that an import gives out: an empty sheet to fill in, and the rows that failed to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from registries import importing, references, sheets
from registries.importing import Batch
from registries.importing.exporting import template
from registries.importing.reviewing import positions
from registries.messages import N_, Problem, joined

from ..system import System

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Failure = tuple[int, list[Any], dict[int, str]]


def write_template(system: System, kind: str, path: Path, language: str) -> None:
    """Write an empty sheet with notes, choices and an example, in a language."""
    with system.database.reading() as session:
        known = references.load(session).in_language(language)
    translate = system.translate(language)
    headings, example, notes, choices = template(system.catalogue[kind], known)
    said = {translate(heading): translate(note) for heading, note in notes.items()}
    offered = {translate(heading): names for heading, names in choices.items()}
    sheets.write_xlsx(
        path, [translate(heading) for heading in headings], [], notes=said, choices=offered, example=example,
    )


def write_failed(system: System, session: Session, batch: Batch, path: Path, language: str) -> int:
    """Write the rows that failed as they came, with the reasons; returns how many."""
    translate = system.translate(language)
    return sheets.write_errors(
        path, batch.headings, _failures(session, batch, translate), reason_heading=translate(N_("Reason")),
        row_heading=translate(N_("Row in the file")),
    )


def _failures(session: Session, batch: Batch, translate: Callable[[str], str]) -> Iterator[Failure]:
    """The reasons stand at the positions of their cells; those of the row as a whole at -1."""
    places = positions(batch)
    for number, cells, problems in importing.failed_rows(session, batch):
        reasons: dict[int, str] = {}
        for name, found in problems.items():
            said = [Problem.from_json(told).localised(translate) for told in found]
            place = places.get(name, -1)
            reasons[place] = joined([*([reasons[place]] if place in reasons else []), *said])
        yield number, cells, reasons
