"""Which record a row of a file is about, and what it would change.

A row is matched, in this order, by the record id of an export, an official code, its key at the source, and the
fingerprint of its kind. A record found by its fingerprint alone whose values differ is a probable duplicate: the row
becomes a record of its own and the pair is queued for review. A record that was merged is found like the others, and
its survivor is what the row is about: it takes what the row says otherwise than the merged record did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..access import Actor
from ..changes import json_text
from ..crypto import blinds
from ..db import new_id
from ..items import HELD, same
from ..messages import N_, Problem
from ..records import Item, Records, in_chunks
from ..storing import Sealed, live, opened
from .checking import Outcome, Row, RowReader
from .decisions import Decision, Found
from .merged import Merged

__all__ = ["CHANGED_SINCE", "Comparer", "Decision"]

CHANGED_SINCE = Problem(N_("The record was changed since the file was checked."), N_("Import the file again."))
OUTSIDE = N_("%(field)s lies outside the area you may import for.")
MASKED = N_("%(field)s is masked (“%(value)s”) and is not the mask of the stored value.")


class Comparer:
    """Compares the rows of one file with the registry, chunk by chunk, and remembers which rows it has seen."""

    def __init__(self, records: Records, reader: RowReader, source: str, actor: Actor) -> None:
        self.records, self.reader, self.source = records, reader, source
        self.kind, self.storage = records.kind, records.storage
        self.scopes = actor.scopes("import", self.kind.database)
        self.seen: dict[Any, int] = {}
        self.merged = Merged(records, source)

    def compare(
        self, session: Session, rows: Sequence[Row], outcomes: Sequence[Outcome], digests: Sequence[bytes]
    ) -> list[Decision]:
        """Decide about a chunk of checked rows, in the order of the file."""
        found = self.find(session, outcomes, digests)
        decisions = []
        for (number, cells), outcome, digest in zip(rows, outcomes, digests, strict=True):
            decision = self.decide(session, cells, outcome, digest, found)
            decision.number, decision.row_digest, decision.source_key = number, digest, outcome.source_key
            decisions.append(decision)
        return decisions

    def find(self, session: Session, outcomes: Sequence[Outcome], digests: Sequence[bytes]) -> Found:
        """The records that these rows may be about."""
        keys = session.info["keys"]
        table = self.kind.table
        found = Found()
        told = {uuid for outcome in outcomes if (uuid := _uuid(outcome.record_id))}
        found.ids = set(self._column(session, table.c.id, told).values())
        codes = {code for outcome in outcomes for code in outcome.codes}
        found.codes = self.records.holders(session, codes)
        source_keys = {outcome.source_key for outcome in outcomes if outcome.source_key}
        found.source_keys = self._column(session, table.c.source_key, source_keys, table.c.source == self.source)
        column = f"{self.kind.name}.fingerprint"
        texts = {text for outcome in outcomes for text in (outcome.fingerprint, outcome.branch) if text}
        prints = {text: blinds(keys, column, text) for text in texts}
        by_print: dict[bytes, list[UUID]] = {}
        for chunk in in_chunks(value for values in prints.values() for value in values):
            statement = sa.select(table.c.fingerprint, table.c.id).where(table.c.fingerprint.in_(chunk), live(table))
            for row in session.execute(statement.order_by(table.c.id)):
                by_print.setdefault(row.fingerprint, []).append(row.id)
        all_prints = {value for values in prints.values() for value in values}
        gone = found.gone = self.merged.find(session, told, codes, source_keys, all_prints, digests)
        found.ids |= gone.ids
        found.source_keys = {**gone.source_keys, **found.source_keys}
        found.items = dict(gone.items)
        found.prints = {
            text: [i for among in (by_print, gone.prints) for value in values for i in among.get(value, ())]
            for text, values in prints.items()
        }
        alike = (record_id for ids in by_print.values() for record_id in ids)
        wanted = {*found.ids, *found.codes.values(), *found.source_keys.values(), *alike}
        for chunk in in_chunks(wanted - gone.items.keys()):
            found.items.update({item.id: item for item in self.records.load(session, chunk)})
        return found

    def _column(self, session: Session, column: Any, values: Iterable[Any], *conditions: Any) -> dict[Any, UUID]:
        found: dict[Any, UUID] = {}
        for chunk in in_chunks(values):
            statement = sa.select(column.label("value"), self.kind.table.c.id.label("record_id"))
            rows = session.execute(statement.where(column.in_(chunk), live(self.kind.table), *conditions))
            found.update({row.value: row.record_id for row in rows})
        return found

    def decide(
        self, session: Session, cells: Sequence[Any] | None, outcome: Outcome, digest: bytes, found: Found
    ) -> Decision:
        """What becomes of one row; without ``cells`` it was checked before, and overwrites nothing."""
        first = self.seen.setdefault(digest, outcome.number)
        if first != outcome.number:
            return Decision(outcome.number, "duplicate", first_row=first)
        away, item = self.match(outcome, found)
        settled = self._told_before(session, outcome, digest, away, found)
        if settled is not None:
            return settled
        marks = [*([item.id] if item else ()), *outcome.codes[:1]]
        earlier = min((self.seen[mark] for mark in marks if mark in self.seen), default=None)
        if earlier is not None and (item is None or item.id in self.seen):
            return self._repeated(session, outcome, item, found, earlier)
        if earlier is not None:
            return _failed(outcome, outcome.codes[0][0], HELD)
        told = next((code for code in outcome.codes[1:] if code in self.seen), None)
        if told is not None:
            # An earlier row gives a further number of this one to a record of its own.
            return _failed(outcome, told[0], HELD)
        if item is not None and any(self.sees(found.items[i]) for i in found.prints.get(outcome.branch or "", ())):
            # The code is that of the firm, the row that of a branch which stands beside it already.
            return self._repeated(session, outcome, item, found, outcome.number)
        if item is not None:
            decision = self._compare(session, cells, outcome, item, found, away)
        elif outcome.record_id:
            # What else is wrong is wrong of a new record only, which the row does not want to be.
            decision = Decision(outcome.number, "error", problems={"record_id": [Problem(
                N_("There is no record “%(value)s”."), N_("Clear the cell to add the row as a new record."),
                value=outcome.record_id[:40],
            ).as_json()]})
        else:
            decision = self._new(session, outcome, found)
        # A row that fails leaves its record to a better one further down.
        if decision.state != "error":
            for mark in (*marks, *outcome.codes, *([("branch", outcome.branch)] if outcome.branch else ())):
                self.seen.setdefault(mark, outcome.number)
        return decision

    def match(self, outcome: Outcome, found: Found) -> tuple[Item | None, Item | None]:
        """The merged record, if it is one, and the record a row is about; outside the area only a code finds one."""
        item = self._named(outcome, found)
        if item is None or item.merged_into is None:
            return None, item
        return item, found.items[found.gone.survivors[item.id]]

    def _named(self, outcome: Outcome, found: Found) -> Item | None:
        uuid = _uuid(outcome.record_id)
        if uuid in found.ids and self.sees(found.items[uuid]):
            return found.items[uuid]
        for code in outcome.codes:
            if code in found.codes:
                return found.items[found.codes[code]]
        keyed = found.source_keys.get(outcome.source_key or "")
        if keyed is not None and self.sees(found.items[keyed]):
            return found.items[keyed]
        return next((found.items[found.gone.codes[code]] for code in outcome.codes if code in found.gone.codes), None)

    def _told_before(
        self, session: Session, outcome: Outcome, digest: bytes, away: Item | None, found: Found
    ) -> Decision | None:
        """What becomes of a row that says what it said before a merger: nothing is new in it."""
        record_id, path = found.gone.digests.get(digest, (None, ""))
        if record_id is None or not self._reaches(path):
            if away is None or not self.sees(away) or outcome.errors:
                return None
            if not all(self._is_mask(session, away, name, text) for name, text in outcome.masked.items()):
                return None
            if self.differences(session, away, self.reader.values(outcome.values)):
                return None
            record_id = away.id
        first = self.seen.setdefault(record_id, outcome.number)
        if first != outcome.number:
            return Decision(outcome.number, "duplicate", first_row=first)
        return Decision(outcome.number, "same", record_id)

    def sees(self, item: Item) -> bool:
        """Whether the actor may import for the area of a record."""
        return self._reaches(item.area_path)

    def _reaches(self, path: str) -> bool:
        return self.scopes is None or any(path.startswith(scope) for scope in self.scopes)

    def _repeated(
        self, session: Session, outcome: Outcome, item: Item | None, found: Found, first: int
    ) -> Decision:
        """A row whose code stands in another one: a branch of the same firm, or the same thing told twice.

        Rows of one firm with one name at one place are its history, and only the first of them counts.
        """
        if not outcome.record_id and not self._in_scope(outcome.area_id):
            return self._outside(outcome)
        if not outcome.record_id and outcome.errors:
            return Decision(outcome.number, "error", problems=outcome.errors, warnings=outcome.warnings or {})
        mark = ("branch", outcome.branch)
        values = None if outcome.errors or mark in self.seen else self.kind.branch(self.reader.values(outcome.values))
        if values is not None and item is not None:
            stored = opened(session.info["keys"], item.values)
            values = None if self.reader.branch(stored) == outcome.branch else values
        if values is None:
            return Decision(outcome.number, "duplicate", first_row=self.seen.get(mark, first))
        plan = self.reader.schema.plan
        ready = {name: plan[name].to_json(value) for name, value in values.items()}
        decision = self._new(session, outcome._replace(
            values=json_text(ready), codes=[], fingerprint=outcome.branch, record_id=None,
        ), found)
        if decision.state != "error":
            self.seen[mark] = outcome.number
        return decision

    def _new(self, session: Session, outcome: Outcome, found: Found) -> Decision:
        errors = dict(outcome.errors or {})
        for name in outcome.missing:
            errors.setdefault(name, [p.as_json() for p in self._required(name)])
        for name, value in outcome.masked.items():
            errors[name] = [self._masked(name, value)]
        if not errors and not self._in_scope(outcome.area_id):
            errors["area_id"] = [Problem(OUTSIDE, field=Problem(self.reader.schema.plan["area_id"].label)).as_json()]
        if errors:
            return Decision(outcome.number, "error", problems=errors, warnings=outcome.warnings or {})
        # Only one of the records with this fingerprint needs to be the same for the row to be nothing new.
        probable = None
        alike = [i for i in found.prints.get(outcome.fingerprint or "", ()) if self.sees(found.items[i])]
        values = self.reader.values(outcome.values) if alike else {}
        for record_id in alike:
            item = found.items[record_id]
            # A merged record answers for what it said; its survivor is the one to be compared by a person.
            survivor = found.gone.survivors.get(record_id, record_id)
            if record_id not in self.seen and not self.differences(session, item, values):
                self.seen[record_id] = outcome.number
                return Decision(outcome.number, "same", record_id)
            probable = probable or (survivor if self.sees(found.items[survivor]) else None)
        return Decision(
            outcome.number, "new", new_id(), ready=outcome.values, warnings=outcome.warnings or {},
            incomplete=outcome.incomplete, probable=probable,
        )

    def _outside(self, outcome: Outcome) -> Decision:
        return _failed(outcome, "area_id", Problem(OUTSIDE, field=Problem(self.reader.schema.plan["area_id"].label)))

    def _required(self, name: str) -> list[Any]:
        return list(self.reader.schema.plan[name].make_error("required").messages)

    def _in_scope(self, area_id: str | None) -> bool:
        if self.scopes is None or area_id is None:
            return True
        area = self.reader.references.areas.get(UUID(area_id))
        return area is not None and any(area.path.startswith(scope) for scope in self.scopes)

    def _compare(
        self, session: Session, cells: Sequence[Any] | None, outcome: Outcome, item: Item, found: Found,
        away: Item | None,
    ) -> Decision:
        if not self.sees(item):
            return self._transfer(outcome, item)
        for code in outcome.codes:
            if found.codes.get(code, item.id) != item.id:
                return _failed(outcome, code[0], HELD)
        masks = {
            name: [self._masked(name, text)] for name, text in outcome.masked.items()
            if not self._is_mask(session, away or item, name, text)
        }
        if masks:
            return Decision(outcome.number, "error", problems=masks)
        if not outcome.errors:
            values = self._news(session, item, away, self.reader.values(outcome.values))
            if not values:
                return Decision(outcome.number, "same", item.id)
            if cells is None:
                return _failed(outcome, next(iter(values)), CHANGED_SINCE)
        # The rules hold for the whole record, so a row that changes one is checked again over what is stored.
        raw, _masked = self.reader.raw(cells or ())
        checked = self.reader.check(raw, opened(session.info["keys"], item.values))
        warnings = {name: [p.as_json() for p in problems] for name, problems in checked.warnings.items()}
        if checked.errors:
            errors = {name: [p.as_json() for p in problems] for name, problems in checked.errors.items()}
            return Decision(outcome.number, "error", item.id, problems=errors, warnings=warnings)
        values = self._news(session, item, away, self.reader.told(checked.values, raw))
        if not self._in_scope(values.get("area_id") and str(values["area_id"])):
            return self._outside(outcome)
        state = "changed" if values else "same"
        return Decision(outcome.number, state, item.id, values, warnings=warnings)

    def _transfer(self, outcome: Outcome, item: Item) -> Decision:
        """A record that another area holds is to come to where the row says, if that is the actor's own."""
        if not self._in_scope(outcome.area_id):
            return self._outside(outcome)
        values = {"area_id": UUID(outcome.area_id)} if outcome.area_id else {}
        return Decision(outcome.number, "transfer", item.id, values)

    def _masked(self, name: str, text: str) -> dict[str, Any]:
        label = Problem(self.reader.schema.plan[name].label)
        return Problem(MASKED, N_("Write the full value."), field=label, value=text).as_json()

    def _is_mask(self, session: Session, item: Item, name: str, text: str) -> bool:
        stored = item.values.get(name)
        if not isinstance(stored, Sealed):
            return False
        mask = self.reader.schema.plan[name].mask
        return mask is not None and mask(str(stored.open(session.info["keys"]))) == text

    def _news(self, session: Session, item: Item, away: Item | None, values: Mapping[str, Any]) -> dict[str, Any]:
        """What a row says otherwise than its record, and than the merged record by which it was found."""
        told = values if away is None else self.differences(session, away, values)
        return self.differences(session, item, told)

    def differences(self, session: Session, item: Item, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that differ from the stored ones, `virtual` fields left out."""
        keys = session.info["keys"]
        differences = {}
        for name, value in values.items():
            if name not in self.storage.fields:
                continue
            if not same(value, opened(keys, item.values.get(name))):
                differences[name] = value
        return differences


def _failed(outcome: Outcome, name: str, problem: Problem) -> Decision:
    return Decision(outcome.number, "error", problems={**(outcome.errors or {}), name: [problem.as_json()]})


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
