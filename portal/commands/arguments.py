"""What several commands take: a kind, an area, a user to act as."""

from __future__ import annotations

from uuid import UUID

import click

from registries import references
from registries.access import Actor
from registries.messages import N_, Problem, Refused
from registries.records import NotFound
from registries.references import AreaEntry

from ..accounts import service as accounts
from ..system import System


class KindChoice(click.Choice[str]):
    """One of the kinds; another word is answered with the list of them. Help texts call it KIND."""

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "KIND"


def kind_choice(system: System) -> KindChoice:
    """The kinds there are."""
    return KindChoice(sorted(system.catalogue))


def kinds_told(system: System) -> str:
    """What KIND may be, each with its name in the language of the console."""
    labels = {name: system.gettext(system.catalogue[name].kind.label) for name in sorted(system.catalogue)}
    kinds = [name if label.lower() == name else f"{name} {label}" for name, label in labels.items()]
    return system.say(Problem(N_("KIND is one of: %(kinds)s."), kinds=kinds))


def actor(system: System, name: str | None) -> Actor:
    """Who acts: a named user, or the console with the name of the operating-system user.

    :raises Refused: there is no such user.
    """
    if name is None:
        return system.console()
    with system.database.reading() as session:
        try:
            return accounts.actor_named(session, name)
        except NotFound as error:
            raise Refused(
                Problem(
                    N_("There is no user “%(name)s”."),
                    N_("Make one with “sanku user create”."),
                    name=name,
                )
            ) from error


def area_named(system: System, area: str | None) -> AreaEntry | None:
    """The area that an option names by code or name.

    :raises Refused: there is no such area.
    """
    if area is None:
        return None
    with system.database.reading() as session:
        found = references.load(session).areas.find(area)
    if found is None:
        raise Refused(Problem(N_("There is no area “%(value)s”."), N_("Write its code."), value=area))
    return found


def area_id(area: AreaEntry | None) -> UUID | None:
    """The id of an area that may not have been named."""
    return area.id if area else None


def assigned(system: System, assignments: tuple[str, ...]) -> dict[str, str]:
    """Words such as ``employees=12`` as fields and values; a value may be empty."""
    found = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise click.UsageError(
                system.gettext(N_("Write it as field=value, not “%(text)s”.")) % {"text": assignment}
            )
        found[name] = value
    return found
