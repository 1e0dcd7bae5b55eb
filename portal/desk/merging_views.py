"""Records that may be one thing: the list to decide about, the two side by side, merge, tell apart, part again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import duplicates, merging, showing
from registries.messages import Refused
from registries.records import Conflict, Doubtful, Invalid, Item, NotFound, Records
from registries.schemas import Parts
from registries.storing import opened

from ..running import system
from ..security import actor, allowed, may
from ..values import WITHHELD, Wording, wording
from .pages import pages, records_of
from .showing_records import Line, line_of

#: So many pairs of one kind stand on the page; the rest follow when these are decided.
MOST = 100

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """Fields that are chosen together, with both sides in words; ``join`` says that a list may keep both."""

    name: str
    label: str
    sides: tuple[list[Line], list[Line]]
    same: bool
    join: bool


@pages.get("/duplicates")
@allowed("desk")
def duplicates_list() -> str:
    """The undecided pairs of one kind, the oldest first, and how many there are of each."""
    who, catalogue = actor(), system().catalogue
    kinds = {name: told for name, told in catalogue.items() if who.scopes("read", told.kind.database) != []}
    with system().database.reading() as session:
        counts = {name: duplicates.count(session, told, actor=who) for name, told in kinds.items()}
        waiting = [name for name in kinds if counts[name]]
        kind = request.args.get("kind") or next(iter(waiting), next(iter(kinds), ""))
        if kind not in kinds:
            raise NotFound(kind)
        pairs = duplicates.review_list(session, kinds[kind], actor=who, limit=MOST)
    shown = [(one, gettext(duplicates.WHY.get(one.why, one.why))) for one in pairs]
    tabs = [
        (f"{gettext(told.kind.plural)} ({counts[name]})", url_for("desk.duplicates_list", kind=name), name == kind)
        for name, told in kinds.items()
    ]
    return render_template("desk/duplicates.html", kind=kind, pairs=shown, tabs_shown=tabs, total=sum(counts.values()))


@pages.get("/<kind>/compare/<uuid:first>/<uuid:second>")
@allowed("read")
def compare(kind: str, first: UUID, second: UUID) -> Answer:
    """Two records side by side, with a choice for every field in which they differ."""
    told = records_of(kind)
    return _compare(told, first, second)


@pages.post("/<kind>/compare/<uuid:first>/<uuid:second>")
@allowed("merge")
def merge(kind: str, first: UUID, second: UUID) -> Answer:
    """Merge the second record into the first, with the values that were chosen."""
    told = records_of(kind)
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _compare(told, first, second, problems=[("reason", gettext("Write why the two are one."))]), 422
    # What is worked out, or fixed by a reviewer, follows from the rest and cannot be chosen.
    take = [
        name for name, one in told.storage.fields.items()
        if request.form.get(f"choose-{name}") == "second" and not one.computed
    ]
    join = [name for name in told.storage.parts if request.form.get(f"choose-{name}") == "both"]
    versions = [request.form.get(name, 0, type=int) for name in ("first_version", "second_version")]
    try:
        with system().database.writing(told.kind.database) as session:
            item = merging.merge(
                session, told, (first, versions[0]), (second, versions[1]), take, join=join, actor=actor(),
                reason=reason,
            )
    except (Invalid, Doubtful) as wrong:
        problems = [("", one.localised(gettext)) for found in wrong.errors.values() for one in found]
        return _compare(told, first, second, problems=problems), 422
    except Refused as refused:
        return _compare(told, first, second, problems=[("", refused.problem.localised(gettext))]), 422
    except Conflict:
        text = gettext("Somebody else has just changed one of the two. Look at them again.")
        return _compare(told, first, second, problems=[("", text)]), 409
    system().feed.catch_up()
    flash(gettext("The two are one record now. They can be parted again."), "good")
    return redirect(url_for("desk.record", kind=kind, record_id=item.id), 303)


@pages.post("/<kind>/compare/<uuid:first>/<uuid:second>/apart")
@allowed("merge")
def apart(kind: str, first: UUID, second: UUID) -> Answer:
    """Say that two records are two things; they are not listed again."""
    told = records_of(kind)
    reason = request.form.get("reason", "").strip() or None
    with system().database.writing(told.kind.database) as session:
        merging.apart(session, told, first, second, actor=actor(), reason=reason)
    flash(gettext("The two stay apart and will not be listed again."), "good")
    return redirect(url_for("desk.duplicates_list", kind=kind), 303)


@pages.post("/<kind>/<uuid:record_id>/duplicate")
@allowed("write")
def name_duplicate(kind: str, record_id: UUID) -> Answer:
    """Put a pair on the list by hand: what somebody does who may not merge himself."""
    told = records_of(kind)
    try:
        other = UUID(request.form.get("other", "").strip().strip("[]").split("[")[-1])
    except ValueError:
        flash(gettext("Choose the other record from the list while you type its name."), "danger")
        return redirect(url_for("desk.record", kind=kind, record_id=record_id), 303)
    with system().database.writing(told.kind.database) as session:
        pair = [told.get(session, one, actor=actor()).id for one in (record_id, other)]
        if pair[0] != pair[1]:
            duplicates.queue(session, told.kind, [(pair[0], pair[1])], "by hand")
    if pair[0] == pair[1]:
        flash(gettext("That is the same record."), "warn")
        return redirect(url_for("desk.record", kind=kind, record_id=record_id), 303)
    return redirect(url_for("desk.compare", kind=kind, first=pair[0], second=pair[1]), 303)


@pages.get("/<kind>/<uuid:record_id>/unmerge")
@allowed("merge")
def ask_to_unmerge(kind: str, record_id: UUID) -> Answer:
    """What parting a merged record from its survivor does, and the question why."""
    told, other, survivor, titles = _merged(kind, record_id)
    return render_template(
        "desk/unmerge.html", kind=kind, records=told, other=other, survivor=survivor, titles=titles, problems=[]
    )


@pages.post("/<kind>/<uuid:record_id>/unmerge")
@allowed("merge")
def unmerge(kind: str, record_id: UUID) -> Answer:
    """Part a merged record from its survivor; what was changed since is left and named."""
    told, other, survivor, titles = _merged(kind, record_id)
    reason = request.form.get("reason", "").strip()
    problems = [] if reason else [("reason", gettext("Write why the two are not one."))]
    parted = None
    if not problems:
        try:
            with system().database.writing(told.kind.database) as session:
                parted = merging.unmerge(session, told, record_id, actor=actor(), reason=reason)
        except Refused as refused:
            problems = [("", refused.problem.localised(gettext))]
        except Invalid as wrong:
            problems = [("", one.localised(gettext)) for found in wrong.errors.values() for one in found]
    if parted is None:
        return render_template(
            "desk/unmerge.html", kind=kind, records=told, other=other, survivor=survivor, titles=titles,
            problems=problems,
        ), 422  # fmt: skip
    system().feed.catch_up()
    flash(gettext("They are two records again."), "good")
    if parted.kept:
        names = "、".join(gettext(told.storage.fields[name].label) for name in parted.kept)
        flash(gettext("Left as they are, because they were changed since: %(fields)s.", fields=names), "warn")
    return redirect(url_for("desk.record", kind=kind, record_id=record_id), 303)


def _merged(kind: str, record_id: UUID) -> tuple[Records, Item, Item, list[str]]:
    told = records_of(kind)
    with system().database.reading() as session:
        other = told.get(session, record_id, actor=actor(), follow=False)
        if other.merged_into is None:
            raise NotFound(str(record_id))
        survivor = told.get(session, record_id, actor=actor())
        return told, other, survivor, [showing.title(session, told, one) for one in (other, survivor)]


def _compare(told: Records, first: UUID, second: UUID, problems: Any = ()) -> str:
    with system().database.reading() as session:
        items = [told.get(session, one, actor=actor(), follow=False) for one in (first, second)]
        if any(item.merged_into for item in items):
            raise NotFound(f"{first} {second}")
        words = wording(session)
        titles = [showing.title(session, told, item) for item in items]
        choices = list(_choices(told, items, words))
    showing.note_view(system().database, told, items, actor=actor())
    return render_template(
        "desk/compare.html", kind=told.name, records=told, items=items, titles=titles, problems=problems,
        differing=[one for one in choices if not one.same], alike=[one for one in choices if one.same],
        may_merge=may("merge", told.name) and all(
            actor().may("merge", told.kind.database, item.area_path) for item in items
        ),
    )  # fmt: skip


def _choices(told: Records, items: list[Item], words: Wording) -> Any:
    """The fields in the order of the sections; those that mean something only together make one choice."""
    keys, fields = system().keys, told.storage.fields
    shown = [showing.masked(told, item, keys) for item in items]
    groups = {name: tuple(sorted(group)) for group in told.kind.together for name in group}
    done: set[str] = set()
    for _title, names in told.kind.schema.sections:
        for name in names:
            if name in done or name not in fields or fields[name].computed:
                continue
            together = [one for one in groups.get(name, (name,)) if one in fields and not fields[one].computed]
            done.update(together)
            together.sort(key=lambda one: one != name)
            sides: tuple[list[Line], list[Line]] = ([], [])
            for side, values in zip(sides, shown, strict=True):
                side.extend(
                    _line(one, told, values, words) for one in together
                    if values.values.get(one) not in (None, "", [], {}) or one in values.masked
                )
            if any(sides):
                clear = [[_clear(item, one) for one in together] for item in items]
                joins = len(together) == 1 and isinstance(fields[name], Parts) and name not in groups
                yield Choice(name, gettext(fields[name].label), sides, clear[0] == clear[1], joins)


def _clear(item: Item, name: str) -> Any:
    """A value to be compared; sealed ones are compared whole, and only the outcome is told."""
    return opened(system().keys, item.values.get(name)) or None


def _line(name: str, told: Records, shown: showing.Shown, words: Wording) -> Line:
    value, masked = shown.values.get(name), name in shown.masked
    if masked and value is None:
        return Line(name, gettext(told.storage.fields[name].label), gettext(WITHHELD), masked=True)
    return line_of(name, told.storage.fields[name], value, masked, words)
