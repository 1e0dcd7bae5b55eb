"""The tables of pictures and documents: they lie with the texts that refer to them and are backed up with them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from registries.db import Base, UtcDateTime, plain_text


class Media(Base):
    """A picture or a document as it was taken in; its bytes never change, so its id stands for them."""

    __tablename__ = "media"
    __table_args__ = (
        sa.Index("ix_media_digest", "digest"), sa.Index("ix_media_added", "added_at", "id"), {"schema": "network"}
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(plain_text(100))
    size: Mapped[int] = mapped_column(sa.Integer)
    digest: Mapped[str] = mapped_column(plain_text(64))
    # What a picture shows, for who cannot see it; the title of a document.
    alternative: Mapped[str] = mapped_column(sa.String(300))
    alternative_en: Mapped[str | None] = mapped_column(sa.String(400))
    width: Mapped[int | None] = mapped_column(sa.Integer)
    height: Mapped[int | None] = mapped_column(sa.Integer)
    added_by: Mapped[str] = mapped_column(sa.String(120))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[bytes] = deferred(mapped_column(sa.LargeBinary, nullable=False))
    # The same picture for lists; documents have none.
    small: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))


class MediaUse(Base):
    """Which edition refers to what: a picture is public while one of the editions that show it is."""

    __tablename__ = "media_use"
    __table_args__ = (sa.Index("ix_media_use_record", "record_id"), {"schema": "network"})

    media_id: Mapped[UUID] = mapped_column(sa.ForeignKey("network.media.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(plain_text(40))
