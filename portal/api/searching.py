"""The search over all kinds, and the feed of what has changed since a program last asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Response
from sqlalchemy.orm import Session

from registries import changes
from registries.access import Actor
from registries.changes import CHANGE
from registries.messages import N_
from registries.population.lookup import find_people
from registries.records import Records
from search import finding
from search.engine import Query

from .. import cursors, running
from ..security import actor, allowed
from . import answers, asking
from .blueprint import pages
from .tokens import PLACES

MOST_WORDS, MOST_HITS, DEEPEST = 200, 100, 10_000
MOST_CHANGES = 1_000
#: Takes the place of a cursor where only what happens from now on is wanted.
NOW = "now"
PURPOSE = cursors.purpose("changes")


@pages.get("/search")
@allowed("signed_in")
def search() -> Response:
    """What the words fit best among all records that the token may see; people are looked up by name or number."""
    system = running.system()
    told = asking.parameters("q", "kind", "limit", "offset")
    if not told.get("q", "").strip() or len(told["q"]) > MOST_WORDS:
        raise asking.refuse(asking.wrong("q", N_("Write what to look for.")))
    kind = asking.choice(told, "kind", {name: name for name in system.catalogue}, None)
    query = Query(
        text=told["q"], kinds=(kind,) if kind else (), facets=tuple(finding.FACETS),
        limit=asking.number(told, "limit", 20, 1, MOST_HITS), offset=asking.number(told, "offset", 0, 0, DEEPEST),
    )  # fmt: skip
    found = finding.find(system.feed, query, actor=actor(), people=find_people)
    return answers.send({**found.as_json(), "suggestion": found.suggestion})


@pages.get("/changes")
@allowed("signed_in")
def what_changed() -> Response:
    """Which records were written, in the order of the logs, since a cursor: what they are now, the reader asks."""
    system = running.system()
    told = asking.parameters("since", "limit", "registry")
    limit = asking.number(told, "limit", 200, 1, MOST_CHANGES)
    registry = asking.choice(told, "registry", {name: name for name in PLACES}, None)
    asker = actor()
    names = [name for name in ([registry] if registry else PLACES) if asker.scopes("read", name) != []]
    with system.database.reading() as session:
        positions = _positions(session, told.get("since"))
        items: list[dict[str, Any]] = []
        for name in names:
            # An answer may be shorter than asked for: rows of other areas are passed over, not waited for.
            rows = _since(session, name, positions[name], limit)
            limit -= len(rows)
            positions[name] = rows[-1].id if rows else positions[name]
            items += _visible(session, system.catalogue, name, rows, asker)
        more = any(changes.head(session, name).last_id > positions[name] for name in names)
        cursor = cursors.pack(session.info["keys"], PURPOSE, *(positions[name] for name in PLACES))
    return answers.send({"items": items, "next": cursor, "more": more})


def _positions(session: Session, text: str | None) -> dict[str, int]:
    if text is None:
        return dict.fromkeys(PLACES, 0)
    if text == NOW:
        return {name: changes.head(session, name).last_id for name in PLACES}
    try:
        return dict(zip(PLACES, cursors.unpack(session.info["keys"], PURPOSE, text), strict=True))
    except (cursors.Foreign, ValueError) as error:
        raise asking.refuse(asking.wrong("since", N_("Take “next” of the last answer, or “now”."))) from error


def _since(session: Session, database: str, position: int, limit: int) -> list[Any]:
    table = CHANGE[database]
    return list(session.execute(sa.select(table).where(table.c.id > position).order_by(table.c.id).limit(limit)))


def _visible(
    session: Session, catalogue: Mapping[str, Records], database: str, rows: Iterable[Any], asker: Actor
) -> list[dict[str, Any]]:
    """The changes of records that the asker may see now; what was said of them is not told, only that it was."""
    rows = [row for row in rows if row.kind in catalogue and row.record_id is not None]
    paths: dict[Any, str] = {}
    for kind in {row.kind for row in rows}:
        ids = {row.record_id for row in rows if row.kind == kind}
        paths |= {item.id: item.area_path for item in catalogue[kind].load(session, list(ids))}
    return [
        {
            "at": row.at.isoformat(), "kind": row.kind, "id": str(row.record_id), "action": row.action,
            "fields": sorted({*changes.from_row(row).changes, *changes.from_row(row).sealed}),
            "batch": str(row.batch_id) if row.batch_id else None,
        }
        for row in rows
        if row.record_id in paths and asker.may("read", database, paths[row.record_id])
    ]  # fmt: skip
