"""The ``sanku`` command: data, upkeep, accounts, the server. Stable: others script against it.

Commands call the services that the pages call. They end with 0 when done, 1 when something was refused or rows failed,
and 2 when used wrongly. With ``--json`` one JSON object goes to standard output and nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from registries.access import NotAllowed
from registries.db import Busy
from registries.messages import N_, Problem, Refused
from registries.records import Invalid, NotFound

from ..settings import Settings
from ..system import Catalogue, System
from . import data, site, upkeep


def run(make_catalogue: Callable[[], Catalogue]) -> None:
    """Run the command line of this process and exit."""
    language = "zh"
    try:
        settings = Settings.from_environment()
        language = settings.language
        system = System(settings, make_catalogue())
        build(system)(prog_name="sanku", standalone_mode=True)
    except (Refused, NotFound, NotAllowed, Busy, Invalid) as error:
        click.echo(_told(error, language), err=True)
        sys.exit(1)


def build(system: System) -> click.Group:
    """The command group for a system; the kinds it accepts are those of its catalogue."""
    group = click.Group("sanku", help="Sanku (三库): one network, three databases for a safe community.")
    for module in (data, upkeep, site):
        for command in module.commands(system):
            group.add_command(command)
    return group


def _told(error: Exception, language: str) -> str:
    """An exception as a sentence for whoever typed the command."""
    problems: list[Problem]
    if isinstance(error, Refused):
        problems = [error.problem]
    elif isinstance(error, Invalid):
        problems = [problem for found in error.errors.values() for problem in found]
    elif isinstance(error, Busy):
        problems = [Problem(N_("Somebody else is writing just now."), N_("Try again in a moment."))]
    else:
        problems = [Problem(N_("There is no such record, or it lies outside what you may see: %(what)s."), what=str(error))]
    return "\n".join(problem.localised(System.translate(language)) for problem in problems)
