"""One class for the records of every kind: who may, what is allowed, write, log — in that order, each time.

`Records` is made from a `Kind` and offers the verbs that all kinds share. A verb takes the session of an open
transaction first and the actor by keyword, and never commits. Nothing is deleted by an edit: a record is retired, and
a merged one keeps its id and points at its survivor.

What an actor may not see raises `NotFound`, as if it were not there. A stale edit raises `Conflict` with the record as
it is now. Wrong values raise `Invalid`, doubtful ones `Doubtful` until the caller confirms them with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from . import changes, references
from .access import Actor, NotAllowed
from .db import new_id, now
from .items import HELD, Change, Conflict, Doubtful, Invalid, Item, New, NotFound
from .messages import N_, Problem, Refused
from .rows import Rows, in_chunks
from .schemas import Checked, merged
from .storing import no_links, opened

__all__ = ["Change", "Conflict", "Doubtful", "Invalid", "Item", "New", "NotFound", "Records", "in_chunks"]


class Records(Rows):
    """The records of one kind."""

    def get(self, session: Session, record_id: UUID, *, actor: Actor, follow: bool = True) -> Item:
        """The record; with ``follow`` a merged one is answered by its survivor.

        :raises NotFound: also when it lies outside the actor's scope.
        """
        item = next(iter(self.load(session, [record_id])), None)
        if item is None or not actor.may("read", self.kind.database, item.area_path):
            raise NotFound(f"{self.name} {record_id}")
        if follow and item.merged_into:
            return self.get(session, item.merged_into, actor=actor)
        return item


    def check(
        self, session: Session, raw: Mapping[str, Any], stored: Mapping[str, Any] | None = None, strict: bool = False
    ) -> Checked:
        """What the schema says of values typed into a form, ``stored`` being the clear values they would replace.

        With ``strict`` they are those of a program, which are not tidied and may name nothing strange.
        """
        return self.kind.schema(references.load(session), strict=strict).check(raw, stored)

    def create(
        self, session: Session, raw: Mapping[str, Any], *, actor: Actor, reason: str | None = None,
        as_of: date | None = None, strict: bool = False,
    ) -> Item:
        """Make a record from values as they were typed, or ``strict`` as programs send them.

        ``reason`` confirms doubtful ones.

        :raises Invalid: a value breaks a rule.
        :raises Doubtful: a value may be wrong and no reason is given.
        :raises NotAllowed: the actor may not write in this area.
        """
        known = references.load(session)
        checked = self.check(session, raw, strict=strict)
        checked.values.setdefault("area_id", None)
        place(checked, known)
        require(checked, reason)
        area = known.areas.get(checked.values["area_id"])
        if not actor.may("write", self.kind.database, area.path if area else None):
            raise NotAllowed(f"write {self.name}")
        new = New(new_id(), checked.values)
        if self.kind.link is no_links:
            self.refuse_held(session, new.id, new.values)
        self.insert_many(session, [new], actor=actor, reason=reason, as_of=as_of)
        return self.load(session, [new.id])[0]

    def update(
        self, session: Session, record_id: UUID, raw: Mapping[str, Any], *, version: int, actor: Actor,
        reason: str | None = None, as_of: date | None = None, strict: bool = False,
    ) -> Item:
        """Change the given fields of a record as ``version`` knew it; ``strict`` as in `create`.

        :raises Conflict: it was changed since; nothing is written.
        :raises Refused: it was merged into another record, or erased.
        :raises Invalid: a value breaks a rule (`Doubtful`: may be wrong and no reason is given).
        """
        item = self._own(session, record_id, version, actor)
        stored = opened(session.info["keys"], item.values)
        known = references.load(session)
        checked = self.check(session, raw, stored, strict)
        place(checked, known)
        require(checked, reason)
        target = known.areas.get(checked.values.get("area_id") or stored["area_id"])
        if target is not None and not actor.may("write", self.kind.database, target.path):
            raise NotAllowed(f"write {self.name} there")
        if self.kind.link is no_links:
            self.refuse_held(session, item.id, {**stored, **checked.values})
        self.change(session, [Change(item, checked.values)], actor=actor, reason=reason, as_of=as_of)
        return self.load(session, [record_id])[0]

    def writable(self, session: Session, record_id: UUID, *, actor: Actor, action: str = "write") -> Item:
        """The record, if the actor may see it and do ``action`` with it."""
        item = self.get(session, record_id, actor=actor, follow=False)
        if not actor.may(action, self.kind.database, item.area_path):
            raise NotAllowed(f"{action} {self.name}")
        return item

    def retire(self, session: Session, record_id: UUID, *, version: int, actor: Actor, reason: str) -> Item:
        """Take a record out of use; it stays readable and can be brought back with `restore`.

        :raises Refused: it is out of use already, or was merged into another record.
        """
        item = self._own(session, record_id, version, actor)
        if item.retired_at is not None:
            raise Refused(Problem(N_("The record is out of use already."), N_("Read the page again.")))
        return self._set_retired(session, item, now(), "retire", actor, reason)

    def restore(self, session: Session, record_id: UUID, *, version: int, actor: Actor, reason: str) -> Item:
        """Bring a retired record back into use.

        :raises Refused: it was erased on request, which is for good, or merged into another record.
        :raises Invalid: another record holds its number now.
        """
        item = self._own(session, record_id, version, actor)
        self.refuse_held(session, item.id, opened(session.info["keys"], item.values))
        return self._set_retired(session, item, None, "restore", actor, reason)

    def refuse_held(self, session: Session, record_id: UUID, values: Mapping[str, Any]) -> None:
        """Refuse values with an official code that another live record holds; kinds with a `Kind.link` do so there.

        :raises Invalid: there is such a record; which one is not told, it may lie outside the actor's area.
        """
        for (name, _text), holder in self.holders(session, set(self.kind.codes(values))).items():
            if holder != record_id:
                raise Invalid({name: [HELD]})

    def _own(self, session: Session, record_id: UUID, version: int, actor: Actor) -> Item:
        """The record at ``version``, if it stands for itself: for a merged one another answers, for an erased none."""
        item = self.writable(session, record_id, actor=actor)
        if item.version != version:
            raise Conflict(item)
        if item.retired_at is not None and changes.was_erased(session, self.kind.database, item.id):
            raise Refused(Problem(
                N_("This record was erased on request, for good."), N_("Make a new record if one is needed."),
            ))  # fmt: skip
        if item.merged_into is not None:
            raise Refused(Problem(
                N_("This record was merged into %(id)s."), N_("Change that one, or take the merger back first."),
                id=str(item.merged_into),
            ))  # fmt: skip
        return item

    def _set_retired(
        self, session: Session, item: Item, at: datetime | None, action: str, actor: Actor, reason: str
    ) -> Item:
        self.change(session, [Change(item, {}, {"retired_at": at}, action)], actor=actor, reason=reason)
        return self.load(session, [item.id])[0]



def place(checked: Checked, known: references.References) -> None:
    """A record that is told to have no area belongs to the district itself."""
    root = known.areas.root()
    if "area_id" in checked.values and checked.values["area_id"] is None and root is not None:
        checked.values["area_id"] = root.id


def require(checked: Checked, reason: str | None) -> None:
    """Let values be saved that are right, or that a reason confirms.

    :raises Invalid: a value breaks a rule (`Doubtful`: may be wrong and no reason is given).
    """
    if checked.errors:
        raise Invalid(checked.errors)
    if (checked.warnings or checked.doubts) and not reason:
        raise Doubtful(merged(checked.doubts, checked.warnings))
