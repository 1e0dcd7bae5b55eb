"""Units by the people in charge of them: looked up in the database, because no full-text index may hold people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..areas import within
from ..storing import live
from .models import Organisation

#: What may be somebody's name, so that it is worth a look: two to four Chinese characters, or with a dot between.
NAME = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff·]{5,20}")
#: So many units at most are told of one name; a commoner one says too little.
MOST = 500
_COLUMNS = (Organisation.legal_representative, Organisation.safety_manager)


def led_by(session: Session, name: str, scopes: Sequence[str] | None) -> list[UUID]:
    """The units within the area paths whose legal representative or safety manager has this name.

    A name is given whole: parts of names are common words, and would find units by strangers.
    """
    if not NAME.fullmatch(name):
        return []
    found: list[UUID] = []
    inside = [] if scopes is None else [within(Organisation.area_path, scopes)]
    in_use = live(Organisation.__table__)
    # One statement for each column: each has an index, and an OR of the two would be answered by none.
    for column in _COLUMNS:
        found += session.scalars(sa.select(Organisation.id).where(column == name, in_use, *inside).limit(MOST))
    return list(dict.fromkeys(found))
