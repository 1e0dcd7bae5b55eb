"""Files that belong to a record: photos from the street, scanned papers.

They lie in the database of the record, sealed, so that they are written, backed up and erased together with it. What
a file is has been looked at before (`portal.pictures`): photos come without the place they were taken at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes
from .access import Actor
from .bulk import insert_rows
from .changes import Entry
from .db import DATABASES, Base, UtcDateTime, new_id, now, plain_text
from .merging import with_merged
from .messages import N_, Problem, Refused
from .records import Item, NotFound, Records

MOST_BYTES = 10_000_000
MOST_PER_RECORD = 100


def _table(database: str) -> sa.Table:
    return sa.Table(
        "attachment", Base.metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", plain_text(40), nullable=False),
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", plain_text(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("caption", sa.String(300)),
        sa.Column("added_by", sa.String(120), nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Index(f"ix_{database}_attachment_record", "record_id", "added_at"),
        schema=database,
    )  # fmt: skip


ATTACHMENT: Mapping[str, sa.Table] = {name: _table(name) for name in DATABASES if name != "system"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was looked at: its name, what it is, its bytes, what it shows."""

    name: str
    media_type: str
    data: bytes
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a record, without its bytes."""

    id: UUID
    name: str
    media_type: str
    size: int
    caption: str | None
    added_by: str
    added_at: datetime

    @property
    def is_picture(self) -> bool:
        """Whether a page can show it."""
        return self.media_type.startswith("image/")


def add(session: Session, records: Records, item: Item, uploads: Sequence[Upload], *, actor: Actor) -> list[UUID]:
    """Keep files of a record that the actor was found to may change.

    :raises Refused: one is too large, or the record has too many.
    """
    table = ATTACHMENT[records.kind.database]
    held = session.scalar(sa.select(sa.func.count()).where(table.c.record_id == item.id)) or 0
    if held + len(uploads) > MOST_PER_RECORD:
        raise Refused(Problem(
            N_("A record has at most %(most)s files."), N_("Take away some of them first."), most=MOST_PER_RECORD,
        ))  # fmt: skip
    rows = [_row(session, records, item, one, actor) for one in uploads]
    insert_rows(session, table, rows)
    changes.append(session, actor.name, [
        Entry(records.name, item.id, "attach", {"file": [None, row["name"]]}) for row in rows
    ])
    return [row["id"] for row in rows]


def _row(session: Session, records: Records, item: Item, one: Upload, actor: Actor) -> dict[str, Any]:
    if len(one.data) > MOST_BYTES:
        raise Refused(Problem(
            N_("“%(name)s” is larger than %(most)s MB."), N_("Make it smaller."), name=one.name, most=MOST_BYTES >> 20,
        ))  # fmt: skip
    file_id = new_id()
    sealed = session.info["keys"].seal_bytes("attachment", records.name, file_id, one.data)
    return {
        "id": file_id, "kind": records.name, "record_id": item.id, "name": one.name[:200], "size": len(one.data),
        "media_type": one.media_type, "caption": one.caption, "added_by": actor.name, "added_at": now(),
        "content": sealed,
    }  # fmt: skip


def listed(session: Session, records: Records, record_id: UUID) -> list[Attachment]:
    """The files of a record and of those merged into it, the newest first; whoever may see the record may see them."""
    table = ATTACHMENT[records.kind.database].c
    names = ("id", "name", "media_type", "size", "caption", "added_by", "added_at")
    ids = with_merged(session, records.kind, record_id)
    statement = sa.select(*(table[name] for name in names)).where(table.record_id.in_(ids))
    return [Attachment(*row) for row in session.execute(statement.order_by(table.added_at.desc(), table.id.desc()))]


def content(session: Session, records: Records, record_id: UUID, file_id: UUID) -> tuple[Attachment, bytes]:
    """One file of a record, or of one merged into it, with its bytes.

    :raises NotFound: the record has no such file.
    """
    table, ids = ATTACHMENT[records.kind.database], with_merged(session, records.kind, record_id)
    row = session.execute(
        sa.select(table).where(table.c.id == file_id, table.c.record_id.in_(ids), table.c.kind == records.name)
    ).first()
    if row is None:
        raise NotFound(f"attachment {file_id}")
    told = Attachment(row.id, row.name, row.media_type, row.size, row.caption, row.added_by, row.added_at)
    return told, session.info["keys"].open_bytes("attachment", row.kind, row.id, row.content)


def remove(session: Session, records: Records, record_id: UUID, file_id: UUID, *, actor: Actor) -> None:
    """Take a file away from a record that the actor may change; the history keeps that it was there.

    :raises NotFound: there is no such file or record.
    """
    item = records.writable(session, record_id, actor=actor)
    told, _data = content(session, records, item.id, file_id)
    table = ATTACHMENT[records.kind.database]
    session.execute(sa.delete(table).where(table.c.id == file_id))
    changes.append(session, actor.name, [Entry(records.name, item.id, "detach", {"file": [told.name, None]})])
