"""An import wherever it stands: its columns are named, it is checked, applied, and perhaps taken back.

Each step is asked for here and done by a job (`work`). Whoever asks twice gets one effect: jobs that are asked for and
not done yet are not asked for again, and a batch knows what was done with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import references
from registries.access import Actor
from registries.db import now
from registries.importing import Batch, batches, mapping, reviewing
from registries.messages import N_, Problem, Refused
from registries.records import Invalid, NotFound
from registries.reference_fields import Code

from .. import jobs
from ..jobs import Job
from ..system import System
from .arriving import files, kept_constants, look, looks_of, sealed
from .models import Upload

STAGE, APPLY, UNDO = "import_stage", "import_apply", "import_undo"
GONE = Problem(N_("The file is not kept any more."), N_("Begin a new import."))
_WORKING = {STAGE: "checking", APPLY: "applying", UNDO: "undoing"}


@dataclass(frozen=True, slots=True)
class Import:
    """An import wherever it stands: its upload (none for one from the command line), its batch, its latest job."""

    upload: Upload | None
    batch: Batch | None
    job: Job | None

    @property
    def id(self) -> UUID:
        """What its address names."""
        if self.upload is not None:
            return self.upload.id
        if self.batch is None:
            raise ValueError("An import has an upload or a batch.")
        return self.batch.id

    @property
    def kind(self) -> str:
        """The kind of its records."""
        return self.upload.kind if self.upload is not None else self.batch.kind if self.batch is not None else ""

    @property
    def state(self) -> str:
        """Where it stands: that of its batch, or ``columns``, ``checking``, ``applying``, ``undoing``, ``failed``."""
        if self.job is not None and self.job.state in ("waiting", "running"):
            return _WORKING[self.job.kind]
        if self.batch is not None and self.batch.state != "staging":
            return self.batch.state
        if self.job is not None and self.job.kind == STAGE:
            return "failed"
        return "columns" if self.upload is not None else "staging"


def find(session: Session, import_id: UUID, *, actor: Actor) -> Import:
    """An import that the actor may see, by the id of its upload or of its batch.

    :raises NotFound: there is none, or it lies outside what the actor may see.
    """
    upload = session.get(Upload, import_id) or session.scalar(sa.select(Upload).where(Upload.batch_id == import_id))
    batch_id = upload.batch_id if upload is not None else import_id
    batch = None
    if batch_id is not None:
        try:
            batch = reviewing.seen(session, batch_id, actor=actor)
        except NotFound:
            if upload is None or upload.actor != actor.name:
                raise
    if batch is None and (upload is None or upload.actor != actor.name):
        raise NotFound(f"import {import_id}")
    found = [jobs.latest(session, subject) for subject in filter(None, (upload and upload.id, batch_id))]
    return Import(upload, batch, max(filter(None, found), key=lambda job: job.id, default=None))


def own(session: Session, import_id: UUID, *, actor: Actor) -> tuple[Import, Upload]:
    """An import that the actor sent in himself.

    :raises NotFound: there is none, or somebody else sent it in.
    """
    found = find(session, import_id, actor=actor)
    if found.upload is None or found.upload.actor != actor.name:
        raise NotFound(f"import {import_id}")
    return found, found.upload


def unfinished(session: Session, *, actor: Actor, limit: int = 20) -> list[Upload]:
    """The actor's files that wait for their columns to be named, the newest first."""
    return list(session.scalars(sa.select(Upload).where(
        Upload.actor == actor.name, Upload.batch_id.is_(None), Upload.file_gone.is_(False),
    ).order_by(Upload.created_at.desc()).limit(limit)))


def sources(session: Session, *, actor: Actor) -> list[str]:
    """The sources that the actor named lately, the latest first."""
    rows = session.scalars(
        sa.select(Upload.source).where(Upload.actor == actor.name).order_by(Upload.created_at.desc()).limit(200)
    )
    return list(dict.fromkeys(rows))[:20]


def choose_sheet(system: System, import_id: UUID, sheet: str, *, actor: Actor) -> None:
    """Look at another sheet of the file.

    :raises Invalid: there is no table in it.
    """
    with system.database.reading() as session:
        _found, upload = own(session, import_id, actor=actor)
        known = references.load(session)
    try:
        looks = look(system, upload.id, system.catalogue[upload.kind], known, upload.file_name, sheet)
    except (Refused, FileNotFoundError) as refused:
        problem = refused.problem if isinstance(refused, Refused) else GONE
        raise Invalid({"sheet": [problem]}) from refused
    with system.database.writing("system") as session:
        stored = session.get_one(Upload, upload.id)
        stored.sheet, stored.looks = looks.sheet, sealed(session, upload.id, looks)


def proposed(system: System, session: Session, import_id: UUID, *, actor: Actor) -> mapping.ColumnMapping:
    """Which field is read from which column: what was chosen, else what was learnt of the source, else by wording.

    :raises NotFound: the actor did not send such a file.
    """
    _found, upload = own(session, import_id, actor=actor)
    schema = system.catalogue[upload.kind].kind.schema(references.load(session))
    looks = looks_of(session, upload)
    told = mapping.ColumnMapping(**upload.mapping) if upload.mapping else mapping.learnt(
        session, upload.source, upload.kind
    )
    return mapping.propose(schema, looks.headings if looks else (), told)


def check(
    system: System, import_id: UUID, columns: Mapping[str, str | None], constants: Mapping[str, str],
    source_key: list[str], remember: bool, *, actor: Actor,
) -> Job:
    """Ask for the file to be checked, with the fields that the clerk named for its columns.

    :raises Invalid: a required field has neither a column nor a value, or an unknown one is named.
    :raises Refused: the file is gone, or its rows are in the registry already.
    """
    with system.database.reading() as session:
        found, upload = own(session, import_id, actor=actor)
        known = references.load(session)
    if found.job is not None and found.job.state in ("waiting", "running"):
        return found.job
    if upload.file_gone or (found.batch is not None and found.batch.state in ("applied", "undone")):
        raise Refused(GONE)
    schema = system.catalogue[upload.kind].kind.schema(known)
    told = mapping.ColumnMapping(dict(columns), dict(constants), tuple(source_key))
    _require_fields(schema, told)
    with system.database.writing("system") as session:
        stored = session.get_one(Upload, upload.id)
        discard = stored.batch_id
        stored.mapping = replace(told, constants={}).as_json()
        stored.constants = kept_constants(session.info["keys"], upload.id, constants)
        stored.remember, stored.batch_id = remember, None
        return jobs.enqueue(
            session, STAGE, {"upload": str(upload.id), "discard": str(discard) if discard else None}, actor=actor,
            subject_id=upload.id,
        )


def _require_fields(schema: Any, told: mapping.ColumnMapping) -> None:
    names = {*filter(None, told.columns.values()), *told.constants}
    # What is worked out from other values cannot be told.
    unknown = names - {*(name for name, item in schema.plan.items() if not item.computed), *mapping.COMMON}
    errors: dict[str, list[Problem]] = {}
    if unknown:
        told_first = min(unknown)
        problem = Problem(N_("There is no field “%(name)s”."), N_("Choose one of the list."), name=told_first)
        errors["columns"] = [problem]
    for group in mapping.lacking(schema, told):
        labels = [Problem(schema.plan[name].label) for name in group]
        code = next((name for name in group[:3] if isinstance(schema.plan[name], Code)), None)
        if len(group) == 1:
            errors.setdefault(f"constant-{group[0]}", []).append(Problem(
                N_("No column gives: %(fields)s."),
                N_("Choose the column that holds it, or write the value that all rows have."), fields=labels,
            ))
        else:
            # A code may well be that of all rows of a file: the subclass of a list of hydrants, say.
            errors.setdefault(f"constant-{code}" if code else "columns", []).append(Problem(
                N_("No column gives any of: %(fields)s."), N_("Choose a column for one of them."), fields=labels,
            ))
    if errors:
        raise Invalid(errors)


def ask(system: System, import_id: UUID, kind: str, *, actor: Actor) -> Job:
    """Ask for a batch to be applied (`APPLY`) or taken back (`UNDO`).

    :raises NotFound: there is none that the actor may see.
    :raises Refused: the batch is in no state for it.
    """
    with system.database.reading() as session:
        found = find(session, import_id, actor=actor)
    batch = found.batch
    if found.job is not None and found.job.state in ("waiting", "running"):
        return found.job
    wanted = {APPLY: "staged", UNDO: "applied"}[kind]
    if batch is None or batch.state != wanted:
        raise Refused(Problem(
            N_("This cannot be done with the import as it stands now."), N_("Look at its page again."),
        ))
    with system.database.writing("system") as session:
        return jobs.enqueue(session, kind, {"batch": str(batch.id)}, actor=actor, subject_id=batch.id)


def give_up(system: System, import_id: UUID, *, actor: Actor) -> None:
    """Forget a file that was not applied, and what was found in it."""
    with system.database.reading() as session:
        found, upload = own(session, import_id, actor=actor)
    if found.state not in ("columns", "failed", "staged", "expired"):
        raise Refused(Problem(
            N_("This cannot be done with the import as it stands now."), N_("Look at its page again."),
        ))
    discard(system, found.batch)
    forget(system, upload.id, whole=True)


def discard(system: System, batch: Batch | None) -> None:
    """Forget a batch that was never applied."""
    if batch is not None:
        with system.database.writing(batch.database) as session:
            batches.discard(session, batch)


def forget(system: System, upload_id: UUID, whole: bool = False) -> None:
    """Delete a file that is not needed any more, and what was seen of it; ``whole`` also that it ever came."""
    files(system).delete(upload_id)
    with system.database.writing("system") as session:
        upload = session.get(Upload, upload_id)
        if upload is not None and (whole or upload.batch_id is None):
            session.delete(upload)
        elif upload is not None:
            upload.looks, upload.file_gone = None, True


def purge(system: System) -> int:
    """Delete the files that nobody went on with, and those that no upload knows; returns how many."""
    with system.database.reading() as session:
        old = session.scalars(sa.select(Upload.id).where(Upload.file_until < now(), Upload.file_gone.is_(False))).all()
        known = set(session.scalars(sa.select(Upload.id).where(Upload.file_gone.is_(False))))
    for upload_id in old:
        forget(system, upload_id)
    return len(old) + files(system).strays(known)
