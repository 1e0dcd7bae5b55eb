"""Errors as programs read them: ``application/problem+json`` (RFC 9457), in the language they ask for.

Every field that is wrong has an entry of its own: where it stands in the body (a JSON pointer), a code that does not
change, what is wrong and what to do about it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_babel import gettext

from registries.fields import RecordField
from registries.messages import N_, Problem
from registries.schemas import COMPUTED_FIELD, UNKNOWN_FIELD, Findings, Parts

TYPE = "application/problem+json"

#: What a status means here, in words that say what to do.
TITLES = {
    400: N_("The request cannot be read"), 401: N_("A token is needed"), 403: N_("Not allowed"),
    404: N_("There is nothing here"), 405: N_("This address does not take that request"), 409: N_("Not possible now"),
    412: N_("The record was changed since"), 413: N_("Too large"), 415: N_("Send JSON"),
    422: N_("Values are not right"), 428: N_("Say which version is meant"), 429: N_("Too many requests"),
    500: N_("Something went wrong"), 503: N_("Please try again in a moment"),
}  # fmt: skip
DETAILS = {
    400: N_("Compare the request with /api/openapi.json."),
    401: N_("Send “Authorization: Bearer …” with a token that has not ended."),
    403: N_("The token, or the account that it belongs to, may not do this."),
    404: N_("Check the address; what lies outside the reach of the token is not there either."),
    405: N_("The header Allow names the requests that it takes."),
    413: N_("Send less at once."),
    415: N_("Give the body the content type application/json."),
    500: N_("The mistake is ours and has been noted. Try again later."),
    503: N_("Somebody else is writing just now; nothing was changed."),
}
BODY = "/values"


def answer(status: int, detail: str | None = None, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """A problem; ``more`` are further members, such as ``errors``."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    told = {"type": "about:blank", "title": gettext(title), "status": status}
    detail = detail or (gettext(DETAILS[status]) if status in DETAILS else None)
    told |= {"detail": detail} if detail else {}
    response = Response(json.dumps(told | more, ensure_ascii=False), status, mimetype=TYPE)
    response.headers.update(headers or {})
    return response


def sentence(problem: Problem) -> str:
    """A problem as a sentence in the language of the request."""
    return problem.localised(gettext)


def of_findings(findings: Findings, doubtful: bool) -> Response:
    """Values that break a rule, or that may be wrong and can be confirmed with a reason."""
    errors = [entry for name, found in findings.items() for problem in found for entry in [_entry(name, problem)]]
    if not doubtful:
        return answer(422, gettext(N_("Mend the fields named in “errors” and send the request again.")), errors=errors)
    detail = gettext(N_("If the values are right all the same, send them again with a “reason”."))
    return answer(422, detail, errors=errors, confirm=True)


def member(pointer: str, code: str, problem: Problem) -> dict[str, Any]:
    """One thing that is wrong: where, what, and what to do."""
    message = Problem(problem.msgid, None, **problem.params).localised(gettext)
    remedy = Problem(problem.remedy, None, **problem.params).localised(gettext) if problem.remedy else None
    return {"pointer": pointer, "code": code, "message": message, "remedy": remedy}


def _entry(name: str, problem: Problem) -> dict[str, Any]:
    pointer, inner = f"{BODY}/{_escaped(name)}", problem
    reason = problem.params.get("reason")
    if problem.msgid == Parts.problems["row"][0] and isinstance(reason, Problem):
        pointer, inner = f"{pointer}/{problem.params['row'] - 1}/{_escaped(problem.params['name'])}", reason
    return member(pointer, codes().get(inner.msgid, "rule"), inner)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


@cache
def codes() -> dict[str, str]:
    """The code of each message that a field itself can give; what a rule over several fields says is a ``rule``."""
    found = {UNKNOWN_FIELD: "unknown", COMPUTED_FIELD: "read_only"}
    for cls in _all(RecordField):
        for code, (message, _remedy) in cls.__dict__.get("problems", {}).items():
            found.setdefault(message, code)
    return found


def _all(cls: type[Any]) -> Iterator[type[Any]]:
    yield cls
    for below in cls.__subclasses__():
        yield from _all(below)
