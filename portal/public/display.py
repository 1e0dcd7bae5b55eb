"""How pages are shown: usual, with large type, with high contrast, or both; remembered in one cookie of four values."""

from __future__ import annotations

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from ..addresses import safe_path
from ..security import allowed
from .blueprint import address, pages

COOKIE = "sanku-display"
LARGE, CONTRAST = "large", "contrast"
#: What the cookie may say; nothing is the usual way.
MODES = ("", LARGE, CONTRAST, f"{LARGE}-{CONTRAST}")
#: A year: longer than that no browser keeps a cookie (RFC 6265bis, 5.5).
KEPT = 31_536_000


def init_app(app: Flask) -> None:
    """Let templates ask how the page is shown and how to change it."""
    app.jinja_env.globals.update(display=display, display_address=display_address)


def display() -> frozenset[str]:
    """What is special about how this page is shown."""
    mode = request.cookies.get(COOKIE, "")
    return frozenset(mode.split("-")) if mode in MODES and mode else frozenset()


def display_address(part: str) -> str:
    """Where a link leads that turns a part of the display on or off and comes back to this page."""
    wanted = display() ^ {part}
    mode = "-".join(one for one in (LARGE, CONTRAST) if one in wanted)
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    here = safe_path(f"{request.script_root}{request.path}{query}" if request.method == "GET" else "")
    return address("set_display", mode=mode, next=here)


@pages.get("/display")
@allowed("anyone")
def set_display() -> BaseResponse:
    """Remember a display mode and go back to the page that it was chosen on."""
    mode = request.args.get("mode", "")
    answer: Response = redirect(safe_path(request.args.get("next"), address("home")))  # type: ignore[assignment]
    path = f"{request.script_root}/"
    if mode in MODES and mode:
        answer.set_cookie(
            COOKIE, mode, max_age=KEPT, path=path, httponly=True, samesite="Lax", secure=request.is_secure
        )
    else:
        answer.delete_cookie(COOKIE, path=path, httponly=True, samesite="Lax", secure=request.is_secure)
    answer.headers["Cache-Control"] = "no-store"
    return answer
