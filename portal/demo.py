"""The demo district in the databases: its records checked and written like any others, and accounts to look at them.

Every record carries its key in the district as its key at the source, and the log of ``network`` says with which
numbers the demo was begun and that it was finished. So a demo that was cut short is known and goes on where it
stopped: what is there already is found by its key and left alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import area_tree, changes, references
from registries.access import ROLES, Actor
from registries.area_tree import AreaRow
from registries.changes import CHANGE, Entry
from registries.db import new_id
from registries.demo.district import District
from registries.messages import N_, Problem, Refused
from registries.records import New, in_chunks
from registries.references import References
from registries.schemas import RecordSchema

from .accounts import passwords
from .accounts import service as accounts
from .accounts.models import User
from .accounts.passwords import NewPassword
from .news.demo import loading as site_texts
from .system import System

SOURCE = "demo"
CHUNK = 1_000
#: Known to everybody, so it is used in development only.
DEMO_PASSWORD = "sanku-demo"  # noqa: S105
#: The name of the account of each role, and in which part of the district it works.
ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "grid_worker": ("grid", "grid"),
    "clerk": ("clerk", "street"),
    "registry_admin": ("registry", "district"),
    "leader": ("leader", "district"),
    "editor": ("editor", "district"),
    "reviewer": ("reviewer", "district"),
    "system_admin": ("admin", "district"),
    "auditor": ("auditor", "district"),
}
_KINDS = ("resident", "household", "dwelling", "organisation", "facility", "place")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a demo is made from: the same numbers on the same day give the same district."""

    residents: int
    organisations: int
    facilities: int
    seed: int
    today: date

    @property
    def total(self) -> int:
        """About how many records there will be, for a progress bar."""
        return round(self.residents * 1.9) + self.organisations + self.facilities


def state(session: Session) -> tuple[str, Sizes] | None:
    """How far a demo has come (``begin`` or ``finish``) and its sizes; ``None`` if none was begun."""
    table = CHANGE["network"]
    row = session.execute(
        sa.select(table.c.action, table.c.changes)
        .where(table.c.kind == "demo")
        .order_by(table.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    told = {name: pair[1] for name, pair in json.loads(row.changes).items()}
    return row.action, Sizes(**{**told, "today": date.fromisoformat(told["today"])})


def load_demo(system: System, sizes: Sizes, progress: Callable[[int], None]) -> bool:
    """Fill empty databases with a made-up district; does nothing and says so (``False``) if one is there already.

    A demo that was begun and not finished goes on with the sizes that it was begun with.

    :raises Refused: the databases hold records that are none of a demo.
    """
    with system.database.reading() as session:
        begun = state(session)
        if begun is None:
            _require_empty(system, session)
        lacks_texts = not site_texts.are_there(session, system)
    if begun and begun[0] == "finish":
        # A demo of an earlier version has no texts yet.
        if lacks_texts:
            site_texts.load(system, begun[1].today, progress)
            system.feed.catch_up()
        return lacks_texts
    sizes = begun[1] if begun else sizes
    district = District(sizes.seed, sizes.residents, sizes.organisations, sizes.facilities, today=sizes.today)
    if not begun:
        _mark(system, "begin", sizes)
    _Loader(system, district, resumed=bool(begun), progress=progress).run()
    site_texts.load(system, sizes.today, progress)
    system.feed.rebuild()
    _mark(system, "finish", sizes)
    return True


def _require_empty(system: System, session: Session) -> None:
    for kind in _KINDS:
        if session.execute(sa.select(system.catalogue[kind].kind.table.c.id).limit(1)).first() is not None:
            raise Refused(
                Problem(
                    N_("There are records already: the demo district is for empty databases only."),
                    N_("Name another data folder in SANKU_DATA."),
                )
            )


def _mark(system: System, action: str, sizes: Sizes) -> None:
    with system.database.writing("network") as session:
        told = {name: [None, value] for name, value in asdict(sizes).items()}
        changes.append(session, system.console().name, [Entry("demo", None, action, told)])


class _Loader:
    """Writes the records of a district, kind after kind, so that what others point at is there before them."""

    def __init__(
        self, system: System, district: District, *, resumed: bool, progress: Callable[[int], None]
    ) -> None:
        self.system, self.district, self.resumed, self.progress = system, district, resumed, progress
        self.actor: Actor = system.console()
        # Only what many others name by its key is remembered: buildings and organisations, some ten thousand.
        self.ids: dict[str, UUID] = {}
        self.household: tuple[str, UUID] | None = None
        self.schemas: dict[str, RecordSchema] = {}
        self.known = References()

    def run(self) -> None:
        """Write everything that is not there yet."""
        self._areas()
        with self.system.database.reading() as session:
            self.known = references.load(session)
        self.schemas = {kind: self.system.catalogue[kind].kind.schema(self.known) for kind in _KINDS}
        for rows in _chunks(self.district.places()):
            self._write({"place": rows})
        for rows in _chunks(_named_first(list(self.district.organisations()))):
            self._write({"organisation": rows})
        self._homes()
        for rows in _chunks(self.district.facilities()):
            # The code is the next one of the counter, as for every component that comes without.
            self._write({"facility": [{**row, "code": None} for row in rows]})

    def _areas(self) -> None:
        rows = [
            AreaRow(
                row["key"],
                row["kind"],
                row["name_zh"],
                row["name_en"],
                row["code"],
                row["parent_key"],
                date.fromisoformat(row["valid_from"]),
                row["boundary"],
            )
            for row in self.district.areas()
        ]
        with self.system.database.writing("network") as session:
            area_tree.load(session, rows, actor=self.actor)

    def _homes(self) -> None:
        chunk: dict[str, list[Row]] = {"dwelling": [], "household": [], "resident": []}
        for dwelling, household, people in self.district.homes():
            chunk["dwelling"].append(dwelling)
            if household:
                chunk["household"].append(household)
            chunk["resident"] += people
            if len(chunk["resident"]) >= CHUNK:
                self._write_homes(chunk)
                chunk = {kind: [] for kind in chunk}
        self._write_homes(chunk)

    def _write_homes(self, chunk: Mapping[str, list[Row]]) -> None:
        """Homes are named by each other only, within their own grid: their keys are forgotten again."""
        before = set(self.ids)
        for kind, rows in chunk.items():
            self._give_ids(kind, rows)
        households = {row["number"]: self.ids[row["key"]] for row in chunk["household"]}
        for row in chunk["resident"]:
            # The rooms of a dormitory follow each other and are one household, which may have come a chunk earlier.
            number = row["household_number"]
            if number in households:
                self.household = number, households[number]
            row["household_id"] = (
                self.household[1] if self.household and self.household[0] == number else None
            )
        self._write(chunk)
        self.ids = {key: value for key, value in self.ids.items() if key in before}

    def _give_ids(self, kind: str, rows: Sequence[Row]) -> None:
        held = self._held(kind, rows)
        for row in rows:
            if row["key"] not in self.ids:
                self.ids[row["key"]] = held.get(row["key"]) or new_id()

    def _held(self, kind: str, rows: Sequence[Row]) -> dict[str, UUID]:
        """The ids of those rows that an earlier run wrote already."""
        if not self.resumed:
            return {}
        table = self.system.catalogue[kind].kind.table
        found: dict[str, UUID] = {}
        with self.system.database.reading() as session:
            for keys in in_chunks(row["key"] for row in rows):
                statement = sa.select(table.c.source_key, table.c.id).where(
                    table.c.source == SOURCE, table.c.source_key.in_(keys)
                )
                found.update({row.source_key: row.id for row in session.execute(statement)})
        return found

    def _write(self, chunk: Mapping[str, Sequence[Row]]) -> None:
        """Check and write rows of kinds that live in one database, in one transaction."""
        news: dict[str, list[New]] = {}
        for kind, rows in chunk.items():
            held = self._held(kind, rows)
            self._give_ids(kind, rows)
            news[kind] = [self._new(kind, row) for row in rows if row["key"] not in held]
            self.progress(len(rows))
        with self.system.database.writing(self.system.catalogue[next(iter(chunk))].kind.database) as session:
            for kind, fresh in news.items():
                if fresh:
                    self.system.catalogue[kind].insert_many(session, fresh, actor=self.actor)

    def _new(self, kind: str, row: Row) -> New:
        checked = self.schemas[kind].check(self._resolved(row))
        if checked.errors:
            raise ValueError(f"The demo made {kind} {row['key']} wrong: {checked.errors}")
        return New(self.ids[row["key"]], checked.values, SOURCE, row["key"])

    def _resolved(self, row: Mapping[str, Any]) -> Row:
        """The row with the ids of what it names by a key or a code, and without what only the generator needs."""
        raw: Row = {}
        for name, value in row.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                raw[name] = [self._resolved(part) for part in value]
            elif name.endswith("area_code"):
                raw[f"{name.removesuffix('code')}id"] = self._area(value)
            elif name.endswith("_key"):
                raw[f"{name.removesuffix('key')}id"] = self.ids[value] if value else None
            else:
                raw[name] = value
        raw.pop("key", None)
        raw.pop("employer_id", None)
        return raw

    def _area(self, code: str | None) -> UUID | None:
        area = self.known.areas.find(code) if code else None
        return area.id if area else None


def _named_first(rows: list[Row]) -> list[Row]:
    """The organisations in an order in which a firm comes before its branches and before those that it took over."""
    waiting, done, placed = list(rows), [], {None}
    while waiting:
        ready = [row for row in waiting if {row["parent_key"], row["successor_key"]} <= placed]
        if not ready:
            raise ValueError("Organisations of the demo belong to each other in a circle.")
        done += ready
        placed.update(row["key"] for row in ready)
        waiting = [row for row in waiting if row["key"] not in placed]
    return done


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    stream = iter(rows)
    while chunk := list(islice(stream, CHUNK)):
        yield chunk


def make_accounts(system: System) -> list[tuple[str, str, str]]:
    """An account for each role that has none yet, as (name, role, password).

    In development all share a password that is printed in the manual; elsewhere each gets one that nobody knows but
    the reader of this answer, and has to change it.
    """
    with system.database.reading() as session:
        areas = list(references.load(session).areas)
        there = set(session.scalars(sa.select(User.name)))
    made = []
    for role in ROLES:
        name, kind = ACCOUNTS[role]
        area = next((area for area in areas if area.kind == kind and area.code), None)
        if area is None or name in there:
            continue
        password = accounts.issued_password() if system.settings.is_production else DEMO_PASSWORD
        # The password of the demo names the site, which no other account's may.
        hashed = NewPassword(passwords.HASHER.hash(password))
        with system.database.writing("system") as session:
            user = accounts.create_user(
                session, name, hashed, role, area.code, None, actor=system.console()
            )
            user.must_change_password = system.settings.is_production
        made.append((name, role, password))
    return made


def shown_accounts(system: System) -> list[tuple[str, str, str]]:
    """The demo accounts that still have the password everybody knows about; none in production."""
    if system.settings.is_production:
        return []
    with system.database.reading() as session:
        begun = state(session)
        there = set(session.scalars(sa.select(User.name))) if begun and begun[0] == "finish" else set()
    return [(ACCOUNTS[role][0], role, DEMO_PASSWORD) for role in ROLES if ACCOUNTS[role][0] in there]
