"""Everything that is held about a person, as a copy to hand over: what the law calls access.

The copy holds clear values, so it is made for an approved request only, and the access log says so before anything is
read. It tells the records (with those that were merged with it), what points at them, every change there was, who
looked, the files they came in, and what the person asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import audit, changes, readings, references
from registries.access import Actor, NotAllowed
from registries.audit import Line
from registries.changes import CHANGE, Change
from registries.crypto import open_sealed
from registries.db import Database, now
from registries.fields import RecordField
from registries.importing.batches import BATCH, STAGED_ROW
from registries.links import target_kind
from registries.messages import N_, Problem, Refused
from registries.population.models import TransferRequest
from registries.records import Item, Records
from registries.reference_fields import Link
from registries.references import References
from registries.schemas import Parts, fields_of
from registries.storing import COMMON_LABELS, opened

from . import service
from .models import RightsRequest

#: So many readings and changes are listed one by one.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Section:
    """A record, or an entry of one of its lists: rows of label and value."""

    title: str
    rows: list[tuple[str, Any]]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the data: rows of label, before and after."""

    at: datetime
    actor: str
    action: str
    reason: str | None
    rows: list[tuple[str, Any, Any]]


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything held about a person; titles and labels are message ids."""

    number: str
    made_at: datetime
    sections: list[Section] = field(default_factory=list)
    pointing: list[Section] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    readers: list[Line] = field(default_factory=list)
    files: list[tuple[str, str, datetime]] = field(default_factory=list)
    transfers: list[tuple[datetime, str, str]] = field(default_factory=list)
    requests: list[tuple[str, str, str, datetime]] = field(default_factory=list)


def copy(
    database: Database, catalogue: Mapping[str, Records], request_id: UUID, language: str, *, actor: Actor
) -> Copy:
    """The copy for an approved request to see one's data; the access log is written first.

    :raises Refused: the request is of another kind, or nobody has approved it.
    :raises NotFound: the person has moved out of the actor's area since.
    :raises NotAllowed: the actor may not see full numbers there.
    """
    with database.reading() as session:
        row = service.find(session, request_id, actor=actor, action="reveal")
        if row.right != "access" or row.state not in ("approved", "done"):
            raise Refused(Problem(
                N_("A copy is made only for an approved request to see one's data."), N_("Have it approved first."),
            ))
        ids = service.same_person(session, catalogue[row.kind], row.record_id)
        # The person may have moved since the request was received; the copy tells where to.
        here = catalogue[row.kind].get(session, ids[0], actor=actor)
        if not actor.may("reveal", service.DATABASE, here.area_path):
            raise NotAllowed("reveal")
    readings.note(
        database, actor, "export", row.kind, record_ids=ids, fields=["everything"], reason=f"request {row.number}",
    )
    with database.reading() as session:
        known = references.load(session).in_language(language)
        return _Maker(session, catalogue, known, row, ids).make(actor)


class _Maker:
    def __init__(
        self, session: Session, catalogue: Mapping[str, Records], known: References, row: RightsRequest,
        ids: Sequence[UUID],
    ) -> None:
        self.session, self.catalogue, self.known, self.row, self.ids = session, catalogue, known, row, ids
        self.records = catalogue[row.kind]
        self.keys = session.info["keys"]

    def make(self, actor: Actor) -> Copy:
        items = self.records.load(self.session, self.ids)
        return Copy(
            self.row.number, now(), [section for item in items for section in self._sections(self.records, item)],
            list(self._pointing(items)), list(self._events()), audit.readers(self.session, self.ids, MOST),
            self._files(), self._transfers(),
            [
                (one.number, one.right, one.state, one.received_at)
                for one in service.of_record(self.session, self.ids, actor=actor)
            ],
        )

    def _sections(self, records: Records, item: Item) -> Iterator[Section]:
        rows = [(COMMON_LABELS["id"], str(item.id)), (COMMON_LABELS["source"], item.source)]
        for name, told in records.storage.fields.items():
            if not isinstance(told, Parts):
                rows.append((told.label, self._shown(told, item.values.get(name))))
        yield Section(records.kind.label, [row for row in rows if row[1] not in (None, "")])
        for name, told in records.storage.parts.items():
            for number, part in enumerate(item.values.get(name) or (), 1):
                entries = [
                    (one.label, self._shown(one, part.get(key), part.get("role")))
                    for key, one in fields_of(told.nested).items()
                ]
                yield Section(told.label, [row for row in entries if row[1] not in (None, "")], number)

    def _shown(self, told: RecordField, value: Any, role: str | None = None) -> Any:
        value = opened(self.keys, value)
        if value is not None and isinstance(told, Link):
            return self._title(told.kind or target_kind(self.known, role or ""), value)
        return None if value is None else told.to_cell(value, self.known)

    def _title(self, kind: str | None, record_id: UUID) -> str:
        """What a linked record is called; its id, where it has no name or is not known any more."""
        records = self.catalogue.get(kind or "")
        found = records.load(self.session, [record_id]) if records else []
        return (records.kind.title(found[0].values) if records and found else "") or str(record_id)

    def _pointing(self, items: Sequence[Item]) -> Iterator[Section]:
        """The household and the dwelling, and records of any kind that name the person."""
        for kind, name in (("household", "household_id"), ("dwelling", "dwelling_id")):
            wanted = [one for one in {item.values.get(name) for item in items} if one]
            for item in self.catalogue[kind].load(self.session, wanted):
                yield next(self._sections(self.catalogue[kind], item))
        for records in self.catalogue.values():
            found = self._naming(records)
            for item in records.load(self.session, [one for one in found if one not in self.ids]):
                yield Section(records.kind.label, [
                    (COMMON_LABELS["id"], str(item.id)), (N_("Name"), records.kind.title(item.values)),
                ])  # fmt: skip

    def _naming(self, records: Records) -> list[UUID]:
        """The records that link with the person."""
        links = records.kind.parts.get("links")
        if links is None:
            return []
        table = links.__table__
        return list(self.session.scalars(
            sa.select(table.c.owner_id).distinct().where(table.c.target_id.in_(self.ids)).limit(MOST)
        ))  # fmt: skip

    def _events(self) -> Iterator[Event]:
        log = CHANGE[self.records.kind.database]
        rows = self.session.execute(
            sa.select(log).where(log.c.record_id.in_(self.ids)).order_by(log.c.id.desc()).limit(MOST)
        )
        for row in rows:
            change = changes.from_row(row)
            yield Event(change.at, change.actor, change.action, change.reason, list(self._told(change)))

    def _told(self, change: Change) -> Iterator[tuple[str, Any, Any]]:
        fields = self.records.storage.fields
        for name, pair in change.changes.items():
            told = fields.get(name)
            yield self._label(name), *(self._clear(told, value) for value in pair)
        for name, sealed in change.sealed.items():
            texts = [
                value and open_sealed(self.keys, change.kind, name, change.record_id, value)  # type: ignore[arg-type]
                for value in sealed
            ]
            yield self._label(name), *texts

    def _label(self, name: str) -> str:
        told = self.records.storage.fields.get(name)
        return told.label if told else COMMON_LABELS.get(name, name)

    def _clear(self, told: RecordField | None, value: Any) -> Any:
        if value is None or told is None:
            return value
        if isinstance(told, Parts):
            return len(value)
        return told.to_cell(told.from_json(value), self.known)

    def _files(self) -> list[tuple[str, str, datetime]]:
        database = self.records.kind.database
        log, batch, staged = CHANGE[database], BATCH[database], STAGED_ROW[database]
        wanted = sa.union(
            sa.select(log.c.batch_id).where(log.c.record_id.in_(self.ids), log.c.batch_id.is_not(None)),
            sa.select(staged.c.batch_id).where(staged.c.record_id.in_(self.ids)),
        )
        found = sa.select(batch.c.file_name, batch.c.actor, batch.c.created_at).where(batch.c.id.in_(wanted))
        return [tuple(row) for row in self.session.execute(found.order_by(batch.c.created_at))]

    def _transfers(self) -> list[tuple[datetime, str, str]]:
        found = sa.select(TransferRequest).where(TransferRequest.resident_id.in_(self.ids))
        return [
            (one.requested_at, one.state, one.reason)
            for one in self.session.scalars(found.order_by(TransferRequest.requested_at))
        ]


def as_json(made: Copy, gettext: Callable[[str], str]) -> dict[str, Any]:
    """The copy for a machine, which a person may take elsewhere."""

    def section(one: Section) -> dict[str, Any]:
        title = gettext(one.title) + (f" {one.number}" if one.number else "")
        return {"title": title, "values": {gettext(label): value for label, value in one.rows}}

    return {
        "request": made.number, "made_at": made.made_at.isoformat(),
        "held": [section(one) for one in made.sections], "connected": [section(one) for one in made.pointing],
        "changes": [
            {
                "at": one.at.isoformat(), "by": one.actor, "action": one.action, "reason": one.reason,
                "values": {gettext(label): {"before": before, "after": after} for label, before, after in one.rows},
            }
            for one in made.events
        ],
        "seen_by": [
            {"at": one.at.isoformat(), "by": one.actor, "action": one.action, "reason": one.reason}
            for one in made.readers
        ],
        "files": [{"name": name, "by": by, "at": at.isoformat()} for name, by, at in made.files],
        "transfers": [{"at": at.isoformat(), "state": state, "reason": why} for at, state, why in made.transfers],
        "requests": [
            {"number": number, "right": right, "state": state, "at": at.isoformat()}
            for number, right, state, at in made.requests
        ],
    }  # fmt: skip
