"""The blueprint of the desk, and what its views begin with."""

from __future__ import annotations

from flask import Blueprint, current_app
from flask_babel import get_locale
from sqlalchemy.orm import Session

from registries.messages import N_, Problem
from registries.records import NotFound, Records

from ..security import actor
from ..system import System
from ..values import Wording

#: An area that exists and is not the actor's to write in.
OUTSIDE = Problem(N_("You may not write in that area."), N_("Choose one of yours, or ask the clerk of that area."))

pages = Blueprint("desk", __name__, url_prefix="/desk")


def system() -> System:
    """The running program."""
    found: System = current_app.extensions["sanku"]
    return found


def records_of(kind: str) -> Records:
    """The records of the kind that an address names.

    :raises NotFound: there is no such kind, or the account may not read it anywhere.
    """
    records = system().catalogue.get(kind)
    if records is None or actor().scopes("read", records.kind.database) == []:
        raise NotFound(kind)
    return records


def wording(session: Session) -> Wording:
    """Words for values in the language of the account, within what it may see."""
    return Wording(session, system().catalogue, actor(), str(get_locale())[:2])
