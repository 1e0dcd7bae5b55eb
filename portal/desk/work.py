"""My work: what waits for this account, the most pressing first, each line with where to do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import duplicates, listing, proposals, readings
from registries.access import Actor
from registries.days import today
from registries.facilities import due as facility_due
from registries.importing import reviewing
from registries.listing import Wish
from registries.messages import N_
from registries.organisations import due
from registries.population import reviews, transfers

from .. import formats, jobs
from ..running import system
from ..security import actor, allowed
from ..values import Wording, wording
from .lists import count_text
from .pages import pages

#: So many lines of one sort stand here; the rest is behind the link.
MOST = 6
#: So many days ahead is soon.
SOON = 14
DUE = {
    "inspection": N_("inspection"), "equipment": N_("equipment inspection"), "licence": N_("licence"),
    "insurance": N_("insurance"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: what, where, until when; ``late`` if it should be done by now, ``names`` if it names one."""

    text: str
    address: str
    note: str = ""
    late: bool = False
    names: bool = False


@dataclass(slots=True)
class Pile:
    """Things of one sort. ``more`` is where all of them are."""

    title: str
    tasks: list[Task] = field(default_factory=list)
    total: str = ""
    more: str | None = None


@pages.get("/")
@allowed("desk")
def work() -> str:
    """What waits for this account."""
    who = actor()
    with system().database.reading() as session:
        words = wording(session)
        piles = [pile for find in SOURCES for pile in find(session, who, words) if pile.tasks or pile.total]
    people = sum(task.names for pile in piles for task in pile.tasks)
    if people:
        readings.note(system().database, who, "view", "resident", fields=["name"], count=people)
    return render_template("desk/work.html", piles=piles, kinds=_kinds(who))


def _kinds(who: Actor) -> list[tuple[str, str, bool]]:
    return [
        (name, gettext(told.kind.plural), who.scopes("write", told.kind.database) != [])
        for name, told in system().catalogue.items() if who.scopes("read", told.kind.database) != []
    ]


def _inspections(session: Session, who: Actor, words: Wording) -> Iterator[Pile]:
    day = today()
    late = due.overdue(session, day + timedelta(days=SOON), actor=who, limit=MOST)
    pile = Pile(gettext("Units to inspect"), [_due_task(one, words) for one in late])
    if pile.tasks:
        told = system().catalogue["organisation"]
        pile.total = count_text(*listing.count(session, told, Wish(overdue=True), actor=who))
        pile.more = url_for("desk.records", kind="organisation", overdue=1, sort="next_inspection_on")
    yield pile


def _licences(session: Session, who: Actor, words: Wording) -> Iterator[Pile]:
    ending = due.running_out(session, today(), actor=who, limit=MOST)
    yield Pile(gettext("Licences and insurances that end"), [_due_task(one, words) for one in ending])


def _due_task(one: due.Due, words: Wording) -> Task:
    what = gettext(DUE[one.kind])
    scheme = {"licence": "licence", "equipment": "special_equipment"}.get(one.kind)
    if scheme and one.what:
        what = words.known.codes(scheme).name(one.what, words.language)
    address = url_for("desk.record", kind="organisation", record_id=one.organisation_id)
    return Task(one.name, address, f"{what} · {formats.day(one.on)}", one.on < today())


def _checks(session: Session, who: Actor, words: Wording) -> Iterator[Pile]:
    pile = Pile(gettext("Facilities to check"))
    for one in facility_due.to_check(session, today() + timedelta(days=SOON), actor=who, limit=MOST):
        address = url_for("desk.record", kind="facility", record_id=one.id)
        pile.tasks.append(Task(one.title, address, formats.day(one.on), one.on < today()))
    if pile.tasks:
        told = system().catalogue["facility"]
        pile.total = count_text(*listing.count(session, told, Wish(overdue=True), actor=who))
        pile.more = url_for("desk.records", kind="facility", overdue=1, sort="next_check_on")
    yield pile


def _reviews(session: Session, who: Actor, words: Wording) -> Iterator[Pile]:
    pile = Pile(gettext("Groups at risk to review"))
    for one in reviews.to_review(session, today() + timedelta(days=SOON), actor=who, limit=MOST):
        address = url_for("desk.record", kind="resident", record_id=one.id)
        pile.tasks.append(Task(one.title, address, formats.day(one.on), one.on < today(), names=True))
    yield pile


def _transfers(session: Session, who: Actor, words: Wording) -> Iterator[Pile]:
    waiting = transfers.to_answer(session, actor=who, limit=MOST)
    pile = Pile(gettext("Transfers to answer"))
    for one in waiting:
        text = words.title("resident", one.resident_id) or str(one.resident_id)
        note = f"{words.area(one.area_id)} · {one.requested_by}"
        pile.tasks.append(Task(text, url_for("desk.transfers_list"), note, names=True))
    yield pile


def _proposals(session: Session, who: Actor, words: Wording) -> Iterator[Pile]:
    """What grid workers propose, and what came back to whoever proposed it."""
    pile, back = Pile(gettext("Proposals to decide")), Pile(gettext("Proposals that came back"))
    for told in system().catalogue.values():
        if told.kind.database not in proposals.PROPOSAL or who.scopes("read", told.kind.database) == []:
            continue
        for one in proposals.waiting(session, told, actor=who, limit=MOST):
            pile.tasks.append(_proposal_task(one, words))
        for one in proposals.own(session, told, actor=who):
            if one.state == proposals.RETURNED:
                back.tasks.append(_proposal_task(one, words, one.answer or ""))
    yield from (pile, back)


def _proposal_task(one: proposals.Proposal, words: Wording, note: str = "") -> Task:
    text = words.title(one.kind, one.record_id) or str(one.record_id)
    address = url_for("desk.proposal", kind=one.kind, proposal_id=one.id)
    said = note or f"{one.proposed_by} · {formats.relative(one.proposed_at)}"
    return Task(text, address, said, names=one.kind == "resident")


def _pairs(session: Session, who: Actor, words: Wording) -> Iterator[Pile]:
    pile = Pile(gettext("Probable duplicates"))
    for name, told in system().catalogue.items():
        number = duplicates.count(session, told, actor=who) if who.scopes("read", told.kind.database) != [] else 0
        if number:
            text = gettext("%(kind)s: %(count)s pairs", kind=gettext(told.kind.plural), count=formats.number(number))
            pile.tasks.append(Task(text, url_for("desk.duplicates_list", kind=name)))
    yield pile


def _imports(session: Session, who: Actor, words: Wording) -> Iterator[Pile]:
    """Files of this account that wait for a step, or of which rows failed."""
    pile = Pile(gettext("Imports to go on with"))
    own = [
        batch for state in ("staged", "applied")
        for batch in reviewing.listed(session, reviewing.Search(state=state, author=who.name), actor=who)
    ]
    for batch in own:
        failed = batch.counts.get("error", 0)
        if batch.state == "applied" and not failed:
            continue
        address = url_for("imports.show", import_id=batch.id)
        note = gettext("%(count)s rows to mend", count=formats.number(failed)) if failed else gettext("checked")
        pile.tasks.append(Task(batch.file_name or str(batch.id), address, note))
    pile.tasks = pile.tasks[:MOST]
    yield pile


def _failed_jobs(session: Session, who: Actor, words: Wording) -> Iterator[Pile]:
    pile = Pile(gettext("Jobs that failed"))
    for job in jobs.own(session, actor=who, limit=MOST):
        if job.state == "failed":
            text, address = gettext(jobs.KIND_NAMES.get(job.kind, job.kind)), url_for("jobs.show", job_id=job.id)
            pile.tasks.append(Task(text, address, formats.moment(job.finished_at), True))
    yield pile


#: What is asked for things to do, in the order of the page; a package with work of its own adds its function.
SOURCES: list[Callable[[Session, Actor, Wording], Iterator[Pile]]] = [
    _transfers, _proposals, _inspections, _checks, _licences, _reviews, _pairs, _imports, _failed_jobs,
]
