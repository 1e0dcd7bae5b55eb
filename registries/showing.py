"""The one serialiser: a record as people and programs may see it, with sealed values masked.

Whatever leaves the data layer to be shown goes through here: lists, pages, answers of the API, the history, the
record in a message about a conflict. A sealed value is shown by its mask; one that has none, such as the groups at
risk of a resident, is withheld. Showing values whole is `reveal`, which asks for a permission and a reason and writes
the access log first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from . import readings
from .access import Actor, NotAllowed
from .changes import Change
from .crypto import Keys, open_sealed
from .db import Database
from .fields import RecordField
from .messages import N_, Problem, Refused
from .records import Item, Records
from .schemas import Parts
from .storing import COMMON_LABELS, Sealed, opened


@dataclass(frozen=True, slots=True)
class Shown:
    """Values by field as JSON knows them, and the fields of which only a mask or nothing is shown."""

    values: dict[str, Any]
    masked: list[str] = field(default_factory=list)


def masked(records: Records, item: Item, keys: Keys) -> Shown:
    """A record with its sealed values masked."""
    values: dict[str, Any] = {}
    hidden = []
    for name, told in records.storage.fields.items():
        value = item.values.get(name)
        if told.sealed and value:
            hidden.append(name)
            values[name] = _mask(told, value, keys)
        else:
            values[name] = _json(told, value)
    return Shown(values, hidden)


def mask_of(told: RecordField, clear: Any) -> str | None:
    """What stands for a sealed value; ``None`` where not even a part of it is shown."""
    return told.mask(str(clear)) if told.mask is not None and clear is not None else None


def _mask(told: RecordField, value: Any, keys: Keys) -> str | None:
    return mask_of(told, opened(keys, value)) if told.mask is not None else None


def _json(told: RecordField, value: Any) -> Any:
    """A clear value as JSON, without what the entries of a list get worked out."""
    if isinstance(told, Parts):
        plan = {name: item for name, item in told.nested.items() if not item.computed}
        return [
            {name: plan[name].to_json(cell) for name, cell in row.items() if name in plan and cell is not None}
            for row in value or []
        ]
    return told.to_json(value)


def without_masks(records: Records, item: Item, raw: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    """Values to be written without those that are still the masks they were shown by.

    So that a record can be read, changed and sent back. Any other mask is no value and refused by its field.
    """
    kept = {}
    for name, value in raw.items():
        stored = item.values.get(name)
        if isinstance(stored, Sealed) and stored.item.mask and value == mask_of(stored.item, stored.open(keys)):
            continue
        kept[name] = value
    return kept


def personal_fields(records: Records) -> list[str]:
    """The fields that tell of a person: reading them is logged."""
    return [name for name, told in records.storage.fields.items() if told.personal]


def reveal(
    database: Database, records: Records, record_id: UUID, names: Collection[str], *, actor: Actor, reason: str
) -> tuple[Item, dict[str, Any]]:
    """Sealed values of a record whole, once the access log says who saw them and why.

    :raises NotFound: there is no such record in the actor's scope.
    :raises NotAllowed: the actor may not see full values there.
    :raises Refused: there is no reason, or one of the fields is not sealed.
    """
    with database.reading() as session:
        item = records.get(session, record_id, actor=actor)
    if not actor.may("reveal", records.kind.database, item.area_path):
        raise NotAllowed(f"reveal {records.name}")
    if not reason.strip():
        raise Refused(Problem(N_("Full values are shown for a reason only."), N_("Write why you need them.")))
    for name in names:
        if name not in records.storage.fields or not records.storage.fields[name].sealed:
            raise Refused(Problem(N_("“%(name)s” is no masked field."), N_("Name a masked field."), name=name[:60]))
    readings.note(database, actor, "reveal", records.name, record_ids=[item.id], fields=names, reason=reason.strip())
    fields = records.storage.fields
    return item, {name: _json(fields[name], opened(database.keys, item.values.get(name))) for name in names}


def change(records: Records, told: Change, keys: Keys) -> Shown:
    """What a row of the log changed, as [before, after] by field, with sealed values masked."""
    fields = records.storage.fields
    values: dict[str, Any] = {}
    for name, pair in told.changes.items():
        if name in fields:
            values[name] = [_logged(fields[name], value) for value in pair]
        elif name in COMMON_LABELS:
            values[name] = list(pair)
    for name, sealed in told.sealed.items():
        values[name] = [_sealed_mask(fields[name], told, name, data, keys) for data in sealed]
    return Shown(values, sorted(told.sealed))


def _logged(told: RecordField, value: Any) -> Any:
    return _json(told, told.from_json(value)) if value is not None else None


def _sealed_mask(told: RecordField, row: Change, name: str, data: bytes | None, keys: Keys) -> str | None:
    if data is None or told.mask is None or row.record_id is None:
        return None
    return mask_of(told, told.unseal_text(open_sealed(keys, row.kind, name, row.record_id, data)))


def labels(records: Records, names: Iterable[str]) -> dict[str, str]:
    """What fields are called, as message ids."""
    fields = records.storage.fields
    return {name: fields[name].label if name in fields else COMMON_LABELS.get(name, name) for name in names}


def note_view(database: Database, records: Records, items: Iterable[Item], *, actor: Actor) -> None:
    """Log that records which tell of people are about to be shown; does nothing for other kinds."""
    names = personal_fields(records)
    ids = [item.id for item in items]
    if names and ids:
        readings.note(database, actor, "view", records.name, record_ids=ids, fields=names)


def title(session: Session, records: Records, item: Item) -> str:
    """The line that a record is called by; sealed values never stand in it."""
    return records.kind.title({
        name: value for name, value in item.values.items() if not records.storage.fields[name].sealed
    })  # fmt: skip
