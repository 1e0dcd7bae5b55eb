"""What a request asks for: its body, its headers, its query; whatever cannot be read is refused by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from flask import request
from flask_babel import gettext
from werkzeug.exceptions import UnsupportedMediaType

from registries.done import Asked
from registries.messages import N_, Problem
from registries.references import AreaEntry, References

from ..security import actor
from . import problems
from .failures import Answered

MOST_REASON, MOST_KEY, MOST_TEXT = 500, 200, 2_000
_ETAG, _KEY = re.compile(r'"([0-9]{1,9})"'), re.compile(r"[!-~]+")
UNKNOWN_MEMBER = Problem(N_("This member is not known here."), N_("Leave it out."))
#: How a member of a body that must be of a type is called where it is not.
TYPE_NAMES = {
    dict: N_("an object"), str: N_("a text"), bool: N_("true or false"), int: N_("a whole number"), list: N_("a list"),
}  # fmt: skip


def refuse(*errors: dict[str, Any]) -> Answered:
    """The refusal of a request for what is wrong in it, ready to be raised."""
    told = gettext(N_("Mend what is named in “errors” and send the request again."))
    return Answered(problems.answer(422, told, errors=list(errors)))


def body(members: Mapping[str, type], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The members of a JSON object, each of the type that is told; those left out are ``None``.

    :raises Answered: it is no JSON, or no such object.
    :raises UnsupportedMediaType: the body is said to be something else.
    """
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        told = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise Answered(problems.answer(400, gettext(N_("The body is no JSON.")))) from error
    if not isinstance(told, dict):
        raise refuse(_not_a("", dict))
    errors = [
        problems.member(f"/{name}", "unknown", UNKNOWN_MEMBER) for name in told if name not in members
    ]  # fmt: skip
    for name, cls in members.items():
        value = told.get(name)
        if value is None and name in required:
            errors.append(problems.member(f"/{name}", "required", Problem(N_("It is missing."), N_("Add it."))))
        elif value is not None and (not isinstance(value, cls) or (cls is int and isinstance(value, bool))):
            errors.append(_not_a(f"/{name}", cls))
    if errors:
        raise refuse(*errors)
    return {name: told.get(name) for name in members}


def _not_a(pointer: str, cls: type) -> dict[str, Any]:
    problem = Problem(N_("It must be %(type)s."), N_("See /api/openapi.json."), type=Problem(TYPE_NAMES[cls]))
    return problems.member(pointer, "type", problem)


def reason_in(told: str | None, required: bool = False, in_query: bool = False) -> str | None:
    """A reason without stray blanks, from the member or the parameter ``reason``.

    :raises Answered: it is missing, says nothing, is too long, or holds what cannot be shown.
    """
    text = (told or "").strip()
    unfit = not text or len(told or "") > MOST_REASON or not (told or "").isprintable()
    if (required or told is not None) and unfit:
        problem = Problem(
            N_("A reason of one line and at most %(most)s characters is needed."), N_("Say why."), most=MOST_REASON,
        )  # fmt: skip
        code = "required" if not text else "invalid"
        raise refuse(_parameter("reason", code, problem) if in_query else problems.member("/reason", code, problem))
    return text or None


def day(text: str | None, name: str = "as_of") -> date | None:
    """A day of the body, written as 2026-03-05 and in no other form of ISO 8601; ``None`` where there is none.

    :raises Answered: it is none.
    """
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        found = None
    if text is not None and (found is None or found.isoformat() != text):
        raise refuse(problems.member(f"/{name}", "invalid", Problem(
            N_("This value cannot be read."), N_("Write it as 2026-03-05."),
        )))  # fmt: skip
    return found


def version() -> int:
    """The version that the caller has seen, from ``If-Match``.

    :raises Answered: the header is missing or names none.
    """
    told = request.headers.get("If-Match", "").strip()
    if not told or told == "*":
        raise Answered(problems.answer(428, gettext(N_("Send If-Match with the ETag of the record you have read."))))
    match = _ETAG.fullmatch(told)
    if match is None:
        raise Answered(problems.answer(400, gettext(N_("If-Match must be the ETag of the record you have read."))))
    return int(match[1])


def under_key() -> Asked | None:
    """The request under the ``Idempotency-Key`` that the caller gave it, if any.

    :raises Answered: the key is too long or holds what no header should.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key) or len(key) > MOST_KEY:
        raise Answered(problems.answer(400, gettext(
            N_("An Idempotency-Key has 1 to %(most)s letters, digits and signs without blanks.")
        ) % {"most": MOST_KEY},
        ))  # fmt: skip
    told = f"{request.method} {request.full_path} {request.headers.get('If-Match', '')}\n".encode()
    return Asked(sender(), key, told + request.get_data())


def sender() -> str:
    """Whose keys these are: a program's own, so that two of one account that count alike do not meet."""
    details = actor().details
    return f"{details['id']} {details['token']}"


def parameters(*known: str) -> dict[str, str]:
    """The query, each name once.

    :raises Answered: a name is not known or stands twice, or a value holds what cannot be shown.
    """
    errors = []
    for name, values in request.args.lists():
        if name not in known:
            errors.append(_parameter(name, "unknown", UNKNOWN_MEMBER))
        elif len(values) > 1:
            errors.append(_parameter(name, "twice", Problem(N_("It stands there twice."), N_("Give it once."))))
        elif not values[0].isprintable() or not 1 <= len(values[0]) <= MOST_TEXT:
            errors.append(wrong(name))
    if errors:
        raise refuse(*errors)
    return request.args.to_dict()


def wrong(name: str, remedy: str | None = None) -> dict[str, Any]:
    """The entry of a query parameter whose value will not do."""
    problem = Problem(N_("This value cannot be read."), remedy or N_("See /api/openapi.json."))
    return _parameter(name, "invalid", problem)


def _parameter(name: str, code: str, problem: Problem) -> dict[str, Any]:
    entry = problems.member("", code, problem)
    del entry["pointer"]
    return {"parameter": name[:60], **entry}


def number(told: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query between two bounds.

    :raises Answered: it is none.
    """
    text = told.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or not least <= int(text) <= most:
        raise refuse(wrong(name))
    return int(text)


def choice(told: Mapping[str, str], name: str, choices: Mapping[str, Any], default: Any) -> Any:
    """What one of a few words of the query stands for.

    :raises Answered: it is none of them.
    """
    text = told.get(name)
    if text is None:
        return default
    if text not in choices:
        raise refuse(wrong(name))
    return choices[text]


YES_NO = {"true": True, "false": False}


def area(told: Mapping[str, str], known: References, name: str = "area") -> AreaEntry | None:
    """The area that the query names by its code or id.

    :raises Answered: there is none.
    """
    text = told.get(name)
    if text is None:
        return None
    found = known.areas.find(text)
    if found is None:
        raise refuse(wrong(name, N_("Write the code or the id of an area, see /api/v1/areas.")))
    return found
