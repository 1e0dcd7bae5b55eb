"""The mappings that are remembered per source, for whoever looks after them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .. import changes, references
from ..access import Actor
from ..administration import require_administrator
from ..changes import Entry
from ..items import NotFound
from .mapping import LearntMapping


def saved(session: Session) -> list[LearntMapping]:
    """All of them, by source and kind."""
    return list(session.scalars(sa.select(LearntMapping).order_by(LearntMapping.source, LearntMapping.kind)))


def find(session: Session, source: str, kind: str) -> LearntMapping:
    """The mapping of a source for a kind.

    :raises NotFound: there is none.
    """
    row = session.get(LearntMapping, (source, kind))
    if row is None:
        raise NotFound(f"mapping {source} {kind}")
    return row


def forget(session: Session, source: str, kind: str, *, actor: Actor) -> None:
    """Forget one, in a transaction of ``network``; the next file of the source is mapped by its headings alone.

    :raises NotAllowed: the actor does not administer the registries of the district.
    """
    require_administrator(references.load(session), None, actor=actor)
    session.delete(find(session, source, kind))
    session.flush()
    told: dict[str, list[Any]] = {"source": [source, None], "kind": [kind, None]}
    changes.append(session, actor.name, [Entry("import_mapping", None, "forget", told)])
