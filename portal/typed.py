"""What was typed into a form, read, and what is wrong with it in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from flask import request
from flask_babel import gettext
from marshmallow import ValidationError

from registries.days import parse_day
from registries.messages import N_, Problem, Refused
from registries.records import Invalid
from registries.schemas import Findings

#: What is wrong with a form, by the name of its field; empty: with the whole of it.
Problems = dict[str, list[str]]


def said(error: Invalid | Refused) -> Problems:
    """What a service refused, in the language of the request."""
    return in_words(error.errors if isinstance(error, Invalid) else {"": [error.problem]})


def in_words(errors: Mapping[str, Sequence[Problem]]) -> Problems:
    """Problems by field, in the language of the request."""
    return {name: [problem.localised(gettext) for problem in problems] for name, problems in errors.items()}


def summary(problems: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
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


def day_wanted(name: str) -> date:
    """The day that was typed into a field which may not be empty.

    :raises Invalid: it is empty, or no day.
    """
    found = day(name)
    if found is None:
        raise Invalid({name: [Problem(N_("The day is missing."), N_("Write it as 2026-03-05."))]})
    return found


def days(*names: str, wanted: Collection[str] = ()) -> tuple[dict[str, date | None], Findings]:
    """The days of several fields, and what is wrong with them; those in ``wanted`` may not be empty."""
    found: dict[str, date | None] = dict.fromkeys(names)
    wrong: Findings = {}
    for name in names:
        try:
            found[name] = day_wanted(name) if name in wanted else day(name)
        except Invalid as invalid:
            wrong.update(invalid.errors)
    return found, wrong


def number(name: str) -> int:
    """The version that a form carries; 0, which no record has, for anything else."""
    return request.form.get(name, 0, type=int)
