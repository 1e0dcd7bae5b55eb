"""Commands that run the site: serve, worker, demo."""

from __future__ import annotations

import os
import sys
from datetime import date

import click

from registries.messages import N_

from ..demo import load_demo
from ..system import System
from . import output


def commands(system: System) -> list[click.Command]:
    """The commands of this module for a system."""
    return [_serve(system), _demo(system)]


def _serve(system: System) -> click.Command:
    @click.command("serve", help="Serve the site.")
    @click.option("--host", default=system.settings.host)
    @click.option("--port", default=system.settings.port)
    @click.option("--workers", default=system.settings.workers)
    def command(host: str, port: int, workers: int) -> None:
        system.settings.check()
        system.database.require()
        system.feed.catch_up()
        click.echo(system.gettext(N_("Sanku is at http://%(host)s:%(port)s/")) % {"host": host, "port": port})
        # The server replaces this process, so that a signal to it stops the site.
        os.execv(sys.executable, [
            sys.executable, "-m", "gunicorn", "--bind", f"{host}:{port}", "--workers", str(workers), "--threads", "4",
            "--worker-class", "gthread", "--access-logfile", "-", "app:create_app()",
        ])

    return command


def _demo(system: System) -> click.Command:
    @click.command("demo", help="Load a made-up district; its people belong to nobody.")
    @click.option("--residents", default=20_000, show_default=True)
    @click.option("--organisations", default=1_500, show_default=True)
    @click.option("--facilities", default=4_000, show_default=True)
    @click.option("--seed", default=1, show_default=True)
    def command(residents: int, organisations: int, facilities: int, seed: int) -> None:
        load_demo(
            system, residents=residents, organisations=organisations, facilities=facilities, seed=seed, today=date.today(),
            progress=output.progress_bar(system.gettext(N_("Written")), True),
        )
        click.echo(system.gettext(N_("The demo district is loaded.")))

    return command
