"""Which problem answers which exception: nothing below ``/api/`` is ever answered by a page."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from registries.access import NotAllowed
from registries.db import Busy
from registries.done import OtherRequest
from registries.messages import N_, Refused
from registries.pace import TooFast
from registries.records import Conflict, Doubtful, Invalid, NotFound
from search.engine import IndexBusy

from .. import running
from . import answers, problems

#: Seconds after which it is worth while to try again when somebody else is writing.
SOON = 2


class Answered(Exception):
    """The request ends here, with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


#: All that a view of the interface may raise.
FAILURES: tuple[type[Exception], ...] = (
    Answered, Invalid, Conflict, Refused, NotFound, NotAllowed, OtherRequest, Busy, IndexBusy, TooFast, HTTPException,
)  # fmt: skip


def is_for_programs() -> bool:
    """Whether the request is one for the interface, and so wants no page."""
    return request.path.startswith("/api/")


def answer_to(error: Exception) -> Response:
    """The problem that tells of an exception; one that nobody foresaw is the mistake of the program."""
    match error:
        case Answered():
            return error.response
        case Invalid():
            return problems.of_findings(error.errors, isinstance(error, Doubtful))
        case Conflict():
            return conflict(error)
        case Refused():
            return problems.answer(409, problems.sentence(error.problem))
        case NotFound():
            return problems.answer(404)
        case NotAllowed():
            return problems.answer(403)
        case OtherRequest():
            told = gettext(N_("Another request was sent under this Idempotency-Key. Take a new key for a new request."))
            return problems.answer(422, told)
        case Busy() | IndexBusy():
            return problems.answer(503, headers={"Retry-After": str(SOON)})
        case TooFast():
            told = gettext(N_("So many people's records are not shown in so short a time."))
            return problems.answer(429, told, {"Retry-After": str(error.seconds)})
        case HTTPException():
            return _of_http(error)
    return problems.answer(500)


def conflict(error: Conflict) -> Response:
    """The version that was named is not the present one, which the answer shows."""
    told = gettext(N_("Read the record again and repeat your change on its present version."))
    system = running.system()
    with system.database.reading() as session:
        current = answers.record(session, system.catalogue[error.item.kind], error.item)
    return problems.answer(
        412, told, {"ETag": f'"{error.item.version}"'}, current_version=error.item.version, current=current,
    )  # fmt: skip


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None:
        status = error.response.status_code
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Sanku"'
        if request.headers.get("Authorization"):
            headers["WWW-Authenticate"] += ', error="invalid_token"'
    told = error.get_headers(request.environ)
    headers |= {name: value for name, value in told if name in ("Allow", "Retry-After", "Location")}
    if 300 <= status < 400:
        return Response(status=status, headers=headers)
    return problems.answer(status, headers=headers)
