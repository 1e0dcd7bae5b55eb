"""Addresses that come from outside and are to be gone to."""

from __future__ import annotations

import re

#: A path of this site: one slash, and nothing that a browser takes for another host or cuts out before it looks.
_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def safe_path(text: str | None, otherwise: str = "/") -> str:
    """The text if it is a path of this site, else ``otherwise``.

    Comparing hosts is not enough: Chromium leaves the site for ``http:///elsewhere``, whose host is empty.
    """
    return text if text and _PATH.fullmatch(text) else otherwise
