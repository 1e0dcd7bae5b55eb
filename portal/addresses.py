"""Addresses that come from outside: read as they may be written, and gone to only within this site."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from flask import Request

#: A path of this site: one slash, and nothing that a browser takes for another host or cuts out before it looks.
_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


#: What a query is made of.
_ASCII = "".join(map(chr, range(128)))


class Asked(Request):
    """A request whose query holds nothing but ASCII, as in an address (RFC 3986, 2.1); Werkzeug fails at raw bytes."""

    def __init__(self, environ: dict[str, Any], *args: Any, **more: Any) -> None:
        super().__init__(environ, *args, **more)
        if not self.query_string.isascii():
            self.query_string = quote(self.query_string, safe=_ASCII).encode()


def safe_path(text: str | None, otherwise: str = "/") -> str:
    """The text if it is a path of this site, else ``otherwise``.

    Comparing hosts is not enough: Chromium leaves the site for ``http:///elsewhere``, whose host is empty.
    """
    return text if text and _PATH.fullmatch(text) else otherwise
