"""The blueprint of the administration, and what its views begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from registries.days import parse_day
from registries.messages import N_, Problem, Refused
from registries.records import Invalid
from registries.references import AreaEntry, References

pages = Blueprint("admin", __name__, url_prefix="/admin")

Answer = str | Response | tuple[str, int]
#: What is wrong with a form, by the name of its field; empty: with the whole of it.
Problems = dict[str, list[str]]


def said(error: Invalid | Refused) -> Problems:
    """What a service refused, in the language of the request."""
    errors: Mapping[str, Sequence[Problem]] = error.errors if isinstance(error, Invalid) else {"": [error.problem]}
    return {name: [problem.localised(gettext) for problem in found] for name, found in errors.items()}


def summary(problems: Problems) -> list[tuple[str, str]]:
    """The same for the summary above a form: each with the id of its field."""
    return [(name, text) for name, texts in problems.items() for text in texts]


def text(name: str) -> str:
    """What was typed into a field, without blanks around it."""
    return request.form.get(name, "").strip()


def day(name: str) -> date | None:
    """The day that was typed into a field; ``None`` for an empty one.

    :raises Invalid: it is none.
    """
    if not text(name):
        return None
    try:
        return parse_day(text(name))
    except ValidationError as error:
        raise Invalid({name: [one for one in error.messages if isinstance(one, Problem)]}) from error


def number(name: str) -> int:
    """The version that a form carries; 0, which no record has, for anything else."""
    return request.form.get(name, 0, type=int)


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
