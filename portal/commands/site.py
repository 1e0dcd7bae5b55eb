"""Commands that run the site: serve, worker, demo."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import click

import migrations
from registries.access import ROLE_NAMES
from registries.days import today
from registries.messages import N_, Problem, Refused

from .. import request_counts, serving, setup
from ..demo import Sizes, load_demo, make_accounts, shown_accounts, state
from ..keeping import kept
from ..system import System
from ..worker import TASKS, Worker
from . import output


def commands(system: System) -> list[click.Command]:
    """The commands of this module for a system."""
    return [_serve(system), _worker(system), _demo(system)]


def _require_current(system: System) -> None:
    behind = migrations.heads_match(system.database)
    if behind:
        raise Refused(
            Problem(
                N_("The databases are of another version: %(names)s."),
                N_("Run “sanku upgrade” first."),
                names=behind,
            )
        )


def _serve(system: System) -> click.Command:
    _ = system.gettext

    @click.command("serve", help=_(N_("Serve the site until the process is told to end.")))
    @click.option("--host", default=system.settings.host, show_default=True)
    @click.option("--port", default=system.settings.port, show_default=True, type=click.IntRange(1, 65535))
    @click.option("--workers", default=system.settings.workers, show_default=True, type=click.IntRange(1, 64))
    @click.option(
        "--worker/--no-worker", "with_worker", default=True, show_default=True,
        help=_(N_("Bring a worker along; without, run “sanku worker” as a service of its own.")),
    )
    def command(host: str, port: int, workers: int, with_worker: bool) -> None:
        replace(system.settings, host=host).check()
        _require_current(system)
        system.feed.catch_up()
        shown = f"[{host}]" if ":" in host else host
        click.echo(_(N_("Sanku is at %(address)s; press Ctrl+C to end it.")) % {"address": f"http://{shown}:{port}/"})
        _print_accounts(system, shown_accounts(system))
        system.database.engine.dispose()
        sys.stdout.flush()
        request_counts.forget(system.settings)
        if with_worker:
            _work_beside()
        # The server replaces this process, so that a signal to it ends the site once the requests under way are done.
        os.execv(  # noqa: S606  The program and its arguments are our own.
            sys.executable,
            [sys.executable, "-m", "gunicorn", *serving.arguments(system.settings, f"{shown}:{port}", workers)],
        )

    return command


def _work_beside() -> None:
    """Start a worker that ends within a moment of this process, whichever program this becomes and however it ends."""
    command = [sys.executable, "-c", "import app; app.main()", "worker", "--beside", str(os.getpid())]
    subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  The program and its arguments are our own.


def _print_accounts(system: System, accounts: list[tuple[str, str, str]]) -> None:
    if accounts:
        click.echo(system.gettext(N_("Demo accounts (name, role, password):")))
    for name, role, password in accounts:
        click.echo(f"  {name:<10}{role:<16}{password}  {system.gettext(ROLE_NAMES[role])}")


def _worker(system: System) -> click.Command:
    _ = system.gettext

    @click.command(
        "worker", help=_(N_("Keep the index up to date, forget old staged rows, note the heads of the logs."))
    )
    @click.option("--once", is_flag=True, help=_(N_("Do what is due once and end.")))
    @click.option("--beside", type=int, hidden=True)
    def command(once: bool, beside: int | None) -> None:
        if beside is not None:
            beside = kept(beside)
        _require_current(system)
        worker = Worker(system)
        if once:
            done = [Problem(TASKS[name]) for name in worker.turn()]
            while worker.runner.turn():
                pass
            click.echo(system.say(Problem(N_("Done: %(tasks)s."), tasks=done)))
        else:
            if beside is None:
                click.echo(_(N_("The worker has begun; press Ctrl+C to end it.")))
            worker.run(beside)

    return command


def _demo(system: System) -> click.Command:
    _ = system.gettext

    @click.command("demo", help=_(N_("Load a made-up district; its people belong to nobody.")))
    @click.option("--residents", default=20_000, show_default=True, type=click.IntRange(0, 1_000_000))
    @click.option("--organisations", default=1_500, show_default=True, type=click.IntRange(0, 100_000))
    @click.option("--facilities", default=4_000, show_default=True, type=click.IntRange(0, 1_000_000))
    @click.option("--seed", default=1, show_default=True)
    def command(residents: int, organisations: int, facilities: int, seed: int) -> None:
        setup.make_ready(system)
        with system.database.reading() as session:
            begun = state(session)
        sizes = begun[1] if begun else Sizes(residents, organisations, facilities, seed, today())
        if begun and begun[0] == "begin":
            click.echo(_(N_("A demo was cut short here; it is brought to its end.")))
        with output.progress(_(N_("Written")), sizes.total) as bar:
            loaded = load_demo(system, sizes, bar)
        if not loaded:
            click.echo(_(N_("The demo district is here already; nothing was done.")))
            return
        click.echo(_(N_("The demo district is loaded.")))
        _print_accounts(system, make_accounts(system))

    return command
