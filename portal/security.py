"""Who asks, and whether the page is for them: `account`, `actor`, and `allowed` above every view.

A view without `allowed` is answered to nobody. What somebody may not have is answered exactly as if it were not there;
who is not signed in is asked to, and finds again what he had typed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as BaseResponse

from registries.access import ALLOWED, PUBLIC, REGISTRIES, Actor, NotAllowed
from registries.records import NotFound

from . import forgery, kept_input, running
from .accounts.people import Account
from .addresses import safe_path
from .server_session import ServerSessions
from .system import System

View = Callable[..., Any]

#: What the pages for a kind of work ask for: one of these roles, held today.
CAPABILITIES = {
    "desk": ("grid_worker", "clerk", "registry_admin"),
    "lead": ("leader", "registry_admin"),
    "open_people": ("leader",),
    "administer": ("system_admin",),
    "administer_registries": ("registry_admin",),
    "audit": ("auditor",),
    "any_administration": ("system_admin", "registry_admin", "auditor"),
    "edit": ("editor", "reviewer"),
}
#: What can be done with records, as `registries.access` knows it.
ACTIONS = frozenset(action for kinds in ALLOWED.values() for actions in kinds.values() for action in actions)
#: What asks for the second factor, where the setting says so, and for a proof of identity that is not long ago.
SENSITIVE = frozenset({"reveal", "export", "erase", "administer", "administer_registries"})


def init_app(app: Flask) -> None:
    """Sign-in, sessions and the check that every view says whom it is for."""
    system: System = app.extensions["sanku"]
    app.session_interface = ServerSessions(system)
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)
    manager.user_loader(lambda _user_id: None if forgery.is_program() else session.account)
    manager.request_loader(lambda _request: _of_program())
    app.before_request(_refuse_undeclared)
    forgery.init_app(app)
    app.after_request(_keep_private)
    app.jinja_env.globals.update(account=account, csrf_field=csrf_field, may=may, session_seconds=session_seconds)


def account() -> Account | None:
    """The account that is signed in, or that lets a program act for it."""
    return current_user if current_user.is_authenticated else None


def actor() -> Actor:
    """Whom the services are to ask about."""
    person = account()
    return PUBLIC if person is None else person.actor


def programs_are(load: Callable[[str], Account | None]) -> Callable[[str], Account | None]:
    """Register what finds the account that a bearer token of the interface for programs stands for."""
    _program_loaders.append(load)
    return load


_program_loaders: list[Callable[[str], Account | None]] = []


def _of_program() -> Account | None:
    if not forgery.is_program():
        return None
    token = request.headers["Authorization"].split(" ", 1)[1].strip()
    return next((person for load in _program_loaders if (person := load(token)) is not None), None)


def allowed(*rights: str, unready: bool = False, fresh: bool | None = None) -> Callable[[View], View]:
    """Let only those call a view who have one of the rights; stands directly under the route.

    A right is ``anyone``, ``signed_in``, one of `CAPABILITIES`, or an action on records, which is asked for the kind
    that the view's argument ``kind`` names, or any kind without one. ``unready`` lets those in too who must first
    change their password or set up their second factor. ``fresh`` asks for a recent proof of identity where the
    settings want it; unless told it does so for what is `SENSITIVE`.
    """
    unknown = set(rights) - {"anyone", "signed_in", *CAPABILITIES, *ACTIONS}
    if unknown or not rights:
        raise ValueError(f"No such right: {unknown}")
    sensitive = bool(SENSITIVE.intersection(rights)) if fresh is None else fresh

    def guard(view: View) -> View:
        @wraps(view)
        def asked(*args: Any, **values: Any) -> Any:
            refusal = _refusal(rights, values.get("kind"), unready, sensitive)
            return view(*args, **values) if refusal is None else refusal

        asked.allowed_rights = rights  # type: ignore[attr-defined]
        return asked

    return guard


def may(right: str, kind: str | None = None) -> bool:
    """Whether the signed-in account has a right; what pages ask before they show a link."""
    person = account()
    if right == "anyone" or person is None:
        return right == "anyone"
    if right == "signed_in":
        return True
    if right in CAPABILITIES:
        return person.holds(*CAPABILITIES[right])
    return any(person.actor.scopes(right, registry) != [] for registry in _registries(kind))


def _registries(kind: str | None) -> tuple[str, ...]:
    if kind is None:
        return REGISTRIES
    system = running.system()
    records = system.catalogue.get(kind)
    return (records.kind.database,) if records is not None else ()


def _refusal(rights: tuple[str, ...], kind: str | None, unready: bool, sensitive: bool) -> BaseResponse | None:
    """What to answer instead of the view; ``None`` if it may be called.

    :raises NotFound: the account has none of the rights.
    :raises NotAllowed: a program may see the records of this kind but has none of the rights.
    """
    if "anyone" in rights:
        return None
    person = account()
    if person is None:
        return ask_to_sign_in()
    if not any(may(right, kind) for right in rights):
        if forgery.is_program() and may("read", kind):
            raise NotAllowed(" ".join(rights))
        raise NotFound(request.path)
    if unready or forgery.is_program():
        return None
    system = running.system()
    if person.must_change_password:
        return redirect(url_for("accounts.password"))
    wanted = system.settings.second_factor
    if not person.has_second_factor and (wanted == "always" or (wanted == "sensitive" and sensitive)):
        return redirect(url_for("accounts.second_factor", next=here()))
    if sensitive and wanted != "off" and not session.is_fresh:  # type: ignore[attr-defined]
        return _ask_to_confirm()
    return None


def ask_to_sign_in() -> BaseResponse:
    """The sign-in page, for whoever is not signed in or no longer; it carries on what was typed.

    :raises Unauthorized: a program asks.
    """
    if request.path.startswith("/api/"):
        raise Unauthorized
    if "HX-Request" in request.headers:
        # The page keeps what is typed in it and says that signing in again is needed.
        answer = Response("", 401)
        answer.headers["HX-Reswap"] = "none"
        return answer
    if request.method in forgery.SAFE:
        return redirect(url_for("accounts.sign_in", next=here()))
    page = render_template("accounts/sign_in.html", next="", kept=kept_input.keep(), ended=True, problems=[], name="")
    return make_response(page, 401)


def _ask_to_confirm() -> BaseResponse:
    if request.method in forgery.SAFE:
        return redirect(url_for("accounts.confirm", next=here()))
    return make_response(render_template("accounts/confirm.html", next="", kept=kept_input.keep(), problems=[]), 403)


def here() -> str:
    """The address of this request as a path below the site."""
    query = request.query_string.decode("ascii", "replace")
    return safe_path(quote(request.path) + (f"?{query}" if query else ""))


def csrf_field() -> Markup:
    """The hidden field that every form that changes something carries."""
    if account() is None:
        return Markup("")
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def session_seconds() -> int | None:
    """How long the session lives from now on if nothing more is asked for."""
    return None if account() is None else session.seconds_left  # type: ignore[attr-defined]


def _refuse_undeclared() -> None:
    """Deny by default: a view that does not say whom it is for is there for nobody."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":
        return
    if not hasattr(current_app.view_functions[endpoint], "allowed_rights"):
        raise NotFound(endpoint)


def _keep_private(response: Response) -> Response:
    """What somebody sees signed in is kept by no cache, and not by the browser after he has gone."""
    if "_login_user" in g and current_user.is_authenticated:
        response.headers["Cache-Control"] = "no-store"
    return response
