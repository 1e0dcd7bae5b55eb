"""The numbers of documents, by which residents are known: one number under one kind of document is one person.

Passports of one country and permits of another may well have the same number, so a number alone names nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..crypto import blinds
from ..records import in_chunks
from .models import Resident
from .rules import usual_document

Code = tuple[str, str]
_RESIDENT: sa.Table = Resident.__table__  # type: ignore[assignment]


def number_codes(values: Mapping[str, Any]) -> list[Code]:
    """The document and its number; where nobody told the document, also the number with any document."""
    number, document = values.get("id_number"), values.get("doc_type")
    if not number:
        return []
    if document:
        return [("id_number", f"{document}|{number}")]
    return [("id_number", f"{usual_document(number)}|{number}"), ("id_number", f"|{number}")]


def find_numbers(session: Session, codes: set[Code], condition: sa.ColumnElement[bool]) -> dict[Code, UUID]:
    """The residents with these codes, of those for which the condition is true.

    A number with any document is somebody's only if nobody else has it with another one.
    """
    keys = session.info["keys"]
    wanted = {text.partition("|")[2] for _field, text in codes}
    stored = {value: number for number in wanted for value in blinds(keys, "resident.id_number", number)}
    found: dict[Code, UUID] = {}
    holding: dict[str, set[UUID]] = defaultdict(set)
    for chunk in in_chunks(stored):
        statement = sa.select(_RESIDENT.c.id, _RESIDENT.c.id_number_index, _RESIDENT.c.doc_type)
        statement = statement.where(_RESIDENT.c.id_number_index.in_(chunk), condition).order_by(_RESIDENT.c.id)
        for row in session.execute(statement):
            number = stored[row.id_number_index]
            found["id_number", f"{row.doc_type or ''}|{number}"] = row.id
            holding[number].add(row.id)
    for number, holders in holding.items():
        if len(holders) == 1:
            found["id_number", f"|{number}"] = next(iter(holders))
    return {code: holder for code, holder in found.items() if code in codes}
