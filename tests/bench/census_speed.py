"""How fast the population of every community by sex and age band is counted on a day.

    python tests/bench/census_speed.py [--engine sqlite|postgres|both] [--stays N] [--postgres URL]

Writes residents and stays past the registry (a stay or two each, 400 people to a grid, 12 grids to a
community) and asks for four days. PostgreSQL needs a server on which a database can be made and dropped.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from portal import setup  # noqa: E402
from registries import references  # noqa: E402
from registries.area_tree import AreaRow  # noqa: E402
from registries.crypto import Keys  # noqa: E402
from registries.db import Base, Database, new_id, now  # noqa: E402
from registries.population.census import population_on  # noqa: E402
from registries.population.models import Resident, ResidentStay  # noqa: E402

DAYS = (date(2026, 11, 1), date(2025, 12, 31), date(2020, 7, 1), date(2010, 11, 1))
PER_GRID, GRIDS = 400, 12
CHUNK = 20_000


def tree(grids: int) -> list[AreaRow]:
    """A district with streets of eight communities of `GRIDS` grids."""
    rows = [AreaRow("000101", "district", "安澜区", "Anlan", "000101")]
    for number in range(grids):
        community, street = number // GRIDS, number // GRIDS // 8
        if number % (GRIDS * 8) == 0:
            rows.append(
                AreaRow(f"s{street}", "street", f"第{street}街道", "", f"000101{street:03}", "000101")
            )
        if number % GRIDS == 0:
            code = f"000101{street:03}{community % 8:03}"
            rows.append(AreaRow(f"c{community}", "community", f"第{community}社区", "", code, f"s{street}"))
        rows.append(AreaRow(f"g{number}", "grid", f"第{number}网格", "", None, f"c{community}"))
    return rows


def people(
    stays: int, grids: list[tuple[UUID, str]]
) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Chunks of residents and their stays: nine in ten have one open stay, the others moved once."""
    rng, at = random.Random(1), now()
    left = stays
    while left > 0:
        residents, rows = [], []
        while left > 0 and len(residents) < CHUNK:
            owner = new_id()
            born = date(1936, 1, 1) + timedelta(days=int(33_000 * rng.random()))
            area_id, path = rng.choice(grids)
            came = max(born, date(1990, 1, 1) + timedelta(days=int(13_000 * rng.random())))
            moves = 2 if rng.random() < 0.1 and left > 1 else 1
            residents.append({
                "id": owner, "area_id": area_id, "area_path": path, "version": 1, "created_at": at,
                "updated_at": at, "name": "某", "name_pinyin": "mou", "name_initials": "m",
                "birth_sort": born.isoformat(),
            })  # fmt: skip
            vague = rng.random() < 0.6
            sex = rng.choice("12")
            for position in range(moves):
                leaves = came + timedelta(days=900) if position < moves - 1 else None
                rows.append({
                    "owner_id": owner, "position": position, "area_id": area_id, "area_path": path,
                    "sex": sex, "kind": "usual" if rng.random() < 0.9 else "temporary", "from_on": came,
                    "to_on": leaves,
                    "certainty": "unknown" if vague else "exact", "born_on": born,
                    "counted_from": born if vague and not position else came,
                })  # fmt: skip
                came = leaves or came
                area_id, path = rng.choice(grids)
            left -= moves
        yield residents, rows


def run(database: Database, stays: int) -> None:
    """Fill one engine and time it."""
    setup.initialise(database, "bench", tree(max(1, stays // PER_GRID)))
    Base.metadata.create_all(database.engine, tables=[Resident.__table__, ResidentStay.__table__])
    with database.reading() as session:
        grids = [(area.id, area.path) for area in references.load(session).areas if area.kind == "grid"]
    start = time.perf_counter()
    for residents, rows in people(stays, grids):
        with database.engine.begin() as connection:
            connection.execute(sa.insert(Resident.__table__), residents)
            connection.execute(sa.insert(ResidentStay.__table__), rows)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(
            "ANALYZE population.resident_stay"
            if database.is_sqlite
            else "VACUUM ANALYZE population.resident_stay"
        )
    print(f"  {stays} stays in {len(grids)} grids written in {time.perf_counter() - start:.0f} s")
    with database.reading() as session:
        for on in DAYS:
            times = []
            for _ in range(3):
                start = time.perf_counter()
                census = population_on(session, on)
                times.append(time.perf_counter() - start)
            print(
                f"  {on}: {census.total} people in {len(census.counts)} cells, "
                f"uncertain {census.uncertain / max(census.total, 1):.0%}; "
                f"first {times[0]:.2f} s, median {median(times):.2f} s"
            )


def main() -> None:
    """Read the options and run the engines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--stays", type=int, default=1_000_000)
    parser.add_argument("--postgres", default="postgresql:///postgres")
    options = parser.parse_args()
    if options.engine != "postgres":
        print("SQLite")
        with tempfile.TemporaryDirectory() as folder:
            run(Database(Path(folder), keys=Keys.temporary(), synchronous="OFF"), options.stays)
    if options.engine != "sqlite":
        print("PostgreSQL")
        server = sa.make_url(options.postgres).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        name = "sanku_bench_census"
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
            try:
                url = server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
                database = Database(Path(), url, Keys.temporary())
                run(database, options.stays)
                database.engine.dispose()
            finally:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
