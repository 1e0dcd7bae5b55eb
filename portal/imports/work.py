"""What the jobs of an import do. Each may be cut off at any moment and begun again by another worker."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from registries import importing, references, sheets
from registries.db import new_id
from registries.importing import Batch, ColumnMapping, Options, mapping
from registries.messages import Refused
from registries.records import NotFound

from ..jobs.running import Work
from ..media import store
from ..system import System
from . import service
from .arriving import constants_of, files, limits
from .models import Upload

#: The states in which the check of a file has come to its end.
CHECKED = ("staged", "applied", "undone", "expired")


def stage(system: System, work: Work) -> dict[str, Any]:
    """Check an uploaded file. Each attempt makes a batch of its own; what an earlier one left is thrown away first."""
    with system.database.reading() as session:
        upload = session.get(Upload, UUID(work.payload["upload"]))
        known = references.load(session)
    if upload is None or upload.actor != work.actor.name:
        raise NotFound("upload")
    for batch_id in (work.payload.get("discard"), upload.batch_id):
        batch = _batch(system, UUID(str(batch_id))) if batch_id else None
        if batch is not None and batch.id == upload.batch_id and batch.state in CHECKED:
            return counts(batch)
        service.discard(system, batch)
    batch_id = new_id()
    with system.database.writing("system") as session:
        session.get_one(Upload, upload.id).batch_id = batch_id
    records = system.catalogue[upload.kind]
    told = ColumnMapping(**upload.mapping) if upload.mapping else None
    options = Options(
        upload.file_name, upload.source, upload.area_id, upload.as_of, upload.clear_blanks, told,
        constants_of(system.database.keys, upload),
    )
    expected = mapping.known_headings(records.kind.schema(known), told)
    try:
        with files(system).clear(upload.id) as path, sheets.open_table(
            path, name=upload.file_name, sheet=upload.sheet, limits=limits(system), expected=expected
        ) as table:
            work.progress.expect(table.total_hint)
            batch = importing.stage(
                system.database, records, table, options, actor=work.actor, progress=work.progress, batch_id=batch_id,
            )
    except FileNotFoundError as error:
        raise Refused(service.GONE) from error
    return counts(batch)


def _batch(system: System, batch_id: UUID) -> Batch | None:
    with system.database.reading() as session:
        try:
            return importing.find(session, batch_id)
        except NotFound:
            return None


def apply(system: System, work: Work) -> dict[str, Any]:
    """Write a checked batch; the batch itself knows, under a lock, whether that was done."""
    batch = _batch(system, UUID(work.payload["batch"]))
    if batch is None:
        raise NotFound("batch")
    work.progress.expect(batch.counts["new"] + batch.counts["changed"])
    batch = importing.apply(
        system.database, system.catalogue[batch.kind], batch.id, actor=work.actor, progress=work.progress,
    )
    with system.database.reading() as session:
        upload = session.scalar(sa.select(Upload).where(Upload.batch_id == batch.id))
    if upload is not None:
        if upload.remember and upload.mapping:
            told = ColumnMapping(**upload.mapping)
            importing.remember(system.database, batch.kind, Options(upload.file_name, upload.source, mapping=told))
        service.forget(system, upload.id)
    return counts(batch)


def undo(system: System, work: Work) -> dict[str, Any]:
    """Take a batch back; one that is back already is left alone."""
    batch = _batch(system, UUID(work.payload["batch"]))
    if batch is None:
        raise NotFound("batch")
    if batch.state == "undone":
        return {"batch": str(batch.id)}
    catalogue = dict(system.catalogue)
    undone = importing.undo(
        system.database, catalogue, batch.id, actor=work.actor,
        after=lambda session, taken: store.note_uses_after_undo(session, catalogue, taken),
    )
    return {"batch": str(batch.id), "restored": undone.restored, "conflicts": len(undone.conflicts)}


def counts(batch: Batch) -> dict[str, Any]:
    """What a job of an import tells: its batch and what was found in the file."""
    return {"batch": str(batch.id), **batch.counts}

