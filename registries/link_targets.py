"""Whether what a record is about to be linked with exists, asked across databases before anything is written.

A link may lead to another database, where no foreign key can refuse it. Forms, the API and the command line ask here
first; files are not asked, row by row that would be slow, and ``sanku check`` finds what they link with nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from . import references
from .access import Actor
from .links import target_kind
from .messages import N_, Problem
from .records import Invalid, Item, NotFound, Records
from .reference_fields import Link
from .schemas import Findings


def require(
    session: Session, catalogue: Mapping[str, Records], records: Records, raw: Mapping[str, Any], *, actor: Actor,
    stored: Item | None = None,
) -> None:
    """Refuse values, as typed or checked, that link with a record that is not there or out of use.

    What the ``stored`` record is linked with already may stay. A record outside the actor's area is not there; one that
    was merged is answered by its survivor.

    :raises Invalid: with the problems by field.
    """
    known = references.load(session)
    kept = {pair[1:] for pair in _links(records, stored.values, known)} if stored else set()
    errors: Findings = {}
    for name, kind, target in _links(records, raw, known):
        if (kind, target) in kept or kind not in catalogue:
            continue
        problem = _problem(session, catalogue[kind], target, actor)
        if problem is not None:
            errors.setdefault(name, []).append(problem)
    if errors:
        raise Invalid(errors)


def _problem(session: Session, records: Records, target: UUID, actor: Actor) -> Problem | None:
    try:
        item = records.get(session, target, actor=actor)
    except NotFound:
        return Problem(
            N_("There is no %(kind)s with the id %(id)s."), N_("Choose the record from the list."),
            kind=Problem(records.kind.label), id=str(target),
        )  # fmt: skip
    if item.retired_at is not None:
        return Problem(
            N_("%(kind)s %(id)s is out of use."), N_("Choose another record, or bring that one back."),
            kind=Problem(records.kind.label), id=str(target),
        )  # fmt: skip
    return None


def _links(
    records: Records, values: Mapping[str, Any], known: references.References
) -> Iterator[tuple[str, str, UUID]]:
    """The links in values: the field, the kind that it leads to, the id. What is no id at all, the schema refuses."""
    for name, item in records.storage.fields.items():
        if isinstance(item, Link):
            target = _uuid(values.get(name))
            if target is not None:
                yield name, item.kind, target
    for name, parts in records.storage.parts.items():
        rows = values.get(name)
        for row in rows if isinstance(rows, list) else ():
            for column, part in parts.nested.items():
                target = _uuid(row.get(column)) if isinstance(part, Link) and isinstance(row, Mapping) else None
                if target is not None and isinstance(part, Link):
                    yield name, part.kind or _of_role(known, row.get("role")), target


def _of_role(known: references.References, role: Any) -> str:
    found = known.codes("link_role").find(str(role)) if role else None
    return (target_kind(known, found) if found else None) or ""


def _uuid(value: Any) -> UUID | None:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
