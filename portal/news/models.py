"""The tables of articles: their working text; what people read is the edition, see `registries.publishing`."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from registries.db import Base, plain_text
from registries.publishing import Publication, readable_index
from registries.storing import Record


class Article(Publication, Record):
    """The columns of every kind of article."""

    @declared_attr.directive
    def __table_args__(cls) -> Any:  # noqa: N805  SQLAlchemy hands it the class.
        name = cls.__tablename__
        return (
            sa.Index(f"ix_{name}_public", "public_on", "id"),
            sa.Index(f"ix_{name}_public_category", "public_category", "public_on", "id"),
            sa.Index(f"ix_{name}_state", "edition_state", "updated_at"),
            sa.Index(f"ix_{name}_area", "area_path"),
            sa.Index(f"ix_{name}_source", "source", "source_key"),
            sa.Index(f"ix_{name}_fingerprint", "fingerprint"),
            readable_index(name),
            {"schema": "network"},
        )

    title: Mapped[str] = mapped_column(sa.String(200))
    title_en: Mapped[str | None] = mapped_column(sa.String(300))
    summary: Mapped[str | None] = mapped_column(sa.String(500))
    summary_en: Mapped[str | None] = mapped_column(sa.String(800))
    body: Mapped[str | None] = mapped_column(sa.Text)
    body_en: Mapped[str | None] = mapped_column(sa.Text)
    category: Mapped[str | None] = mapped_column(plain_text(40))
    origin: Mapped[str | None] = mapped_column(sa.String(200))
    unit: Mapped[str | None] = mapped_column(sa.String(200))
    picture: Mapped[str | None] = mapped_column(plain_text(40))
    files: Mapped[Any | None] = mapped_column(sa.JSON(none_as_null=True))
    correction: Mapped[str | None] = mapped_column(sa.String(500))
    note: Mapped[str | None] = mapped_column(sa.Text)

    # Worked out from the values; never logged.
    title_pinyin: Mapped[str] = mapped_column(plain_text(200))


class News(Article, Base):
    """Something that happened."""

    __tablename__ = "news"


class Notice(Article, Base):
    """Something official that residents or units should know, for a time or until it is withdrawn."""

    __tablename__ = "notice"

    issuer: Mapped[str | None] = mapped_column(sa.String(200))
    document_number: Mapped[str | None] = mapped_column(sa.String(100))
    urgent: Mapped[bool | None] = mapped_column(sa.Boolean)
    valid_from: Mapped[date | None] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)


class Page(Article, Base):
    """A page that stays: safety knowledge, or something about the site itself, found by its ``slug``."""

    __tablename__ = "page"

    slug: Mapped[str | None] = mapped_column(plain_text(80))
