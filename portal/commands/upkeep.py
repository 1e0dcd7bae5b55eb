"""Commands that keep the system: init, upgrade, check, backup, restore, index, keys, erase, users."""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import UUID

import click

from registries import backup, checking, erasure, rotation
from registries.access import REGISTRIES, ROLES
from registries.crypto import Keys
from registries.db import Database
from registries.messages import N_

from .. import setup
from ..accounts import service as accounts
from ..system import System
from . import output


def commands(system: System) -> list[click.Command]:
    """The commands of this module for a system."""
    keys = click.Group("keys", help="The keys that seal personal data.")
    keys.add_command(_rotate(system))
    user = click.Group("user", help="Accounts.")
    user.add_command(_create_user(system))
    index = click.Group("index", help="The search index, which can always be built anew.")
    for command in _index(system):
        index.add_command(command)
    return [
        _init(system), _upgrade(system), _check(system), _backup(system), _restore(system), _erase(system), keys, user, index,
    ]


def _init(system: System) -> click.Command:
    @click.command("init", help="Make what is missing: keys, databases, code lists and, if told, the area tree.")
    @click.option("--areas", type=click.Path(exists=True, path_type=Path), multiple=True,
                  help="A CSV of areas or a GeoJSON of their boundaries; may be given again.")
    def command(areas: tuple[Path, ...]) -> None:
        if not system.settings.keys.exists():
            Keys.create(system.settings.keys, system.settings.cipher)
        database = system.connect()
        setup.initialise(database, system.console().name)
        for file in areas:
            setup.load_areas(database, file, system.console().name)
        click.echo(system.gettext(N_("Ready: %(data)s. Keys: %(keys)s; back them up apart from the data.")) % {
            "data": system.settings.data if database.is_sqlite else "PostgreSQL", "keys": system.settings.keys,
        })

    return command


def _upgrade(system: System) -> click.Command:
    @click.command("upgrade", help="Bring the databases to this version.")
    def command() -> None:
        setup.upgrade(system.database, system.console().name)
        click.echo(system.gettext(N_("The databases are up to date.")))

    return command


def _check(system: System) -> click.Command:
    @click.command("check", help="Look for damage, tampering, dangling links and what is overdue.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    def command(as_json: bool) -> None:
        findings = list(checking.check(system.database, system.catalogue, system.feed.lags))
        if as_json:
            output.print_json({"findings": [finding.as_json() for finding in findings]})
        else:
            for finding in findings:
                address = f"  {finding.kind}/{finding.record_id}" if finding.record_id else ""
                click.echo(f"{system.gettext(finding.severity):<4} {finding.database or '':<14}{system.say(finding.problem)}{address}")
            click.echo(system.gettext(N_("%(count)s findings.")) % {"count": len(findings)})
        sys.exit(1 if any(finding.severity == "error" for finding in findings) else 0)

    return command


def _backup(system: System) -> click.Command:
    @click.command("backup", help="Write a consistent copy of all databases into DIR, while others go on writing.")
    @click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
    def command(folder: Path) -> None:
        manifest = backup.backup(system.database, folder)
        click.echo(system.gettext(N_("Backed up to %(folder)s: %(files)s files. The keys are not in it.")) % {
            "folder": folder, "files": len(manifest["files"]),
        })

    return command


def _restore(system: System) -> click.Command:
    @click.command("restore", help="Fill empty databases from the backup in DIR; a damaged copy is refused.")
    @click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
    def command(folder: Path) -> None:
        database: Database = system.connect()
        backup.restore(database, folder, system.catalogue)
        system.feed.rebuild()
        click.echo(system.gettext(N_("Restored from %(folder)s.")) % {"folder": folder})

    return command


def _erase(system: System) -> click.Command:
    @click.command("erase", help="Blank a person's record and its log for good, on legal request.")
    @click.argument("kind", type=click.Choice(sorted(system.catalogue)))
    @click.argument("record_id", type=click.UUID)
    @click.option("--reason", required=True, help="The request, for the log.")
    @click.confirmation_option(prompt="This cannot be undone. Go on?")
    def command(kind: str, record_id: UUID, reason: str) -> None:
        erasure.erase(system.database, system.catalogue[kind], record_id, reason, actor=system.console())
        system.feed.catch_up()
        click.echo(system.gettext(N_("Erased: %(kind)s %(id)s.")) % {"kind": kind, "id": record_id})

    return command


def _rotate(system: System) -> click.Command:
    @click.command("rotate", help="Make new keys and seal everything anew; nothing is unreadable meanwhile.")
    def command() -> None:
        sealed = rotation.rotate(system.database, system.catalogue)
        click.echo(system.gettext(N_("%(count)s values were sealed anew.")) % {"count": sealed})

    return command


def _create_user(system: System) -> click.Command:
    @click.command("create", help="Make an account; the password is read from standard input or asked for.")
    @click.argument("name")
    @click.option("--role", required=True, type=click.Choice(ROLES))
    @click.option("--area", required=True, help="The code of the area the role holds in.")
    @click.option("--registry", type=click.Choice(REGISTRIES), help="Only in this registry.")
    def command(name: str, role: str, area: str, registry: str | None) -> None:
        if sys.stdin.isatty():
            password = click.prompt(system.gettext(N_("Password")), hide_input=True, confirmation_prompt=True)
        else:
            password = sys.stdin.readline().rstrip("\n")
        with system.database.writing("system") as session:
            accounts.create_user(session, name, password, role, area, registry, actor=system.console())
        click.echo(system.gettext(N_("User “%(name)s” was made.")) % {"name": name})

    return command


def _index(system: System) -> list[click.Command]:
    @click.command("status", help="How far the index is behind the change logs.")
    def status() -> None:
        for lag in system.feed.lags():
            click.echo(f"{lag.database:<16}{lag.position:>10,} / {lag.last:,}")

    @click.command("catch-up", help="Take in what has changed.")
    def catch_up() -> None:
        click.echo(system.gettext(N_("%(count)s changes were taken in.")) % {"count": system.feed.catch_up()})

    @click.command("rebuild", help="Build the index anew.")
    def rebuild() -> None:
        click.echo(system.gettext(N_("%(count)s documents.")) % {"count": system.feed.rebuild()})

    return [status, catch_up, rebuild]
