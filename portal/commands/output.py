"""What the commands print: counts, failed rows, hits, as text for people or one JSON object for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from registries.importing import Batch
from registries.messages import N_, Problem

from ..system import System

COUNTED = {
    "rows": N_("rows"), "new": N_("new"), "changed": N_("changed"), "same": N_("unchanged"),
    "duplicates": N_("twice in the file"), "transfer": N_("to be transferred"), "errors": N_("with errors"),
    "warnings": N_("with warnings"), "incomplete": N_("incomplete"), "probable": N_("probable duplicates"),
}
SHOWN_ROWS = 20


def print_json(value: Mapping[str, Any]) -> None:
    """The one JSON object of a command."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_counts(system: System, batch: Batch, answer: Mapping[str, Any]) -> None:
    """What an import found, a line each, and what was noticed about the file."""
    _ = system.gettext
    for note in batch.notes:
        click.echo(f"· {system.say(Problem.from_json(note))}")
    for name, label in COUNTED.items():
        if answer[name] or name == "rows":
            click.echo(f"{answer[name]:>9,}  {_(label)}")
    click.echo(_("Import %(batch)s: %(state)s, %(seconds)s s.") % {
        "batch": answer["batch"], "state": _(batch.state), "seconds": answer["seconds"],
    })


def row_problem(system: System, headings: Mapping[str, tuple[str, str]], number: int, name: str, told: Any) -> str:
    """One problem of a failed row: its number, its column by letter and heading, the reason and the remedy."""
    _ = system.gettext
    letter, heading = headings.get(name, ("", ""))
    problem = Problem.from_json(told)
    where = _("Row %(number)s") % {"number": number}
    if heading:
        where += " " + _("column %(letter)s (%(heading)s)") % {"letter": letter or "–", "heading": heading}
    return f"{where}: {system.say(problem)}"


def progress_bar(label: str, shown: bool) -> Callable[[int], None]:
    """A counter of rows on a terminal; silent elsewhere."""
    if not (shown and sys.stderr.isatty()):
        return lambda rows: None
    done = 0

    def step(rows: int) -> None:
        nonlocal done
        done += rows
        click.echo(f"\r{label} {done:,}", nl=False, err=True)

    return step


STATE_WORDS = (N_("staged"), N_("applied"), N_("undone"), N_("staging"))
