"""Accounts and what they were granted: for administrators, and for the auditor to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from registries import references
from registries.access import EXCLUSIVE, REGISTRIES, ROLE_NAMES, NotAllowed
from registries.days import today
from registries.messages import N_, Problem, Refused
from registries.records import Invalid, NotFound

from ..accounts import granting, service
from ..accounts.own_views import REGISTRY_NAMES
from ..accounts.passwords import NewPassword, fault
from ..accounts.service import Listed
from ..running import system
from ..security import actor, allowed
from ..typed import Problems, day, said, summary, text
from .blueprint import Answer, area_typed, pages

#: Who runs out within so many days is shown to whoever may prolong it.
SOON = timedelta(days=30)
PAGE = 50
STATES = {"active": N_("active"), "ending": N_("runs out within 30 days"), "disabled": N_("disabled")}
LANGUAGES = (("zh", "中文"), ("en", "English"))
NOT_YOURS = Problem(
    N_("You may not give this role for this area and these registries."), N_("Ask an administrator of the system."),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list of accounts is narrowed to."""

    text: str = ""
    role: str = ""
    state: str = ""

    def fits(self, one: Listed) -> bool:
        """Whether an account is wanted."""
        if self.role and all(grant.role != self.role for grant in one.grants):
            return False
        if self.state == "active":
            return one.user.disabled_at is None
        if self.state == "disabled":
            return one.user.disabled_at is not None
        return self.state != "ending" or runs_out(one)


def runs_out(one: Listed) -> bool:
    """Whether a grant of somebody who may still sign in ends soon."""
    day_by = today() + SOON
    ends = [grant.until for grant in one.grants if grant.until is not None]
    return one.user.disabled_at is None and any(today() <= until <= day_by for until in ends)


@pages.get("/users")
@allowed("any_administration")
def users() -> str:
    """The accounts that one administers, or (the auditor) watches over."""
    wanted = Wanted(*(request.args.get(name, "").strip() for name in ("q", "role", "state")))
    start = request.args.get("from", 0, type=int)
    with system().database.reading() as session:
        areas = references.load(session).areas
        found = [one for one in service.listed(session, actor=actor(), text=wanted.text) if wanted.fits(one)]
    page = found[start:start + PAGE]

    def at(place: int) -> str | None:
        if not 0 <= place < len(found) or place == start:
            return None
        return url_for("admin.users", q=wanted.text, role=wanted.role, state=wanted.state, **{"from": place})

    return render_template(
        "admin/users.html", found=page, total=len(found), wanted=wanted, areas=areas, roles=ROLE_NAMES, states=STATES,
        registries=REGISTRY_NAMES, runs_out=runs_out, before=at(max(0, start - PAGE)), after=at(start + PAGE),
        may_make=bool(_grantable()),
    )  # fmt: skip


def _grantable() -> list[str]:
    """The roles that one may give somewhere."""
    grants = actor().live_grants()
    found = {role for one in grants for role in granting.grantable_roles(actor(), one.area_path, one.registry)}
    return [role for role in ROLE_NAMES if role in found]


@pages.route("/users/new", methods=["GET", "POST"])
@allowed("administer", "administer_registries")
def new_user() -> Answer:
    """Make an account; the password it gets is shown once."""
    if request.method == "GET":
        return _new_page({})
    password, fresh = _issued(text("name"), text("full_name"))
    try:
        with system().database.writing("system") as session:
            until = day("until")
            area = area_typed(references.load(session), "area")
            user = service.create_user(
                session, text("name"), fresh, text("role"), str(area.id), text("registry") or None, actor=actor(),
                until=until, full_name=text("full_name"), language=text("language"),
            )  # fmt: skip
    except (Invalid, Refused) as error:
        return _new_page(said(error)), 422
    except NotAllowed:
        return _new_page({"role": [NOT_YOURS.localised(gettext)]}), 422
    return render_template("admin/user_password.html", user=user, password=password, is_new=True)


def _issued(*names: str) -> tuple[str, NewPassword]:
    """A password to hand over and its hash; one that happens to hold a name is thrown away."""
    password = service.issued_password()
    while fault(password, names):
        password = service.issued_password()
    return password, NewPassword.of(password, names)


def _new_page(problems: Problems) -> str:
    return render_template(
        "admin/user_new.html", problems=problems, summary=summary(problems), roles=_named(_grantable()),
        registries=_registries(), languages=LANGUAGES, typed=request.form,
    )


def _named(roles: Iterable[str]) -> list[tuple[str, str]]:
    return [(role, gettext(ROLE_NAMES[role])) for role in roles]


def _registries() -> list[tuple[str, str]]:
    """The registries that a grant may be for; who administers one only cannot give what is for all."""
    held = [grant.registry for grant in actor().live_grants() if grant.role in ("system_admin", "registry_admin")]
    mine = REGISTRIES if None in held else [name for name in REGISTRIES if name in held]
    return [(name, gettext(REGISTRY_NAMES[name])) for name in mine]


@pages.get("/users/<uuid:user_id>")
@allowed("any_administration")
def user(user_id: UUID) -> str:
    """One account: its roles, and what may be done with it."""
    return _user_page(user_id, {})


def _user_page(user_id: UUID, problems: Problems) -> str:
    with system().database.reading() as session:
        one = service.find(session, user_id, actor=actor())
        areas = references.load(session).areas
        own = granting.is_own(one.user, actor())
    roles = _grantable() if one.may_change else []
    held = {grant.role for grant in one.grants}
    return render_template(
        "admin/user.html", one=one, own=own, areas=areas, roles=_named(_together(roles, held)), role_names=ROLE_NAMES,
        registries=_registries(), registry_names=REGISTRY_NAMES, problems=problems, summary=summary(problems),
        typed=request.form, today=today(), soon=today() + SOON, excluded=sorted(EXCLUSIVE & held),
        exclusive=[gettext(ROLE_NAMES[role]) for role in ROLE_NAMES if role in EXCLUSIVE],
    )  # fmt: skip


def _together(roles: Iterable[str], held: set[str]) -> list[str]:
    """The roles that may be held together with those that are."""
    excluding = held & EXCLUSIVE
    return [role for role in roles if role not in EXCLUSIVE or not excluding - {role}]


def _change(user_id: UUID, verb: str, told: str, field: str = "") -> Answer:
    """Do something with an account that may be refused, and show it again."""
    try:
        with system().database.writing("system") as session:
            if verb == "change_names":
                service.change_names(session, user_id, full_name=text("full_name"), actor=actor())
            elif verb == "disable":
                service.disable(session, user_id, actor=actor(), reason=text("reason") or None)
            elif verb == "enable":
                service.enable(session, user_id, actor=actor(), reason=text("reason") or None)
            else:
                service.reset_second_factor(session, user_id, actor=actor(), reason=text("reason") or None)
    except Refused as error:
        return _user_page(user_id, {field: [error.problem.localised(gettext)]}), 422
    flash(told)
    return redirect(url_for("admin.user", user_id=user_id))


@pages.post("/users/<uuid:user_id>/name")
@allowed("administer", "administer_registries")
def rename_user(user_id: UUID) -> Answer:
    """Change the full name; the name that is signed in with stays."""
    return _change(user_id, "change_names", gettext("The name was changed."))


@pages.post("/users/<uuid:user_id>/disable")
@allowed("administer", "administer_registries")
def disable_user(user_id: UUID) -> Answer:
    """Keep somebody out from now on."""
    return _change(user_id, "disable", gettext("The account is disabled; its sessions have ended."))


@pages.post("/users/<uuid:user_id>/enable")
@allowed("administer", "administer_registries")
def enable_user(user_id: UUID) -> Answer:
    """Let somebody in again."""
    return _change(user_id, "enable", gettext("The account can be used again."))


@pages.post("/users/<uuid:user_id>/second-factor")
@allowed("administer", "administer_registries")
def reset_factor(user_id: UUID) -> Answer:
    """Take the second factor off an account whose owner has lost it."""
    return _change(user_id, "second_factor", gettext("The second factor was taken off; a new one has to be set up."))


@pages.post("/users/<uuid:user_id>/password")
@allowed("administer", "administer_registries")
def reset_password(user_id: UUID) -> Answer:
    """Issue a new password, which is shown once."""
    with system().database.reading() as session:
        found = service.find(session, user_id, actor=actor()).user
    password, fresh = _issued(found.name, found.full_name or "")
    with system().database.writing("system") as session:
        service.reset_password(session, user_id, fresh, actor=actor())
    return render_template("admin/user_password.html", user=found, password=password, is_new=False)


@pages.post("/users/<uuid:user_id>/grants")
@allowed("administer", "administer_registries")
def give(user_id: UUID) -> Answer:
    """Give a further role."""
    try:
        with system().database.writing("system") as session:
            if not service.find(session, user_id, actor=actor()).may_change:
                raise NotFound(f"user {user_id}")
            until = day("until")
            area = area_typed(references.load(session), "area")
            registry = text("registry") or None
            granting.grant(session, user_id, text("role"), area.id, registry, actor=actor(), until=until)
    except (Invalid, Refused) as error:
        return _user_page(user_id, said(error)), 422
    except NotAllowed:
        return _user_page(user_id, {"role": [NOT_YOURS.localised(gettext)]}), 422
    flash(gettext("The role was given. The account has to sign in anew."))
    return redirect(url_for("admin.user", user_id=user_id))


@pages.post("/users/<uuid:user_id>/grants/<uuid:grant_id>/revoke")
@allowed("administer", "administer_registries")
def take(user_id: UUID, grant_id: UUID) -> Answer:
    """Take a role away."""
    try:
        with system().database.writing("system") as session:
            if all(grant.id != grant_id for grant in service.find(session, user_id, actor=actor()).grants):
                raise NotFound(f"grant {grant_id}")
            granting.revoke(session, grant_id, actor=actor())
    except Refused as error:
        return _user_page(user_id, {"": [error.problem.localised(gettext)]}), 422
    flash(gettext("The role was taken away. The account has to sign in anew."))
    return redirect(url_for("admin.user", user_id=user_id))
