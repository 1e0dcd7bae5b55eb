"""What a file is called that a browser is to save."""

from __future__ import annotations

from urllib.parse import quote

from werkzeug.wrappers import Response


def named(answer: Response, name: str, how: str = "attachment") -> Response:
    """The answer with the name of its file, in any script: the server sends headers in Latin-1 alone (RFC 6266).

    ``how`` is ``attachment`` to save it, ``inline`` to show it.
    """
    answer.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name, safe='')}"
    return answer
