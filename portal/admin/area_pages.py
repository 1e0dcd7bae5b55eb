"""The area tree in the browser: look, add, rename, end, move, merge."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from registries import administration, area_administration, references
from registries.area_administration import BELOW, Relocation, Wish
from registries.days import today
from registries.messages import N_, Problem, Refused
from registries.records import Invalid, NotFound

from .. import jobs
from ..running import language, system
from ..security import actor, allowed
from ..typed import Problems, day, said, summary, text
from .blueprint import Answer, pages
from .wording import action_name

RELOCATE = "area_relocate"
KIND_NAMES = {
    "district": N_("District"), "street": N_("Street"), "community": N_("Community"), "grid": N_("Grid"),
    "building": N_("Building"), "zone": N_("Zone"),
}


@pages.get("/areas")
@allowed("administer_registries")
def areas() -> Answer:
    """The top of the tree, or what a search for a name or code finds."""
    wanted = request.args.get("q", "").strip()
    with system().database.reading() as session:
        known = references.load(session)
        root = known.areas.root()
        found = known.areas.find(wanted) if wanted else None
        alike = [one for one in known.areas if wanted and wanted in f"{one.name_zh} {one.name_en} {one.code or ''}"]
    if not wanted and root is not None:
        return redirect(url_for("admin.area", area_id=root.id))
    if found is not None:
        return redirect(url_for("admin.area", area_id=found.id))
    return render_template(
        "admin/areas.html", wanted=wanted, found=sorted(alike, key=lambda one: one.path)[:200], known=known.areas,
        kinds=KIND_NAMES, has_root=root is not None,
    )  # fmt: skip


@pages.get("/areas/<uuid:area_id>")
@allowed("administer_registries")
def area(area_id: UUID) -> str:
    """An area: what lies in it, what happened to it, what may be done with it."""
    return _area_page(area_id, {})


def _area_page(area_id: UUID, problems: Problems) -> str:
    with system().database.reading() as session:
        one = area_administration.find(session, area_id)
        below = area_administration.children(session, one.id)
        ended = area_administration.children(session, one.id, ended=True)
        sizes = area_administration.sizes(session, below)
        inside = area_administration.contents(session, system().catalogue, one, actor=actor())
        known = references.load(session)
        may_change = one.valid_to is None and administration.administers(known, one.path, actor=actor())
        log = area_administration.history(session, one.id)
        job = jobs.latest(session, one.id, [RELOCATE])
        into = area_administration.find(session, one.merged_into) if one.merged_into else None
    above = [entry for entry in known.areas if one.path.startswith(entry.path) and entry.id != one.id]
    return render_template(
        "admin/area.html", area=one, below=below, ended=ended, sizes=sizes, inside=inside, may_change=may_change,
        above=sorted(above, key=lambda entry: entry.path), log=log, job=job, into=into, kinds=KIND_NAMES,
        new_kinds=[(kind, gettext(KIND_NAMES[kind])) for kind in BELOW[one.kind]], problems=problems,
        summary=summary(problems), typed=request.form, today=today(), action_name=action_name,
        labels={name: records.kind.label for name, records in system().catalogue.items()},
    )  # fmt: skip


@pages.post("/areas/<uuid:area_id>")
@allowed("administer_registries")
def change_area(area_id: UUID) -> Answer:
    """Add an area below, rename this one, or end it."""
    verb = text("verb")
    prefix = "new-" if verb == "add" else ""
    wish = Wish(text("kind"), text(f"{prefix}name_zh"), text(f"{prefix}name_en"), text(f"{prefix}code"))
    shown = area_id
    try:
        with system().database.writing("network") as session:
            on = day("on") or today()
            if verb == "add":
                shown = area_administration.add(session, area_id, wish, actor=actor())
            elif verb == "end":
                area_administration.end(
                    session, system().catalogue, area_id, on=on, reason=text("reason"), actor=actor()
                )
            else:
                area_administration.rename(session, area_id, wish, on=on, reason=text("reason"), actor=actor())
    except (Invalid, Refused) as error:
        told = said(error)
        return _area_page(area_id, {f"{prefix}{name}" if name and name != "kind" else name: texts
                                    for name, texts in told.items()}), 422  # fmt: skip
    flash({
        "add": gettext("The area was added."), "end": gettext("The area is ended."),
    }.get(verb, gettext("The area was renamed.")))  # fmt: skip
    return redirect(url_for("admin.area", area_id=shown))


@pages.route("/areas/<uuid:area_id>/<verb>", methods=["GET", "POST"])
@allowed("administer_registries")
def relocate(area_id: UUID, verb: str) -> Answer:
    """Move an area below another one or merge it into one: choose where to, see what moves, confirm."""
    if verb not in ("move", "merge"):
        raise NotFound(verb)
    if request.method == "GET":
        return _relocate_page(area_id, verb, {})
    try:
        told = _told(area_id, verb)
        with system().database.reading() as session:
            area_administration.check(session, told, actor=actor())
        if "confirmed" not in request.form:
            return _relocate_page(area_id, verb, {}, told)
        with system().database.writing("system") as session:
            job = jobs.enqueue(session, RELOCATE, {
                "area": str(told.area_id), "to": str(told.to), "merge": told.merge, "on": told.on.isoformat(),
                "reason": told.reason,
            }, actor=actor(), subject_id=area_id)  # fmt: skip
    except (Invalid, Refused) as error:
        return _relocate_page(area_id, verb, said(error)), 422
    if job.actor != actor().name:
        flash(gettext("Somebody else is having this done just now."))
        return redirect(url_for("admin.area", area_id=area_id))
    flash(gettext("The work has begun. Until it is done, records appear in one of the two places."))
    return redirect(url_for("jobs.show", job_id=job.id))


def _told(area_id: UUID, verb: str) -> Relocation:
    to = request.form.get("to", type=UUID)
    if to is None:
        raise Invalid({"to": [Problem(N_("It is not said where to."), N_("Choose an area."))]})
    on: date = day("on") or today()
    return Relocation(area_id, to, verb == "merge", on, text("reason"))


def _relocate_page(area_id: UUID, verb: str, problems: Problems, told: Relocation | None = None) -> str:
    with system().database.reading() as session:
        one = area_administration.find(session, area_id)
        known = references.load(session)
        administration.require_administrator(known, one.path, actor=actor())
        places = area_administration.targets(session, one, verb == "merge", actor=actor())
        inside = area_administration.contents(session, system().catalogue, one, actor=actor())
        other = area_administration.find(session, told.to) if told else None
    entries = [(place.id, known.areas.get(place.id)) for place in places]
    return render_template(
        "admin/area_relocate.html", area=one, verb=verb, inside=inside, other=other, told=told, kinds=KIND_NAMES,
        places=[(key, known.areas.full_name(entry, language())) for key, entry in entries if entry],
        problems=problems, summary=summary(problems), typed=request.form, today=today(),
        labels={name: records.kind.label for name, records in system().catalogue.items()},
    )  # fmt: skip

