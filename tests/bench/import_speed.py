"""How fast residents are imported, as a ratio to a bare ``executemany`` of the same rows in the same process.

    python -m tests.bench.import_speed [--rows 100000] [--engine sqlite|postgres]

The baseline writes the 18 columns of the file into one table with a primary key and one index, without any checking.
The import validates, compares, encrypts, logs and applies them; then the same file comes again with one row in a
hundred changed.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from portal import setup
from registries import area_tree, importing, sheets
from registries.access import console
from registries.area_tree import AreaRow
from registries.crypto import Keys
from registries.db import DATABASES, Database
from registries.demo.district import District
from registries.population.service import RESIDENT
from registries.records import Records

ACTOR = console("bench")
POSTGRES = os.environ.get("SANKU_BENCH_POSTGRES", "postgresql://postgres@127.0.0.1/postgres")
DAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Speeds:
    """Rows per second of the baseline, the first import and the second, and the peak memory of this process in MB."""

    rows: int
    baseline: float
    first: float
    again: float
    peak: float


def write_file(path: Path, district: District, edit: bool = False) -> int:
    """The residents that have a number as CSV; with ``edit`` every hundredth has another address."""
    headings, rows = district.sheet("resident")
    kept = (row for row in rows if row[headings.index("公民身份号码")])
    address = headings.index("现住址")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        count = 0
        for count, row in enumerate(kept, 1):
            changed = edit and count % 100 == 0
            writer.writerow((*row[:address], row[address] + "内", *row[address + 1:]) if changed else row)
    return count


def database(engine: str, folder: Path) -> Database:
    """Empty databases, built by the migrations."""
    url = ""
    if engine == "postgres":
        url = POSTGRES.rsplit("/", 1)[0] + "/sanku_bench"
        server = sa.create_engine(POSTGRES.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        with server.connect() as c:
            c.exec_driver_sql("DROP DATABASE IF EXISTS sanku_bench WITH (FORCE)")
            c.exec_driver_sql("CREATE DATABASE sanku_bench")
    made = Database(folder / "data", url, Keys.temporary())
    setup.initialise(made, ACTOR.name)
    return made


def prepare(folder: Path, rows: int) -> tuple[int, list[AreaRow]]:
    """Write both files; how many residents they hold, and the area tree without its boundaries."""
    district = District(1, rows, max(100, rows // 14), 100, today=DAY)
    count = write_file(folder / "first.csv", district)
    write_file(folder / "again.csv", district, edit=True)
    return count, [
        AreaRow(a["key"], a["kind"], a["name_zh"], a["name_en"], a["code"], a["parent_key"]) for a in district.areas()
    ]


def baseline(made: Database, file: Path) -> float:
    """Rows per second of a bare ``executemany`` into a table with a primary key and an index."""
    width, count, seconds = len(next(chunks(file))[0]), 0, 0.0
    columns = ", ".join(f"c{i} text" for i in range(width - 1))
    marks = ", ".join(["?" if made.is_sqlite else "%s"] * width)
    with made.engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE population.bare (id integer PRIMARY KEY, {columns})")
        connection.exec_driver_sql(
            "CREATE INDEX population.bare_c2 ON bare (c2)" if made.is_sqlite else "CREATE INDEX ON population.bare (c2)"
        )
        for rows in chunks(file):
            started = time.perf_counter()
            connection.exec_driver_sql(f"INSERT INTO population.bare VALUES ({marks})", rows)
            seconds += time.perf_counter() - started
            count += len(rows)
        started = time.perf_counter()
        connection.commit()
        seconds += time.perf_counter() - started
        connection.exec_driver_sql("DROP TABLE population.bare")
        connection.commit()
    return count / seconds


def chunks(file: Path) -> Iterator[list[tuple[object, ...]]]:
    """The rows of a file with their numbers, 2,000 at a time: reading them is no part of the baseline."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = ((number, *row) for number, row in enumerate(csv.reader(lines)))
        yield from iter(lambda: list(itertools.islice(rows, 2000)), [])


def import_file(made: Database, file: Path) -> tuple[float, dict[str, int]]:
    """Seconds and counts of staging and applying a file."""
    records = Records(RESIDENT)
    started = time.perf_counter()
    with sheets.open_table(file) as table:
        batch = importing.stage(made, records, table, importing.Options(file.name, source="bench"), actor=ACTOR)
    staged = time.perf_counter()
    batch = importing.apply(made, records, batch.id, actor=ACTOR)
    print(f"    staged {staged - started:.1f} s, applied {time.perf_counter() - staged:.1f} s", flush=True)
    return time.perf_counter() - started, batch.counts


def measure(engine: str, rows: int) -> Speeds:
    """One run over ``rows`` residents."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # A process of its own, because the district that it thinks of is no part of what the import needs.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            count, areas = pool.apply(prepare, (folder, rows))
        made = database(engine, folder)
        with made.writing("network") as session:
            area_tree.load(session, areas, actor=ACTOR)
        bare = baseline(made, folder / "first.csv")
        first, counts = import_file(made, folder / "first.csv")
        assert counts["new"] == count, counts
        again, counts = import_file(made, folder / "again.csv")
        assert (counts["same"], counts["changed"]) == (count - count // 100, count // 100), counts
        made.engine.dispose()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return Speeds(count, bare, count / first, count / again, peak)


def report(engine: str, told: Speeds) -> Iterator[str]:
    """The lines of the result."""
    yield f"{engine}, {told.rows:,} residents of 18 columns, {os.cpu_count()} cores, databases: {len(DATABASES)}"
    yield f"  bare executemany   {told.baseline:>10,.0f} rows/s"
    yield f"  first import       {told.first:>10,.0f} rows/s   {told.first / told.baseline:.3f} × the baseline"
    yield f"  with 1 % edited    {told.again:>10,.0f} rows/s   {told.again / told.first:.1f} × the first import"
    yield f"  peak memory        {told.peak:>10,.0f} MB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    told = parser.parse_args()
    for line in report(told.engine, measure(told.engine, told.rows)):
        print(line)


if __name__ == "__main__":
    main()
