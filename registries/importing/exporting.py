"""Records out of a registry, as rows that come back in without a change.

An export carries record id and version. Sealed values are masked unless the export reveals them, which needs a reason
and is logged before the first row is read; a sealed field that has no mask is left out. The importer leaves columns
alone that a file does not have, and takes the mask of the stored value for unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import listing, readings, references
from ..access import ALLOWED, Actor, NotAllowed
from ..areas import within
from ..db import Database
from ..fields import RecordField
from ..messages import N_, Problem, Refused
from ..records import Item, Records
from ..references import References
from ..storing import live, opened
from .mapping import COMMON, RECORD_ID, VERSION

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What an export is to hold: the records below an area path, in a language, revealed for a reason or masked.

    ``listing`` takes those of a list instead, in its order; ``columns`` leaves other fields out; ``noted`` says that
    the access log tells of this export already.
    """

    area_path: str | None = None
    reveal: bool = False
    reason: str | None = None
    language: str = "zh"
    listing: listing.Wish | None = None
    columns: Sequence[str] | None = None
    noted: bool = False


def heading(item: RecordField, language: str) -> str:
    """The heading of a field's column: its usual Chinese heading, or its English label."""
    return item.headings[0] if language == "zh" and item.headings else item.label


def export(
    database: Database, records: Records, wish: Wish, *, actor: Actor
) -> tuple[list[str], Iterator[list[Any]]]:
    """The headings and the rows of an export; rows are read as they are asked for.

    :raises NotAllowed: the actor may not export from this registry.
    :raises Refused: values are to be revealed without a reason.
    """
    scopes = actor.scopes("export", records.kind.database)
    if scopes == [] or (wish.reveal and actor.scopes("reveal", records.kind.database) == []):
        raise NotAllowed("export")
    if wish.reveal and not (wish.reason or "").strip():
        raise Refused(Problem(
            N_("An export with full numbers needs a reason."),
            N_("Give it with --reason; it is kept in the access log."),
        ))
    fields = columns(records, wish)
    language = wish.language
    common = [COMMON[name][0 if language == "zh" else 1] for name in (RECORD_ID, VERSION)]
    headings = [*common, *(heading(item, language) for item in fields.values())]
    return headings, _rows(database, records, wish, scopes, fields, actor)


def columns(records: Records, wish: Wish) -> dict[str, RecordField]:
    """The fields of an export, in the order of the schema."""
    return {
        name: item for name, item in records.storage.fields.items()
        if not item.computed and (wish.reveal or not item.sealed or item.mask)
        and (wish.columns is None or name in wish.columns)
    }


def exporting_actor(actor: Actor, database: str, reveal: bool) -> Actor:
    """The actor with those grants only that let him export, and see whole values if these are wanted: what else he
    may read is not in the file.
    """
    wanted = {"export", "reveal"} if reveal else {"export"}
    return replace(actor, grants=tuple(
        grant for grant in actor.grants if wanted <= ALLOWED[grant.role].get(database, frozenset())
    ))


def size(session: Session, records: Records, wish: Wish, *, actor: Actor) -> int:
    """How many records an export of a list would hold."""
    who = exporting_actor(actor, records.kind.database, wish.reveal)
    return listing.total(session, records, wish.listing or listing.Wish(), actor=who)


def _rows(
    database: Database, records: Records, wish: Wish, scopes: list[str] | None, fields: dict[str, RecordField],
    actor: Actor,
) -> Iterator[list[Any]]:
    personal = [name for name, item in fields.items() if item.personal]
    if personal and not wish.noted:
        with database.reading() as session:
            count = session.scalar(sa.select(sa.func.count()).select_from(records.kind.table).where(
                *_conditions(records, wish, scopes)
            ))
        readings.note(
            database, actor, "export", records.name, fields=[name for name in personal if wish.reveal] or ["masked"],
            reason=wish.reason, count=count,
        )
    with database.reading() as session:
        known = references.load(session).in_language(wish.language)
        chunks = _listed(session, records, wish, actor) if wish.listing else _chunks(session, records, wish, scopes)
        for items in chunks:
            for item in items:
                yield _row(session, item, fields, known, wish.reveal)


def _chunks(session: Session, records: Records, wish: Wish, scopes: list[str] | None) -> Iterator[Sequence[Item]]:
    table = records.kind.table
    last = None
    while True:
        conditions = [*_conditions(records, wish, scopes), *([table.c.id > last] if last else [])]
        rows = session.execute(sa.select(table).where(*conditions).order_by(table.c.id).limit(CHUNK)).all()
        if not rows:
            return
        yield records.items(session, rows)
        last = rows[-1].id


def _listed(session: Session, records: Records, wish: Wish, actor: Actor) -> Iterator[Sequence[Item]]:
    who = exporting_actor(actor, records.kind.database, wish.reveal)
    asked = replace(wish.listing or listing.Wish(), after=None, before=None, limit=CHUNK)
    while True:
        page = listing.find(session, records, asked, actor=who)
        yield page.items
        if page.after is None:
            return
        asked = replace(asked, after=page.after)


def _conditions(records: Records, wish: Wish, scopes: list[str] | None) -> list[sa.ColumnElement[bool]]:
    table = records.kind.table
    conditions: list[sa.ColumnElement[bool]] = [live(table)]
    if scopes is not None:
        conditions.append(within(table.c.area_path, scopes))
    if wish.area_path:
        conditions.append(within(table.c.area_path, [wish.area_path]))
    return conditions


def _row(session: Session, item: Item, fields: dict[str, RecordField], known: References, reveal: bool) -> list[Any]:
    keys = session.info["keys"]
    cells: list[Any] = [str(item.id), item.version]
    for name, told in fields.items():
        value = opened(keys, item.values[name])
        if value is None:
            cells.append(None)
        elif told.sealed and not reveal and told.mask:
            cells.append(told.mask(str(value)))
        else:
            cells.append(told.to_cell(value, known))
    return cells


def template(records: Records, known: References) -> tuple[list[str], list[Any], dict[str, str], dict[str, list[str]]]:
    """An empty sheet to fill in: headings, an example row, a note per heading, and the choices of its code lists."""
    fields = {name: item for name, item in records.storage.fields.items() if not item.computed}
    headings = [heading(item, known.language) for item in fields.values()]
    notes = {head: item.hint for head, item in zip(headings, fields.values(), strict=True) if item.hint}
    choices = {}
    for head, item in zip(headings, fields.values(), strict=True):
        scheme = getattr(item, "scheme", None)
        if scheme:
            entries = known.codes(scheme).entries.values()
            choices[head] = [e.name_zh if known.language == "zh" else e.name_en for e in entries if e.valid_to is None]
    return headings, [item.example or None for item in fields.values()], notes, choices
