"""The blueprint of the desk, and what its views begin with."""

from __future__ import annotations

from flask import Blueprint

from registries.messages import N_, Problem
from registries.records import NotFound, Records

from ..running import system
from ..security import actor

#: An area that exists and is not the actor's to write in.
OUTSIDE = Problem(N_("You may not write in that area."), N_("Choose one of yours, or ask the clerk of that area."))
NO_AREA = Problem(N_("There is no such area."), N_("Choose it from the list."))

pages = Blueprint("desk", __name__, url_prefix="/desk")


def records_of(kind: str) -> Records:
    """The records of the kind that an address names.

    :raises NotFound: there is no such kind, or the account may not read it anywhere.
    """
    records = system().catalogue.get(kind)
    if records is None or actor().scopes("read", records.kind.database) == []:
        raise NotFound(kind)
    return records
