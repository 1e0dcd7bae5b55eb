"""Commands for accounts: make, list, grant, revoke, disable, enable, issue a new password."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from registries import references
from registries.access import REGISTRIES, ROLE_NAMES, ROLES
from registries.messages import N_, Problem, Refused
from registries.records import NotFound

from ..accounts import granting
from ..accounts import service as accounts
from ..accounts.models import User
from ..accounts.passwords import NewPassword
from ..system import System
from . import output
from .arguments import area_named


def commands(system: System) -> list[click.Command]:
    """The group ``user``."""
    group = click.Group("user", help=system.gettext(N_("Accounts.")))
    for command in (
        _create(system),
        _list(system),
        _grant(system),
        _revoke(system),
        *_switches(system),
        _reset(system),
    ):
        group.add_command(command)
    return [group]


def _role_options(system: System, command: Callable[..., Any]) -> Callable[..., Any]:
    """What a grant is made of."""
    _ = system.gettext
    for option in (
        click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help=_(N_("The last day of the role."))),
        click.option("--registry", type=click.Choice(REGISTRIES), help=_(N_("Only in this registry."))),
        click.option("--area", required=True, help=_(N_("The code of the area the role holds in."))),
        click.option("--role", required=True, type=click.Choice(ROLES)),
    ):
        command = option(command)
    return command


def _create(system: System) -> click.Command:
    _ = system.gettext

    def command(
        name: str, role: str, area: str, registry: str | None, until: datetime | None, full_name: str | None
    ) -> None:
        fresh = NewPassword.of(_asked_password(system), [name, full_name or ""])
        with system.database.writing("system") as session:
            accounts.create_user(
                session, name, fresh, role, area, registry, actor=system.console(),
                until=until.date() if until else None, full_name=full_name,
            )  # fmt: skip
        click.echo(_(N_("User “%(name)s” was made.")) % {"name": name})

    command = _role_options(system, command)
    command = click.option("--full-name", help=_(N_("What the person is called.")))(command)
    told = _(N_("Make an account; the password is read from standard input or asked for."))
    return click.command("create", help=told)(click.argument("name")(command))


def _asked_password(system: System) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(system.gettext(N_("Password")), hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _list(system: System) -> click.Command:
    _ = system.gettext

    @click.command("list", help=_(N_("The accounts with their roles.")))
    @click.option("--json", "as_json", is_flag=True, help=_(N_("Print one JSON object.")))
    def command(as_json: bool) -> None:
        with system.database.reading() as session:
            areas = references.load(session).areas
            rows = accounts.listed(session, actor=system.console())
        told = [
            {
                "name": row.user.name,
                "full_name": row.user.full_name,
                "disabled": row.user.disabled_at is not None,
                "second_factor": row.user.totp_confirmed_at is not None,
                "grants": [
                    {
                        "role": grant.role,
                        "area": area.code or area.name_zh if (area := areas.get(grant.area_id)) else None,
                        "registry": grant.in_registry,
                        "until": grant.until,
                    }
                    for grant in row.grants
                ],
            }
            for row in rows
        ]  # fmt: skip
        if as_json:
            output.print_json({"users": told})
            return
        disabled = _(N_("disabled"))
        for user in told:
            click.echo(f"{user['name']:<20} {disabled if user['disabled'] else ''}".rstrip())
            for grant in user["grants"]:
                parts = (_(ROLE_NAMES[grant["role"]]), grant["area"], grant["registry"], grant["until"])
                click.echo("    " + "  ".join(str(part) for part in parts if part))

    return command


def _grant(system: System) -> click.Command:
    _ = system.gettext

    def command(name: str, role: str, area: str, registry: str | None, until: datetime | None) -> None:
        place = area_named(system, area)
        with system.database.writing("system") as session:
            granting.grant(
                session, _user(session, name).id, role, place.id if place else UUID(int=0), registry,
                actor=system.console(), until=until.date() if until else None,
            )  # fmt: skip
        click.echo(_(N_("The role was given.")))

    return click.command("grant", help=_(N_("Give an account a further role.")))(
        click.argument("name")(_role_options(system, command))
    )


def _revoke(system: System) -> click.Command:
    _ = system.gettext

    @click.command("revoke", help=_(N_("Take a role from an account, in all areas or in one.")))
    @click.argument("name")
    @click.option("--role", required=True, type=click.Choice(ROLES))
    @click.option("--area", help=_(N_("Only in this area.")))
    def command(name: str, role: str, area: str | None) -> None:
        place = area_named(system, area)
        with system.database.writing("system") as session:
            user = _user(session, name)
            held = accounts.find(session, user.id, actor=system.console()).grants
            taken = [row for row in held if row.role == role and (place is None or row.area_id == place.id)]
            for row in taken:
                granting.revoke(session, row.id, actor=system.console())
        if not taken:
            raise Refused(Problem(N_("This account does not hold the role."), N_("See “sanku user list”.")))
        click.echo(_(N_("The role was taken away.")))

    return command


def _switches(system: System) -> list[click.Command]:
    _ = system.gettext

    @click.command("disable", help=_(N_("Keep somebody out from now on.")))
    @click.argument("name")
    @click.option("--reason", help=_(N_("Stands in the log.")))
    def disable(name: str, reason: str | None) -> None:
        with system.database.writing("system") as session:
            accounts.disable(session, _user(session, name).id, actor=system.console(), reason=reason)
        click.echo(_(N_("The account was disabled.")))

    @click.command("enable", help=_(N_("Let somebody in again.")))
    @click.argument("name")
    @click.option("--reason", help=_(N_("Stands in the log.")))
    def enable(name: str, reason: str | None) -> None:
        with system.database.writing("system") as session:
            accounts.enable(session, _user(session, name).id, actor=system.console(), reason=reason)
        click.echo(_(N_("The account was enabled.")))

    return [disable, enable]


def _reset(system: System) -> click.Command:
    _ = system.gettext

    @click.command("reset", help=_(N_("Issue a new password, to be changed at the next sign-in.")))
    @click.argument("name")
    @click.option("--second-factor", is_flag=True, help=_(N_("Take the second factor off too; its telephone is lost.")))
    def command(name: str, second_factor: bool) -> None:
        password = accounts.issued_password()
        fresh = NewPassword.of(password)
        with system.database.writing("system") as session:
            user = _user(session, name)
            accounts.reset_password(session, user.id, fresh, actor=system.console())
            if second_factor:
                accounts.reset_second_factor(session, user.id, actor=system.console())
        click.echo(_(N_("The new password: %(password)s")) % {"password": password})

    return command


def _user(session: Session, name: str) -> User:
    try:
        return accounts.named(session, name)
    except NotFound as error:
        problem = Problem(N_("There is no user “%(name)s”."), N_("See “sanku user list”."), name=name)
        raise Refused(problem) from error
