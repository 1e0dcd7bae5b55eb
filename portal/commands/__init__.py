"""The ``sanku`` command: data, upkeep, accounts, the server. Stable: others script against it.

Commands call the services that the pages call. They end with 0 when done, 1 when something was refused or rows failed,
and 2 when used wrongly. With ``--json`` one JSON object goes to standard output and nothing else.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
from collections.abc import Callable

import click
from sqlalchemy.exc import SQLAlchemyError

from registries.access import ACTION_NAMES, NotAllowed
from registries.crypto import Tampered
from registries.db import Busy
from registries.messages import N_, Problem, Refused
from registries.pace import TooFast
from registries.records import Conflict, Doubtful, Invalid, NotFound

from ..language import speak
from ..settings import Settings
from ..system import Catalogue, System
from . import data, duplicates, imports, site, upkeep, users
from .arguments import KindChoice, kinds_told

log = logging.getLogger(__name__)

#: What SQLite and PostgreSQL say when tables are missing, and when there is no room.
_NO_TABLE = ("no such table", "no such column", "does not exist")
_FULL = ("disk is full", "No space left", "could not extend file")


def run(make_catalogue: Callable[[], Catalogue]) -> None:
    """Run the command line of this process and exit."""
    # Also what is wrong with the settings is to be told in the reader's language.
    language = "en" if os.environ.get("SANKU_LANGUAGE", "").strip().lower() == "en" else "zh"
    try:
        settings = Settings.from_environment()
        language = settings.language
        speak(language)
        logging.basicConfig(level=settings.numeric_log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        logging.getLogger("alembic").setLevel(logging.WARNING)
        build(System(settings, make_catalogue()))(prog_name="sanku", standalone_mode=True)
    except Exception as error:
        log.debug("The command ended with %r", error, exc_info=error)
        for problem in told(error):
            click.echo(problem.localised(System.translate(language)), err=True)
        sys.exit(1)


def build(system: System) -> click.Group:
    """The command group for a system; the kinds it accepts are those of its catalogue."""
    group = click.Group(
        "sanku", help=system.gettext(N_("Sanku (三库): one network, three databases for a safe community."))
    )
    kinds = kinds_told(system)
    for module in (upkeep, imports, data, duplicates, users, site):
        for command in module.commands(system):
            if any(isinstance(param.type, KindChoice) for param in command.params):
                command.epilog = kinds
            group.add_command(command)
    return group


def told(error: Exception) -> list[Problem]:
    """An exception in sentences for whoever typed the command."""
    if isinstance(error, Refused):
        return [error.problem]
    if isinstance(error, Invalid):
        problems = [problem for found in error.errors.values() for problem in found]
        confirm = Problem(N_("This may be wrong. If it is right, give the reason with --reason."))
        return [*problems, confirm] if isinstance(error, Doubtful) else problems
    if isinstance(error, Conflict):
        return [
            Problem(
                N_("Somebody else has just changed this record."),
                N_("Look at it again and repeat the command."),
            )
        ]
    if isinstance(error, Busy):
        return [Problem(N_("Somebody else is writing just now."), N_("Try again in a moment."))]
    if isinstance(error, TooFast):
        return [Problem(N_("Too much was looked at in a short time."), N_("Go on after a while."))]
    if isinstance(error, NotFound):
        return [Problem(N_("There is no such record, or it lies outside what you may see: %(what)s."), what=str(error))]
    if isinstance(error, NotAllowed):
        action = str(error).partition(" ")[0].strip(":")
        named = ACTION_NAMES.get(action, str(error))
        return [Problem(N_("This user may not do that here: %(what)s."), what=Problem(named))]
    return [_of_the_machine(error)]


def _of_the_machine(error: Exception) -> Problem:
    """What is nobody's fault at the keyboard: disks, servers, damaged files, and mistakes of the program."""
    if isinstance(error, OSError):
        return Problem(N_("A file or a connection failed: %(reason)s."), reason=error.strerror or type(error).__name__)
    # Whole files are copied past SQLAlchemy, so the drivers' own errors come here as well.
    of_driver = isinstance(error, sqlite3.Error) or type(error).__module__.startswith("psycopg")
    database = of_driver or isinstance(error, SQLAlchemyError)
    reason = str(error if of_driver else getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
    if database and any(words in reason for words in _FULL):
        return Problem(N_("The disk is full; nothing was written."), N_("Make room and repeat the command."))
    if database and any(words in reason for words in _NO_TABLE):
        return Problem(N_("The databases are not complete."), N_("Run “sanku init”; it makes what is missing."))
    if database:
        return Problem(
            N_("The database cannot be used: %(reason)s."),
            N_("Run “sanku check”, or see the log with SANKU_LOG_LEVEL=DEBUG."),
            reason=reason,
        )
    if isinstance(error, Tampered):
        return Problem(
            N_("A sealed value cannot be opened: it was damaged, or belongs to other keys."),
            N_("Run “sanku check”."),
        )
    return Problem(
        N_("Something went wrong in the program (%(kind)s)."),
        N_("The details are in the log with SANKU_LOG_LEVEL=DEBUG."),
        kind=type(error).__name__,
    )
