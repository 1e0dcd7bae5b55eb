"""What the commands print: counts, failed rows, progress, as text for people or one JSON object for programs."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from registries.importing import Batch
from registries.messages import N_, Problem

from ..system import System

COUNTED = {
    "rows": N_("rows"),
    "new": N_("new"),
    "changed": N_("changed"),
    "same": N_("unchanged"),
    "duplicates": N_("twice in the file"),
    "transfer": N_("to be transferred"),
    "errors": N_("with errors"),
    "warnings": N_("with warnings"),
    "incomplete": N_("incomplete"),
    "probable": N_("probable duplicates"),
}
SHOWN_ROWS = 20
#: No oftener than this is a bar drawn anew.
BLINK = 0.1


def print_json(value: Mapping[str, Any]) -> None:
    """The one JSON object of a command."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_notes(system: System, batch: Batch) -> None:
    """What was noticed about the file as a whole."""
    for note in batch.notes:
        click.echo(f"· {system.say(Problem.from_json(note))}")


def print_counts(system: System, answer: Mapping[str, Any]) -> None:
    """What an import found, a line each."""
    for name, label in COUNTED.items():
        if answer[name] or name == "rows":
            click.echo(f"{answer[name]:>9,}  {system.gettext(label)}")


def row_problem(system: System, columns: Mapping[str, tuple[str, str]], number: int, name: str, told: Any) -> str:
    """One problem of a failed row: its number, its column by letter and heading, the reason and the remedy."""
    letter, heading = columns.get(name, ("", ""))
    if heading and letter:
        msgid = N_("Row %(row)s column %(letter)s (%(heading)s): %(problem)s")
    elif heading:
        msgid = N_("Row %(row)s (%(heading)s): %(problem)s")
    else:
        msgid = N_("Row %(row)s: %(problem)s")
    return system.say(Problem(msgid, row=number, letter=letter, heading=heading, problem=Problem.from_json(told)))


class Progress:
    """Counts what is done; on a terminal a bar says how far it has come, elsewhere nothing is shown."""

    def __init__(self, label: str, total: int | None) -> None:
        self.label, self.total, self.done = label, total, 0
        self.shown = sys.stderr.isatty()
        self.drawn_at = 0.0

    def __call__(self, count: int) -> None:
        self.done += count
        if self.shown and time.monotonic() - self.drawn_at >= BLINK:
            self._draw()

    def _draw(self) -> None:
        self.drawn_at = time.monotonic()
        line = f"{self.label} {self.done:,}"
        if self.total:
            share = min(self.done / self.total, 1.0)
            width = max(10, min(40, shutil.get_terminal_size().columns - 40))
            bar = "█" * round(share * width) + "░" * (width - round(share * width))
            line = f"{self.label} {bar} {share:4.0%}  {self.done:,}"
        click.echo(f"\r\x1b[2K{line}", nl=False, err=True)

    def end(self) -> None:
        """Clear the line, so that what follows stands alone."""
        if self.shown and self.drawn_at:
            click.echo("\r\x1b[2K", nl=False, err=True)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Progress]:
    """A progress bar for as long as the block runs."""
    bar = Progress(label, total)
    try:
        yield bar
    finally:
        bar.end()
