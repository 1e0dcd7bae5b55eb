"""The start page of the administration: what one may do here, and what waits."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import area_moves, code_lists

from .. import jobs
from ..accounts import service as accounts
from ..rights import service as rights
from ..running import system
from ..security import actor, allowed, may
from .auditing import LOGS, VERIFY
from .blueprint import pages
from .users import runs_out


@dataclass(frozen=True, slots=True)
class Card:
    """A part of the administration: where it is, what it is for, and what waits there, if anything."""

    title: str
    address: str
    about: str
    waits: str = ""
    tone: str = "warn"


@pages.get("/")
@allowed("any_administration")
def start() -> str:
    """What the account may administer, each with what waits there."""
    with system().database.reading() as session:
        cards = [*_people(session), *_data(session), *_system(session), *_watching(session)]
    return render_template("admin/start.html", cards=cards)


def _people(session: Session) -> list[Card]:
    found = accounts.listed(session, actor=actor())
    ending = sum(map(runs_out, found))
    waits = gettext("%(count)s run out within 30 days", count=ending) if ending else ""
    cards = [Card(
        gettext("Accounts"), url_for("admin.users"), gettext("Who may sign in, and what each may do where."), waits,
    )]  # fmt: skip
    if may("write"):
        open_ones = rights.waiting(session, actor=actor())
        waits = gettext("%(count)s to decide", count=open_ones.to_decide) if open_ones.to_decide else ""
        late = gettext("%(count)s overdue", count=open_ones.overdue) if open_ones.overdue else ""
        cards.append(Card(
            gettext("Requests about personal data"), url_for("admin.requests"),
            gettext("See, correct, erase: what people ask about their own data."),
            gettext(", ").join(filter(None, (waits, late))), "danger" if late else "warn",
        ))  # fmt: skip
    return cards


def _data(session: Session) -> list[Card]:
    if not may("administer_registries"):
        return []
    moving = len(area_moves.unfinished(session))
    own = sum(one.local for one in code_lists.schemes(session).values())
    return [
        Card(
            gettext("Areas"), url_for("admin.areas"), gettext("The tree on which records and rights hang."),
            gettext("%(count)s moves under way", count=moving) if moving else "",
        ),
        Card(
            gettext("Code lists"), url_for("admin.codes"), gettext("The words that can be chosen, and your own."),
            gettext("%(count)s of our own", count=own) if own else "", "info",
        ),
        Card(
            gettext("Import mappings"), url_for("admin.mappings"),
            gettext("How the columns of each source are read."),
        ),
    ]  # fmt: skip


def _system(session: Session) -> list[Card]:
    if not may("administer"):
        return []
    queue, behind = jobs.health(session), sum(lag.behind for lag in system().feed.lags())
    waits = [
        *([gettext("no worker runs")] if queue.idle else []),
        *([gettext("%(count)s jobs failed today", count=queue.failed_today)] if queue.failed_today else []),
        *([gettext("the index is %(count)s changes behind", count=behind)] if behind > 1000 else []),
    ]
    return [
        Card(
            gettext("Health"), url_for("admin.health"), gettext("Index, jobs, disk, backups, tables."),
            gettext(", ").join(waits), "danger" if queue.idle else "warn",
        ),
        Card(gettext("Settings"), url_for("admin.settings"), gettext("What is in force, and where it comes from.")),
        Card(gettext("API tokens"), url_for("admin.api_tokens"), gettext("Programs that act for somebody.")),
    ]  # fmt: skip


def _watching(session: Session) -> list[Card]:
    cards = [Card(gettext("Audit trail"), url_for("admin.trail"), gettext("Who saw or changed what."))]
    if may("audit"):
        last = jobs.latest(session, LOGS, [VERIFY])
        faults = ((last.result or {}).get("faults") or 0) if last else 0
        waits = gettext("tampered with") if faults else "" if last else gettext("never verified here")
        cards.append(Card(
            gettext("Verification of the logs"), url_for("admin.verification"),
            gettext("Whether the logs are as they were written."), waits, "danger" if faults else "warn",
        ))  # fmt: skip
    return cards
