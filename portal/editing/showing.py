"""What the page of one text shows: what is found in it, what may be done with it now, and why not otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import current_app, request
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from registries import publishing
from registries.messages import N_, Problem
from registries.publishing import STEPS, Finding
from registries.records import Item, Records

from ..media import store
from ..news import cleaning, steps
from ..security import actor
from . import finding

_LINK = re.compile(r'<a\b[^<>]*href="(/[^"#?]*)')


@dataclass(frozen=True, slots=True)
class Doable:
    """What the account may do with a text now; ``own`` tells that it may not publish it because it wrote it."""

    edit: bool
    submit: bool
    review: bool
    withdraw: bool
    own: bool


def found_in(session: Session, records: Records, item: Item) -> list[Finding]:
    """What is to be said of a text before it goes on; what must be mended comes first."""
    told = [
        *steps.check_of(records.name)(session, item), *publishing.untimely(item.values), *_links(item),
        *_media(session, item),
    ]
    return sorted(told, key=lambda one: not one.serious)


def _links(item: Item) -> list[Finding]:
    """Links within this site that lead nowhere."""
    router = current_app.url_map.bind("localhost")
    told = []
    for name in ("body", "body_en"):
        for link in dict.fromkeys(_LINK.findall(item.values.get(name) or "")):
            path = cleaning.below(link, request.script_root)
            try:
                router.match(path, method="GET")
            except (RequestRedirect, MethodNotAllowed):
                continue
            except HTTPException:
                text = N_("There is no page “%(address)s” on this site.")
                told.append(Finding(name, Problem(text, N_("Correct the link."), address=path[:80]), False))
    return told


def _media(session: Session, item: Item) -> list[Finding]:
    """Pictures and documents that are named but not there."""
    named = store.named(item.values)
    there = store.many(session, named)
    # A project has no body: what is shown of it are its pictures.
    where = "body" if "body" in item.values else "picture_before"
    return [
        Finding(where, Problem(N_("A picture or a file is no longer there."), N_("Put it in again.")))
        for one in named if str(one) not in there
    ]


def doable(session: Session, records: Records, item: Item) -> Doable:
    """What may be done now."""
    who, state = actor(), item.values["edition_state"]
    writes = who.may("write", records.kind.database, item.area_path)
    reviews = who.may("publish", records.kind.database, item.area_path)
    own = reviews and who.name in publishing.authors(session, records, item)
    return Doable(
        edit=writes and item.retired_at is None, submit=writes and state in STEPS["submit"][0],
        review=reviews and state in STEPS["publish"][0], withdraw=reviews and state in STEPS["withdraw"][0], own=own,
    )  # fmt: skip


def clock_state(item: Item) -> str | None:
    """Whether the edition of a text is still to come or over; nothing where readers see it, or there is none."""
    values = item.values
    return finding.by_the_clock(values["edition"] is not None, values["public_from"], values["public_to"])


def is_seen(item: Item) -> bool:
    """Whether readers see an edition of a text now."""
    return item.values["edition"] is not None and clock_state(item) is None


def state_text(item: Item) -> str:
    """In a sentence where a text stands and what comes next."""
    state, clock = item.values["edition_state"], clock_state(item)
    if state == publishing.LIVE and clock == finding.SCHEDULED:
        return gettext("This text is published for a moment that is still to come. Readers see nothing of it yet.")
    if state == publishing.LIVE and clock == finding.EXPIRED:
        return gettext("The time of this text is over. Readers see nothing of it any more.")
    if state == publishing.DRAFT and is_seen(item):
        return gettext("This text was changed since it was published. Readers go on seeing the edition before.")
    return {
        "draft": gettext("Only colleagues see this text. Hand it in when it is ready."),
        "submitted": gettext("Somebody who did not write it has to look at it now."),
        "returned": gettext("It came back: change what is asked for and hand it in again."),
        "published": gettext("Readers see exactly this text."),
        "withdrawn": gettext("It was taken off the site. Readers see nothing of it."),
    }[state]
