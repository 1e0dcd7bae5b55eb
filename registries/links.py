"""Dated links from one record to another: works at, occupies, kept by.

What a link means is its role, an entry of the code list ``link_role`` that names the kinds it leads from and to. The
records may live in different databases, so no foreign key stands behind a link: the service checks that the other
record exists when the link is made, and ``sanku check`` whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .db import plain_text
from .fields import Day, Text
from .messages import N_, Problem
from .reference_fields import Code, Link
from .references import References
from .schemas import Checked, PartSchema


class LinkColumns:
    """The columns of a table of links, beside those of every part."""

    role: Mapped[str] = mapped_column(plain_text(40))
    target_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    since: Mapped[date | None] = mapped_column(sa.Date)
    until: Mapped[date | None] = mapped_column(sa.Date)
    note: Mapped[str | None] = mapped_column(sa.String(200))


class LinkSchema(PartSchema):
    """A link to another record. Subclasses name the kind they lead from."""

    FROM: ClassVar[str] = ""

    role = Code(N_("Relation"), "link_role", required=True)
    target_id = Link(N_("Linked record"), "", required=True)
    since = Day(N_("Since"))
    until = Day(N_("Until"))
    note = Text(N_("Note"))

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """The role must lead from this kind, and a link must not end before it begins."""
        role = self.references.codes("link_role").entries.get(record.get("role") or "")
        if role is not None and self.FROM and role.extra.get("from") != self.FROM:
            checked.error(
                "role",
                Problem(
                    N_("“%(role)s” is no relation of this kind of record."),
                    N_("Choose another relation."),
                    role=role.name_zh,
                ),
            )
        since, until = record.get("since"), record.get("until")
        if since and until and until < since:
            checked.error(
                "until",
                Problem(
                    N_("The link ends (%(until)s) before it begins (%(since)s)."),
                    N_("Correct one of the two dates."),
                    since=since,
                    until=until,
                ),
            )


def target_kind(references: References, role: str) -> str | None:
    """The kind of record that links of a role lead to."""
    entry = references.codes("link_role").entries.get(role)
    return None if entry is None else entry.extra.get("to")


def holds(link: Mapping[str, Any], on: date) -> bool:
    """Whether a link holds on a day; its last day is included."""
    return (link.get("since") or on) <= on <= (link.get("until") or on)
