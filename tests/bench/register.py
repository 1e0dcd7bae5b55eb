"""A population register of any size for the benchmarks, written past the registry in about a minute a million.

The people are made up and go by the shares of a real district; they are written grid by grid, as an office would import
them, so the order of their ids is also an order of places: the hard case for a list. Names, numbers and groups are
found as those that the registry wrote would be; their change log is empty.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal import setup
from registries import references
from registries.area_tree import AreaRow
from registries.bulk import insert_rows
from registries.chinese import person_initials, person_pinyin
from registries.crypto import Keys, blind, seal
from registries.db import DATABASES, Database, new_id, now
from registries.demo.names import Names
from registries.demo.tables import draw, wheel
from registries.keyring import Ring
from registries.population.models import Household, Resident, ResidentGroup, ResidentStay

POSTGRES = os.environ.get("SANKU_BENCH_POSTGRES", "postgresql://postgres@127.0.0.1/postgres")
STREETS, COMMUNITIES, GRIDS = 10, 12, 12
FIRST_DAY, DAYS = date(1931, 1, 1), 34_900
CHUNK = 5_000
ROADS = ("解放", "人民", "建设", "和平", "中山", "临河", "望海", "青年", "锦绣", "文化", "工业", "东风", "新华", "长江")
TYPES = wheel([("HJ", 0.79), ("LD", 0.207), ("JW", 0.003)], 1000)
STATUSES = wheel([("1", 0.94), ("2", 0.04), ("3", 0.007), ("4", 0.013)], 1000)
#: Groups at risk with the share of all people in them, and from what age.
GROUPS = (("V10", 0.03, 0), ("V01", 0.1, 65), ("V13", 0.011, 0), ("V11", 0.004, 18), ("V07", 0.0006, 0))


@dataclass(frozen=True, slots=True)
class Register:
    """A filled database, and people in it with their clear values to ask for."""

    database: Database
    residents: int
    samples: list[dict[str, Any]]
    seconds: float


def tree() -> list[AreaRow]:
    """A district with 1,440 grids."""
    rows = [AreaRow("000101", "district", "安澜区", "Anlan", "000101")]
    for street in range(1, STREETS + 1):
        top = f"000101{street:03}"
        rows.append(AreaRow(top, "street", f"{ROADS[street]}街道", "", top, "000101"))
        for community in range(1, COMMUNITIES + 1):
            middle = f"{top}{community:03}"
            rows.append(AreaRow(middle, "community", f"{ROADS[street]}第{community}社区", "", middle, top))
            rows += [
                AreaRow(f"{middle}{grid:03}", "grid", f"第{grid}网格", "", f"{middle}{grid:03}", middle)
                for grid in range(1, GRIDS + 1)
            ]
    return rows


class Filler:
    """Makes the rows of people, grid by grid; the first streets hold several times as many as the last."""

    def __init__(self, keys: Keys, seed: int = 1) -> None:
        self.keys, self.rng, self.names = keys, Random(seed), Names()
        self._latin: dict[str, tuple[str, str]] = {}
        self._serial = 0
        self.samples: list[dict[str, Any]] = []

    def chunks(self, people: int, areas: references.AreaIndex) -> Iterator[dict[Any, list[dict[str, Any]]]]:
        """Rows by model, a chunk at a time."""
        grids = [area for area in areas if area.kind == "grid"]
        weights = [1 / (1 + number // (COMMUNITIES * GRIDS)) for number in range(len(grids))]
        share = people / sum(weights)
        rows: dict[Any, list[dict[str, Any]]] = {Household: [], Resident: [], ResidentStay: [], ResidentGroup: []}
        due = 0.0
        for number, grid in enumerate(grids):
            due += share * weights[number]
            last = number == len(grids) - 1
            while self._serial < (people if last else int(due)):
                self._home(rows, grid, areas, people)
                if len(rows[Resident]) >= CHUNK:
                    yield rows
                    rows = {model: [] for model in rows}
        yield rows

    def _home(self, rows: dict[Any, list[dict[str, Any]]], grid: Any, areas: Any, people: int) -> None:
        """A household with its people."""
        at, household = now(), new_id()
        place = {"area_id": grid.id, "area_path": grid.path, "version": 1, "created_at": at, "updated_at": at}
        number = f"H{self._serial:07}"
        address = f"{draw(self.rng, ROADS)}路{1 + int(self.rng.random() * 300)}号{1 + int(self.rng.random() * 6)}单元"
        address += f"{101 + 100 * int(self.rng.random() * 18)}室"
        rows[Household].append(
            {
                **place,
                "id": household,
                "number": number,
                "key": f"{grid.parent_id.hex}|{number}",
                "address": address,
            }
        )
        surname, group = self.names.surname(self.rng), self.names.group(self.rng)
        for _ in range(min(draw(self.rng, (1, 2, 2, 3, 3, 4)), people - self._serial)):
            self._person(rows, place, household, number, address, surname, group)

    def _person(
        self, rows: Any, place: Any, household: UUID, number: str, address: str, surname: str, group: str
    ) -> None:
        rng, owner = self.rng, new_id()
        self._serial += 1
        born = FIRST_DAY + timedelta(days=int(DAYS * (1 - rng.random() ** 1.3)))
        sex = "1" if rng.random() < 0.51 else "2" if rng.random() < 0.999 else "9"
        name = self.names.name(rng, surname, "2" if sex == "2" else "1", born.year, group)
        day = born.isoformat() if rng.random() < 0.98 else str(born.year) if rng.random() < 0.7 else None
        dead = born.year < 1950 and rng.random() < 0.05
        # Eighteen characters for each person another, though not with a check character.
        id_number = f"000101{born.year}{self._serial:08}"
        phone = f"13{self._serial + 100_000_000:09}" if rng.random() < 0.85 else None
        if self._serial % 5_000 == 1:
            self.samples.append(
                {
                    "name": name,
                    "name_pinyin": self._spelt(name)[0],
                    "name_initials": self._spelt(name)[1],
                    "id_number": id_number,
                    "phone": phone,
                    "household_number": number,
                    "address": address,
                    "area_path": place["area_path"],
                }
            )
        rows[Resident].append(
            {
                **place,
                "id": owner,
                "name": name,
                "name_pinyin": self._spelt(name)[0],
                "name_initials": self._spelt(name)[1],
                "given_name": name[1:],
                "doc_type": "RIC" if rng.random() < 0.995 else draw(rng, ("PASSPORT", "TW_PERMIT", "HKMOTW_RP")),
                "id_number_sealed": seal(self.keys, "resident", "id_number", owner, id_number),
                "id_number_index": blind(self.keys, "resident.id_number", id_number),
                "phone_sealed": seal(self.keys, "resident", "phone", owner, phone) if phone else None,
                "phone_index": blind(self.keys, "resident.phone", phone) if phone else None,
                "sex": sex,
                "birth_date": day,
                "birth_sort": day or "9999",
                "ethnicity": group,
                "education": "60",
                "population_type": draw(rng, TYPES),
                "stay_status": "5" if dead else draw(rng, STATUSES),
                "registered_address": f"辽宁省{address}",
                "address": address,
                "household_number": number,
                "household_id": household,
                "relation_to_head": "01",
            }
        )
        rows[ResidentStay].append(
            {
                "owner_id": owner,
                "position": 0,
                "kind": "usual",
                "area_id": place["area_id"],
                "area_path": place["area_path"],
                "from_on": born,
                "certainty": "unknown" if rng.random() < 0.6 else "exact",
                "sex": sex,
                "born_on": born,
                "counted_from": born,
            }
        )
        held = [code for code, share, age in GROUPS if rng.random() < share and 2026 - born.year >= age]
        rows[ResidentGroup] += [
            {
                "owner_id": owner,
                "position": position,
                "area_path": place["area_path"],
                "group_sealed": b"x" * 32,
                "group_index": blind(self.keys, "resident.groups.group", code),
            }
            for position, code in enumerate(held)
        ]

    def _spelt(self, name: str) -> tuple[str, str]:
        found = self._latin.get(name)
        if found is None:
            found = self._latin[name] = (person_pinyin(name), person_initials(name))
        return found


def fill(database: Database, people: int) -> list[dict[str, Any]]:
    """Write the people into databases that exist; gives some of them with what to find them by."""
    with database.reading() as session:
        areas = references.load(session).areas
    filler = Filler(database.keys)
    _indexes(database, "drop")
    for rows in filler.chunks(people, areas):
        with database.writing("population", large=True) as session:
            for model, found in rows.items():
                empty = dict.fromkeys(column.key for column in model.__table__.columns)
                insert_rows(session, model.__table__, [{**empty, **row} for row in found])
    _indexes(database, "create")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE population.resident" if database.is_sqlite else "VACUUM ANALYZE")
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA population.wal_checkpoint(TRUNCATE)")
    return filler.samples


def _indexes(database: Database, what: str) -> None:
    """Building indexes at the end takes a fraction of keeping them row by row; all are those of the models."""
    for model in (Resident, ResidentStay, ResidentGroup, Household):
        for index in model.__table__.indexes:
            if what == "drop":
                index.drop(database.engine, checkfirst=True)
            else:
                index.create(database.engine, checkfirst=True)


@contextmanager
def made(engine: str, people: int, folder: Path | None = None) -> Iterator[Register]:
    """A register on SQLite or PostgreSQL, taken away at the end.

    With ``folder`` it stays there, or in a database named for its size, and is used again by the next run.
    """
    with TemporaryDirectory() as temporary:
        home = (folder or Path(temporary)) / f"{engine}-{people}"
        home.mkdir(parents=True, exist_ok=True)
        database = Database(home, _url(engine, people, folder), _keys(home), synchronous="OFF")
        told = home / "samples.json"
        start = time.perf_counter()
        try:
            if not told.is_file():
                if engine == "postgres":
                    _renew(engine, people, folder)
                setup.initialise(database, "bench", tree())
                told.write_text(json.dumps(fill(database, people)))
            yield Register(database, people, json.loads(told.read_text()), time.perf_counter() - start)
        finally:
            database.engine.dispose()
            if engine == "postgres" and folder is None:
                _renew(engine, people, folder, again=False)


def _keys(home: Path) -> Keys:
    path = home / "keys.json"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps(Ring.new("aes-256-gcm").as_json()))
    return Keys.load(path)


def _url(engine: str, people: int, folder: Path | None) -> str:
    if engine != "postgres":
        return ""
    name = f"sanku_bench_{people}_{'kept' if folder else os.getpid()}"
    return sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


def _renew(engine: str, people: int, folder: Path | None, again: bool = True) -> None:
    name = sa.make_url(_url(engine, people, folder)).database
    server = sa.create_engine(sa.make_url(POSTGRES).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if again:
            connection.exec_driver_sql(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    server.dispose()


__all__ = ["DATABASES", "POSTGRES", "Register", "made", "tree"]
