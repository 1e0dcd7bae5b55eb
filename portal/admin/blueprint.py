"""The blueprint of the administration, and what its views begin with."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from registries.messages import N_, Problem
from registries.records import Invalid
from registries.references import AreaEntry, References

from ..typed import text

pages = Blueprint("admin", __name__, url_prefix="/admin")

Answer = str | Response | tuple[str, int]


def asked_id(name: str) -> UUID | None:
    """The id in the query of the address, if it is one."""
    return request.args.get(name, type=UUID)


def area_typed(known: References, name: str) -> AreaEntry:
    """The area whose code or full name was typed.

    :raises Invalid: there is none in use.
    """
    found = known.areas.find(text(name)) if text(name) else None
    if found is None:
        raise Invalid({name: [Problem(
            N_("There is no area “%(value)s” in use."), N_("Write its code, or its name as the list shows it."),
            value=text(name),
        )]})  # fmt: skip
    return found
