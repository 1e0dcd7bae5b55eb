"""The texts of the demo in the databases: written by one account, reviewed by another, as on any day.

Everything is written in one transaction, so that a demo that was cut short has all of the texts or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import publishing, references
from registries.access import Actor, Grant
from registries.db import new_id, now
from registries.moments import LOCAL
from registries.publishing import Check
from registries.records import New, Records, require

from ...media import looking, store
from ...system import System
from .. import steps
from . import texts
from .scenes import SCENES
from .texts import Written

SOURCE = "demo"
#: The accounts of the demo that write and that review.
AUTHOR, REVIEWER = "editor", "reviewer"


def are_there(session: Session, system: System) -> bool:
    """Whether the texts were loaded before."""
    table = system.catalogue["news"].kind.table
    return session.execute(sa.select(table.c.id).where(table.c.source == SOURCE).limit(1)).first() is not None


def load(system: System, today: date, progress: Callable[[int], None]) -> None:
    """Write and publish all texts as they would stand on a day."""
    with system.database.reading() as session:
        root = references.load(session).areas.root()
        if root is None or are_there(session, system):
            return
    author = Actor(AUTHOR, (Grant("editor", root.path),))
    reviewer = Actor(REVIEWER, (Grant("reviewer", root.path),))
    with system.database.writing("network") as session:
        loader = _Loader(session, system, author, reviewer)
        for one in _all(today):
            loader.publish(one)
            progress(1)


def _all(today: date) -> Iterator[Written]:
    yield from texts.articles(today)
    yield from texts.projects(today)


class _Loader:
    """Writes texts one after the other; a picture that several show is kept once."""

    def __init__(self, session: Session, system: System, author: Actor, reviewer: Actor) -> None:
        self.session, self.system, self.author, self.reviewer = session, system, author, reviewer
        self.drawn: dict[tuple[str, bool], UUID] = {}
        self.known = references.load(session)
        self.root = self.known.areas.root()

    def publish(self, one: Written) -> None:
        """Write one text and take it through its review."""
        records = self.system.catalogue[one.kind]
        values = {**one.values, **self._pictures(one), "show_from": _morning(one.on), "area_id": self.root.id}
        checked = records.kind.schema(self.known).check({
            name: value for name, value in values.items() if value is not None
        })
        require(checked, None)
        record_id = new_id()
        new = New(record_id, checked.values, SOURCE, one.key)
        records.insert_many(self.session, [new], actor=self.author)
        self._review(records, record_id, steps.check_of(records.name))

    def _review(self, records: Records, record_id: UUID, check: Check) -> None:
        item = publishing.submit(self.session, records, record_id, check, version=1, actor=self.author)
        steps.publish(self.session, records, record_id, version=item.version, actor=self.reviewer)

    def _pictures(self, one: Written) -> dict[str, Any]:
        if one.scene is None:
            return {}
        if one.kind != "project":
            return {"picture": str(self._picture(one.scene, True))}
        before, after = self._picture(one.scene, False), self._picture(one.scene, True)
        return {"picture_before": str(before), "picture_after": str(after)}

    def _picture(self, name: str, after: bool) -> UUID:
        if (name, after) not in self.drawn:
            scene = SCENES[name]
            told = scene.after if after or scene.before is None else scene.before
            file = looking.drawn(f"{name}-{'after' if after else 'before'}.jpg", scene.jpeg(after))
            made = store.add(self.session, file, told[0], actor=self.author, alternative_en=told[1])
            self.drawn[name, after] = made.id
        return self.drawn[name, after]


def _morning(day: date) -> str | None:
    """Nine in the morning of a day, unless that is still to come."""
    moment = datetime.combine(day, time(9), LOCAL)
    return moment.isoformat() if moment < now() else None
