"""Commands that keep the system: init, upgrade, check, backup, restore, index, keys, erase."""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import UUID

import click

import migrations
from registries import backup, checking, erasure, rotation
from registries.messages import N_

from .. import backups, setup
from ..exports import service as exports
from ..system import System
from . import output
from .arguments import kind_choice


def commands(system: System) -> list[click.Command]:
    """The commands of this module for a system."""
    _ = system.gettext
    keys = click.Group("keys", help=_(N_("The keys that seal personal data.")))
    keys.add_command(_rotate(system))
    index = click.Group("index", help=_(N_("The search index, which can always be built anew.")))
    for command in _index(system):
        index.add_command(command)
    return [
        _init(system),
        _upgrade(system),
        _check(system),
        _backup(system),
        _restore(system),
        _erase(system),
        keys,
        index,
    ]


def _init(system: System) -> click.Command:
    _ = system.gettext

    @click.command("init", help=_(N_("Make what is missing: keys, databases, code lists and, if told, the area tree.")))
    @click.option(
        "--areas",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        multiple=True,
        help=_(N_("A CSV of areas or a GeoJSON of their boundaries; may be given again.")),
    )
    def command(areas: tuple[Path, ...]) -> None:
        database = setup.make_ready(system)
        for file in areas:
            count = setup.load_areas(database, file, system.console().name)
            click.echo(_(N_("%(count)s areas are new or changed by %(file)s.")) % {"count": count, "file": file})
        click.echo(
            _(N_("Ready: %(data)s. Keys: %(keys)s; back them up apart from the data."))
            % {
                "data": system.settings.data if database.is_sqlite else "PostgreSQL",
                "keys": system.settings.keys,
            }
        )

    return command


def _upgrade(system: System) -> click.Command:
    _ = system.gettext

    @click.command("upgrade", help=_(N_("Bring the databases to this version.")))
    def command() -> None:
        setup.upgrade(system.database, system.console().name, system.catalogue)
        click.echo(_(N_("The databases are up to date.")))

    return command


def _check(system: System) -> click.Command:
    _ = system.gettext

    @click.command("check", help=_(N_("Look for damage, tampering, dangling links and what is overdue.")))
    @click.option("--json", "as_json", is_flag=True, help=_(N_("Print one JSON object.")))
    def command(as_json: bool) -> None:
        findings = list(checking.check(
            system.database, system.catalogue, system.feed.lags, migrations.heads_match, damage=system.feed.damage,
        ))  # fmt: skip
        if as_json:
            output.print_json({"findings": [finding.as_json() for finding in findings]})
        else:
            for finding in findings:
                address = f"  {finding.kind}/{finding.record_id}" if finding.record_id else ""
                click.echo(f"{_(finding.severity)}  {finding.database or '':<14}{system.say(finding.problem)}{address}")
            click.echo(_(N_("Findings: %(count)s.")) % {"count": len(findings)})
        sys.exit(1 if any(finding.severity == "error" for finding in findings) else 0)

    return command


def _backup(system: System) -> click.Command:
    _ = system.gettext

    @click.command(
        "backup",
        help=_(N_(
            "Write a consistent copy of all databases into DIR, while others go on writing; without DIR into a new "
            "folder of SANKU_BACKUPS, where those older than 35 days are then deleted."
        )),
    )
    @click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
    def command(folder: Path | None) -> None:
        chosen = folder or backups.new_folder(system.settings.backups)
        manifest = backup.backup(system.database, chosen)
        if folder is None:
            backups.forget_old(system.settings.backups, chosen)
        click.echo(
            _(N_("Backed up to %(folder)s: %(files)s files. The keys are not in it."))
            % {
                "folder": chosen,
                "files": len(manifest["files"]),
            }
        )

    return command


def _restore(system: System) -> click.Command:
    _ = system.gettext

    @click.command("restore", help=_(N_("Fill empty databases from the backup in DIR; a damaged copy is refused.")))
    @click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
    def command(folder: Path) -> None:
        database = system.connect()
        setup.restore(database, folder, system.catalogue, system.console().name)
        system.feed.rebuild()
        click.echo(_(N_("Restored from %(folder)s.")) % {"folder": folder})

    return command


def _erase(system: System) -> click.Command:
    _ = system.gettext

    @click.command("erase", help=_(N_("Blank a person's record and its log for good, on legal request.")))
    @click.argument("kind", type=kind_choice(system))
    @click.argument("record_id", metavar="ID", type=click.UUID)
    @click.option("--reason", required=True, help=_(N_("The request, for the log.")))
    def command(kind: str, record_id: UUID, reason: str) -> None:
        # A script has said what it wants; somebody at a keyboard may have mistyped.
        if sys.stdin.isatty():
            click.confirm(_(N_("This cannot be undone. Go on?")), abort=True)
        erasure.erase(system.database, system.catalogue[kind], record_id, reason, actor=system.console())
        exports.forget(system, kind)
        system.feed.catch_up()
        click.echo(_(N_("Erased: %(kind)s %(id)s.")) % {"kind": _(system.catalogue[kind].kind.label), "id": record_id})

    return command


def _rotate(system: System) -> click.Command:
    _ = system.gettext

    @click.command("rotate", help=_(N_("Make new keys and seal everything anew; nothing is unreadable meanwhile.")))
    def command() -> None:
        sealed = rotation.rotate(system.database, system.catalogue)
        click.echo(
            _(N_("Values sealed anew: %(count)s. Back up the key file %(keys)s."))
            % {
                "count": sealed,
                "keys": system.settings.keys,
            }
        )

    return command


def _index(system: System) -> list[click.Command]:
    _ = system.gettext

    @click.command("status", help=_(N_("How far the index is behind the change logs.")))
    @click.option("--json", "as_json", is_flag=True, help=_(N_("Print one JSON object.")))
    def status(as_json: bool) -> None:
        lags = system.feed.lags()
        if as_json:
            output.print_json(
                {
                    "documents": system.feed.count(),
                    "databases": {lag.database: {"position": lag.position, "last": lag.last} for lag in lags},
                }
            )
            return
        click.echo(_(N_("Documents in the index: %(count)s.")) % {"count": f"{system.feed.count():,}"})
        for lag in lags:
            click.echo(f"{lag.database:<16}{lag.position:>10,} / {lag.last:,}")

    @click.command("catch-up", help=_(N_("Take in what has changed.")))
    def catch_up() -> None:
        with output.progress(_(N_("Taken in"))):
            count = system.feed.catch_up()
        click.echo(_(N_("Changes taken in: %(count)s.")) % {"count": count})

    @click.command("rebuild", help=_(N_("Build the index anew.")))
    def rebuild() -> None:
        with output.progress(_(N_("Indexed"))) as bar:
            count = system.feed.rebuild(bar)
        click.echo(_(N_("Documents in the index: %(count)s.")) % {"count": f"{count:,}"})

    return [status, catch_up, rebuild]
