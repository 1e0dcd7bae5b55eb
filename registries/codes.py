"""Code lists: the standard ones shipped with Sanku in ``registries/codes``, and what a site adds of its own.

A code that goes out of use keeps its row with the day it ended, so that old records keep their code and its name.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import changes, code_files
from .db import Base, plain_text


class Code(Base):
    """One entry of a code list; ``local`` entries are the site's own and are never touched by an upgrade."""

    __tablename__ = "code"
    __table_args__ = {"schema": "network"}

    scheme: Mapped[str] = mapped_column(plain_text(40), primary_key=True)
    code: Mapped[str] = mapped_column(plain_text(40), primary_key=True)
    parent: Mapped[str | None] = mapped_column(plain_text(40))
    name_zh: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str] = mapped_column(sa.String(200))
    position: Mapped[int] = mapped_column(sa.Integer)
    valid_from: Mapped[date | None] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    synonyms: Mapped[str] = mapped_column(sa.Text, default="")
    certainty: Mapped[str] = mapped_column(plain_text(10), default="")
    extra: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    local: Mapped[bool] = mapped_column(sa.Boolean, default=False)


def load_shipped(session: Session, actor: str) -> int:
    """Bring the shipped code lists up to date in the database; returns how many entries were new or changed.

    Entries that are no longer shipped stay, for the records that hold them; local entries are left alone.
    """
    stored = {(row.scheme, row.code): row for row in session.scalars(sa.select(Code))}
    entries = []
    for shipped in code_files.read_all():
        row = stored.get((shipped.scheme, shipped.code))
        values = _columns(shipped)
        if row is not None and (row.local or all(getattr(row, name) == value for name, value in values.items())):
            continue
        if row is None:
            session.add(Code(**values))
        else:
            for name, value in values.items():
                setattr(row, name, value)
        entries.append(values)
    session.flush()
    if entries:
        changes.append(session, actor, [changes.Entry("code", None, "load", {"entries": [None, len(entries)]})])
    return len(entries)


def _columns(shipped: code_files.ShippedCode) -> dict[str, Any]:
    return {
        "scheme": shipped.scheme, "code": shipped.code, "parent": shipped.parent or None, "name_zh": shipped.name_zh,
        "name_en": shipped.name_en, "position": shipped.order, "valid_from": shipped.valid_from,
        "valid_to": shipped.valid_to, "synonyms": "|".join(shipped.synonyms), "certainty": shipped.certainty,
        "extra": dict(shipped.extra), "local": False,
    }
