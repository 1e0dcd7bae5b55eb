"""What somebody had typed when the session was over: it goes through signing in and can be sent again.

The sign-in page carries the fields sealed. They are given back to the account that typed them and to no other, and are
sent only after a page that asks for it: a form that another site had sent would not pass unseen. Files are not kept;
the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Response, make_response, render_template, request, session

from . import running, sealed_text

PURPOSE = "kept-input"
LONGEST = timedelta(hours=8)
#: A page that carries more than this would be refused by our own limit when it comes back.
MOST_BYTES = 600_000
#: Fields that say something of the request and not of what was typed.
_OF_THE_REQUEST = ("csrf_token",)
#: To these addresses people send passwords and codes, which are kept nowhere.
_SECRET = ("/account/password", "/account/second-factor", "/account/recovery-codes", "/login")


@dataclass(frozen=True, slots=True)
class Kept:
    """The fields of a form that could not be taken, and where they were going."""

    path: str
    fields: list[tuple[str, str]]
    files: list[str]
    user_id: UUID | None

    @property
    def shown(self) -> int:
        """How many fields hold something."""
        return sum(1 for _name, value in self.fields if value)


def keep() -> str:
    """The form of this request as sealed text; empty if there is nothing in it that can be kept."""
    system = running.system()
    person = session.account  # type: ignore[attr-defined]
    owner = person.id if person is not None else session.former_user  # type: ignore[attr-defined]
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _OF_THE_REQUEST]
    if request.method != "POST" or not fields or request.path.startswith(_SECRET):
        return ""
    sealed = sealed_text.seal(system.keys, PURPOSE, {
        "path": request.full_path.removesuffix("?"), "fields": fields, "user_id": str(owner) if owner else None,
        "files": [file.filename for file in request.files.values() if file.filename],
    })  # fmt: skip
    return sealed if len(sealed) <= MOST_BYTES else ""


def opened(text: str) -> Kept | None:
    """What `keep` kept; ``None`` if it is not ours or too old."""
    system = running.system()
    told = sealed_text.open_sealed(system.keys, PURPOSE, text, LONGEST) if text else None
    if told is None:
        return None
    owner = UUID(told["user_id"]) if told["user_id"] else None
    return Kept(told["path"], [(name, value) for name, value in told["fields"]], told["files"], owner)


def ask_again(kept: Kept, status: int = 200) -> Response:
    """The page that shows what was kept and asks whether to send it."""
    return make_response(render_template("accounts/send_again.html", kept=kept), status)
