"""Keeping pictures and documents, and knowing which of them the public may have."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import changes
from registries.access import Actor, NotAllowed
from registries.changes import Entry
from registries.db import new_id, now
from registries.importing.batches import Batch
from registries.importing.going_public import touched
from registries.messages import N_, Problem, Refused
from registries.publishing import is_public
from registries.records import Item, NotFound, Records, in_chunks

from ..news import checks, cleaning
from .models import Media, MediaUse

#: How an article names what it shows: in its text by the address, in its fields by the id alone.
ADDRESS = re.compile(rf"/media/({cleaning.MEDIA_ID})\b")
#: The fields of an edition that name a picture by its id.
PICTURES = ("picture", "picture_before", "picture_after")
PAGE = 48


@dataclass(frozen=True, slots=True)
class Looked:
    """A file whose content was looked at; ``small`` is the picture as lists show it."""

    name: str
    media_type: str
    data: bytes
    small: bytes | None = None
    width: int | None = None
    height: int | None = None


def add(
    session: Session, file: Looked, alternative: str, *, actor: Actor, alternative_en: str | None = None
) -> Media:
    """Keep a file.

    :raises NotAllowed: the actor writes no texts.
    :raises Refused: nothing says what it shows, or a number of a person stands in what does.
    """
    if actor.scopes("write", "network") == []:
        raise NotAllowed("add media")
    if not alternative.strip():
        raise Refused(Problem(
            N_("Nothing says what “%(name)s” shows."), N_("Write it for readers who cannot see it."), name=file.name,
        ))  # fmt: skip
    _refuse_numbers(alternative, alternative_en)
    made = Media(
        id=new_id(), name=file.name, media_type=file.media_type, size=len(file.data),
        digest=hashlib.sha256(file.data).hexdigest(), alternative=alternative.strip()[:300],
        alternative_en=(alternative_en or "").strip()[:400] or None, width=file.width, height=file.height,
        added_by=actor.name, added_at=now(), content=file.data, small=file.small,
    )  # fmt: skip
    session.add(made)
    session.flush()
    told = {"name": [None, made.name], "alternative": [None, made.alternative], "digest": [None, made.digest]}
    changes.append(session, actor.name, [Entry("media", made.id, "create", told)])
    return made


def describe(
    session: Session, media_id: UUID, alternative: str, alternative_en: str | None, *, actor: Actor
) -> Media:
    """Say better what a picture shows. What readers see along with an edition is for a reviewer to change.

    :raises NotFound: there is no such picture, or the actor neither writes nor reviews texts.
    :raises Refused: a published text shows it, or a number of a person stands in what is said.
    """
    made = session.get(Media, media_id)
    if made is None or (not may_describe(session, media_id, actor) and actor.scopes("write", "network") == []):
        raise NotFound(f"media {media_id}")
    if not may_describe(session, media_id, actor):
        raise Refused(Problem(
            N_("A published text shows it, so readers would see the change at once."),
            N_("Ask a reviewer to change it, or add the file again and have the text reviewed with it."),
        ))
    if not alternative.strip():
        raise Refused(Problem(N_("Nothing says what the picture shows."), N_("Write it.")))
    _refuse_numbers(alternative, alternative_en)
    told = {"alternative": [made.alternative, alternative.strip()[:300]]}
    made.alternative, made.alternative_en = alternative.strip()[:300], (alternative_en or "").strip()[:400] or None
    changes.append(session, actor.name, [Entry("media", made.id, "update", told)])
    return made


def may_describe(session: Session, media_id: UUID, actor: Actor) -> bool:
    """Whether the actor may say what a file shows: an author, as long as no edition refers to it; a reviewer always."""
    if actor.scopes("publish", "network") != []:
        return True
    return actor.scopes("write", "network") != [] and not used_by(session, media_id)


def _refuse_numbers(*texts: str | None) -> None:
    """What is said of a file is public with it, so it names nobody by a number."""
    for text in texts:
        for problem, sure in checks.numbers(text or ""):
            if sure:
                raise Refused(problem)


def many(session: Session, ids: Iterable[str | UUID]) -> dict[str, Media]:
    """What is kept under these ids, by the id as text and without the bytes; what is not there is left out."""
    wanted = {found for one in ids if (found := as_id(one)) is not None}
    if not wanted:
        return {}
    return {str(one.id): one for one in session.scalars(sa.select(Media).where(Media.id.in_(wanted)))}


def as_id(text: str | UUID | None) -> UUID | None:
    """The id that a field names, or nothing if it names none."""
    if text is None or isinstance(text, UUID):
        return text
    try:
        return UUID(text)
    except ValueError:
        return None


def listed(session: Session, words: str = "", *, pictures: bool = True, page: int = 1) -> Sequence[Media]:
    """The newest files whose name or description holds the words, one more than a page to tell whether it goes on."""
    statement = sa.select(Media).order_by(Media.added_at.desc(), Media.id.desc())
    statement = statement.where(
        Media.media_type.startswith("image/") if pictures else sa.not_(Media.media_type.startswith("image/"))
    )
    for word in words.split()[:5]:
        statement = statement.where(sa.or_(
            Media.alternative.contains(word, autoescape=True), Media.name.contains(word, autoescape=True)
        ))
    return session.scalars(statement.limit(PAGE + 1).offset((page - 1) * PAGE)).all()


def named(edition: Mapping[str, Any] | None) -> set[UUID]:
    """What the values of a text or of an edition refer to."""
    if not edition:
        return set()
    told: list[Any] = [edition.get(name) for name in PICTURES]
    told += edition.get("files") or []
    for name in ("body", "body_en"):
        told += ADDRESS.findall(edition.get(name) or "")
    return {found for one in told if (found := as_id(one)) is not None}


def note_uses(session: Session, kind: str, record_id: UUID, edition: Mapping[str, Any] | None) -> None:
    """Keep in mind what an edition refers to, after it was published or withdrawn."""
    held = {one.media_id: one for one in session.scalars(sa.select(MediaUse).where(MediaUse.record_id == record_id))}
    wanted = named(edition)
    for media_id in held.keys() - wanted:
        session.delete(held[media_id])
    fresh = wanted - held.keys()
    if fresh:
        there = session.scalars(sa.select(Media.id).where(Media.id.in_(fresh)))
        session.add_all([MediaUse(media_id=one, record_id=record_id, kind=kind) for one in there])


def note_uses_of(session: Session, records: Records, item: Item) -> None:
    """Keep in mind what the edition of a text refers to, as it is now."""
    edition = item.values["edition"] if item.retired_at is None and item.merged_into is None else None
    note_uses(session, records.name, item.id, edition)


def note_uses_after_undo(session: Session, catalogue: Mapping[str, Records], batch: Batch) -> None:
    """Keep in mind what editions refer to after an import was taken back: older ones may be there again."""
    for records in catalogue.values():
        if records.kind.database != batch.database or "edition" not in records.storage.fields:
            continue
        for ids in in_chunks(touched(session, records, batch)):
            there = {item.id: item for item in records.load(session, ids)}
            for record_id in ids:
                if record_id in there:
                    note_uses_of(session, records, there[record_id])
                else:
                    note_uses(session, records.name, record_id, None)


def used_by(session: Session, media_id: UUID) -> list[tuple[str, UUID]]:
    """The records whose editions refer to it, as (kind, id)."""
    statement = sa.select(MediaUse.kind, MediaUse.record_id).where(MediaUse.media_id == media_id)
    return [(row.kind, row.record_id) for row in session.execute(statement)]


def is_shown(session: Session, catalogue: Mapping[str, Records], media_id: UUID) -> bool:
    """Whether the public may have it: an edition that is public now refers to it."""
    ids: dict[str, list[UUID]] = {}
    for kind, record_id in used_by(session, media_id):
        ids.setdefault(kind, []).append(record_id)
    return any(
        kind in catalogue and _one_is_public(session, catalogue[kind], found) for kind, found in ids.items()
    )


def _one_is_public(session: Session, records: Records, ids: Collection[UUID]) -> bool:
    table = records.kind.table
    statement = sa.select(table.c.id).where(table.c.id.in_(ids), is_public(now(), table)).limit(1)
    return session.execute(statement).first() is not None
