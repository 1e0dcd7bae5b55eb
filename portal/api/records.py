"""The records of every kind of the catalogue: list, read, make, change, take out of use, bring back, history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext
from sqlalchemy.orm import Session

from registries import changes, done, link_targets, readings, showing
from registries.access import Actor
from registries.messages import N_, Problem
from registries.records import Item, NotFound, Records

from .. import running
from ..security import actor, allowed
from ..system import System
from . import answers, asking, lists, problems
from .blueprint import pages
from .failures import Answered


@dataclass(frozen=True, slots=True)
class Site:
    """What a view needs to begin: the system, the records of its kind, who asks."""

    system: System
    records: Records
    actor: Actor


def site(kind: str) -> Site:
    """The system and the records of a kind.

    :raises NotFound: there is no such kind.
    """
    system = running.system()
    records = system.catalogue.get(kind)
    if records is None:
        raise NotFound(kind)
    return Site(system, records, actor())


@pages.get("/<kind>")
@allowed("read")
def find(kind: str) -> Response:
    """A page of the records that the token may see."""
    here = site(kind)
    told = asking.parameters(*lists.COMMON, *lists.filters(here.records))
    return _page(here, told)


@pages.post("/<kind>/find")
@allowed("read")
def find_sealed(kind: str) -> Response:
    """The records that hold exactly this number: asked for in a body, because addresses end up in logs."""
    here = site(kind)
    known = lists.sealed_filters(here.records)
    if not known:
        raise NotFound(kind)
    told = {name: value for name, value in asking.body(dict.fromkeys(known, str)).items() if value is not None}
    if not told:
        raise asking.refuse(problems.member("", "required", Problem(
            N_("Name at least one of: %(fields)s."), N_("Add it."), fields=list(known),
        )))  # fmt: skip
    for name, value in told.items():
        if not value.isprintable() or not 1 <= len(value) <= 60:
            raise asking.refuse(problems.member(f"/{name}", "invalid", Problem(
                N_("This value cannot be read."), N_("Write the number whole."),
            )))  # fmt: skip
    return _page(here, asking.parameters(*lists.COMMON), told)


def _page(here: Site, told: dict[str, str], sealed: dict[str, str] | None = None) -> Response:
    with here.system.database.reading() as session:
        asked = lists.asked(session, here.records, told, sealed)
        page, items = lists.page(session, here.records, asked, actor=here.actor)
    if personal := showing.personal_fields(here.records):
        readings.note(
            here.system.database, here.actor, "search", here.records.name, fields=[*personal, *(sealed or {})],
            count=len(items),
        )  # fmt: skip
    return answers.send(page)


@pages.get("/<kind>/<uuid:record_id>")
@allowed("read")
def get(kind: str, record_id: UUID) -> Response:
    """One record, masked; a merged one is answered as what it is, with the id of its survivor."""
    here = site(kind)
    asking.parameters()
    with here.system.database.reading() as session:
        item = here.records.get(session, record_id, actor=here.actor, follow=False)
        told = answers.record(session, here.records, item)
    showing.note_view(here.system.database, here.records, [item], actor=here.actor)
    response = answers.send_record(told)
    # Only this tells a reader that nothing has changed; what was shown is logged all the same.
    return response.make_conditional(request)


@pages.post("/<kind>")
@allowed("write")
def create(kind: str) -> Response:
    """Make a record; what may be wrong is made with a reason only."""
    here = site(kind)
    told = asking.body({"values": dict, "reason": str, "as_of": str}, ("values",))
    reason, as_of = asking.reason_in(told["reason"]), asking.day(told["as_of"])

    def write(session: Session) -> Item:
        _require_links(session, here, told["values"])
        return here.records.create(
            session, told["values"], actor=here.actor, reason=reason, as_of=as_of, strict=True
        )  # fmt: skip

    return _once(here, write, 201)


@pages.patch("/<kind>/<uuid:record_id>")
@allowed("write")
def change(kind: str, record_id: UUID) -> Response:
    """Change the fields that are given; a value that is still its mask is left as it is."""
    here = site(kind)
    version = asking.version()
    told = asking.body({"values": dict, "reason": str, "as_of": str}, ("values",))
    reason, as_of = asking.reason_in(told["reason"]), asking.day(told["as_of"])

    def write(session: Session) -> Item:
        stored = here.records.writable(session, record_id, actor=here.actor)
        values = showing.without_masks(here.records, stored, told["values"], session.info["keys"])
        _require_links(session, here, values, stored)
        return here.records.update(
            session, record_id, values, version=version, actor=here.actor, reason=reason, as_of=as_of, strict=True
        )  # fmt: skip

    _note(here, record_id)
    return _once(here, write)


@pages.delete("/<kind>/<uuid:record_id>")
@allowed("write")
def retire(kind: str, record_id: UUID) -> Response:
    """Take a record out of use; it stays readable and can be brought back."""
    here = site(kind)
    version = asking.version()
    reason = asking.reason_in(asking.parameters("reason").get("reason"), required=True, in_query=True)

    def write(session: Session) -> Item:
        return here.records.retire(session, record_id, version=version, actor=here.actor, reason=reason or "")

    _note(here, record_id)
    response = _once(here, write)
    here.system.feed.catch_up()
    return response


@pages.post("/<kind>/<uuid:record_id>/restore")
@allowed("write")
def restore(kind: str, record_id: UUID) -> Response:
    """Bring a retired record back into use."""
    here = site(kind)
    version = asking.version()
    reason = asking.reason_in(asking.body({"reason": str})["reason"], required=True)

    def write(session: Session) -> Item:
        _require_retired(here.records.writable(session, record_id, actor=here.actor))
        return here.records.restore(session, record_id, version=version, actor=here.actor, reason=reason or "")

    _note(here, record_id)
    return _once(here, write)


@pages.get("/<kind>/<uuid:record_id>/history")
@allowed("read")
def history(kind: str, record_id: UUID) -> Response:
    """What happened to a record, the latest first; sealed values masked, before and after."""
    here = site(kind)
    asking.parameters()
    with here.system.database.reading() as session:
        item = here.records.get(session, record_id, actor=here.actor, follow=False)
        rows = changes.history(session, here.records.kind.database, record_id)
        told = [_entry(here.records, row, session.info["keys"]) for row in rows]
    showing.note_view(here.system.database, here.records, [item], actor=here.actor)
    return answers.send({"items": told})


def _entry(records: Records, row: changes.Change, keys: Any) -> dict[str, Any]:
    shown = showing.change(records, row, keys)
    return {
        "at": row.at.isoformat(), "actor": row.actor, "action": row.action, "reason": row.reason,
        "batch": str(row.batch_id) if row.batch_id else None, "changes": shown.values, "masked": shown.masked,
    }  # fmt: skip


@pages.post("/<kind>/<uuid:record_id>/reveal")
@allowed("reveal")
def reveal(kind: str, record_id: UUID) -> Response:
    """Sealed fields whole, for a reason; the access log is written first."""
    here = site(kind)
    told = asking.body({"fields": list, "reason": str}, ("fields",))
    reason = asking.reason_in(told["reason"], required=True)
    known = [name for name, item in here.records.storage.fields.items() if item.sealed]
    names = told["fields"]
    if not names or not all(isinstance(name, str) and name in known for name in names):
        raise asking.refuse(problems.member("/fields", "invalid", Problem(
            N_("Name at least one masked field: %(fields)s."), N_("See “masked” of the record."), fields=known,
        )))  # fmt: skip
    item, values = showing.reveal(
        here.system.database, here.records, record_id, dict.fromkeys(names), actor=here.actor, reason=reason or ""
    )  # fmt: skip
    return answers.send({"kind": kind, "id": str(item.id), "version": item.version, "values": values})


def _require_links(session: Session, here: Site, values: dict[str, Any], stored: Item | None = None) -> None:
    link_targets.require(session, here.system.catalogue, here.records, values, actor=here.actor, stored=stored)


def _require_retired(item: Item) -> None:
    if item.retired_at is None and item.merged_into is None:
        raise Answered(problems.answer(409, gettext(N_("The record is in use."))))


def _note(here: Site, record_id: UUID) -> None:
    """Log that a record is about to be shown: whoever changes one gets it back whole, or as it is now.

    :raises NotFound: it lies outside the actor's scope.
    """
    with here.system.database.reading() as session:
        item = here.records.get(session, record_id, actor=here.actor, follow=False)
    showing.note_view(here.system.database, here.records, [item], actor=here.actor)


def _once(here: Site, write: Callable[[Session], Item], status: int = 200) -> Response:
    """Do a write in one transaction, once for each Idempotency-Key, and answer with the record."""
    asked = asking.under_key()
    with here.system.database.writing(here.records.kind.database) as session:
        earlier = done.answer(session, asked) if asked else None
        if earlier is not None:
            return answers.send_record(earlier["body"], earlier["status"], **{"Idempotency-Replayed": "true"})
        item = write(session)
        told = answers.record(session, here.records, item)
        if asked:
            done.keep(session, asked, {"body": told, "status": status}, item.id)
    return answers.send_record(told, status)
