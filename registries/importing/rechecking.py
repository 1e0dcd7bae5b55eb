"""The staged rows of a batch matched once more, because the registry changed since the file was checked.

What somebody else wrote meanwhile stands: a row that would overwrite it is left out and says so. The counts of the
batch and the states of its rows are corrected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import references
from ..access import Actor
from ..changes import CHANGE, json_text
from ..items import HELD
from ..records import Item, Records, in_chunks
from ..storing import live, opened
from .batches import STAGED_ROW, Batch, cells_text, seal_row
from .checking import Outcome, RowReader
from .comparing import CHANGED_SINCE, Comparer
from .decisions import Found
from .mapping import ColumnMapping


@dataclass(slots=True)
class Waiting:
    """A staged row on its way into the registry, with the cells that it came in."""

    number: int
    state: str
    record_id: UUID
    values: dict[str, Any] = field(repr=False)
    probable: UUID | None
    source_key: str | None
    row_digest: bytes | None
    warned: bool
    incomplete: bool
    cells: list[Any] = field(default_factory=list, repr=False)


class Rechecker:
    """Matches the rows of one batch again, chunk by chunk in the order of the file."""

    def __init__(self, session: Session, records: Records, batch: Batch, actor: Actor) -> None:
        self.session, self.records, self.batch = session, records, batch
        known, mapping = references.load(session), ColumnMapping(**batch.mapping)
        reader = RowReader(records.kind, known, mapping, batch.headings, batch.clear_blanks)
        self.comparer = Comparer(records, reader, batch.source, actor)
        self.made: set[UUID] = set()

    def again(self, rows: Sequence[Waiting]) -> list[Waiting]:
        """The rows that are still to be written, as what is in the registry now makes of them."""
        before = {row.number: (row.state, row.probable) for row in rows}
        problems: dict[int, dict[str, Any]] = {}
        outcomes = {row.number: self._outcome(row) for row in rows if row.state == "new"}
        digests = [row.row_digest for row in rows if row.state == "new" and row.row_digest]
        found = self._found(list(outcomes.values()), digests)
        written = self._written(digests)
        targets = [row.record_id for row in rows if row.state == "changed"]
        items = {item.id: item for chunk in in_chunks(targets) for item in self.records.load(self.session, chunk)}
        since = self._changed_since(targets)
        taken = self._taken([row for row in rows if row.state == "changed"], items)
        for row in rows:
            if row.state == "changed":
                item, field_name = items.get(row.record_id), taken.get(row.number)
                problems[row.number] = self._changed(row, item, since.get(row.record_id), field_name)
            elif row.row_digest in written:
                row.state, row.probable = "same", None
            else:
                problems[row.number] = self._new(row, outcomes[row.number], found)
        self.made.update(row.record_id for row in rows if row.state == "new")
        self._correct(rows, before, problems)
        return [row for row in rows if row.state in ("new", "changed")]

    def _outcome(self, row: Waiting) -> Outcome:
        kind, plan = self.records.kind, self.comparer.reader.schema.plan
        ready = {name: plan[name].to_json(value) for name, value in row.values.items() if name in plan}
        return Outcome(
            row.number, json_text(ready), None, None, [], {}, kind.codes(row.values), kind.fingerprint(row.values),
            row.source_key, None, ready.get("area_id"), [],
        )

    def _found(self, outcomes: list[Outcome], digests: list[bytes]) -> Found:
        """The records that new rows may be about by now; those which this very batch made are not among them."""
        found = self.comparer.find(self.session, outcomes, digests)
        found.source_keys = {key: i for key, i in found.source_keys.items() if i not in self.made}
        found.prints = {text: [i for i in ids if i not in self.made] for text, ids in found.prints.items()}
        return found

    def _written(self, digests: list[bytes]) -> set[bytes]:
        """The rows that another import has written meanwhile, and that stand in their records to the letter."""
        table = self.records.kind.table
        return {digest for chunk in in_chunks(digests) for digest in self.session.scalars(
            sa.select(table.c.row_digest).where(
                table.c.row_digest.in_(chunk), table.c.row_version == table.c.version, live(table),
            )
        )}

    def _changed_since(self, ids: Sequence[UUID]) -> dict[UUID, set[str]]:
        """Which fields others wrote since the file was checked, by record; those that mean something together."""
        log = CHANGE[self.batch.database]
        found: dict[UUID, set[str]] = defaultdict(set)
        for chunk in in_chunks(ids):
            for row in self.session.execute(sa.select(log.c.record_id, log.c.changes, log.c.sealed).where(
                log.c.record_id.in_(chunk), log.c.id > self.batch.log_position,
                sa.or_(log.c.batch_id.is_(None), log.c.batch_id != self.batch.id),
            )):
                names = {name for text in (row.changes, row.sealed) for name in orjson.loads(text or "{}")}
                groups = (group for group in self.records.kind.together if group & names)
                found[row.record_id].update(names.union(*groups))
        return found

    def _taken(self, rows: Sequence[Waiting], items: dict[UUID, Item]) -> dict[int, str]:
        """The rows that give their record a code which another one holds by now, with the field of the code."""
        kind, keys = self.records.kind, self.session.info["keys"]
        coming: dict[int, set[tuple[str, str]]] = {}
        for row in rows:
            if row.record_id in items:
                stored = opened(keys, items[row.record_id].values)
                coming[row.number] = {*kind.codes({**stored, **row.values})} - {*kind.codes(stored)}
        held = self.records.holders(self.session, {code for codes in coming.values() for code in codes})
        return {
            row.number: code[0] for row in rows for code in sorted(coming.get(row.number, ()))
            if held.get(code, row.record_id) != row.record_id
        }

    def _new(self, row: Waiting, outcome: Outcome, found: Found) -> dict[str, Any]:
        decision = self.comparer.decide(self.session, None, outcome, row.row_digest or row.record_id.bytes, found)
        row.state, row.probable = decision.state, decision.probable
        if decision.state != "new" and decision.record_id is not None:
            row.record_id, row.values = decision.record_id, decision.values
        return decision.problems

    def _changed(self, row: Waiting, item: Item | None, since: set[str] | None, taken: str | None) -> dict[str, Any]:
        if self.comparer.seen.setdefault(row.record_id, row.number) != row.number:
            row.state = "duplicate"
        elif item is None or item.retired_at is not None or item.merged_into is not None:
            row.state = "error"
            return {"record_id": [CHANGED_SINCE.as_json()]}
        elif taken is not None:
            row.state = "error"
            return {taken: [HELD.as_json()]}
        elif since is None:
            return {}
        elif not self.comparer.sees(item):
            row.state = "transfer"
        else:
            row.values = self.comparer.differences(self.session, item, row.values)
            row.state = "changed" if row.values else "same"
            overwritten = row.values.keys() & since
            if overwritten:
                row.state = "error"
            return {name: [CHANGED_SINCE.as_json()] for name in sorted(overwritten)}
        return {}

    def _correct(
        self, rows: Sequence[Waiting], before: dict[int, tuple[str, UUID | None]], problems: dict[int, dict[str, Any]]
    ) -> None:
        counts, table = self.batch.counts, STAGED_ROW[self.batch.database]
        for row in rows:
            state, probable = before[row.number]
            counts["probable"] += (row.probable is not None) - (probable is not None)
            if (row.state, row.probable) == (state, probable):
                continue
            counts[state] -= 1
            counts[row.state] += 1
            values: dict[str, Any] = {"state": row.state, "record_id": row.record_id, "probable": row.probable}
            if row.state not in ("new", "changed"):
                counts["warnings"] -= row.warned
                counts["incomplete"] -= row.incomplete
                values["incomplete"] = None
            place = self.session.info["keys"], self.batch.id, row.number
            if row.state == "error":
                values["problems"] = seal_row(*place, json_text({"errors": problems[row.number], "warnings": {}}))
            if row.state in ("error", "transfer"):
                values["cells"] = seal_row(*place, cells_text(row.cells))
            self.session.execute(table.update().where(
                table.c.batch_id == self.batch.id, table.c.number == row.number,
            ).values(**values))
