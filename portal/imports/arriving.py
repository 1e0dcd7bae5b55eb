"""The arrival of a file: what its form says is checked, it is kept sealed, and its head is looked at.

The token of the form becomes the id of the upload, so that a form that is sent twice brings one file.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from registries import references, sheets
from registries.access import Actor
from registries.areas import outermost
from registries.crypto import Keys, open_sealed, seal
from registries.days import parse_day, today
from registries.db import new_id, now
from registries.importing import mapping
from registries.messages import N_, Problem, Refused
from registries.records import Invalid, NotFound, Records
from registries.references import References

from ..sealed_files import SealedFiles
from ..system import System
from .models import Upload

#: How long a file is kept that nobody goes on with.
FILE_KEPT = timedelta(days=7)
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the form of a new import says, as it was typed."""

    token: str = ""
    kind: str = ""
    area: str = ""
    as_of: str = ""
    source: str = ""
    blank: str = "keep"
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """What a file looks like: headings, their letters, the first cells of each, its sheets."""

    headings: list[str]
    letters: list[str]
    rows: list[list[Any]]
    sheet: str
    sheets: list[str]
    total: int | None
    notes: list[dict[str, Any]] = field(default_factory=list)


def files(system: System) -> SealedFiles:
    """Where uploaded files lie."""
    return SealedFiles(system.settings.data, system.keys, "upload")


def importable(system: System, actor: Actor) -> list[Records]:
    """The kinds that the actor may import, in the order of the catalogue."""
    return [records for records in system.catalogue.values() if actor.scopes("import", records.kind.database) != []]


def areas_for(known: References, records: Records, actor: Actor) -> list[references.AreaEntry]:
    """The areas that rows without one may go to: those the actor may import for, in the order of the tree."""
    scopes = actor.scopes("import", records.kind.database)
    entries = sorted(known.areas, key=lambda entry: entry.path)
    return [entry for entry in entries if scopes is None or any(entry.path.startswith(path) for path in scopes)]


def arrive(system: System, told: Arrival, stream: BinaryIO | None, file_name: str, *, actor: Actor) -> UUID:
    """Keep a file and look at its head; gives the id of the upload, the same one for a form that was sent twice.

    :raises NotFound: the actor may not import that kind.
    :raises Invalid: something in the form, or the file, will not do.
    """
    if not told.kind:
        raise Invalid({"kind": [Problem(N_("No kind of record was chosen."), N_("Choose what the file holds."))]})
    records = system.catalogue.get(told.kind)
    if records is None or records not in importable(system, actor):
        raise NotFound(f"kind {told.kind}")
    upload_id = _token(told.token)
    with system.database.reading() as session:
        known = references.load(session)
        there = session.get(Upload, upload_id)
    if there is not None and there.actor == actor.name:
        return there.id
    if there is not None:
        upload_id = new_id()
    area_id, as_of = _checked(known, records, told, actor)
    name = _file_name(file_name)
    if stream is None or not name:
        raise Invalid({"file": [Problem(N_("No file was chosen."), N_("Choose the file to import."))]})
    try:
        size = files(system).save(upload_id, stream, system.settings.import_max_bytes)
        looks = look(system, upload_id, records, known, name)
    except Refused as refused:
        files(system).delete(upload_id)
        raise Invalid({"file": [refused.problem]}) from refused
    with system.database.writing("system") as session:
        if session.get(Upload, upload_id) is None:
            session.add(Upload(
                id=upload_id, actor=actor.name, kind=records.name, file_name=name, size=size, sheet=looks.sheet or None,
                source=told.source.strip()[:100] or name.rpartition(".")[0][:100] or name[:100], area_id=area_id,
                as_of=as_of, clear_blanks=told.blank == "clear", looks=sealed(session, upload_id, looks), constants={},
                remember=False, created_at=now(), file_until=now() + FILE_KEPT, file_gone=False,
            ))
    return upload_id


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return new_id()


def _file_name(text: str) -> str:
    """The name without the folders that some browsers send, and without what no name has."""
    name = PureWindowsPath(PurePosixPath(text or "").name).name
    return "".join(sign for sign in name if sign.isprintable())[-255:].strip()


def _checked(known: References, records: Records, told: Arrival, actor: Actor) -> tuple[UUID, date | None]:
    errors: dict[str, list[Problem]] = {}
    allowed = areas_for(known, records, actor)
    scopes = actor.scopes("import", records.kind.database)
    home = [entry for entry in allowed if scopes is None or entry.path in outermost(scopes)]
    area = known.areas.find(told.area.strip()) if told.area.strip() else home[0] if scopes is None or len(home) == 1 \
        else None
    if area not in allowed:
        errors["area"] = [Problem(
            N_("There is no such area among those that you may import for."),
            N_("Choose where rows without an area belong."),
        )]
    as_of = None
    try:
        as_of = parse_day(told.as_of.strip()) if told.as_of.strip() else None
    except ValidationError as error:
        errors["as_of"] = [problem for problem in error.messages if isinstance(problem, Problem)]
    if as_of is not None and as_of > today():
        errors["as_of"] = [Problem(
            N_("The day lies in the future."), N_("Write the day since which the file is true."),
        )]
    if errors or area is None:
        raise Invalid(errors)
    return area.id, as_of


def look(
    system: System, upload_id: UUID, records: Records, known: References, name: str, sheet: str | None = None
) -> Looks:
    """The head of a file that was kept.

    :raises Refused: it is no table that can be read.
    """
    schema = records.kind.schema(known)
    with files(system).clear(upload_id) as path, sheets.open_table(
        path, name=name, sheet=sheet, limits=limits(system), expected=mapping.known_headings(schema)
    ) as table:
        rows = next(table.chunks(EXAMPLES), [])
        return Looks(
            table.headings, table.columns,
            [[None if cell is None else str(cell)[:80] for cell in cells] for _number, cells in rows],
            table.sheet, list(table.sheets), table.total_hint, [note.as_json() for note in table.notes],
        )


def limits(system: System) -> sheets.Limits:
    """How much is taken from one file, as it is set."""
    most = system.settings.import_max_bytes
    return sheets.Limits(
        file_bytes=most, package_bytes=min(most, sheets.DEFAULT.package_bytes), rows=system.settings.import_max_rows,
    )


def sealed(session: Session, upload_id: UUID, looks: Looks) -> bytes:
    """What was seen of a file as it is kept: its first cells may be somebody's."""
    return seal(session.info["keys"], "upload", "looks", upload_id, orjson.dumps(looks).decode())


def looks_of(session: Session, upload: Upload) -> Looks | None:
    """What was seen of a file when it came; ``None`` once that was forgotten."""
    if upload.looks is None:
        return None
    return Looks(**orjson.loads(open_sealed(session.info["keys"], "upload", "looks", upload.id, upload.looks)))


def kept_constants(keys: Keys, upload_id: UUID, constants: Mapping[str, str]) -> dict[str, str]:
    """The values that all rows have as they are kept: one of them may be a phone or a group at risk."""
    if not constants:
        return {}
    data = seal(keys, "upload", "constants", upload_id, orjson.dumps(dict(constants)).decode())
    return {"sealed": base64.b64encode(data).decode()}


def constants_of(keys: Keys, upload: Upload) -> dict[str, str]:
    """The values that `kept_constants` put away."""
    if not upload.constants:
        return {}
    data = base64.b64decode(upload.constants["sealed"])
    found: dict[str, str] = orjson.loads(open_sealed(keys, "upload", "constants", upload.id, data))
    return found
