"""The blueprint of ``/api/v1``: every view wants a token, every failure is a problem in JSON."""

from __future__ import annotations

from flask import Blueprint, Response

from . import gate
from .failures import FAILURES, answer_to

pages = Blueprint(gate.BLUEPRINT, __name__, url_prefix="/api/v1")
pages.before_request(gate.admit)
for failure in FAILURES:
    pages.register_error_handler(failure, answer_to)


@pages.after_request
def vary(response: Response) -> Response:
    """Tell caches what an answer hangs on."""
    response.headers.add("Vary", "Authorization, Accept-Language")
    return response
